// The picker over the whole site: what is ticked stays ticked while one searches on.

export function followPicker({ dialog, add }) {
  const form = dialog.querySelector("#picker-form");
  const rows = dialog.querySelector("#picker-rows");
  const adds = dialog.querySelector("[data-adds]");
  const caption = dialog.querySelector("[data-adds-caption]");
  const word = caption.textContent;
  const picked = new Set();
  let isPageShown = false; // a page was asked for: a search from before is too late

  function show() {
    for (const box of rows.querySelectorAll("[data-picks]:not(:disabled)")) {
      box.checked = picked.has(box.value);
    }
    adds.disabled = picked.size === 0;
    caption.textContent = picked.size ? `${word} (${picked.size})` : word;
  }

  function finish() {
    if (picked.size === 0) return;
    add([...picked]);
    dialog.close();
  }

  rows.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "picker-reads") isPageShown = true;
  });
  form.addEventListener("input", () => (isPageShown = false));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const isSearch = event.detail.target === rows && event.detail.requestConfig.elt === form;
    if (isSearch && isPageShown) event.detail.shouldSwap = false;
  });

  // Enter in the search field of an address reads the page.
  dialog.querySelector("#picker-search").addEventListener("keydown", (event) => {
    const reads = rows.querySelector("#picker-reads");
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !reads) return;
    event.preventDefault();
    htmx.process(reads); // it may have come a moment ago, and not listen yet
    reads.click();
  });

  // What is in the issue may have changed since: ask anew every time it opens.
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-opens-dialog=picker]")) return;
    picked.clear();
    isPageShown = false;
    show();
    htmx.trigger(form, "refresh");
  });

  rows.addEventListener("change", (event) => {
    const box = event.target;
    if (box.checked) picked.add(box.value);
    else picked.delete(box.value);
    show();
  });

  form.addEventListener("change", (event) => {
    if (event.target.name !== "section") return;
    const name = event.target.closest("label").querySelector(".grow").textContent;
    dialog.querySelector("[data-picker-section]").textContent = name;
    if (narrow.matches) dialog.querySelector("#picker-sections").open = false;
    rows.scrollTop = 0;
  });

  adds.addEventListener("click", finish);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) finish();
  });
  rows.addEventListener("htmx:afterSwap", () => {
    const ticked = rows.querySelector("[data-ticked]");
    if (ticked) {
      picked.add(ticked.value);
      ticked.focus();
    }
    show();
  });

  const narrow = matchMedia("(max-width: 48rem)");
  const sections = dialog.querySelector("#picker-sections");
  const filters = dialog.querySelector("#picker-filters");
  const fit = () => (sections.open = filters.open = !narrow.matches);
  narrow.addEventListener("change", fit);
  fit();
}
