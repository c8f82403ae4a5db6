// The letter beside the list, small: made anew after every change, shown when it is ready.

const WIDTH = 640; // of the letter as a window on a computer shows it
const AFTER = 1000; // ms: several changes in a row are one

export function followSmallPreview(root) {
  const beside = root.querySelector("[data-small-preview]");
  const dialog = document.getElementById("small-preview");
  const within = dialog.querySelector("[data-small-preview-phone]");
  const wide = matchMedia("(min-width: 78rem)");
  let waiting = null;

  function place() {
    if (dialog.open) return within;
    return beside.clientWidth ? beside : null;
  }

  function fit(frame, where) {
    const scale = Math.min(where.clientWidth / WIDTH, 1);
    frame.style.setProperty("--scale", scale);
    frame.style.height = `${where.clientHeight / scale}px`;
  }

  function show(where) {
    const old = () => frame.previousElementSibling;
    const frame = document.createElement("iframe");
    frame.className = "small-letter is-coming";
    frame.title = where.dataset.title;
    frame.tabIndex = -1;
    frame.setAttribute("sandbox", "allow-same-origin");
    frame.addEventListener("load", () => {
      const letter = frame.contentDocument;
      if (letter?.body) letter.body.inert = true; // to be looked at, not to be used
      frame.contentWindow.scrollTo(0, old()?.contentWindow?.scrollY ?? 0);
      while (old()) old().remove();
      frame.classList.remove("is-coming");
    });
    frame.src = where.dataset.letterUrl;
    where.append(frame);
    fit(frame, where);
  }

  function refresh() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const where = place();
      if (where) show(where);
    }, AFTER);
  }

  function refit() {
    for (const where of [beside, within]) {
      for (const frame of where.querySelectorAll("iframe")) fit(frame, where);
    }
  }

  root.querySelector("[data-opens-small-preview]").addEventListener("click", () => {
    dialog.showModal();
    show(within);
  });
  document.body.addEventListener("composed", refresh);
  root.querySelector("[data-toggles-shelf]").addEventListener("click", refresh);
  wide.addEventListener("change", refresh);
  window.addEventListener("resize", refit);
  refresh();
}
