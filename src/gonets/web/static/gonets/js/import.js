// Marks the chosen columns in the preview of a file.

function markColumns() {
  const selects = document.querySelectorAll("select[form='start-form']");
  const chosen = new Set([...selects].map((select) => select.value).filter(Boolean));
  for (const cell of document.querySelectorAll("[data-column]")) {
    cell.classList.toggle("is-chosen", chosen.has(cell.dataset.column));
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("select[form='start-form']")) markColumns();
});
document.addEventListener("htmx:afterSwap", markColumns);
markColumns();
