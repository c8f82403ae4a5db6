// Writing into the letter. Its frame runs no scripts: everything is driven from here.

import { cleanFragment, cleanNodes } from "./preview_cleaning.js";

const PROSE_KEYS = { b: "bold", i: "italic", k: "link" };
const COMMANDS = {
  bold: "bold",
  italic: "italic",
  list: "insertUnorderedList",
  numbers: "insertOrderedList",
  undo: "undo",
  redo: "redo",
};
const HEADINGS = ["h2", "h3", "h4"];

/** The text of a field's element as the server wants it. */
export function textOf(element) {
  const copy = element.cloneNode(true);
  for (const chip of copy.querySelectorAll("[data-personal]")) {
    chip.replaceWith(chip.dataset.personal);
  }
  const words = copy.textContent.replace(/[\s\u00a0\u200b]+/g, " ").trim();
  if (element.dataset.editKind !== "prose") return words;
  return words ? cleanNodes(copy) : "";
}

export class LetterEditor {
  /**
   * `changed(field, text)` is called after every change, `focused(field)` when the
   * cursor comes to a field or leaves (null), `linkWanted(address)` and
   * `personalWanted()` when a dialog is needed, `pictureGiven(file, field)` and
   * `addressGiven(address, field)` when a picture was pasted or dropped.
   */
  constructor(frame, wishes) {
    Object.assign(this, { frame, ...wishes });
    this.document = frame.contentDocument;
    this.fields = new Map();
    this.field = null;
    for (const element of this.document.querySelectorAll("[data-edit]")) this.#open(element);
    this.#listen();
  }

  get isProse() {
    return this.field?.dataset.editKind === "prose";
  }

  /** Headings are the only texts that are the same for everybody. */
  get takesPersonal() {
    return Boolean(this.field) && !this.field.dataset.edit.endsWith(".heading");
  }

  /** The entry that is written in, or nothing. */
  get entry() {
    return entryOf(this.field?.dataset.edit ?? "");
  }

  /** Titles and buttons lead somewhere as a whole. */
  get leadsSomewhere() {
    return /^entry\.\d+\.(title|button)$/.test(this.field?.dataset.edit ?? "");
  }

  get ownAddress() {
    return this.field?.closest("a[href]")?.getAttribute("href") ?? "";
  }

  close() {
    for (const element of this.fields.values()) element.contentEditable = "false";
  }

  /** Who clicked on a text before it could be written in, writes in it. */
  takeUp() {
    const held = this.document.activeElement;
    if (document.activeElement !== this.frame || !held?.matches("body, a")) return;
    const selection = this.document.getSelection();
    const place = selection.rangeCount ? selection.getRangeAt(0).cloneRange() : null;
    const clicked = elementOf(place?.startContainer)?.closest("[data-edit]");
    const link = held.matches("a") ? held : null;
    const field = clicked ?? link?.closest("[data-edit]") ?? link?.querySelector("[data-edit]");
    field?.focus({ preventScroll: true });
    if (!clicked) return;
    selection.removeAllRanges();
    selection.addRange(place);
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
    return element ? textOf(element) : null;
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
    if (name === "personal") return this.takesPersonal && this.personalWanted();
    if (name === "link" && this.leadsSomewhere) return this.linkWanted(this.ownAddress);
    if (name === "undo" || name === "redo") return this.document.execCommand(name);
    if (!this.isProse) return undefined;
    if (name === "link") return this.linkWanted(this.#linkAtCursor()?.getAttribute("href") ?? "");
    if (name === "heading") this.#toggleHeading();
    else this.document.execCommand(COMMANDS[name]);
    return this.#noted(this.field);
  }

  isFormatted(name) {
    if (name === "link") return Boolean(this.leadsSomewhere ? this.ownAddress : this.#linkAtCursor());
    if (name === "heading") return this.#isHeading();
    const command = COMMANDS[name];
    return Boolean(command && this.field && this.document.queryCommandState(command));
  }

  /** Insert a personal part; `shown` is what this reader will see. */
  insertPersonal(source, shown) {
    this.returnToPlace();
    if (!this.takesPersonal) return;
    const chip = this.document.createElement("span");
    chip.dataset.personal = source;
    chip.setAttribute("contenteditable", "false");
    chip.title = source;
    chip.textContent = shown || source;
    chip.dataset.new = "";
    // In this way the browser can undo it.
    this.document.execCommand("insertHTML", false, chip.outerHTML);
    const inserted = this.field.querySelector("[data-new]");
    delete inserted?.dataset.new;
    inserted?.removeAttribute("style");
    if (inserted) this.#besideChip(inserted, this.field);
    this.#noted(this.field);
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
    if (this.leadsSomewhere) return this.#leadTo(address);
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
    return this.#noted(this.field);
  }

  // The whole title or button; what had no link gets one when it is drawn anew.
  #leadTo(address) {
    const link = this.field.closest("a[href]");
    if (link && address) link.setAttribute("href", address);
    this.changed(`entry.${this.entry}.address`, address);
    if (!link || !address) this.redrawWanted();
  }

  #isHeading() {
    const block = this.document.queryCommandValue("formatBlock");
    return HEADINGS.includes(block.toLowerCase());
  }

  #toggleHeading() {
    this.document.execCommand("formatBlock", false, this.#isHeading() ? "p" : "h3");
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
    this.document.addEventListener("dragover", (event) => event.preventDefault());
    this.document.addEventListener("drop", (event) => this.#drop(event));
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
    const picture = pictureIn(event.clipboardData);
    // Word and Excel put a picture of the text beside the text.
    if (picture && !text.trim()) return this.pictureGiven(picture, field.dataset.edit);
    if (field.dataset.editKind !== "prose") {
      return this.document.execCommand("insertText", false, text.replace(/\s+/g, " "));
    }
    const clean = html && cleanFragment(html);
    if (!clean) return this.document.execCommand("insertText", false, text);
    return this.document.execCommand("insertHTML", false, clean);
  }

  // Only pictures can be dropped; text would come with its formatting and its place.
  #drop(event) {
    event.preventDefault();
    const field = this.#fieldAt(event);
    const picture = pictureIn(event.dataTransfer);
    if (picture) return this.pictureGiven(picture, field);
    const html = event.dataTransfer.getData("text/html");
    const address = /<img[^>]*\ssrc=["'](https?:[^"']+)/i.exec(html)?.[1];
    if (address) this.addressGiven(address.replaceAll("&amp;", "&"), field);
    return undefined;
  }

  #fieldAt(event) {
    const target = event.target.closest?.("[data-edit], [data-edit-picture], [class*='entry-']");
    const { edit, editPicture } = target?.dataset ?? {};
    return edit ?? editPicture ?? (entryOfMark(target) ? `entry.${entryOfMark(target)}.` : "");
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
    const link = elementOf(this.document.getSelection()?.anchorNode)?.closest("a");
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

/** The number of the entry that a field belongs to, or "". */
export function entryOf(field) {
  return /^entry\.(\d+)\./.exec(field)?.[1] ?? "";
}

/** The number of the entry that a block's element is marked with, or "". */
export function entryOfMark(element) {
  return /(?:^|\s)entry-(\d+)/.exec(element?.className ?? "")?.[1] ?? "";
}

function elementOf(node) {
  return node?.nodeType === 1 ? node : node?.parentElement;
}

function pictureIn(transfer) {
  return [...transfer.files].find((file) => file.type.startsWith("image/"));
}
