// Several people in one letter: what others wrote appears without disturbing who writes.

import { toast } from "./app.js";
import { showClashes } from "./preview_clash.js";
import { textOf } from "./preview_editing.js";
import { bringBack, caretIn, returnTo, wordsOf } from "./preview_return.js";
import { Together } from "./together.js";

const OUTSIDE = ["subject", "preheader"];
const QUIET = 2500; // ms without a key before the letter may be drawn anew

const STYLE = `
[data-here] { box-shadow: 0 0 0 3px #fff, 0 0 0 5px #8a4fbf !important; position: relative; }
[data-here]::after { content: attr(data-here); position: absolute; right: 0; bottom: 100%;
  padding: 1px 7px; border-radius: 6px 6px 0 6px; background: #6d37a0; color: #fff;
  font: 600 12px/1.5 system-ui, sans-serif; letter-spacing: 0; text-transform: none;
  white-space: nowrap; pointer-events: none; z-index: 3; }
`;

// The page's policy forbids styles even in a document that is never shown; the letter's
// own frame has them back.
function parsed(html) {
  const inert = html
    .replace(/<style[\s\S]*?(<\/style>|$)/gi, "")
    .replace(/<[^>]*>/g, (tag) => tag.replace(/\sstyle\s*=/gi, " data-style="));
  return new DOMParser().parseFromString(inert, "text/html");
}

export class LetterTogether {
  /**
   * `view()` is the view shown, `reader()` for whom, `editor()` what is written with;
   * `redraw()` shows the view anew, `labelled(changes)` names fields, `put(field, text)`
   * writes into one of the page's own fields, `changed()` hears that the letter is another.
   */
  constructor(root, { frame, saving, words, ...page }) {
    Object.assign(this, { frame, saving, words, page });
    this.gone = { place: null, words: [] };
    frame.addEventListener("drawn", () => this.#drawn());
    document.addEventListener("focusin", () => this.together.moved());
    if (saving) saving.catchUp = () => this.together.look();
    this.together = new Together(root, {
      place: "preview",
      edition: () => saving?.edition ?? Number(words.edition),
      field: () => this.#field(),
      arrived: (answer) => this.#arrived(answer),
    });
  }

  /** A save met what others wrote in the same fields. */
  clash() {
    const conflicts = [...this.saving.conflicts.values()].map((each) => ({
      ...each,
      ...this.page.labelled([[each.field, each.mine]])[0],
    }));
    showClashes(this.words, conflicts, (conflict, isMine) => this.#decide(conflict, isMine));
  }

  #decide(conflict, isMine) {
    this.saving.decide(conflict.field, isMine);
    this.clash();
    if (isMine) return;
    if (OUTSIDE.includes(conflict.field)) this.page.put(conflict.field, conflict.theirs);
    else this.#redraw();
  }

  #field() {
    const own = document.activeElement;
    if (OUTSIDE.includes(own?.name)) return own.name;
    if (own !== this.frame) return "";
    return this.frame.contentDocument?.activeElement?.dataset?.edit ?? "";
  }

  async #arrived(answer) {
    this.#mark();
    if (!answer.changed || !this.saving || this.saving.isStopped) return;
    await this.saving.running;
    if (answer.edition <= this.saving.edition) return;
    for (const name of OUTSIDE) this.#takeOutside(name, answer);
    const isTaken = this.page.view() !== "edit" || (await this.#take(answer));
    if (!isTaken && !this.#isQuiet()) return;
    this.saving.adopt(answer.edition, Object.keys(answer.changed));
    // What is written appears where it is written: nobody else need look up for it.
    if (answer.is_only_wording) document.querySelector("[data-news]").textContent = answer.news;
    else if (answer.news) toast(answer.news);
    this.page.changed();
    if (!isTaken || this.page.view() !== "edit") await this.#redraw();
  }

  #takeOutside(name, { changed, words }) {
    const input = document.querySelector(`input[name="${name}"]`);
    if (!(name in changed) || this.saving.isDirty(name) || input.value === words[name]) return;
    const at = input.selectionStart;
    this.page.put(name, words[name]);
    if (input === document.activeElement) input.setSelectionRange(at, at);
  }

