// Buttons that copy what stands beside them.

import { toast } from "./app.js";

function select(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}

/** Copy; pages that came over plain http may only select and copy the selection. */
async function copy(element) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(element.textContent);
    return true;
  }
  select(element);
  return document.execCommand("copy");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const element = document.getElementById(button.dataset.copies);
  try {
    if (await copy(element)) toast(button.dataset.copied);
    else select(element);
  } catch {
    select(element); // The browser forbids it: then by hand, Ctrl+C.
  }
});
