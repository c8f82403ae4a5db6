// Blocks of the letter: a "+" between entries, and what can be done with an entry.
//
// The signs stand over the frame, in our page: the letter itself runs no scripts.

import { toast } from "./app.js";
import { entryOf, entryOfMark } from "./preview_editing.js";

const ABOVE = "above-";
const GAP = 6;
const BESIDE = 14;

export class BlockTools {
  /**
   * `perform(path, fields)` changes the letter and gives the answer; `redraw(entry)`
   * shows it anew with the cursor in that entry; `ask` holds the dialogs by kind, each
   * called with a place; `undo()` takes the last step back.
   */
  constructor(stage, frame, { perform, redraw, ask, undo }) {
    Object.assign(this, { stage, frame, perform, redraw, ask, undo });
    this.signs = stage.querySelector("[data-block-signs]");
    this.menu = stage.querySelector("[data-block-menu]");
    this.after = null;
    this.#listen();
  }

  /** The letter was drawn: place the signs, and make blocks without words reachable. */
  serve() {
    this.isStopped = false;
    const marked = this.frame.contentDocument.querySelectorAll("[class*='kind-']");
    for (const block of marked) {
      if (!block.querySelector("[data-edit], [data-edit-picture]")) this.#makeReachable(block);
    }
    this.place();
  }

  hide() {
    this.isStopped = true;
    this.signs.replaceChildren();
    this.closeMenu();
  }

  /** Put a "+" above the first entry, below every one, and under later headings. */
  place() {
    if (this.isStopped || !this.frame.contentDocument?.body) return;
    const held = this.signs.contains(document.activeElement) ? document.activeElement.dataset.after : null;
    const entries = this.entries();
    const first = entries[0];
    const x = this.#margin(entries);
    const places = [first ? { after: "", x, y: first.top - 22 } : this.#emptyPlace()];
    const headings = this.#headings();
    entries.forEach((entry, index) => {
      const under = index && headings.find(({ top }) => top >= entries[index - 1].bottom - 1 && top < entry.top);
      if (under) places.push({ after: ABOVE + entry.id, x, y: Math.max(under.bottom, entry.top - 10) });
      places.push({ after: entry.id, x, y: below(entry, entries[index + 1]) });
    });
    const shown = new Map([...this.signs.children].map((sign) => [sign.dataset.after, sign]));
    this.signs.replaceChildren(...places.filter(Boolean).map((place) => this.#sign(place, shown.get(place.after))));
    if (held !== null) this.signs.querySelector(`[data-after="${held}"]`)?.focus();
    this.#oneTabStop();
  }

  /** The entries as they stand in the letter: {id, kind, top, bottom, left, right}. */
  entries() {
    const found = new Map();
    const parts = "[data-edit^='entry.'], [data-edit-picture^='entry.'], [class*='entry-']";
    for (const part of this.frame.contentDocument.querySelectorAll(parts)) {
      const id = entryOfMark(part) || entryOf(part.dataset.edit ?? part.dataset.editPicture ?? "");
      const box = part.getBoundingClientRect();
      if (!id || !box.height) continue;
      const seen = found.get(id) ?? { id, top: Infinity, bottom: 0, left: Infinity, right: 0 };
      seen.kind ??= /kind-(\w+)/.exec(part.className)?.[1];
      seen.top = Math.min(seen.top, box.top);
      seen.bottom = Math.max(seen.bottom, box.bottom);
      seen.left = Math.min(seen.left, box.left);
      seen.right = Math.max(seen.right, box.right);
      found.set(id, seen);
    }
    return [...found.values()].map((each) => ({ kind: "material", ...each }));
  }

  /** The headings of sections, from top to bottom. */
  #headings() {
    const found = this.frame.contentDocument.querySelectorAll("[data-edit^='section.']");
    return [...found].map((each) => each.getBoundingClientRect()).filter(({ height }) => height);
  }

  kindOf(id) {
    return this.entries().find((entry) => entry.id === id)?.kind ?? "";
  }

  /** Insert a block at a place: behind an entry, above one (ABOVE…), or "" for on top. */
  async insert(kind, place, words = {}) {
    const where = place.startsWith(ABOVE) ? { above: place.slice(ABOVE.length) } : { after: place };
    const answer = await this.perform("blocks/add/", { kind, ...where, changes: JSON.stringify(words) });
    if (answer?.entry) this.redraw(String(answer.entry));
    return answer;
  }

  /** Do with an entry what a button of the toolbar says. */
  async act(name, id) {
    if (name === "remove") return this.#remove(id);
    const isMove = name === "up" || name === "down";
    const path = `blocks/${id}/${isMove ? "move" : name}/`;
    const answer = await this.perform(path, isMove ? { direction: name } : {});
    if (answer?.refusal) return toast(answer.refusal);
    if (answer) this.redraw(String(answer.entry ?? id), { button: isMove ? name : "" });
    return undefined;
  }

  openMenu(after, opener) {
    this.after = after;
    this.opener = opener;
    this.menu.hidden = false;
    const box = opener.getBoundingClientRect();
    const stage = this.stage.getBoundingClientRect();
    const left = box.left - stage.left + box.width / 2 - this.menu.offsetWidth / 2;
    this.menu.style.left = `${Math.max(4, Math.min(left, stage.width - this.menu.offsetWidth - 4))}px`;
    this.menu.style.top = `${box.bottom - stage.top + GAP}px`;
    this.menu.querySelector("button").focus();
    this.menu.scrollIntoView({ block: "nearest" });
  }

  closeMenu() {
    const held = this.menu.contains(document.activeElement);
    this.menu.hidden = true;
    if (held) this.opener?.focus();
  }

  async #remove(id) {
    const answer = await this.perform(`blocks/${id}/remove/`, {});
    if (answer?.refusal) return toast(answer.refusal);
    if (!answer) return undefined;
    this.redraw("");
    return toast(answer.text, { label: answer.undo, action: () => this.undo() });
  }

  // Beside the column of the letter: under a short text the "+" would cover its link.
  #margin(entries) {
    const edge = Math.max(...entries.map((entry) => entry.right));
    return Math.min(edge + BESIDE, this.frame.clientWidth - BESIDE);
  }

