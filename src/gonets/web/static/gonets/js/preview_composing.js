// Working on the letter: what its texts, pictures, blocks and personal parts need of
// each other, brought together.

import { toast } from "./app.js";
import { askForBlock } from "./preview_block_form.js";
import { BlockTools } from "./preview_blocks.js";
import { LetterEditor, entryOf, entryOfMark } from "./preview_editing.js";
import { FormatBar } from "./preview_format.js";
import { askForPersonal, insertInto } from "./preview_personal.js";
import { Steps } from "./preview_steps.js";
import { openablePictures, PictureDialog, pictureOf } from "./preview_pictures.js";

const UNSEEN = /^entry\.\d+\.(address|picture|second_picture|html|starts|ends|time_zone)$/;

export class Composing {
  /**
   * `show(view)` draws the letter anew; `reader()` is the number of whom it is shown for.
   */
  constructor({ page, stage, frame, words, saving, show, reader }) {
    Object.assign(this, { page, frame, words, saving, show, reader });
    this.editor = null;
    this.goal = null;
    this.base = words.letterUrl.replace(/letter\/$/, "");
    this.pictures = new PictureDialog({ url: `${this.base}pictures/`, token: words.token });
    const perform = (path, fields) => saving.perform(this.base + path, fields);
    this.steps = new Steps(document, { perform, changed: (shown) => this.#changedOutside(shown) });
    this.blocks = new BlockTools(stage, frame, {
      perform,
      undo: () => this.steps.undo(),
      redraw: (entry, goal) => this.#redraw(entry, goal),
      ask: this.#dialogs(),
    });
    this.bar = new FormatBar(stage, frame, words, {
      act: (name, entry) => this.#act(name, entry),
      kindOf: (entry) => this.blocks.kindOf(entry),
    });
    this.#listen();
  }

  /** The letter was drawn to be written in. */
  open() {
    this.editor = new LetterEditor(this.frame, {
      changed: (field, text) => this.saving.note(field, text),
      focused: (field) => this.bar.place(field),
      linkWanted: (address) => this.bar.askForLink(address),
      personalWanted: () => this.#askForPersonal(),
      pictureGiven: (file, field) => this.#pictureGiven({ file }, field),
      addressGiven: (address, field) => this.#pictureGiven({ address }, field),
      toolbarWanted: () => this.bar.focus(),
      redrawWanted: () => this.#redraw(this.editor.entry),
    });
    this.bar.serve(this.editor);
    this.blocks.serve();
    openablePictures(this.frame.contentDocument, this.words, (picture) => this.openPicture(picture));
    this.#reachBlocks();
    this.#comeBack();
    this.editor.takeUp();
  }

  /** Another view is coming. */
  hide() {
    this.bar.hide();
    this.blocks.hide();
  }

  /** Nothing can be saved any more. */
  stop() {
    this.editor?.close();
    this.hide();
  }

  /** The letter has another height: signs move with what they belong to. */
  place() {
    this.blocks.place();
  }

  text(field) {
    return pictureOf(this.frame.contentDocument, field)?.alt ?? this.editor.text(field);
  }

  /** Put a text into a field; false if the letter has none of that name. */
  put(field, text) {
    const picture = pictureOf(this.frame.contentDocument, field);
    if (!picture && !UNSEEN.test(field)) return this.editor.put(field, text);
    if (picture) picture.alt = text;
    this.saving.note(field, text);
    return true;
  }

  openPicture(picture) {
    if (this.saving.isStopped) return;
    const field = picture.dataset.editPicture;
    const isSecond = field.endsWith(".second_alt");
    const canRemove = isSecond || this.blocks.kindOf(entryOf(field)) !== "picture";
    this.pictures.open(
      { image: picture, alt: picture.alt },
      { canRemove, answered: (answer) => this.#pictureChanged(field, answer) },
    );
  }

  #act(name, entry) {
    if (name === "picture") return this.#pictureOfEntry(entry);
    if (name === "link") return this.#leadEntry(entry);
    if (name === "event" || name === "html") return this.#changeBlock(name, entry);
    return this.blocks.act(name, entry);
  }

  async #redraw(entry, goal = {}) {
    if (!(await this.saving.flush())) return;
    this.goal = { entry, ...goal };
    this.show("edit");
  }

  // What stands in the page itself is not drawn by the server.
  #changedOutside(shown) {
    for (const [name, text] of Object.entries(shown)) {
      const input = this.page.querySelector(`#${name}`);
      if (input) input.value = text;
    }
    this.#redraw("");
  }

