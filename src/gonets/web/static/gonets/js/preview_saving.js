// Saves what is typed: soon, in order, never two at once. What is not confirmed by the
// server is also kept in this browser, so that nothing typed is ever lost.

const PAUSE = 600; // ms without a key before saving
const LONGEST_WAIT = 30_000; // ms between attempts while the server does not answer
const LONGEST_SENT = 300_000; // characters: no field takes so many, the server says so
const KEEPALIVE_BYTES = 60_000; // browsers send no more after the page is gone

export class Autosave {
  /**
   * `report(state, details)` hears: unsaved, saving, saved {time}, retrying, loggedOut,
   * rejected {field, message}, conflict, behind, stopped {message, changes}.
   *
   * `edition` is what the page shows.  `seen` has the fields that were seen at another
   * one: a save of ours while the page is behind, or what is still being written.
   */
  constructor({ url, token, edition, key, report }) {
    Object.assign(this, { url, token, edition, key, report });
    this.waiting = new Map();
    this.underWay = new Map();
    this.rejected = new Map();
    this.conflicts = new Map(); // what others wrote at the same time, to be decided
    this.seen = new Map();
    this.noted = new Set(); // fields written since the letter was last asked for
    this.failures = 0;
    this.isStopped = false;
    this.isRecovering = false;
    addEventListener("online", () => this.save());
    addEventListener("pagehide", () => this.#saveInPassing());
    addEventListener("beforeunload", (event) => {
      if (this.failures && this.waiting.size) event.preventDefault();
    });
  }

  get isClean() {
    return !this.waiting.size && !this.underWay.size && !this.rejected.size && !this.conflicts.size;
  }

  /** Whether a field holds text that is not stored. */
  isDirty(field) {
    return [this.waiting, this.underWay, this.rejected, this.conflicts].some((each) => each.has(field));
  }

  /** The page now shows `edition`, but for `changed` fields that are being written. */
  adopt(edition, changed) {
    const known = [...this.seen].filter(([field, at]) => at > edition || this.isDirty(field));
    const own = changed.filter((field) => this.isDirty(field)).map((field) => [field, this.edition]);
    this.seen = new Map([...own, ...known]);
    this.edition = edition;
  }

  /** Say which wording stays where somebody else wrote, too. */
  decide(field, isMine) {
    const conflict = this.conflicts.get(field);
    this.conflicts.delete(field);
    if (isMine) {
      this.seen.set(field, conflict.edition);
      this.note(field, this.waiting.get(field) ?? conflict.mine);
    } else {
      this.waiting.delete(field);
      this.seen.set(field, conflict.edition);
      this.#keep();
      this.report("saved", { time: this.time ?? "" });
    }
  }

  /** Take note of a field's new text. */
  note(field, text) {
    this.notedAt = Date.now();
    this.noted.add(field);
    this.waiting.set(field, text);
    this.rejected.delete(field);
    this.#keep();
    if (this.isStopped) return;
    if (!this.failures) this.report("unsaved");
    this.#later(PAUSE);
  }

  /** Save everything now; false if something could not be saved. */
  async flush() {
    while (!this.isStopped && (this.waiting.size || this.underWay.size)) {
      await (this.running ?? this.save());
      if (this.failures) return false;
    }
    return this.isClean;
  }

  save() {
    clearTimeout(this.timer);
    if (this.isStopped || this.running || !this.waiting.size) return this.running;
    this.running = this.#send().finally(() => {
      this.running = null;
      if (this.waiting.size && !this.isStopped) {
        this.#later(this.failures ? this.#wait() : PAUSE);
      }
    });
    return this.running;
  }

  /**
   * Change the letter by another way than its words, after all of them are saved.
   * Returns the answer, or {refusal} with a sentence; null if the page has said why not.
   */
  async perform(url, fields) {
    if (!(await this.flush())) return null;
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.set(name, value ?? "");
    body.set("edition", this.edition);
    this.running = this.#performed(url, body).finally(() => {
      this.running = null;
      if (this.waiting.size && !this.isStopped) this.#later(PAUSE);
    });
    return this.running;
  }

  async #performed(url, body) {
    this.report("saving");
    let response;
    try {
      response = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": this.token } });
    } catch {
      return this.#unperformed("retrying");
    }
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    const answer = isJson ? await response.json() : null;
    if (response.ok && answer) {
      this.#saved(answer);
      return answer;
    }
    if (response.status === 409 && answer && this.catchUp) {
      setTimeout(() => this.catchUp());
      this.report("saved", { time: this.time ?? "" });
      return { ...answer, refusal: answer.message };
    }
    if (response.status === 422 && answer) {
      this.report("saved", { time: "" });
      return { ...answer, refusal: answer.message };
    }
    if (answer?.message) this.#stopped(answer);
    else this.#unperformed(response.redirected || response.status === 403 ? "loggedOut" : "retrying");
    return null;
  }

  // Nothing is tried again by itself: the editor sees that it did not happen.
  #unperformed(state) {
    this.report(state);
    return null;
  }

  /** What this browser kept from last time: {edition, changes} or null. */
  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key));
    } catch {
      return null;
    }
  }

  forget() {
    localStorage.removeItem(this.key);
  }

  async #send() {
    this.underWay = this.waiting;
    this.waiting = new Map();
    if (!this.failures) this.report("saving");
    let response;
    try {
      response = await fetch(this.url, this.#request(this.underWay));
    } catch {
      return this.#failed("retrying");
    }
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    const answer = isJson ? await response.json() : null;
    if (response.ok && answer) return this.#saved(answer);
    if (response.status === 422 && answer) return this.#refused(answer);
    if (response.status === 409 && this.#overtook(answer)) return this.#putBack();
    if (answer?.message) return this.#stopped(answer);
    return this.#failed(response.redirected || response.status === 403 ? "loggedOut" : "retrying");
  }

  #request(changes) {
    const body = new FormData();
    body.set("edition", this.edition);
    const sent = [...changes].map(([field, text]) => [field, text.slice(0, LONGEST_SENT)]);
    body.set("changes", JSON.stringify(Object.fromEntries(sent)));
    const seen = [...this.seen].filter(([field]) => changes.has(field));
    if (seen.length) body.set("seen", JSON.stringify(Object.fromEntries(seen)));
    return { method: "POST", body, headers: { "X-CSRFToken": this.token } };
  }

  #saved({ edition, time, behind = false, conflicts = [] }) {
    const open = new Map(conflicts.map((conflict) => [conflict.field, conflict]));
    for (const field of this.underWay.keys()) {
      if (open.has(field)) continue;
      this.conflicts.delete(field);
      if (behind) this.seen.set(field, edition);
      else this.seen.delete(field);
    }
    this.conflicts = new Map([...this.conflicts, ...open]);
    if (!behind) this.edition = edition;
    this.time = time;
    this.failures = 0;
    this.underWay = new Map();
    this.#keep();
    if (this.conflicts.size) this.report("conflict");
    else this.report(this.waiting.size ? "unsaved" : "saved", { time });
    if (behind) setTimeout(() => this.catchUp?.());
  }

  // What the last page sent while it was being left arrived after this page was made.
  #overtook({ edition, yours }) {
    if (!this.isRecovering || !yours || edition !== this.edition + 1) return false;
    this.isRecovering = false;
    this.edition = edition;
    return true;
  }

  // One field cannot be saved: the others can.
  #refused({ field, message }) {
    this.failures = 0;
    const text = this.underWay.get(field);
    this.#putBack();
    if (!this.waiting.has(field) || this.waiting.get(field) === text) {
      this.waiting.delete(field);
      this.rejected.set(field, text);
    }
    this.#keep();
    this.report("rejected", { field, message });
  }

  #failed(state) {
    this.failures += 1;
    this.#putBack();
    this.#keep();
    this.report(state);
  }

  #stopped({ message }) {
    this.isStopped = true;
    this.#putBack();
    this.#keep();
    this.report("stopped", { message, changes: new Map([...this.rejected, ...this.waiting]) });
  }

  // What was typed since then is newer than what was under way.
  #putBack() {
    this.waiting = new Map([...this.underWay, ...this.waiting]);
    this.underWay = new Map();
  }

  #later(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), wait);
  }

  #wait() {
    return Math.min(1000 * 2 ** this.failures, LONGEST_WAIT);
  }

  #keep() {
    const open = [...this.conflicts].map(([field, { mine }]) => [field, mine]);
    const changes = new Map([...open, ...this.rejected, ...this.underWay, ...this.waiting]);
    if (!changes.size) return this.forget();
    try {
      const kept = { edition: this.edition, changes: Object.fromEntries(changes) };
      localStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      // The browser's store is full or closed; the server still gets the text.
    }
  }

  #saveInPassing() {
    if (this.isStopped || this.running || !this.waiting.size) return;
    const request = this.#request(this.waiting);
    if (request.body.get("changes").length * 2 < KEEPALIVE_BYTES) {
      fetch(this.url, { ...request, keepalive: true }).catch(() => {});
    }
  }
}