  // False if the letter has to be drawn anew for it.
  async #take({ changed, is_only_wording: isOnlyWording }) {
    const names = Object.keys(changed).filter((name) => this.#isNews(name, changed[name]));
    if (!names.length && isOnlyWording) return true;
    if (!isOnlyWording) return false;
    const query = new URLSearchParams({ view: "edit", reader: this.page.reader() });
    const response = await fetch(`${this.words.letterUrl}?${query}`, { cache: "no-store" });
    if (!response.ok || response.redirected) return false;
    const fresh = parsed(await response.text());
    return names.every((name) => this.#takeField(name, fresh));
  }

  #isNews(name, edition) {
    if (OUTSIDE.includes(name) || this.saving.isDirty(name)) return false;
    return edition > (this.saving.seen.get(name) ?? this.saving.edition);
  }

  #takeField(name, fresh) {
    const shown = this.page.editor()?.fields.get(name);
    const theirs = fresh.querySelector(`[data-edit="${CSS.escape(name)}"]`);
    if (!shown || !theirs) return false;
    if (this.saving.isDirty(name) || textOf(shown) === textOf(theirs)) return true;
    const place = caretIn(shown.ownerDocument, this.frame);
    shown.replaceChildren(...shown.ownerDocument.importNode(theirs, true).childNodes);
    for (const styled of shown.querySelectorAll("[data-style]")) {
      styled.setAttribute("style", styled.dataset.style);
      delete styled.dataset.style;
    }
    shown.classList.toggle("is-empty", theirs.classList.contains("is-empty"));
    for (const chip of shown.querySelectorAll("[data-personal]")) chip.contentEditable = "false";
    for (const link of shown.querySelectorAll("a")) link.tabIndex = -1;
    if (place?.name === name) returnTo(place, this.frame);
    return true;
  }

  #isQuiet() {
    return this.saving.isClean && Date.now() - (this.saving.notedAt ?? 0) > QUIET;
  }

  async #redraw() {
    await this.saving.flush();
    this.page.redraw();
  }

  #drawn() {
    const letter = this.frame.contentDocument;
    const style = letter.createElement("style");
    style.textContent = STYLE;
    letter.head.append(style);
    letter.addEventListener("focusin", () => this.together.moved());
    letter.addEventListener("focusout", () => this.together.moved());
    letter.addEventListener("keydown", (event) => this.#key(event, letter));
    this.frame.contentWindow.addEventListener("pagehide", () => this.#going(letter));
    this.#mark();
    this.#comeBack(letter);
    this.together.moved();
  }

  // Whatever it is drawn anew for, and whatever was done since that was asked for.
  #going(letter) {
    const isNewer = (name) => this.saving.isDirty(name) || this.saving.noted.has(name);
    const editor = this.page.editor();
    this.gone = {
      place: caretIn(letter, this.frame),
      words: editor?.document === letter ? wordsOf(editor, isNewer) : [],
    };
  }

  // Who has clicked into the new letter already is where they want to be.
  #comeBack(letter) {
    const { place, words } = this.gone;
    this.gone = { place: null, words: [] };
    if (this.page.view() !== "edit") return;
    bringBack(words, this.page.editor());
    if (place && letter.activeElement === letter.body) returnTo(place, this.frame);
  }

  // Typing is undone by the browser; when there is none left, the last step is.
  #key(event, letter) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    // By where the keys are: on a Russian keyboard this is Ctrl+Я.
    const isZ = event.code === "KeyZ";
    const isRedo = (isZ && event.shiftKey) || event.code === "KeyY";
    if ((!isZ && !isRedo) || letter.queryCommandEnabled(isRedo ? "redo" : "undo")) return;
    event.preventDefault();
    document.querySelector(isRedo ? "[data-steps-forth]" : "[data-steps-back]")?.click();
  }

  // Where others are is shown in the letter, and told to those who come there.
  #mark() {
    const here = new Map(this.together?.people.map(({ field, here: words }) => [field, words]));
    const letter = this.frame.contentDocument;
    const fields = [...(letter?.querySelectorAll("[data-edit]") ?? []), ...document.querySelectorAll(".envelope-line")];
    for (const field of fields) {
      const name = field.dataset.edit ?? field.querySelector("input")?.name;
      const words = here.get(name);
      const target = field.dataset.edit ? field : field.querySelector("input");
      if (words) {
        field.dataset.here = words;
        target.setAttribute("aria-description", words);
      } else if (field.dataset.here) {
        delete field.dataset.here;
        target.removeAttribute("aria-description");
      }
    }
  }
}