  // The cursor goes to what was inserted or moved.
  #comeBack() {
    const goal = this.goal;
    this.goal = null;
    if (!goal?.entry) return;
    const letter = this.frame.contentDocument;
    const field = letter.querySelector(`[data-edit^="entry.${goal.entry}."]`);
    const target = field ?? letter.querySelector(`.entry-${goal.entry} [data-edit-picture], .entry-${goal.entry}`);
    if (!target) return;
    this.frame.contentWindow.focus();
    target.focus();
    target.scrollIntoView({ block: "center" });
    if (goal.button) this.bar.focus(goal.button);
  }

  #reachBlocks() {
    const letter = this.frame.contentDocument;
    const offer = (event) => {
      const block = event.target.closest?.("[class*='kind-']");
      const isField = event.target.closest?.("[data-edit]");
      if (block && !isField) this.bar.placeAtBlock(block, entryOfMark(block));
    };
    letter.addEventListener("focusin", offer);
    letter.addEventListener("click", (event) => event.target.closest?.("[class*='kind-'][tabindex]")?.focus());
    letter.addEventListener("keydown", (event) => {
      if (event.key !== "F10" || !event.altKey || event.target.closest("[data-edit]")) return;
      event.preventDefault();
      this.bar.focus();
    });
  }

  #dialogs() {
    return {
      picture: (after) => this.#newPicture({}, after),
      button: (after) => this.bar.askForLink("", (address) => address && this.#insert("button", after, { address })),
      event: (after) => this.#newBlock("event", after),
      html: (after) => this.#newBlock("html", after),
    };
  }

  async #insert(kind, after, words) {
    const answer = await this.blocks.insert(kind, after, words);
    if (answer?.refusal) toast(answer.refusal);
    return answer;
  }

  #newBlock(kind, after) {
    const url = `${this.base}blocks/form/?${new URLSearchParams({ kind })}`;
    return askForBlock(url, (words) => this.blocks.insert(kind, after, words));
  }

  #changeBlock(kind, entry) {
    const url = `${this.base}blocks/form/?${new URLSearchParams({ entry })}`;
    return askForBlock(url, async (words) => {
      const changes = named(entry, words);
      const answer = await this.saving.perform(this.words.wordingUrl, { changes: JSON.stringify(changes) });
      if (answer && !answer.refusal) this.#redraw(entry);
      return answer;
    });
  }

  #newPicture(given, after) {
    const answered = ({ picture, alt }) => this.#insert("picture", after, { picture: String(picture), picture_alt: alt });
    this.pictures.open(given, { answered });
  }

  // Dropped or pasted: on a picture it takes its place, else it becomes a block.
  #pictureGiven(given, field) {
    if (this.saving.isStopped) return;
    const existing = pictureOf(this.frame.contentDocument, field);
    if (!existing) {
      const entries = this.blocks.entries();
      const last = field === "outro" ? (entries.at(-1)?.id ?? "") : "";
      this.#newPicture(given, entryOf(field) || last);
      return;
    }
    const answered = (answer) => this.#pictureChanged(field, answer);
    this.pictures.open({ ...given, alt: existing.alt }, { answered });
  }

  async #pictureOfEntry(entry) {
    const isSecond = this.editor.field?.dataset.edit.endsWith(".second") && !this.bar.block;
    const field = `entry.${entry}.${isSecond ? "second_alt" : "picture_alt"}`;
    const picture = pictureOf(this.frame.contentDocument, field);
    if (picture) return this.openPicture(picture);
    return this.pictures.open({}, { answered: (answer) => this.#pictureChanged(field, answer) });
  }

  #pictureChanged(field, { picture, alt }) {
    const existing = pictureOf(this.frame.contentDocument, field);
    if (existing) existing.alt = alt;
    this.saving.note(field, alt);
    if (picture === null) return;
    const name = field.replace(/picture_alt$/, "picture").replace(/second_alt$/, "second_picture");
    this.saving.note(name, String(picture));
    this.#redraw(entryOf(field));
  }

  #leadEntry(entry) {
    const link = this.frame.contentDocument.querySelector(`.entry-${entry} a[href]`);
    this.bar.askForLink(link?.getAttribute("href") ?? "", (address) => {
      this.saving.note(`entry.${entry}.address`, address);
      this.#redraw(entry);
    });
  }

  #askForPersonal() {
    this.editor.keepPlace();
    askForPersonal(this.#personalMenu(), (source, shown) => this.editor.insertPersonal(source, shown));
  }

  #personalMenu() {
    return `${this.base}personal/?${new URLSearchParams({ reader: this.reader() })}`;
  }

  #listen() {
    for (const button of this.page.querySelectorAll("[data-personal-for]")) {
      const input = this.page.querySelector(`#${button.dataset.personalFor}`);
      button.addEventListener("click", () =>
        askForPersonal(this.#personalMenu(), (source) => insertInto(input, source)),
      );
    }
  }
}

function named(entry, words) {
  return Object.fromEntries(Object.entries(words).map(([word, text]) => [`entry.${entry}.${word}`, text]));
}

