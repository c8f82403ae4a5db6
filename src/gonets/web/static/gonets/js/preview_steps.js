// Taking steps back and doing them again, by buttons and by keys.

import { toast } from "./app.js";

export class Steps {
  /**
   * `perform(path, fields)` changes the letter and gives the answer; `changed(words)`
   * shows the letter anew, `words` being those outside of its frame.
   */
  constructor(page, { perform, changed }) {
    Object.assign(this, { perform, changed });
    for (const button of page.querySelectorAll("[data-steps-back]")) {
      button.addEventListener("click", () => this.undo());
    }
    for (const button of page.querySelectorAll("[data-steps-forth]")) {
      button.addEventListener("click", () => this.#step("letter/redo/"));
    }
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Take the last step back; another editor's only after a question. */
  undo(agreed = "") {
    return this.#step("letter/undo/", { agreed });
  }

  async #step(path, fields = {}) {
    const answer = await this.perform(path, fields);
    if (answer?.words) {
      toast(answer.text);
      return this.changed(answer.words);
    }
    if (!answer?.refusal) return undefined;
    const { refusal, agreed, undo } = answer;
    return toast(refusal, agreed && { label: undo, action: () => this.undo(agreed) });
  }

  // Within a text the browser undoes typing by itself.
  #key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
    const key = event.key.toLowerCase();
    const isRedo = (key === "z" && event.shiftKey) || key === "y";
    if (key !== "z" && !isRedo) return;
    event.preventDefault();
    if (isRedo) this.#step("letter/redo/");
    else this.undo();
  }
}
