// What is not in the issue, beside the list: shown on demand, taken with one press.

const KEY = "gonets-shelf";

export function followShelf({ root, take }) {
  const place = root.querySelector("#shelf-place");
  const toggle = root.querySelector("[data-toggles-shelf]");
  const count = root.querySelector("[data-shelf-count]");
  let focusAfter = null;

  function show(open) {
    place.hidden = !open;
    toggle.setAttribute("aria-expanded", String(open));
  }

  toggle.addEventListener("click", () => {
    const open = place.hidden;
    show(open);
    sessionStorage.setItem(KEY, open ? "open" : "");
    if (open) place.querySelector("#shelf-title")?.focus();
  });

  place.addEventListener("click", (event) => {
    const button = event.target.closest("[data-takes]");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true"); // the second press of a double click
    take(button.dataset.takes.trim().split(" "));
  });

  // What was focused may be gone: the next one takes its place.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target !== place) return;
    const focused = document.activeElement;
    if (!place.contains(focused)) return;
    const buttons = [...place.querySelectorAll("[data-takes]")];
    focusAfter = buttons.slice(Math.max(buttons.indexOf(focused), 0)).map((each) => each.id);
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== place) return;
    const shelf = place.querySelector("#shelf");
    count.textContent = shelf.dataset.count;
    if (focusAfter === null) return;
    const next = focusAfter.map((id) => id && document.getElementById(id)).find(Boolean);
    (next ?? shelf.querySelector("#shelf-title")).focus();
    focusAfter = null;
  });

  show(sessionStorage.getItem(KEY) === "open");
}
