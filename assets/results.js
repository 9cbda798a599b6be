// Clicks inside reports and lists become events of the page. The server escaped every text; nothing here writes HTML.
const all = (selector) => [...element.querySelectorAll(selector)];
const on = (selector, act) => element.addEventListener('click', (event) => {
  const hit = event.target.closest(selector);
  if (hit && element.contains(hit)) act(hit, event);
});

// ---- a number of the confusion matrix: show its rows
on('button[data-truth]', (button) => {
  for (const each of all('button[data-truth]')) each.setAttribute('aria-pressed', each === button);
  trigger('cell', { truth: Number(button.dataset.truth), answer: Number(button.dataset.answer) });
});

// ---- a heading of a table: sort by it, the other way round the second time
on('button[data-sort]', (button) => {
  const head = button.closest('th'), body = head.closest('table').tBodies[0];
  const column = [...head.parentNode.children].indexOf(head), isNumber = button.dataset.sort === 'number';
  const first = isNumber ? 'descending' : 'ascending', second = isNumber ? 'ascending' : 'descending';
  const order = head.getAttribute('aria-sort') === first ? second : first, sign = order === 'ascending' ? 1 : -1;
  for (const each of head.parentNode.children) each.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', order);
  const value = (row) => isNumber ? Number(row.children[column].dataset.value) : row.children[column].textContent;
  const compare = isNumber ? (a, b) => a - b : (a, b) => a.localeCompare(b, undefined, { numeric: true });
  const rows = [...body.rows].map((row) => [value(row), row]);
  rows.sort((a, b) => sign * compare(a[0], b[0]));
  body.append(...rows.map((pair) => pair[1]));
});

// ---- copy what stands in the block
on('button[data-copy]', async (button) => {
  const code = button.parentNode.querySelector('code');
  let told = 'Copied';
  try {
    await navigator.clipboard.writeText(code.textContent);
  } catch {                                // no clipboard without https: select it, so that Ctrl-C does
    getSelection().selectAllChildren(code);
    told = 'Selected: press Ctrl+C';
  }
  button.textContent = told;
  setTimeout(() => { button.textContent = 'Copy'; }, 2000);
});

// ---- buttons that ask the server for something
const chosen = [];                         // run ids to compare, the older first
on('button[data-act]', (button) => {
  trigger('act', { act: button.dataset.act, run: button.dataset.run || '', place: Number(button.dataset.place || 0), runs: chosen.slice() });
});
element.addEventListener('change', (event) => {
  const run = event.target.dataset && event.target.dataset.choose;
  if (!run) return;
  if (chosen.includes(run)) chosen.splice(chosen.indexOf(run), 1);
  if (event.target.checked) chosen.push(run);
  if (chosen.length > 2) chosen.shift();
  settle();
});

// ---- a table wider than its frame: told, and its edge fades while more is to come
function edge(frame) {
  const over = frame.scrollWidth - frame.clientWidth;
  frame.toggleAttribute('data-wide', over > 1);
  frame.toggleAttribute('data-cut', Math.abs(frame.scrollLeft) < over - 1);
}
const frames = new ResizeObserver((entries) => { for (const entry of entries) edge(entry.target); });
element.addEventListener('scroll', (event) => { if (event.target.matches('.rs-scroll')) edge(event.target); }, true);

// ---- after the server drew anew
function settle() {
  const boxes = all('input[data-choose]');
  for (const run of chosen.slice()) if (!boxes.some((box) => box.dataset.choose === run)) chosen.splice(chosen.indexOf(run), 1);
  for (const box of boxes) box.checked = chosen.includes(box.dataset.choose);
  for (const button of all('button[data-needs]')) button.disabled = chosen.length !== Number(button.dataset.needs);
  frames.disconnect();
  for (const each of all('.rs-scroll')) frames.observe(each);
  const start = element.querySelector('a[data-start]');
  if (start && start.dataset.start !== started) { started = start.dataset.start; start.click(); }
  const focus = element.querySelector('[data-focus]');
  if (focus && focus.dataset.focus !== focused) { focus.focus(); }
  focused = focus ? focus.dataset.focus : '';
}
let started = '', focused = '', timer = 0;

// ---- look again when the step is opened, however that came about, and from time to time while something asks for it
const panel = element.closest('[role=tabpanel]') || element;
let seen = false;
new ResizeObserver(() => {
  const now = panel.getClientRects().length > 0;
  if (now && !seen) trigger('refresh', {});
  seen = now;
}).observe(panel);
function plan() {
  clearTimeout(timer);
  const asks = element.querySelector('[data-refresh]');
  if (!asks || !element.isConnected) return;
  timer = setTimeout(() => {
    if (!document.hidden && seen) trigger('refresh', {});
    plan();
  }, 1000 * Number(asks.dataset.refresh));
}
watch('value', () => { settle(); plan(); });
settle();
plan();
