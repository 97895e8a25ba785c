'use strict';
for (const table of document.querySelectorAll('table')) {
  const body = table.tBodies[0];
  const headings = [...table.tHead.rows[0].cells];
  const key = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.v === undefined ? cell.textContent : cell.dataset.v === '' ? null : Number(cell.dataset.v);
  };
  const compare = (a, b) => typeof a === 'number' ? a - b : a.localeCompare(b, undefined, { numeric: true });
  headings.forEach((heading, column) => heading.querySelector('button')?.addEventListener('click', () => {
    const now = heading.getAttribute('aria-sort');
    const order = now === 'ascending' ? 'descending' : now === 'descending' ? 'ascending'
      : heading.dataset.first ?? 'ascending';
    const sign = order === 'ascending' ? 1 : -1;
    const rows = [...body.rows].map(row => [key(row, column), row]);
    // Rows without a number come last in both orders.
    rows.sort(([a], [b]) => a === null || b === null ? (a === null) - (b === null) : sign * compare(a, b));
    body.append(...rows.map(([, row]) => row));
    headings.forEach(other => other.removeAttribute('aria-sort'));
    heading.setAttribute('aria-sort', order);
  }));
  const frame = table.parentElement;
  if (body.rows.length > 40) {
    const find = document.createElement('input');
    find.type = 'search';
    find.placeholder = 'Filter the rows';
    find.setAttribute('aria-label', `Filter the rows of ${frame.getAttribute('aria-label')}`);
    find.addEventListener('input', () => {
      const wanted = find.value.trim().toLowerCase();
      for (const row of body.rows) {
        row.hidden = !row.textContent.toLowerCase().includes(wanted);
      }
    });
    frame.before(find);
  }
}
