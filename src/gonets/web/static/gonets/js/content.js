// Materials: filters that answer at once, selection, the picture before it is saved.

// Filters: a change of a list asks at once; typing asks on Enter.
for (const form of document.querySelectorAll("[data-filters]")) {
  form.addEventListener("change", (event) => {
    if (event.target.matches("select")) form.requestSubmit();
  });
  form.addEventListener("submit", () => {
    // Empty fields do not belong into the address.
    for (const field of form.elements) if (!field.value) field.disabled = true;
  });
}
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("[data-filters] :disabled")) field.disabled = false;
});

// Selection: rows are marked, the tools wait for one.
for (const form of document.querySelectorAll("[data-bulk]")) {
  const all = form.querySelector("[data-selects-all]");
  const boxes = [...form.querySelectorAll("[name=selected]")];
  const tools = form.querySelectorAll("[data-needs-selection]");
  const count = form.querySelector("[data-selected-count]");
  const show = () => {
    const chosen = boxes.filter((box) => box.checked);
    for (const box of boxes) box.closest("tr").classList.toggle("is-selected", box.checked);
    for (const tool of tools) tool.disabled = chosen.length === 0;
    all.checked = chosen.length === boxes.length;
    all.indeterminate = chosen.length > 0 && !all.checked;
    count.textContent = chosen.length ? `${count.dataset.words} ${chosen.length}` : "";
  };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  form.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
}

// What takes a while says so.
for (const words of document.querySelectorAll("[data-busy-words]")) {
  words.closest("form").addEventListener("submit", () => (words.textContent = words.dataset.busyWords));
  window.addEventListener("pageshow", () => (words.textContent = ""));
}

// The chosen picture is shown before it is sent.
for (const field of document.querySelectorAll("[data-picture-field]")) {
  const preview = field.querySelector("[data-picture-preview]");
  const none = field.querySelector("[data-picture-none]");
  const without = field.querySelector("[name=without_picture]");
  const stored = preview.getAttribute("src");
  const show = (address) => {
    preview.hidden = !address;
    none.hidden = Boolean(address);
    if (address) {
      preview.removeAttribute("width");
      preview.removeAttribute("height");
      preview.src = address;
    }
  };
  const file = field.querySelector("input[type=file]");
  file.addEventListener("change", () => {
    const [chosen] = file.files;
    if (chosen && without) without.checked = false;
    show(chosen ? URL.createObjectURL(chosen) : stored);
  });
  preview.addEventListener("error", () => show(""));
  without?.addEventListener("change", () => {
    if (without.checked) file.value = "";
    file.dispatchEvent(new Event("cleared"));
    show(without.checked ? "" : stored);
  });
}

// Leaving a form with unsaved words asks first.
for (const form of document.querySelectorAll("[data-guards-changes]")) {
  let changed = form.querySelector(".field-error") !== null;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener("submit", () => (changed = false));
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}
