
"use strict";
const get = (id) => document.getElementById(id);
const [words, source, ending, shown] = ["words", "source", "ending", "shown"].map(get);
const rows = Array.from(document.querySelectorAll("#rows tbody tr"));
// Cells stand apart, so that no word is found that begins in one and ends in the next.
const said = (row) => Array.from(row.cells, (cell) => cell.textContent).join("\n").toLowerCase();
function filter() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const fits = (!source || !source.value || "=" + row.cells[1].textContent === source.value)
      && (!ending || !ending.value || row.className === ending.value)
      && (!wanted.length || wanted.every((word) => said(row).includes(word)));
    row.hidden = !fits;
    count += fits ? 1 : 0;
  }
  shown.textContent = count + " of " + rows.length;
}
for (const control of [words, source, ending]) if (control) control.addEventListener("input", filter);
get("filters").hidden = false;
filter();
