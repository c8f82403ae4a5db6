// Lists with a toolbar: one row is selected, the buttons above act on it.

function selectedRow(form) {
  return form.querySelector("input[name=selected]:checked")?.closest("tr");
}

function show(form) {
  const row = selectedRow(form);
  const can = row?.dataset.can.split(" ") ?? [];
  for (const button of form.querySelectorAll("[data-acts-on-selected]")) {
    button.disabled = !can.includes(button.value);
  }
  for (const each of form.querySelectorAll("tbody tr")) {
    each.classList.toggle("is-selected", each === row);
  }
  for (const title of document.querySelectorAll("[data-selected-title]")) {
    title.textContent = row?.dataset.title ?? "";
  }
}

function select(form, row) {
  const radio = row.querySelector("input[name=selected]");
  radio.checked = true;
  radio.focus({ preventScroll: true });
  show(form);
}

function follow(form) {
  form.addEventListener("change", () => show(form));
  form.addEventListener("click", (event) => {
    const row = event.target.closest("tbody tr");
    if (row && !event.target.closest("a, button, input, label")) select(form, row);
  });
  // A double click does what the first button of the toolbar does.
  form.addEventListener("dblclick", (event) => {
    const row = event.target.closest("tbody tr");
    if (!row || event.target.closest("a, button")) return;
    select(form, row);
    const main = form.querySelector("[data-acts-on-selected]");
    if (!main.disabled) form.requestSubmit(main);
  });
  show(form);
}

document.querySelectorAll("form[data-selection]").forEach(follow);
// Going back in the browser restores what was selected.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-selection]").forEach(show);
});
