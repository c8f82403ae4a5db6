// What every page needs: the menu, the theme, dialogs, toasts, chosen files, no double submits.

const THEMES = ["", "light", "dark"];

function setTheme(theme) {
  if (theme) {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("gonets-theme", theme);
  } else {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem("gonets-theme");
  }
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
  }
}

/** Show a short message; `undo` is {label, action}. Stays 8 s, longer while focused. */
export function toast(text, undo) {
  const region = document.getElementById("toasts");
  const box = document.createElement("div");
  box.className = "toast";
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button-link";
    button.textContent = undo.label;
    button.addEventListener("click", () => {
      box.remove();
      undo.action();
    });
    box.append(button);
  }
  region.append(box);
  const leave = () => {
    if (box.matches(":hover, :focus-within")) setTimeout(leave, 2000);
    else box.remove();
  };
  setTimeout(leave, 8000);
}

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens-dialog]");
  if (opener) openDialog(opener.dataset.opensDialog);

  const closer = event.target.closest("[data-closes-dialog]");
  if (closer) closer.closest("dialog")?.close();

  const menu = event.target.closest("[data-toggles-menu]");
  if (menu) {
    const body = document.getElementById(menu.getAttribute("aria-controls"));
    const open = body.classList.toggle("is-open");
    menu.setAttribute("aria-expanded", String(open));
  }

  const theme = event.target.closest("[data-theme-choice]");
  if (theme) setTheme(theme.dataset.themeChoice);
});

// A click on the backdrop closes a dialog that can be left without a decision.
document.addEventListener("mousedown", (event) => {
  if (event.target.matches?.("dialog[data-light-dismiss]")) event.target.close();
});

// A second press of a submit button while the first is under way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get") return;
  if (form.classList.contains("is-busy")) {
    event.preventDefault();
    return;
  }
  form.classList.add("is-busy");
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form.is-busy").forEach((f) => f.classList.remove("is-busy"));
});

// The server may ask for a toast: HX-Trigger: {"toast": {"text": "…"}}.
document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value));
document.addEventListener("htmx:responseError", (event) => {
  const words = document.body.dataset;
  const gone = event.detail.xhr.status === 404 ? words.wordsGone : words.wordsFailed;
  toast(gone);
});
document.addEventListener("htmx:sendError", () => toast(document.body.dataset.wordsOffline));

setTheme(THEMES.includes(localStorage.getItem("gonets-theme")) ? localStorage.getItem("gonets-theme") : "");

// The name of the chosen file stands beside our own button.
for (const choice of document.querySelectorAll("[data-file-choice]")) {
  const input = choice.querySelector("input");
  const name = choice.querySelector("[data-file-name]");
  const show = () => (name.textContent = input.files[0]?.name ?? name.dataset.wordsNone);
  input.addEventListener("change", show);
  input.addEventListener("cleared", show);
  window.addEventListener("pageshow", show);
}
