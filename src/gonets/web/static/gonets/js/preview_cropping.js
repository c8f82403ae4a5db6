// Choosing the part of a picture that a letter shows: by dragging, by presets, by keys.

const STEP = 0.02;
const SMALLEST = 0.05;
const HANDLE = 12; // pixels around a corner that take hold of it

export class Cropper {
  /** `place` holds a canvas and the buttons of the ratios. */
  constructor(place) {
    this.place = place;
    this.canvas = place.querySelector("canvas");
    this.ratios = [...place.querySelectorAll("[data-ratio]")];
    this.clear();
    this.#listen();
  }

  get isShown() {
    return Boolean(this.image);
  }

  /** The part to keep, as the server wants it; "" for all of it. */
  get crop() {
    const { left, top, width, height } = this.box;
    if (!this.image || (width > 0.995 && height > 0.995)) return "";
    return [left, top, width, height].map((share) => share.toFixed(4)).join(",");
  }

  clear() {
    this.image = null;
    this.ratio = 0;
    this.box = { left: 0, top: 0, width: 1, height: 1 };
    this.place.hidden = true;
  }

  async show(image) {
    this.clear();
    this.image = image;
    this.place.hidden = false;
    const { width, height } = sizeOf(image);
    const scale = Math.min(1, this.place.clientWidth / width || 1, 320 / height);
    this.canvas.width = Math.max(Math.round(width * scale), 1);
    this.canvas.height = Math.max(Math.round(height * scale), 1);
    this.#mark("0");
    this.#draw();
  }

  #choose(ratio) {
    this.ratio = Number(ratio);
    this.#mark(ratio);
    if (!this.ratio) this.box = { left: 0, top: 0, width: 1, height: 1 };
    else this.box = this.#largest(this.ratio);
    this.#draw();
  }

  // The largest part of this shape, in the middle.
  #largest(ratio) {
    const shape = ratio / this.#shape();
    const width = Math.min(1, shape);
    const height = Math.min(1, 1 / shape);
    return { left: (1 - width) / 2, top: (1 - height) / 2, width, height };
  }

  #shape() {
    return this.canvas.width / this.canvas.height;
  }

  #mark(ratio) {
    for (const button of this.ratios) button.setAttribute("aria-pressed", String(button.dataset.ratio === ratio));
  }

  #move(dx, dy) {
    const { width, height } = this.box;
    this.box.left = between(0, this.box.left + dx, 1 - width);
    this.box.top = between(0, this.box.top + dy, 1 - height);
    this.#draw();
  }

  // From the corner that is pulled, the opposite one staying where it is.
  #resize(dx, dy, { fromLeft = false, fromTop = false } = {}) {
    const { left, top, width, height } = this.box;
    const [right, bottom] = [left + width, top + height];
    const widest = fromLeft ? right : 1 - left;
    const highest = fromTop ? bottom : 1 - top;
    let w = between(SMALLEST, width + (fromLeft ? -dx : dx), widest);
    let h = between(SMALLEST, height + (fromTop ? -dy : dy), highest);
    if (this.ratio) {
      const shape = this.ratio / this.#shape();
      h = w / shape;
      if (h > highest) [w, h] = [highest * shape, highest];
    }
    this.box = { left: fromLeft ? right - w : left, top: fromTop ? bottom - h : top, width: w, height: h };
    this.#draw();
  }

  #draw() {
    if (!this.image) return;
    const context = this.canvas.getContext("2d");
    const { width: w, height: h } = this.canvas;
    const { left, top, width, height } = this.box;
    const [x, y, dx, dy] = [left * w, top * h, width * w, height * h];
    context.clearRect(0, 0, w, h);
    context.drawImage(this.image, 0, 0, w, h);
    context.fillStyle = "rgb(0 0 0 / 55%)";
    context.beginPath();
    context.rect(0, 0, w, h);
    context.rect(x, y, dx, dy);
    context.fill("evenodd");
    context.strokeStyle = "#fff";
    context.lineWidth = 2;
    context.strokeRect(x + 1, y + 1, dx - 2, dy - 2);
    context.fillStyle = "#fff";
    for (const [cx, cy] of corners(x, y, dx, dy)) context.fillRect(cx - 4, cy - 4, 8, 8);
    this.#tell();
  }

  #tell() {
    const { width, height } = sizeOf(this.image);
    const text = this.place.dataset.words
      .replace("{width}", Math.round(this.box.width * width))
      .replace("{height}", Math.round(this.box.height * height));
    this.place.querySelector("[data-crop-size]").textContent = text;
  }

  #listen() {
    for (const button of this.ratios) button.addEventListener("click", () => this.#choose(button.dataset.ratio));
    this.canvas.addEventListener("pointerdown", (event) => this.#pull(event));
    this.canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  #pull(event) {
    event.preventDefault();
    this.canvas.focus();
    this.canvas.setPointerCapture(event.pointerId);
    const corner = this.#cornerAt(event);
    let last = this.#at(event);
    const follow = (moved) => {
      const now = this.#at(moved);
      const [dx, dy] = [now.x - last.x, now.y - last.y];
      if (corner) this.#resize(dx, dy, corner);
      else this.#move(dx, dy);
      last = now;
    };
    this.canvas.addEventListener("pointermove", follow);
    const done = () => this.canvas.removeEventListener("pointermove", follow);
    this.canvas.addEventListener("pointerup", done, { once: true });
    this.canvas.addEventListener("pointercancel", done, { once: true });
  }

  #at(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  #cornerAt(event) {
    const { x, y } = this.#at(event);
    const { left, top, width, height } = this.box;
    const [reachX, reachY] = [HANDLE / this.canvas.clientWidth, HANDLE / this.canvas.clientHeight];
    for (const fromLeft of [true, false]) {
      for (const fromTop of [true, false]) {
        const [cx, cy] = [fromLeft ? left : left + width, fromTop ? top : top + height];
        if (Math.abs(x - cx) < reachX && Math.abs(y - cy) < reachY) return { fromLeft, fromTop };
      }
    }
    return null;
  }

  // Arrows move the part, with Shift they make it larger or smaller.
  #key(event) {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!direction) return;
    event.preventDefault();
    const [dx, dy] = direction.map((share) => share * STEP);
    if (!event.shiftKey) this.#move(dx, dy);
    else if (this.ratio) this.#resize(dx || dy, 0);
    else this.#resize(dx, dy);
  }
}

function sizeOf(image) {
  return { width: image.naturalWidth || image.width, height: image.naturalHeight || image.height };
}

function corners(x, y, dx, dy) {
  return [[x, y], [x + dx, y], [x, y + dy], [x + dx, y + dy]];
}

function between(least, value, most) {
  return Math.max(least, Math.min(value, Math.max(least, most)));
}
