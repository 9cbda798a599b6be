// The two figures of the live view. Lines grow in place, and a figure that is laid out again keeps its ranges: a zoom
// survives every update.
function liveChart(place, build) {
  // `build()` gives {data, layout} for all points so far; called for a first drawing and when the theme changes.
  let plotly = null, drawn = false, zoomed = false, width = 0, chain = Promise.resolve();
  const later = work => { chain = chain.then(work).catch(error => console.error(error)); return chain; };
  const chart = {
    onZoom: () => {},
    get drawn() { return drawn; },
    get zoomed() { return zoomed; },
    draw: () => later(async () => {
      const figure = build();
      if (!figure || !place.clientWidth) return;
      if (!plotly) plotly = await plotting.library().catch(() => null);
      if (!plotly) { (place.querySelector('.lv-wait') || place).textContent = 'The chart could not be loaded. Training goes on; the numbers are right.'; return; }
      if (!drawn) place.replaceChildren();
      width = place.clientWidth;
      const layout = {...figure.layout, width, height: place.clientHeight, uirevision: 'same'};
      if (zoomed) for (const axis of ['xaxis', 'yaxis']) layout[axis] = {...layout[axis], autorange: false, range: place.layout[axis].range.slice()};
      await plotly.react(place, figure.data, layout, plotting.options);
      if (drawn) return;
      drawn = true;
      place.on('plotly_relayout', change => {
        if ('xaxis.range[0]' in change || 'yaxis.range[0]' in change) { zoomed = true; chart.onZoom(true); }
      });
      place.on('plotly_doubleclick', () => chart.reset());
    }),
    // Longer lines for traces [0, 1], and nothing else is touched: a third of the work of Plotly.extendTraces, which
    // lays out the whole figure again.
    extend: lines => later(() => drawn && plotly.animate(place, {data: lines, traces: [0, 1]}, {mode: 'immediate', transition: {duration: 0}, frame: {duration: 0, redraw: false}})),
    fits: values => { const [low, high] = place.layout.yaxis.range; return zoomed || values.every(value => value >= low && value <= high); },
    hover: points => { if (drawn) points.length ? plotly.Fx.hover(place, points) : plotly.Fx.unhover(place); },
    reset: () => { zoomed = false; chart.onZoom(false); return chart.draw(); },
    clear: () => later(() => { if (drawn) plotly.purge(place); drawn = zoomed = false; chart.onZoom(false); }),
  };
  plotting.onTheme(place, () => drawn && chart.draw());
  new ResizeObserver(() => { if (place.clientWidth && place.clientWidth !== width) chart.draw(); }).observe(place);
  return chart;
}

// As `studio.figures.loss`: three digits that say something.
const metricText = (value, axis) => axis.share === false ? Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : value.toFixed(Math.abs(value) >= 10 ? 1 : Math.abs(value) >= 1 ? 2 : 3) : `${(100 * value).toFixed(1)} %`;
const lossText = loss => loss === 0 || Math.abs(loss) >= 0.1 ? loss.toFixed(3) : Math.abs(loss) >= 1e-3 ? loss.toPrecision(3) : loss.toExponential(2);

// x: steps. The right end grows in jumps, so that the axis stands still between them.
const axisEnd = (step, total, over) => { if (over) return Math.max(10, step * 1.02); let end = 20; while (end < step * 1.05) end = Math.ceil(end * 1.15); return total ? Math.min(Math.max(total, step), end) : end; };

