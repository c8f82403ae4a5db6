// The small bar above what is being worked on: formatting, and what can be done with
// the entry; and the dialog for links.

const dialog = document.getElementById("link-dialog");
const addressField = document.getElementById("link-address");
const addressError = document.getElementById("link-error");

export class FormatBar {
  /** `act(name, entry)` is told what to do with an entry; `kindOf(entry)` its kind. */
  constructor(stage, frame, words, { act, kindOf }) {
    Object.assign(this, { stage, frame, words, act, kindOf });
    this.bar = stage.querySelector("[data-format-bar]");
    this.editor = null;
    this.linked = null;
    this.#listen();
    this.#listenToDialog();
  }

  serve(editor) {
    this.editor = editor;
    this.isStopped = false;
    this.block = null;
  }

  /** Nothing can be written any more, or only after the letter is drawn again. */
  hide() {
    this.isStopped = true;
    this.bar.hidden = true;
  }

  focus(action = "") {
    const wanted = action && this.bar.querySelector(`[data-act="${action}"]`);
    (wanted || this.#buttons()[0])?.focus();
  }

  /** Stand above `field`; null says that the cursor has left the letter. */
  place(field) {
    if (!field) return this.#leave();
    this.block = null;
    return this.#stand(field, this.editor.entry);
  }

  /** Stand above a block that has no words, such as a line. */
  placeAtBlock(block, entry) {
    this.block = { block, entry };
    this.#stand(block, entry);
  }

  #stand(element, entry) {
    this.entry = entry;
    const kind = entry && this.kindOf(entry);
    for (const button of this.bar.querySelectorAll("button")) this.#update(button, kind);
    this.bar.hidden = this.isStopped || !this.#buttons().length;
    if (this.bar.hidden) return;
    for (const group of this.bar.querySelectorAll("[data-group]")) {
      group.hidden = !group.querySelector("button:not([hidden])");
    }
    const box = element.getBoundingClientRect();
    const top = box.top + this.frame.offsetTop - this.bar.offsetHeight - 10;
    const rightmost = this.stage.clientWidth - this.bar.offsetWidth - 8;
    this.bar.style.top = `${Math.max(top, 4)}px`;
    this.bar.style.left = `${Math.max(Math.min(box.left + this.frame.offsetLeft, rightmost), 4)}px`;
  }

  /** Ask for an address; it goes to `answered`, else into the text at the cursor. */
  askForLink(address, answered = null) {
    this.linked = answered;
    if (!answered) this.editor.keepPlace();
    addressField.value = address;
    addressError.textContent = "";
    dialog.querySelector("[data-removes-link]").hidden = !address;
    dialog.showModal();
  }

  #buttons() {
    return [...this.bar.querySelectorAll("button:not([hidden])")];
  }

  #update(button, kind) {
    const { format, act, kinds } = button.dataset;
    const { isProse, takesPersonal, leadsSomewhere } = this.editor;
    if (act) {
      button.hidden = !this.entry || (Boolean(kinds) && !kinds.split(" ").includes(kind));
      return;
    }
    const isLink = format === "link" && leadsSomewhere;
    button.hidden =
      Boolean(this.block) ||
      ("proseOnly" in button.dataset && !isProse && !isLink) ||
      ("personalOnly" in button.dataset && !takesPersonal);
    if (button.hasAttribute("aria-pressed") || "proseOnly" in button.dataset) {
      button.setAttribute("aria-pressed", String(this.editor.isFormatted(format)));
    }
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
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.act) {
        this.act(button.dataset.act, this.entry);
        return;
      }
      if (document.activeElement !== this.frame) this.editor.returnToPlace();
      this.editor.format(button.dataset.format);
    });
    this.bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const buttons = this.#buttons();
      if (step) {
        const next = buttons.indexOf(document.activeElement) + step;
        event.preventDefault();
        buttons.at(next % buttons.length).focus();
      }
      if (event.key === "Escape") this.#back();
    });
  }

  #back() {
    if (!this.block) return this.editor.returnToPlace();
    this.frame.contentWindow.focus();
    return this.block.block.focus();
  }

  #answer(address) {
    dialog.close();
    if (this.linked) this.linked(address);
    else this.editor.link(address);
  }

  #listenToDialog() {
    dialog.addEventListener("submit", (event) => {
      event.preventDefault();
      const address = fullAddress(addressField.value);
      if (address === null) {
        addressError.textContent = this.words.wordsLinkClosed;
        return;
      }
      this.#answer(address);
    });
    dialog.querySelector("[data-removes-link]").addEventListener("click", () => this.#answer(""));
  }
}

function fullAddress(text) {
  const typed = text.trim();
  if (/^(https?:\/\/|mailto:)\S+$/i.test(typed)) return typed;
  if (/^[^\s@/:]+@[^\s@/:]+\.[^\s@]+$/.test(typed)) return `mailto:${typed}`;
  if (/^[^\s/:@]+\.[^\s/:@]+(\/\S*)?$/.test(typed)) return `https://${typed}`;
  return null;
}
