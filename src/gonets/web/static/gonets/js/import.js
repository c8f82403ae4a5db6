// Marks the chosen columns in the preview of a file.

function markColumns() {
  const selects = [...document.querySelectorAll("select[data-marks]")].filter((select) => select.value);
  const chosen = new Set(selects.map(({ value, dataset }) => (dataset.marks === "column" ? value : dataset.marks)));
  for (const cell of document.querySelectorAll("[data-column]")) {
    cell.classList.toggle("is-chosen", chosen.has(cell.dataset.column));
  }
  // What is the e-mail or the name needs no other question.
  const named = selects.filter(({ dataset }) => dataset.marks === "column").map(({ value }) => value);
  for (const row of document.querySelectorAll("[data-becomes]")) row.hidden = named.includes(row.dataset.becomes);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("select[data-marks]")) markColumns();
});
document.addEventListener("htmx:afterSwap", markColumns);
markColumns();