function liveFigures(root, state) {
  const token = name => plotting.color(root, name);
  // The marks at both ends are whole: a little room beside the first step and the last.
  const MARGIN = {l: 46, r: 14}, ROOM = 12, FLAG = 124, LABEL = 150;
  const inner = place => Math.max(80, place.clientWidth - MARGIN.l - MARGIN.r);
  const xEnd = () => axisEnd(state.last, state.axis.total, state.status === 'finished');
  const xRange = place => { const room = xEnd() * ROOM / (inner(place) - 2 * ROOM); return [-room, xEnd() + room]; };
  const xPixel = (place, step) => { const [low, high] = xRange(place); return (step - low) / (high - low) * inner(place); };
  const axes = (place, yTitle) => ({
    paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', font: plotting.font(place), showlegend: false, hovermode: 'x', hoverdistance: 40,
    hoverlabel: plotting.hover(place), dragmode: plotting.coarse() ? false : 'zoom', separators: '.,',
    xaxis: {range: xRange(place), showgrid: false, zeroline: false, tickformat: ',d', nticks: Math.max(3, Math.floor(place.clientWidth / 110)), tickcolor: 'rgba(0,0,0,0)', hoverformat: ',d', fixedrange: false},
    yaxis: {autorange: true, gridcolor: token('--gridc'), zeroline: false, nticks: 8, fixedrange: false, ...yTitle},
    margin: {...MARGIN, t: 26, b: 30},
  });

  function epochs(end, wide, small) {
    const every = state.axis.epoch, shapes = [], annotations = [];
    if (!every) return {shapes, annotations};
    const apart = Math.max(1, Math.ceil(72 / (every / end * Math.max(200, wide))));
    for (let number = 0, drawnLines = 0; number * every < end && drawnLines < 60; number++) {
      if (number % apart) continue;
      drawnLines++;
      if (number) shapes.push({type: 'line', xref: 'x', yref: 'paper', x0: number * every, x1: number * every, y0: 0, y1: 1.02, layer: 'below', line: {color: token('--gridc2'), width: 1, dash: 'dot'}});
      if (!small && number < state.axis.epochs && number * every <= state.last) annotations.push({xref: 'x', yref: 'paper', x: number * every, y: 1, xanchor: 'left', yanchor: 'bottom', xshift: 3, showarrow: false, text: `epoch ${number + 1}`, font: {size: 11}});
    }
    return {shapes, annotations};
  }

  const flag = (x, y, text) => ({xref: 'x', yref: 'y', x, y, text, showarrow: true, arrowhead: 0, arrowwidth: 1.5, arrowcolor: token('--brand'), standoff: 7, ax: 0, ay: -34,
    bgcolor: token('--brand'), borderpad: 4, font: {color: token('--onbrand'), size: 12, weight: 700}});

  // Inside the chart: the flag turns away from the nearer side, and from the top where the mark is high.
  const side = (place, step) => { const at = xPixel(place, step); return at < FLAG / 2 ? {xanchor: 'left', ax: -6} : at > inner(place) - FLAG / 2 ? {xanchor: 'right', ax: 6} : {}; };
  const share = (range, value) => (value - range[0]) / Math.max(1e-12, range[1] - range[0]);

  const decorate = (place, label, range, small) => {
    const end = xEnd(), {shapes, annotations} = epochs(end, inner(place), small), [step, loss, value, since, last] = state.best;
    if (last > since) {  // where chances were lost, as in the panel beside
      shapes.push({type: 'rect', xref: 'x', yref: 'paper', x0: since, x1: last, y0: 0, y1: 1, layer: 'below', line: {width: 0}, fillcolor: token('--zone')});
      if (!small && (last - since) / end * place.clientWidth > 130) annotations.push({xref: 'x', yref: 'paper', x: since, y: 1, xanchor: 'left', yanchor: 'top', xshift: 5, yshift: -2, showarrow: false, text: 'no progress', font: {color: token('--warn-ink'), size: 12}});
    }
    const mark = label(loss, value);
    if (step !== undefined && mark) {
      const high = share(range, mark.y), below = small ? high * (place.clientHeight - 40) > 56 : high > .75;
      annotations.push({...flag(step, mark.y, mark.text), ...side(place, step), ay: below ? 32 : small ? -30 : -34});
    }
    return {shapes, annotations};
  };
  const lossMark = loss => state.show.validation && Number.isFinite(loss) ? {y: loss, text: state.axis.loss ? `best ${lossText(loss)}` : 'best version'} : null;
  const metricMark = (_, value) => Number.isFinite(value) ? {y: value, text: `best ${metricText(value, state.axis)}`} : null;

  const lossRange = () => { const all = [...state.raw.y, ...state.checks.map(check => check[1]), state.best[1] ?? NaN].filter(Number.isFinite); return all.reduce(([low, high], y) => [Math.min(low, y), Math.max(high, y)], [Infinity, -Infinity]); };
  // Shares lie between 0 and 100 %, and a flat line has room around it.
  const shareRange = values => {
    const low = Math.min(...values), high = Math.max(...values);
    if (state.axis.share === false) { const around = (high - low || Math.abs(high) || 1) * .08; return [low - around, high + around]; }
    const room = Math.max(.01, (high - low) * .08, (.1 - (high - low)) / 2);
    return [Math.max(0, low - room), Math.min(1, high + room)];
  };
  // Where the words at the dashed line cover fewest marks, pieces of the curve and the flag: left, middle or right, above or below.
  const clearPlace = (place, known, range, untuned) => {
    const tall = place.clientHeight - 40, yPixel = value => (1 - share(range, value)) * tall, points = [];
    known.forEach(([step, , value], index) => {
      const [x, y] = [xPixel(place, step), yPixel(value)], next = known[index + 1] || known[index];
      const [x2, y2] = [xPixel(place, next[0]), yPixel(next[2])], pieces = Math.max(1, Math.ceil(Math.hypot(x2 - x, y2 - y) / 6));
      points.push([x, y, 9]);
      for (let piece = 1; piece < pieces; piece++) points.push([x + (x2 - x) * piece / pieces, y + (y2 - y) * piece / pieces, 1]);
    });
    const [step, , value] = state.best;
    if (Number.isFinite(value)) {
      const {xanchor} = side(place, step), up = share(range, value) * tall > 56 ? 1 : -1, x = xPixel(place, step) + (xanchor === 'left' ? 50 : xanchor ? -50 : 0);
      for (let off = -50; off <= 50; off += 10) for (const away of [20, 32, 44]) points.push([x + off, yPixel(value) + up * away, 3]);
    }
    const line = yPixel(untuned), spots = [];
    for (const [xanchor, x, left] of [['right', 1, inner(place) - LABEL], ['left', 0, 22], ['center', .5, (inner(place) - LABEL) / 2]]) for (const above of [true, false]) {
      const top = above ? line - 22 : line + 6, off = top < -8 || top + 16 > tall ? 100 : 0;
      const cost = points.reduce((sum, [px, py, weight]) => sum + (px > left - 6 && px < left + LABEL + 6 && py > top - 6 && py < top + 20 ? weight : 0), off);
      spots.push({cost, place: {x, xanchor, yanchor: above ? 'bottom' : 'top', xshift: xanchor === 'left' ? 22 : 0, yshift: above ? 4 : -4}});
    }
    return spots.reduce((best, spot) => spot.cost < best.cost ? spot : best).place;
  };

  const lossPlace = root.querySelector('.lv-loss'), metricPlace = root.querySelector('.lv-metric');
  const ring = (step, y) => ({type: 'scatter', mode: 'markers', x: step === undefined ? [] : [step], y: step === undefined ? [] : [y], hoverinfo: 'skip', cliponaxis: false, marker: {symbol: 'circle-open', size: 14, color: token('--brand'), line: {width: 2.25, color: token('--brand')}}});
  const checkLine = (xs, ys, name, format) => ({type: 'scatter', mode: 'lines+markers', x: xs, y: ys, name, hovertemplate: `${name} ${format}<extra></extra>`, line: {color: token('--c-val'), width: 2.25}, cliponaxis: false, marker: {size: 8, color: token('--c-val'), line: {color: token('--panel'), width: 1.5}}});

  const figures = {
    loss: liveChart(lossPlace, () => state.raw.x.length + state.checks.length === 0 ? null : {
      data: [
        {type: 'scatter', mode: 'lines', x: state.raw.x.slice(), y: state.raw.y.slice(), hoverinfo: 'skip', visible: state.show.training, line: {color: token('--c-train-faint'), width: 1}},
        {type: 'scatter', mode: 'lines', x: state.smooth.x.slice(), y: state.smooth.y.slice(), name: 'Training', hovertemplate: 'Training %{y:.3~g}<extra></extra>', visible: state.show.training, line: {color: token('--c-train'), width: 2.25}},
        {...checkLine(state.checks.map(c => c[0]), state.checks.map(c => c[1]), 'Validation', '%{y:.3~g}'), visible: state.show.validation},
        {...ring(state.best[0], state.best[1]), visible: state.show.validation},
      ],
      layout: {...axes(lossPlace, {tickformatstops: [{dtickrange: [0.1, null], value: '.1f'}, {dtickrange: [0.01, 0.1], value: '.2f'}, {dtickrange: [0.001, 0.01], value: '.3f'}, {dtickrange: [null, 0.001], value: '~g'}]}), ...decorate(lossPlace, lossMark, lossRange())},
    }),
    metric: liveChart(metricPlace, () => {
      const known = state.checks.filter(check => check[2] !== null);
      if (!known.length) return null;
      const untuned = state.axis.untuned, range = shareRange([...known.map(c => c[2]), untuned ?? known[0][2]]);
      const layout = {...axes(metricPlace, {...(state.axis.share === false ? {tickformat: ',.4~g'} : {tickformat: range[1] - range[0] < .05 ? '.1%' : '.0%'}), nticks: 5, autorange: false, range}), margin: {...MARGIN, t: 10, b: 30}, ...decorate(metricPlace, metricMark, range, true)};
      if (untuned !== null && untuned !== undefined) {
        layout.shapes.push({type: 'line', xref: 'paper', yref: 'y', x0: 0, x1: 1, y0: untuned, y1: untuned, line: {color: token('--ink2'), width: 1.25, dash: 'dash'}});
        layout.annotations.unshift({xref: 'paper', yref: 'y', y: untuned, ...clearPlace(metricPlace, known, range, untuned), showarrow: false, bgcolor: token('--panel'), borderpad: 1, text: `before tuning ${metricText(untuned, state.axis)}`, font: {size: 11}});
      }
      return {data: [checkLine(known.map(c => c[0]), known.map(c => c[2]), 'Check', state.axis.share === false ? '%{y:,.4~g}' : '%{y:.1%}'), ring(state.best[2] === null ? undefined : state.best[0], state.best[2])], layout};
    }),
    // After new steps: only the lines grow. The frame around them is laid out again when it must: another epoch, the end
    // of the axis, a value that would not be seen.
    addSteps(steps, losses, smooth) {
      const frame = `${axisEnd(state.last, state.axis.total)} ${Math.floor(state.last / Math.max(1, state.axis.epoch))}`;
      if (!figures.loss.drawn || frame !== figures.frame || !figures.loss.fits(losses)) { figures.frame = frame; figures.draw(); return; }
      figures.loss.extend([{x: state.raw.x.slice(), y: state.raw.y.slice()}, {x: state.smooth.x.slice(), y: state.smooth.y.slice()}]);
    },
    draw() { figures.loss.draw(); figures.metric.draw(); },
    clear() { figures.loss.clear(); figures.metric.clear(); },
  };
  return figures;
}
