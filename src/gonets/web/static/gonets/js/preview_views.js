// The switch between the views of a letter, with the rarer ones in a menu.

import { toast } from "./app.js";

export function markView(page, view) {
  for (const button of page.querySelectorAll("button[data-view]")) {
    button.setAttribute("aria-pressed", String(button.dataset.view === view));
  }
  for (const part of page.querySelectorAll("[data-of-view]")) {
    part.hidden = part.dataset.ofView !== view;
  }
  const choice = page.querySelector("[data-menu-choice]");
  const rare = choice?.closest("[data-menu]").querySelector('button[aria-pressed="true"]');
  if (choice) choice.textContent = rare?.textContent.trim() ?? "";
}

export function closeMenus() {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    const holdsFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (holdsFocus) menu.querySelector("summary").focus();
  }
}

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("details[data-menu]")) closeMenus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
});

/** The source can be copied and taken along as a file. */
export function copiesLetter(page, { frame, url, current }) {
  page.addEventListener("click", async (event) => {
    const file = event.target.closest("[data-letter-file]");
    if (file) file.href = `${url}?${new URLSearchParams({ view: "file", reader: current() })}`;
    const button = event.target.closest("[data-copies-letter]");
    if (button && (await copied(frame))) toast(button.dataset.copied);
  });
}

// Pages that came over plain http have no clipboard, but may copy what is selected.
async function copied(frame) {
  const source = frame.contentDocument.querySelector("pre");
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    frame.contentDocument.getSelection().selectAllChildren(source);
    return frame.contentDocument.execCommand("copy");
  }
}
