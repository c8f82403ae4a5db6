// Who else has this issue open, where they are, and whether they changed anything: looked
// up every few seconds, said about ourselves as often. Both pages of an issue use this.

const LOOK = 4000; // ms; also while the page is hidden, as far as the browser lets us
const SPEAK = 5000;
const SETTLE = 300; // ms before a new field is told

export class Together {
  /**
   * `place` is "materials" or "preview", `edition()` what the page shows and `field()`
   * where the cursor is; `arrived(answer)` hears every answer that is new.
   */
  constructor(root, { place, edition, field = () => "", arrived }) {
    Object.assign(this, { root, words: root.dataset, place, edition, field, arrived });
    this.page = Math.random().toString(36).slice(2) + Date.now().toString(36);
    this.tag = "";
    this.told = null;
    this.people = [];
    this.#speak();
    this.look();
    setInterval(() => this.#speak(), SPEAK);
    setInterval(() => this.look(), LOOK);
    addEventListener("pagehide", () => this.#post({ leaving: "1" }, { keepalive: true }));
    addEventListener("pageshow", (event) => event.persisted && this.#speak());
  }

  /** The cursor went somewhere else. */
  moved() {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.field() !== this.told && this.#speak(), SETTLE);
  }

  /** Look now; resolves when the answer was taken in. */
  look() {
    this.looking ??= this.#look().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  async #look() {
    const query = new URLSearchParams({ edition: this.edition(), page: this.page });
    const headers = this.tag ? { "If-None-Match": this.tag } : {};
    try {
      const response = await fetch(`${this.words.lookUrl}?${query}`, { headers, cache: "no-store" });
      if (response.status === 304 || !response.ok || response.redirected) return;
      const answer = await response.json();
      this.#show(answer);
      await this.arrived(answer);
      // What could not be taken in now is looked at again.
      this.tag = answer.edition > this.edition() ? "" : response.headers.get("ETag");
    } catch {
      this.tag = ""; // Offline or gone: the page's own saving says so.
    }
  }

  #speak() {
    this.told = this.field();
    return this.#post({ place: this.place, field: this.told });
  }

  #post(fields, how = {}) {
    const body = new FormData();
    for (const [name, value] of Object.entries({ ...fields, page: this.page })) body.set(name, value);
    const headers = { "X-CSRFToken": this.words.token };
    return fetch(this.words.presenceUrl, { method: "POST", body, headers, ...how }).catch(() => {});
  }

  #show({ people, undo, redo }) {
    this.people = people;
    const list = this.root.querySelector("[data-people]");
    list.replaceChildren(...people.map(avatar));
    list.hidden = !people.length;
    tell(document.querySelector("[data-undoes], [data-steps-back]"), undo);
    tell(document.querySelector("[data-redoes], [data-steps-forth]"), redo);
  }
}

function avatar({ initials, hue, where }) {
  const item = document.createElement("li");
  item.className = "avatar";
  item.dataset.hue = hue;
  item.title = where;
  const letters = Object.assign(document.createElement("span"), { textContent: initials || "?" });
  letters.setAttribute("aria-hidden", "true");
  const words = Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: where });
  item.append(letters, words);
  return item;
}

// What the button would do stands behind its name.
function tell(button, what) {
  if (!button) return;
  button.dataset.name ??= button.title;
  button.title = what ? `${button.dataset.name}: ${what}` : button.dataset.name;
  button.setAttribute("aria-label", button.title);
}
