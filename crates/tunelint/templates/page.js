'use strict';
// Filters the findings. Without this script, all findings are shown.
const form = document.getElementById('filter');
if (form) {
  const fields = ['severity', 'rule', 'file'];
  const findings = Array.from(document.querySelectorAll('.finding'));
  const groups = Array.from(document.querySelectorAll('section.rule'));
  const shown = document.getElementById('shown');
  const all = shown.textContent;
  const differs = (element, wanted, of) => of.some(
    (field) => wanted.get(field) ? wanted.get(field) !== element.dataset[field] : false);
  const apply = () => {
    const wanted = new FormData(form);
    let count = 0;
    for (const finding of findings) {
      finding.hidden = differs(finding, wanted, fields);
      count += finding.hidden ? 0 : 1;
    }
    let visible = 0;
    for (const group of groups) {
      // A rule without listed findings stays visible unless a file is chosen.
      const empty = wanted.get('file') ? !group.querySelector('.finding:not([hidden])') : false;
      group.hidden = empty ? true : differs(group, wanted, ['severity', 'rule']);
      visible += group.hidden ? 0 : 1;
    }
    const filtered = fields.some((field) => wanted.get(field));
    shown.textContent = filtered ? `${count} of ${all}` : all;
    document.getElementById('none').hidden = visible !== 0;
  };
  form.addEventListener('change', apply);
  form.addEventListener('reset', () => setTimeout(apply));
  form.addEventListener('submit', (event) => event.preventDefault());
  // The browser may restore the choices when the user navigates back to the page.
  window.addEventListener('pageshow', apply);
  // A filter may hide the target of a link to a rule.
  for (const link of document.querySelectorAll('.chips a')) {
    link.addEventListener('click', () => { form.reset(); apply(); });
  }
  form.hidden = false;
}
