// The small bar above the field that is being written in, and its dialog for links.

const dialog = document.getElementById("link-dialog");
const addressField = document.getElementById("link-address");
const addressError = document.getElementById("link-error");

export class FormatBar {
  constructor(stage, frame, words) {
    Object.assign(this, { stage, frame, words });
    this.bar = stage.querySelector("[data-format-bar]");
    this.editor = null;
    this.#listen();
    this.#listenToDialog();
  }

  serve(editor) {
    this.editor = editor;
    this.isStopped = false;
  }

  /** Nothing can be written any more, or only after the letter is drawn again. */
  hide() {
    this.isStopped = true;
    this.bar.hidden = true;
  }

  focus() {
    this.#buttons()[0]?.focus();
  }

  /** Stand above `field`; null says that the cursor has left the letter. */
  place(field) {
    if (!field) return this.#leave();
    const { isProse, takesPersonal } = this.editor;
    this.bar.hidden = this.isStopped || (!isProse && !takesPersonal);
    if (this.bar.hidden) return undefined;
    for (const button of this.bar.querySelectorAll("[data-format]")) this.#update(button);
    const box = field.getBoundingClientRect();
    const top = box.top + this.frame.offsetTop - this.bar.offsetHeight - 10;
    const rightmost = this.stage.clientWidth - this.bar.offsetWidth - 8;
    this.bar.style.top = `${Math.max(top, 4)}px`;
    this.bar.style.left = `${Math.max(Math.min(box.left + this.frame.offsetLeft, rightmost), 4)}px`;
    return undefined;
  }

  askForLink(address) {
    this.editor.keepPlace();
    addressField.value = address;
    addressError.textContent = "";
    dialog.querySelector("[data-removes-link]").hidden = !address;
    dialog.showModal();
  }

  #buttons() {
    return [...this.bar.querySelectorAll("button")].filter((button) => !button.hidden);
  }

  #update(button) {
    const { isProse, takesPersonal } = this.editor;
    button.hidden =
      ("proseOnly" in button.dataset && !isProse) ||
      ("personalOnly" in button.dataset && !takesPersonal);
    if (button.dataset.format === "name") return;
    button.setAttribute("aria-pressed", String(this.editor.isFormatted(button.dataset.format)));
  }

  #leave() {
    // The focus may be on its way into the bar itself.
    setTimeout(() => {
      const now = document.activeElement;
      if (!this.bar.contains(now) && now !== this.frame) this.bar.hidden = true;
    });
  }

  #listen() {
    // Pressing a button must not take the cursor out of the letter.
    this.bar.addEventListener("mousedown", (event) => event.preventDefault());
    this.bar.addEventListener("click", (event) => {
      const button = event.target.closest("[data-format]");
      if (!button) return;
      if (document.activeElement !== this.frame) this.editor.returnToPlace();
      this.editor.format(button.dataset.format);
    });
    this.bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const buttons = this.#buttons();
      if (step) {
        const next = buttons.indexOf(document.activeElement) + step;
        buttons.at(next % buttons.length).focus();
      }
      if (event.key === "Escape") this.editor.returnToPlace();
    });
  }

  #listenToDialog() {
    dialog.addEventListener("submit", (event) => {
      event.preventDefault();
      const address = fullAddress(addressField.value);
      if (address === null) {
        addressError.textContent = this.words.wordsLinkClosed;
        return;
      }
      dialog.close();
      this.editor.link(address);
    });
    dialog.querySelector("[data-removes-link]").addEventListener("click", () => {
      dialog.close();
      this.editor.link("");
    });
  }
}

function fullAddress(text) {
  const typed = text.trim();
  if (/^(https?:\/\/|mailto:)\S+$/i.test(typed)) return typed;
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@]+$/.test(typed)) return `mailto:${typed}`;
  if (/^[^\s/:@]+\.[^\s/:@]+(\/\S*)?$/.test(typed)) return `https://${typed}`;
  return null;
}
