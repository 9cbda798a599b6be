// A figure of the server (a plain Plotly figure; colors may be "var(--name)"), drawn and redrawn in the page's theme.
// layout.meta.alt is its text for people who do not see it; a click on a point tells the server `select`.
const place = element.querySelector('.fs-chart');
let figure = null, drawing = Promise.resolve(), drawn = false;

async function draw() {
  figure = typeof props.value === 'string' ? (props.value ? JSON.parse(props.value) : null) : props.value;
  if (!figure || !figure.data) { if (drawn) window.Plotly.purge(place); drawn = false; place.replaceChildren(); place.hidden = true; return; }
  place.hidden = false;
  const height = (figure.layout && figure.layout.height) || 320;
  place.style.height = height + 'px';
  place.setAttribute('aria-label', (figure.layout && figure.layout.meta && figure.layout.meta.alt) || 'Chart');
  let plotly;
  try { plotly = await plotting.library(); } catch (error) {
    const note = document.createElement('p'); note.textContent = 'The chart could not be loaded. Reload the page to try again.';
    place.replaceChildren(note); return;
  }
  if (!place.clientWidth) return;  // in a closed tab; the size observer comes back here
  const layout = {paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)', font: plotting.font(place), hoverlabel: plotting.hover(place),
    dragmode: plotting.coarse() ? false : 'zoom', uirevision: 'same', ...plotting.colored(figure.layout || {}, place), width: place.clientWidth, height};
  if (!drawn) place.replaceChildren();
  await plotly.react(place, plotting.colored(figure.data, place), layout, plotting.options);
  if (!drawn) {
    drawn = true;
    place.on('plotly_click', event => {
      const point = event.points && event.points[0];
      if (point) trigger('select', {index: Array.isArray(point.pointNumber) ? point.pointNumber : [point.curveNumber, point.pointNumber], value: point.customdata ?? null});
    });
    place.on('plotly_doubleclick', () => plotly.relayout(place, figure.layout && figure.layout.xaxis && figure.layout.xaxis.range
      ? {'xaxis.range': figure.layout.xaxis.range, 'yaxis.autorange': true} : {'xaxis.autorange': true, 'yaxis.autorange': (figure.layout.yaxis || {}).autorange || true}));
  }
}
const redraw = () => { drawing = drawing.then(draw).catch(error => console.error(error)); };
watch('value', redraw);
plotting.onTheme(place, redraw);
let width = 0;
new ResizeObserver(() => { if (place.clientWidth && place.clientWidth !== width) { width = place.clientWidth; redraw(); } }).observe(element);
redraw();
