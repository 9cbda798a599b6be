// Shared by every component that draws a figure: Plotly.js from this server, once and only when needed; and colors
// as tokens of the page ("var(--name)"), so that a figure follows the light and the dark theme.
const plotting = window.studioPlotting || (window.studioPlotting = (() => {
  let loading = null;
  const base = () => ((window.gradio_config && window.gradio_config.root) || '').replace(/\/$/, '');
  const library = () => loading || (loading = new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const asked = document.querySelector('script[data-studio=plotly]');  // a page that opens with a run asks at once
    const script = asked || document.createElement('script');
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => { loading = null; script.remove(); reject(new Error('plotly.js did not load')); };
    if (asked) return;
    script.src = base() + '/studio/plotly.js';
    document.head.append(script);
  }));
  const TOKEN = /^var\((--[\w-]+)\)$/;
  const color = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();
  const colored = (value, element) => {
    if (typeof value === 'string') { const token = TOKEN.exec(value); return token ? color(element, token[1]) || '#888' : value; }
    if (Array.isArray(value)) return typeof value[0] === 'number' && typeof value.at(-1) === 'number' ? value : value.map(each => colored(each, element));
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, colored(each, element)]));
    return value;
  };
  const font = element => ({family: getComputedStyle(element).fontFamily, size: 12, color: color(element, '--ink2')});
  const hover = element => ({bgcolor: color(element, '--tipbg'), bordercolor: color(element, '--tipbg'), font: {...font(element), color: color(element, '--tipfg'), size: 12.5}});
  // Calls `then` when the theme changes; stops by itself when the element has left the page.
  const onTheme = (element, then) => {
    const observer = new MutationObserver(() => element.isConnected ? then() : observer.disconnect());
    observer.observe(document.body, {attributes: true, attributeFilter: ['class']});
  };
  const coarse = () => window.matchMedia('(pointer: coarse)').matches;  // dragging must scroll the page on a phone
  const options = {displayModeBar: false, displaylogo: false, doubleClick: false, responsive: false, showTips: false};
  return {library, color, colored, font, hover, onTheme, coarse, options};
})());
