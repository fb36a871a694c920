'use strict';
// Filters, copies, and unfolds what the matrix leads to. The page is complete without it.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const results = all('.r');
  const marks = all('.x .m[title]');
  const outcomes = all('.legend button');
  const letters = 'TRHCFU';

  const letterOf = (mark) => [...mark.classList].find((name) => name.length === 1 && letters.includes(name));
  const idOf = (mark) => mark.title.slice(mark.title.indexOf(': ') + 2);

  // A kind is the first word of a fault.
  function wanted() {
    const on = new Set(outcomes.filter((button) => button.getAttribute('aria-pressed') === 'true').map((button) => button.dataset.o));
    const kind = byId('kind').value;
    const text = byId('text').value.trim().toLowerCase();
    return (letter, kindOf, id) => on.has(letter) && (!kind || kindOf === kind) && (!text || id.toLowerCase().includes(text));
  }

  function filter() {
    const isWanted = wanted();
    let hits = 0;
    for (const result of results) {
      result.hidden = !isWanted(result.dataset.o, result.dataset.k, result.querySelector('.id').textContent);
      hits += !result.hidden;
    }
    for (const mark of marks) {
      const id = idOf(mark);
      mark.classList.toggle('off', !isWanted(letterOf(mark), id.split(' ', 1)[0], id));
    }
    for (const group of all('.group')) group.hidden = !group.querySelector('.r:not([hidden])');
    byId('nothing').hidden = hits > 0;
    byId('hits').textContent = `${hits} of ${results.length} shown`;
  }

  function reset() {
    byId('kind').value = byId('text').value = '';
    for (const button of outcomes) button.setAttribute('aria-pressed', 'true');
    filter();
  }

  function unfold() {
    const target = /^#p\d+$/.test(location.hash) && byId(location.hash.slice(1));
    if (!target) return;
    if (target.hidden) reset();
    for (const other of all('.r.at')) other.classList.remove('at');
    target.classList.add('at');
    if (target.tagName === 'DETAILS') {
      target.open = true;
      target.querySelector('summary').focus({ preventScroll: true });
    }
    target.scrollIntoView({ block: 'start' });
  }

  async function copy(button) {
    const code = button.parentElement.querySelector('code');
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      getSelection().selectAllChildren(code);
      document.execCommand('copy');
    }
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 1500);
  }

  for (const button of outcomes) {
    button.disabled = false;
    button.addEventListener('click', () => {
      button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
      filter();
    });
  }
  for (const button of all('.copy')) {
    button.hidden = false;
    button.addEventListener('click', () => copy(button));
  }
  // The same cell again is no change of the hash.
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a.m');
    if (link && link.hash === location.hash) unfold();
  });
  byId('kind').addEventListener('change', filter);
  byId('text').addEventListener('input', filter);
  byId('filter').hidden = false;
  addEventListener('hashchange', unfold);
  filter();
  unfold();
})();