  #emptyPlace() {
    const intro = this.frame.contentDocument.querySelector("[data-edit=intro]");
    const box = intro?.getBoundingClientRect();
    return box && { after: "", x: this.#margin([box]), y: box.bottom + 6 };
  }

  #sign({ after, x, y }, known) {
    const sign = known ?? this.signs.ownerDocument.createElement("button");
    if (!known) {
      sign.type = "button";
      sign.className = "block-sign";
      sign.dataset.after = after;
      sign.setAttribute("aria-label", this.signs.dataset.label);
      sign.title = this.signs.dataset.label;
      sign.setAttribute("aria-haspopup", "menu");
      sign.append(this.signs.parentElement.querySelector("template[data-plus]").content.cloneNode(true));
    }
    sign.style.left = `${x + this.frame.offsetLeft}px`;
    sign.style.top = `${y + this.frame.offsetTop}px`;
    return sign;
  }

  // One stop for the Tab key; the arrows go from sign to sign.
  #oneTabStop() {
    const signs = [...this.signs.children];
    const current = signs.find((sign) => sign === document.activeElement) ?? signs[0];
    for (const sign of signs) sign.tabIndex = sign === current ? 0 : -1;
  }

  #makeReachable(block) {
    block.tabIndex = 0;
    block.setAttribute("role", "group");
    const kind = /kind-(\w+)/.exec(block.className)?.[1];
    const name = this.menu.querySelector(`[data-kind="${kind}"]`)?.textContent.trim() ?? kind;
    block.setAttribute("aria-label", name);
    block.style.cursor = "pointer";
  }

  #listen() {
    this.signs.addEventListener("click", (event) => {
      const sign = event.target.closest("[data-after]");
      if (sign) this.openMenu(sign.dataset.after, sign);
    });
    this.signs.addEventListener("keydown", (event) => moveWithin(event, [...this.signs.children]));
    this.signs.addEventListener("focusin", () => this.#oneTabStop());
    this.menu.addEventListener("click", (event) => {
      const choice = event.target.closest("[data-kind]");
      if (choice) this.#choose(choice.dataset.kind);
    });
    this.menu.addEventListener("keydown", (event) => {
      moveWithin(event, [...this.menu.querySelectorAll("button")]);
      if (event.key === "Escape") this.closeMenu();
      if (event.key === "Tab") this.closeMenu();
    });
    document.addEventListener("mousedown", (event) => {
      if (!this.menu.hidden && !this.menu.contains(event.target)) this.closeMenu();
    });
  }

  async #choose(kind) {
    const { after } = this;
    this.closeMenu();
    if (this.ask[kind]) return this.ask[kind](after);
    const answer = await this.insert(kind, after);
    if (answer?.refusal) toast(answer.refusal);
    return undefined;
  }
}

// Blocks end in free space of their own, materials do not.
function below(entry, next) {
  if (entry.kind !== "material") return entry.bottom - 14;
  const room = next && next.top >= entry.bottom ? next.top - entry.bottom : 24;
  return entry.bottom + Math.min(room, 24) / 2;
}

function moveWithin(event, buttons) {
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  const step = steps[event.key];
  if (!step || !buttons.length) return;
  event.preventDefault();
  const next = buttons.indexOf(document.activeElement) + step;
  buttons.at(next % buttons.length).focus();
}
