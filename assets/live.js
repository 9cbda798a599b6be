// The live view: asks what is new, one request at a time, and shows it. Texts reach the page by textContent alone.
const root = element.querySelector('.lv'), find = selector => root.querySelector(selector);
const MOST_POINTS = 5000;  // past this the thinned history is asked for again
const fresh = () => ({order: 0, life: -1, version: '', card: {}, raw: {x: [], y: []}, smooth: {x: [], y: []}, checks: [], lines: new Map(), last: 0, best: [], axis: {}, status: ''});
const state = Object.assign(fresh(), {show: {training: true, validation: true}});
const figures = liveFigures(root, state);
const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };
const make = (tag, text) => { const node = document.createElement(tag); node.textContent = text; return node; };
const outside = id => document.getElementById(id);
const thousands = number => number.toLocaleString('en-US');

function forget() {
  Object.assign(state, fresh());
  figures.clear();
  find('.lv-story ol').replaceChildren();
  find('.lv-table tbody').replaceChildren();
}

// ---------------------------------------------------------------- texts beside the curves
const write = {
  title: text => { put(document.querySelector('#train-head .lv-name'), text); },
  subtitle: text => { put(document.querySelector('#train-head .lv-about'), text); },
  state: name => { root.dataset.state = name; },
  head: text => put(find('.lv-head'), text),
  body: text => { put(find('.lv-body'), text); find('.lv-body').hidden = !text; },
  can: names => { const row = outside('train-actions'); if (row) row.dataset.can = names.join(' '); },
  status: name => {
    root.dataset.live = ['preparing', 'training', 'scoring'].includes(name) ? 'yes' : 'no';
    if (name !== state.status) { state.status = name; trigger('status_changed', {status: name}); }
  },
  progress: ([left, right, share]) => {
    put(find('.lv-left'), left); put(find('.lv-right'), right);
    const bar = find('.lv-bar'), fill = bar.firstElementChild;
    bar.classList.toggle('lv-unknown', share === null);
    fill.style.width = share === null ? '' : `${100 * share}%`;
    if (share === null) bar.removeAttribute('aria-valuenow'); else bar.setAttribute('aria-valuenow', Math.round(100 * share));
  },
  axis: axis => { state.axis = axis; put(find('.lv-metric-title'), axis.title); put(find('.lv-th-metric'), axis.title); put(find('.lv-better'), axis.best === 'min' ? 'Lower' : 'Higher'); put(find('[data-tile=metric] span'), `${axis.title}, ${axis.rows ? `${axis.rows.toLocaleString('en-US')} ` : ''}validation ${axis.rows_are || 'rows'}`); },
  best: best => { state.best = best; },
  samples: ([step, rows]) => {
    const place = find('.lv-samples'), list = place.querySelector('ul');
    place.hidden = !rows || !rows.length;
    if (place.hidden) return;
    put(place.querySelector('.lv-hint'), `${step ? `At step ${thousands(step)}` : 'Before any tuning'}, for rows it does not train on.`);
    list.replaceChildren(...rows.map(([row, asked, wanted, written]) => {
      const item = document.createElement('li');
      for (const [title, text] of [[`Row ${thousands(row)}`, asked], ['The file says', wanted], ['The model writes', written || '(nothing)']]) {
        if (!text) continue;
        const part = make('p', text); part.dir = 'auto';
        item.append(make('small', title), part);
      }
      return item;
    }));
  },
  stopping: ({big, left, of, sub, watch}) => {
    put(find('.lv-big'), big); put(find('.lv-rule'), sub); put(find('.lv-watch'), watch);
    const row = find('.lv-chances');
    row.hidden = !of; row.setAttribute('aria-label', `${of - left} of ${of} checks without progress`);
    const shown = Math.min(of, 20), used = Math.round((of - left) * shown / Math.max(1, of));
    while (row.children.length > shown) row.lastChild.remove();
    while (row.children.length < shown) row.append(document.createElement('i'));
    [...row.children].forEach((segment, index) => { segment.className = index < used ? 'lv-used' : ''; });
  },
};
const writeTile = (name, [value, note, tone]) => {
  const tile = find(`[data-tile=${name}]`), [, number, remark] = tile.children;
  put(number, value || '–'); put(remark, note); remark.className = tone;
};
const show = now => { for (const [name, value] of Object.entries(now)) name.startsWith('tile.') ? writeTile(name.slice(5), value) : write[name] && write[name](value); };

function tell(lines) {
  const list = find('.lv-story ol');
  for (const [number, when, text, tone] of lines) {
    let line = state.lines.get(number);
    if (!line) { line = document.createElement('li'); line.append(make('small', ''), make('span', '')); state.lines.set(number, line); list.prepend(line); }
    put(line.children[0], when); put(line.children[1], text); line.dataset.tone = tone;
  }
}

function tabulate(checks) {
  const body = find('.lv-table tbody');
  for (const [step, loss, value, best, epoch] of checks) {
    const row = document.createElement('tr');
    row.append(...[step ? thousands(step) : 'untuned', epoch.toFixed(1), lossText(loss), value === null ? '–' : metricText(value, state.axis), best ? 'yes' : ''].map(text => make('td', text)));
    body.append(row);
  }
}

