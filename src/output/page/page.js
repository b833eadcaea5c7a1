
"use strict";
const get = (id) => document.getElementById(id);
const [words, source, ending, shown] = ["words", "source", "ending", "shown"].map(get);
const rows = Array.from(document.querySelectorAll("#rows tbody tr"));
function filter() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    const fits = (!source.value || row.cells[1].textContent === source.value)
      && (!ending.value || row.className === ending.value)
      && wanted.every((word) => text.includes(word));
    row.hidden = !fits;
    count += fits ? 1 : 0;
  }
  shown.textContent = count + " of " + rows.length;
}
for (const control of [words, source, ending]) control.addEventListener("input", filter);
get("filters").hidden = false;
filter();
