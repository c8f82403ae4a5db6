// Whose letter is shown: chosen from the dialog, or the next one.

import { toast } from "./app.js";

/** `chosen(reader, label)` hears of every choice; `current()` is asked before a step. */
export function choosesReaders(page, { url, current, chosen }) {
  document.getElementById("readers").addEventListener("click", (event) => {
    const row = event.target.closest("[data-reader]");
    if (!row) return;
    event.currentTarget.close();
    chosen(row.dataset.reader, row.dataset.readerLabel);
  });
  page.addEventListener("click", (event) => {
    const button = event.target.closest("[data-steps]");
    if (button) step(button.dataset.steps);
  });

  async function step(steps) {
    const query = new URLSearchParams({ reader: current(), steps });
    try {
      const response = await fetch(`${url}?${query}`);
      const { reader, label } = await response.json();
      if (reader) chosen(String(reader), label);
    } catch {
      toast(document.body.dataset.wordsOffline);
    }
  }
}