// ---------------------------------------------------------------- one reply of the server
function take(reply) {
  if (reply.whole) { const keep = state.status; if (state.order) forget(); state.status = keep; }
  state.order = reply.order; state.life = reply.life;
  if (reply.card) { state.version = reply.card; Object.assign(state.card, reply.now); show(reply.now); }
  if (reply.whole) { [state.raw.x, state.raw.y] = reply.raw; [state.smooth.x, state.smooth.y] = reply.smooth; }
  const [steps, losses, smooth] = reply.steps || [[], [], []];
  state.raw.x.push(...steps); state.raw.y.push(...losses); state.smooth.x.push(...steps); state.smooth.y.push(...smooth);
  const checks = reply.checks || [];
  state.checks.push(...checks);
  state.last = Math.max(state.raw.x.at(-1) || 0, checks.length ? checks.at(-1)[0] : 0, state.last);
  if (reply.lines) tell(reply.lines);
  if (checks.length) tabulate(checks);
  if (reply.whole || checks.length || (reply.now && ('axis' in reply.now || 'best' in reply.now))) figures.draw();
  else if (steps.length) figures.addSteps(steps, losses, smooth);
  if (steps.length || checks.length || reply.whole) { describe(); root.dataset.beat = root.dataset.beat === '1' ? '0' : '1'; }
  state.updates = (state.updates || 0) + 1;
}

function describe() {
  const last = state.smooth.y.at(-1), check = state.checks.at(-1);
  const training = last === undefined ? '' : ` Training loss ${lossText(last)} at step ${thousands(state.last)}.`;
  const validation = check ? ` Validation loss ${lossText(check[1])} at step ${thousands(check[0])}.` : '';
  const best = state.best.length ? ` Best version at step ${thousands(state.best[0])}.` : '';
  find('.lv-loss').setAttribute('aria-label', `Loss curves.${training}${validation}${best}`);
  find('.lv-metric').setAttribute('aria-label', `${state.axis.title || 'Metric'} at each check.${check && check[2] !== null ? ` Last ${metricText(check[2], state.axis).replace('%', 'percent')}.` : ''}${best}`);
}

// ---------------------------------------------------------------- keys and buttons of the chart
for (const key of root.querySelectorAll('.lv-key')) key.onclick = () => {
  const name = key.dataset.line; state.show[name] = !state.show[name];
  key.setAttribute('aria-pressed', state.show[name]); figures.loss.draw();
};
figures.loss.onZoom = zoomed => { find('.lv-reset').hidden = !zoomed; };
find('.lv-reset').onclick = () => figures.loss.reset();
if (plotting.coarse()) find('.lv-drag').hidden = true;
let reading = null;  // arrow keys move a reading line over the smoothed curve
find('.lv-loss').addEventListener('keydown', event => {
  const move = {ArrowLeft: -1, ArrowRight: 1}[event.key], count = state.smooth.x.length;
  if (event.key === 'Escape') { reading = null; figures.loss.hover([]); if (figures.loss.zoomed) figures.loss.reset(); }
  if (!move || !count) return;
  event.preventDefault();
  const stride = Math.max(1, Math.round(count / 60));
  reading = Math.min(count - 1, Math.max(0, (reading ?? (move > 0 ? -stride : count - 1 + stride)) + move * stride));
  figures.loss.hover([{curveNumber: 1, pointNumber: reading}]);
  put(find('.lv-heard'), `Step ${thousands(state.smooth.x[reading])}: training loss ${lossText(state.smooth.y[reading])}`);
});

// ---------------------------------------------------------------- the loop: asks, waits as told, backs off, rests when unseen
let turn = 0, failures = 0;
async function loop(mine) {
  if (mine !== turn || !element.isConnected) return;
  if (document.hidden) { document.addEventListener('visibilitychange', () => loop(mine), {once: true}); return; }
  if (state.raw.x.length > MOST_POINTS) { state.order = 0; state.life = -1; }
  let wait;
  const began = performance.now();
  try {
    const reply = await server.poll({run: state.run, order: state.order, life: state.life, card: state.version});
    if (mine !== turn) return;
    if (!reply) throw new Error('no answer');  // a lost server comes back as undefined, not as a rejection
    if (failures) { failures = 0; show(state.card); }
    if (reply.gone) { forget(); root.dataset.state = 'bad'; put(find('.lv-head'), 'There is no such run'); write.body('It was deleted, or the address is wrong. Choose one under Runs.'); write.can([]); return; }
    take(reply);
    wait = reply.wait;
    if (!wait) return;  // finished: nothing more will be told
    if (!element.offsetParent) wait = Math.max(wait, 3000);  // on the page, but in a closed step
  } catch (error) {
    if (mine !== turn) return;
    if (!failures) console.warn('live view:', error.message);
    failures++; wait = Math.min(15000, 500 * 2 ** failures);
    root.dataset.live = 'no'; root.dataset.state = 'wait';
    put(find('.lv-head'), 'Connection lost'); write.body('Training goes on without this page. Trying to reconnect.');
  }
  setTimeout(() => loop(mine), Math.max(100, wait - (performance.now() - began)));
}

function attach() {
  const run = props.value || '';
  turn++; failures = 0;
  if (run !== state.run) { forget(); state.run = run; for (const tile of ['metric', 'loss', 'time', 'speed', 'memory', 'rate']) writeTile(tile, ['', '', '']); write.can([]); put(find('.lv-head'), 'Opening the run'); write.body('Waiting for the first numbers.'); root.dataset.state = 'wait'; }
  root.dataset.shown = run ? 'run' : 'nothing';
  if (!run) { write.title('Train'); write.subtitle('Live curves, early stopping, and what is happening, in words.'); return; }
  plotting.library().catch(() => null);  // while the first answer is on its way
  loop(turn);
}
watch('value', attach);
attach();
window.studioLive = {state, figures};  // for tests: points, zoom
