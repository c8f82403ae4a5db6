// The tree of sections: what a chosen section brings along is shown half-ticked.

const tree = document.querySelector("[data-section-tree]");

function show() {
  for (const box of tree?.querySelectorAll("input[type=checkbox]") ?? []) {
    const above = box.closest("li").parentElement.closest("li");
    const parent = above?.querySelector("input[type=checkbox]");
    box.indeterminate = !box.checked && Boolean(parent?.checked || parent?.indeterminate);
  }
}

tree?.addEventListener("change", show);
window.addEventListener("pageshow", show);
show();
