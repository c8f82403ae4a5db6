// Writing into the letter. Its frame runs no scripts: everything is driven from here.

import { cleanFragment, cleanNodes } from "./preview_cleaning.js";

const PROSE_KEYS = { b: "bold", i: "italic", k: "link" };

export class LetterEditor {
  /** `changed(field, text)` is called after every change. */
  constructor(frame, { changed, focused, linkWanted, toolbarWanted, namePart, readerName }) {
    Object.assign(this, { frame, changed, focused, linkWanted, toolbarWanted, namePart, readerName });
    this.document = frame.contentDocument;
    this.fields = new Map();
    this.field = null;
    for (const element of this.document.querySelectorAll("[data-edit]")) this.#open(element);
    this.#listen();
  }

  get isProse() {
    return this.field?.dataset.editKind === "prose";
  }

  /** Only the letter's own texts can hold personal parts, not the site's materials. */
  get takesPersonal() {
    return ["greeting", "intro", "outro"].includes(this.field?.dataset.edit);
  }

  close() {
    for (const element of this.fields.values()) element.contentEditable = "false";
  }

  focus(name) {
    const element = this.fields.get(name);
    element?.focus();
    element?.scrollIntoView({ block: "center" });
    return Boolean(element);
  }

  /** The text of a field as the server wants it: HTML for prose, else plain text. */
  text(name) {
    const element = this.fields.get(name);
    if (!element) return null;
    const copy = element.cloneNode(true);
    for (const chip of copy.querySelectorAll("[data-personal]")) {
      chip.replaceWith(chip.dataset.personal);
    }
    const words = copy.textContent.replace(/[\s\u00a0\u200b]+/g, " ").trim();
    if (element.dataset.editKind !== "prose") return words;
    return words ? cleanNodes(copy) : "";
  }

  /** Put `text`, as `text()` gives it, into a field. */
  put(name, text) {
    const element = this.fields.get(name);
    if (!element) return false;
    if (element.dataset.editKind === "prose") element.innerHTML = cleanFragment(text);
    else element.textContent = text;
    this.#noted(element);
    return true;
  }

  format(name) {
    if (name === "name") return this.insertName();
    if (!this.isProse) return undefined;
    if (name === "link") return this.linkWanted(this.#linkAtCursor()?.getAttribute("href") ?? "");
    const command = { bold: "bold", italic: "italic", list: "insertUnorderedList" }[name];
    this.document.execCommand(command);
    return this.#noted(this.field);
  }

  isFormatted(name) {
    if (name === "link") return Boolean(this.#linkAtCursor());
    const command = { bold: "bold", italic: "italic", list: "insertUnorderedList" }[name];
    return Boolean(command && this.field && this.document.queryCommandState(command));
  }

  insertName() {
    if (!this.takesPersonal) return;
    const chip = this.document.createElement("span");
    chip.dataset.personal = this.namePart;
    chip.contentEditable = "false";
    chip.title = this.namePart;
    chip.textContent = this.readerName();
    this.#insert(chip);
  }

  /** Remember where the cursor is, for when a dialog has taken the focus. */
  keepPlace() {
    const selection = this.document.getSelection();
    this.place = selection.rangeCount ? selection.getRangeAt(0).cloneRange() : null;
  }

  returnToPlace() {
    this.frame.contentWindow.focus();
    this.field?.focus();
    if (!this.place) return;
    const selection = this.document.getSelection();
    selection.removeAllRanges();
    selection.addRange(this.place);
  }

  link(address) {
    this.returnToPlace();
    const existing = this.#linkAtCursor();
    if (existing) {
      if (address) existing.setAttribute("href", address);
      else existing.replaceWith(...existing.childNodes);
    } else if (address && this.document.getSelection().isCollapsed) {
      const link = this.document.createElement("a");
      link.href = address;
      link.textContent = address.replace(/^mailto:/, "");
      this.#insert(link);
    } else if (address) {
      this.document.execCommand("createLink", false, address);
    }
    this.#noted(this.field);
  }

  #open(element) {
    element.contentEditable = "true";
    element.setAttribute("role", "textbox");
    element.setAttribute("aria-label", element.dataset.label);
    if (element.dataset.editKind === "prose") element.setAttribute("aria-multiline", "true");
    for (const chip of element.querySelectorAll("[data-personal]")) chip.contentEditable = "false";
    this.fields.set(element.dataset.edit, element);
  }

  #listen() {
    const fieldOf = (event) => event.target.closest?.("[data-edit]");
    const onField = (name, action) =>
      this.document.addEventListener(name, (event) => {
        const field = fieldOf(event);
        if (field) action(event, field);
      });
    for (const link of this.document.links) link.tabIndex = -1;
    this.document.addEventListener("click", (event) => {
      if (event.target.closest("a")) event.preventDefault();
    });
    onField("focusin", (event, field) => {
      this.field = field;
      if (field.dataset.editKind === "prose") this.#readyForParagraphs(field);
      this.focused(field);
    });
    onField("focusout", () => this.focused(null));
    onField("click", (event, field) => this.#besideChip(event.target, field));
    onField("input", (event, field) => this.#noted(field));
    onField("keydown", (event, field) => this.#key(event, field));
    onField("paste", (event, field) => this.#paste(event, field));
    onField("drop", (event) => event.preventDefault());
    this.document.addEventListener("selectionchange", () => this.field && this.focused(this.field));
  }

  // A chip cannot hold the cursor: a click on one puts it behind.
  #besideChip(target, field) {
    const chip = target.closest("[data-personal]");
    if (!chip) return;
    field.focus();
    const range = this.document.createRange();
    range.setStartAfter(chip);
    const selection = this.document.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  #key(event, field) {
    const isProse = field.dataset.editKind === "prose";
    if (event.key === "F10" && event.altKey) {
      event.preventDefault();
      this.keepPlace();
      this.toolbarWanted();
    }
    if (event.key === "Enter" && !isProse) event.preventDefault();
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const name = PROSE_KEYS[event.key.toLowerCase()];
    if (name || event.key.toLowerCase() === "u") event.preventDefault();
    if (name) this.format(name);
  }

  #paste(event, field) {
    event.preventDefault();
    const html = event.clipboardData.getData("text/html");
    const text = event.clipboardData.getData("text/plain");
    if (field.dataset.editKind !== "prose") {
      this.document.execCommand("insertText", false, text.replace(/\s+/g, " "));
    } else if (html) {
      this.document.execCommand("insertHTML", false, cleanFragment(html));
    } else {
      this.document.execCommand("insertText", false, text);
    }
  }

  #insert(node) {
    const selection = this.document.getSelection();
    if (!this.field || !selection.rangeCount) return;
    const range = selection.getRangeAt(0);
    range.deleteContents();
    range.insertNode(node);
    range.setStartAfter(node);
    range.collapse(true);
    selection.removeAllRanges();
    selection.addRange(range);
    this.#noted(this.field);
  }

  #linkAtCursor() {
    const node = this.document.getSelection()?.anchorNode;
    const element = node?.nodeType === 1 ? node : node?.parentElement;
    const link = element?.closest("a");
    return link && this.field?.contains(link) ? link : null;
  }

  #readyForParagraphs(field) {
    this.document.execCommand("defaultParagraphSeparator", false, "p");
    if (!field.textContent.trim() && !field.querySelector("p")) field.innerHTML = "<p><br></p>";
  }

  #noted(field) {
    const name = field.dataset.edit;
    const text = this.text(name);
    field.classList.toggle("is-empty", !text);
    this.changed(name, text);
  }
}
