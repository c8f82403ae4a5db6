// The plain-text part: whose words it is, and writing it by hand.

export const OWN_TEXT = "own_text";

/** `changed` is called when another text has been saved. */
export function writesText(page, { saving, changed }) {
  const bar = page.querySelector("[data-text-bar]");
  const dialog = document.getElementById("own-text");
  const form = dialog.querySelector("form");
  const complaint = dialog.querySelector("[role=alert]");

  // Saved as everything else is: in order, onto the edition that was seen.
  async function save(text) {
    saving.note(OWN_TEXT, text);
    const isSaved = await saving.flush();
    complaint.textContent = isSaved ? "" : document.querySelector("[data-save-state] span").textContent;
    if (!isSaved) return;
    dialog.close();
    changed();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.classList.remove("is-busy");
    save(form.elements.text.value);
  });
  dialog.addEventListener("close", () => (complaint.textContent = ""));
  bar.addEventListener("click", (event) => {
    if (event.target.closest("[data-resets-text]")) save("");
  });

  return {
    shown(view) {
      bar.hidden = view !== "text";
      if (!bar.hidden) htmx.trigger(bar, "shown");
    },
    put(text) {
      saving.note(OWN_TEXT, text);
      return true;
    },
  };
}
