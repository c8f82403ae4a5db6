// The live indicator of a run: looks once a second, redraws only what is new.

const figures = () => document.getElementById("run-figures");
let etag = "";
let announced = "";
let focused = "";

/** Say it once to screen readers; the words change at every tenth, not every second. */
function announce() {
  const panel = figures();
  if (!panel) return;
  document.title = document.title.replace(/^.*?(?= — )/, panel.dataset.title);
  if (panel.dataset.announcement === announced) return;
  if (announced) document.getElementById("run-announcement").textContent = panel.dataset.announcement;
  announced = panel.dataset.announcement;
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt !== figures()) return;
  event.detail.parameters.shown = figures().dataset.key;
  if (etag) event.detail.headers["If-None-Match"] = etag;
});

document.addEventListener("htmx:beforeSwap", (event) => {
  focused = document.activeElement?.closest("#run-controls") ? document.activeElement.id : "";
  if (event.detail.requestConfig.elt.id !== "run-figures") {
    etag = ""; // A button was pressed: what the server said before is old.
    return;
  }
  if (event.detail.xhr.status === 304) event.detail.shouldSwap = false;
  else etag = event.detail.xhr.getResponseHeader("ETag") ?? "";
});

document.addEventListener("htmx:afterSettle", () => {
  announce();
  // New buttons take over the focus of those they replace.
  if (!focused || document.activeElement !== document.body) return;
  (document.getElementById(focused) ?? document.getElementById("run-main"))?.focus();
});

// «Приостановить» answers at once: the page says so before the server does.
document.addEventListener("submit", (event) => {
  const words = event.target.dataset?.pauses;
  if (!words) return;
  const button = event.target.querySelector("#run-main");
  button.querySelector("span").textContent = words;
  button.setAttribute("aria-disabled", "true");
  document.getElementById("run-announcement").textContent = words;
});

announce();
