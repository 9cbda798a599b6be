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

// x: steps. The right end grows in jumps, so that the axis stands still between them.
const axisEnd = (step, total, over) => { if (over) return Math.max(10, step * 1.02); let end = 20; while (end < step * 1.05) end = Math.ceil(end * 1.15); return total ? Math.min(Math.max(total, step), end) : end; };

function liveFigures(root, state) {
  const token = name => plotting.color(root, name);
  const soft = (name, share) => { const probe = document.createElement('i'); probe.style.color = token(name); root.append(probe); const rgb = getComputedStyle(probe).color; probe.remove(); return rgb.replace(/^rgb\(([^)]*)\)$/, `rgba($1, ${share})`); };
  const axes = (place, yTitle) => ({
    paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', font: plotting.font(place), showlegend: false, hovermode: 'x', hoverdistance: 40,
    hoverlabel: plotting.hover(place), dragmode: plotting.coarse() ? false : 'zoom', separators: '.,',
    xaxis: {range: [0, axisEnd(state.last, state.axis.total, state.status === 'finished')], showgrid: false, zeroline: false, tickformat: ',d', nticks: Math.max(3, Math.floor(place.clientWidth / 110)), tickcolor: 'rgba(0,0,0,0)', hoverformat: ',d', fixedrange: false},
    yaxis: {autorange: true, gridcolor: token('--gridc'), zeroline: false, nticks: 8, fixedrange: false, ...yTitle},
    margin: {l: 46, r: 14, t: 26, b: 30},
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

  const decorate = (place, label, small) => {
    const end = axisEnd(state.last, state.axis.total, state.status === 'finished'), {shapes, annotations} = epochs(end, place.clientWidth - 60, small), [step, loss, value, lastCheck] = state.best;
    if (step !== undefined && lastCheck > step) {
      shapes.push({type: 'rect', xref: 'x', yref: 'paper', x0: step, x1: lastCheck, y0: 0, y1: 1, layer: 'below', line: {width: 0}, fillcolor: token('--zone')});
      if (!small && (lastCheck - step) / end * place.clientWidth > 130) annotations.push({xref: 'x', yref: 'paper', x: step, y: 1, xanchor: 'left', yanchor: 'top', xshift: 5, yshift: -2, showarrow: false, text: 'no improvement', font: {color: token('--warn-ink'), size: 12}});
    }
    const mark = label(loss, value);
    if (step !== undefined && mark) annotations.push({...flag(step, mark.y, mark.text), ay: small ? 30 : -34});
    return {shapes, annotations};
  };
  const lossMark = loss => state.show.validation && Number.isFinite(loss) ? {y: loss, text: state.axis.loss ? `best ${loss.toFixed(3)}` : 'best version'} : null;
  const metricMark = (_, value) => Number.isFinite(value) ? {y: value, text: `best ${(100 * value).toFixed(1)} %`} : null;

  const lossPlace = root.querySelector('.lv-loss'), metricPlace = root.querySelector('.lv-metric');
  const checked = () => state.checks.filter(check => check[0] > 0 || state.axis.showStart);
  const ring = (step, y) => ({type: 'scatter', mode: 'markers', x: step === undefined ? [] : [step], y: step === undefined ? [] : [y], hoverinfo: 'skip', marker: {symbol: 'circle-open', size: 14, color: token('--brand'), line: {width: 2.25, color: token('--brand')}}});
  const checkLine = (xs, ys, name, format) => ({type: 'scatter', mode: 'lines+markers', x: xs, y: ys, name, hovertemplate: `${name} ${format}<extra></extra>`, line: {color: token('--c-val'), width: 2.25}, marker: {size: 8, color: token('--c-val'), line: {color: token('--panel'), width: 1.5}}});

  const figures = {
    loss: liveChart(lossPlace, () => state.raw.x.length + state.checks.length === 0 ? null : {
      data: [
        {type: 'scatter', mode: 'lines', x: state.raw.x.slice(), y: state.raw.y.slice(), hoverinfo: 'skip', visible: state.show.training, line: {color: soft('--c-train', .26), width: 1}},
        {type: 'scatter', mode: 'lines', x: state.smooth.x.slice(), y: state.smooth.y.slice(), name: 'Training', hovertemplate: 'Training %{y:.3f}<extra></extra>', visible: state.show.training, line: {color: token('--c-train'), width: 2.25}},
        {...checkLine(checked().map(c => c[0]), checked().map(c => c[1]), 'Validation', '%{y:.3f}'), visible: state.show.validation},
        {...ring(state.best[0], state.best[1]), visible: state.show.validation},
      ],
      layout: {...axes(lossPlace, {tickformatstops: [{dtickrange: [0.1, null], value: '.1f'}, {dtickrange: [0.01, 0.1], value: '.2f'}, {dtickrange: [null, 0.01], value: '.3f'}]}), ...decorate(lossPlace, lossMark)},
    }),
    metric: liveChart(metricPlace, () => {
      const known = state.checks.filter(check => check[2] !== null);
      if (!known.length) return null;
      const layout = {...axes(metricPlace, {tickformat: '.0%', nticks: 5}), margin: {l: 46, r: 14, t: 10, b: 30}, ...decorate(metricPlace, metricMark, true)};
      const untuned = state.axis.untuned;
      if (untuned !== null && untuned !== undefined) {
        layout.shapes.push({type: 'line', xref: 'paper', yref: 'y', x0: 0, x1: 1, y0: untuned, y1: untuned, line: {color: token('--ink2'), width: 1.25, dash: 'dash'}});
        layout.annotations.push({xref: 'paper', yref: 'y', x: 1, y: untuned, xanchor: 'right', yanchor: 'bottom', showarrow: false, text: `before tuning ${(100 * untuned).toFixed(1)} %`, font: {size: 11}});
      }
      return {data: [checkLine(known.map(c => c[0]), known.map(c => c[2]), 'Check', '%{y:.1%}'), ring(state.best[2] === null ? undefined : state.best[0], state.best[2])], layout};
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
