// The letter's pictures: described, replaced, cropped, taken out.

import { Cropper } from "./preview_cropping.js";

const dialog = document.getElementById("picture-dialog");
const form = dialog?.querySelector("form");
const description = document.getElementById("picture-description");

/** Make every picture of the letter a button that `open`s it. */
export function openablePictures(letter, words, open) {
  for (const picture of letter.querySelectorAll("[data-edit-picture]")) {
    picture.tabIndex = 0;
    picture.setAttribute("role", "button");
    const label = () => {
      const text = picture.alt.trim() || words.wordsNoDescription;
      picture.setAttribute("aria-label", words.wordsDescribe.replace("{description}", text));
    };
    label();
    new MutationObserver(label).observe(picture, { attributeFilter: ["alt"] });
    picture.addEventListener("click", (event) => {
      event.preventDefault();
      open(picture);
    });
    picture.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      open(picture);
    });
  }
}

export function pictureOf(letter, name) {
  return letter.querySelector(`[data-edit-picture="${CSS.escape(name)}"]`);
}

export class PictureDialog {
  /** `url` takes pictures; `token` lets it. */
  constructor({ url, token }) {
    Object.assign(this, { url, token });
    this.cropper = new Cropper(dialog.querySelector("[data-cropper]"));
    this.file = dialog.querySelector("[data-picture-file]");
    this.error = dialog.querySelector("[data-picture-error]");
    this.#listen();
  }

  /**
   * Ask for a picture and its description.  `given` may hold what there is already:
   * {image, alt, file, address}; `canRemove` offers to take it out.  `answered` gets
   * {picture, alt}: a number if there is a new picture, "" if it is to go, else null.
   */
  open(given, { canRemove = false, answered }) {
    this.answered = answered;
    this.name = given.image?.src.split("/").pop();
    this.source = null;
    this.isWarned = false;
    form.reset();
    this.file.dispatchEvent(new Event("cleared"));
    description.value = given.alt ?? "";
    this.#complain("");
    dialog.querySelector("[data-removes-picture]").hidden = !canRemove;
    this.cropper.clear();
    this.#busy(false);
    dialog.showModal();
    if (given.file) this.#take(given.file);
    else if (given.address) this.#fetch(given.address);
    else if (given.image) this.cropper.show(given.image).then(() => description.focus());
    else this.file.focus();
  }

  async #take(file) {
    this.source = { file };
    this.#complain("");
    try {
      const image = await createImageBitmap(file, { imageOrientation: "from-image" });
      await this.cropper.show(image);
    } catch {
      // What this browser cannot show, the server may understand.
      await this.#keep({ file });
    }
    description.focus();
  }

  async #fetch(address) {
    form.elements.address.value = address;
    await this.#keep({ address });
    description.focus();
  }

  // The server keeps it at once: only it can open or reach it.
  async #keep(what) {
    const kept = await this.#sent(what);
    if (!kept) return;
    this.source = { picture: kept.picture };
    await this.cropper.show(await loaded(kept.address));
  }

  async #submit() {
    const address = form.elements.address.value.trim();
    if (address && !this.source && !this.cropper.isShown) return this.#fetch(address);
    if (!this.source && !this.cropper.isShown) return this.#complain(dialog.dataset.wordsChoose);
    const alt = description.value.replace(/\s+/g, " ").trim();
    if (!alt && !this.isWarned) {
      this.isWarned = true;
      description.focus();
      return this.#complain(dialog.dataset.wordsDescribe);
    }
    const picture = await this.#finished();
    if (picture === undefined) return undefined;
    dialog.close();
    return this.answered({ picture, alt });
  }

  // Null: the picture stays as it is; undefined: it could not be kept.
  async #finished() {
    const crop = this.cropper.crop;
    if (this.source?.picture && !crop) return this.source.picture;
    if (!this.source && !crop) return null;
    const kept = await this.#sent({ ...(this.source ?? { name: this.name }), crop });
    return kept?.picture;
  }

  async #sent(what) {
    const body = new FormData();
    for (const [name, value] of Object.entries(what)) if (value) body.set(name, value);
    this.#busy(true);
    try {
      const response = await fetch(this.url, { method: "POST", body, headers: { "X-CSRFToken": this.token } });
      const answer = await response.json();
      if (response.ok) return answer;
      this.#complain(answer.message);
    } catch {
      this.#complain(document.body.dataset.wordsOffline);
    } finally {
      this.#busy(false);
    }
    return undefined;
  }

  #complain(text) {
    this.error.textContent = text;
  }

  #busy(isBusy) {
    form.classList.toggle("is-busy", isBusy);
    dialog.querySelector("[data-takes-picture]").disabled = isBusy;
  }

  #listen() {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      this.#submit();
    });
    this.file.addEventListener("change", () => this.file.files[0] && this.#take(this.file.files[0]));
    form.elements.address.addEventListener("change", () => {
      const address = form.elements.address.value.trim();
      if (address) this.#fetch(address);
    });
    dialog.addEventListener("dragover", (event) => event.preventDefault());
    dialog.addEventListener("drop", (event) => {
      event.preventDefault();
      const file = [...event.dataTransfer.files].find((each) => each.type.startsWith("image/"));
      if (file) this.#take(file);
    });
    dialog.addEventListener("paste", (event) => {
      const file = [...event.clipboardData.files].find((each) => each.type.startsWith("image/"));
      if (file) this.#take(file);
    });
    dialog.querySelector("[data-removes-picture]").addEventListener("click", () => {
      dialog.close();
      this.answered({ picture: "", alt: "" });
    });
  }
}

/** The picture of an address, ready to be drawn. */
export async function loaded(address) {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}
