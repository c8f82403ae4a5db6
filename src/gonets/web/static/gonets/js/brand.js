// The page of the brand: a letter beside the form that follows what is typed.

const form = document.querySelector("[data-brand]");
const frame = document.querySelector("[data-brand-letter]");
const design = document.querySelector("[data-brand-design]");
const WAIT = 250;

let scheme = "light";
let timer = 0;

function show() {
  const query = new URLSearchParams({ brand: 1, scheme });
  if (form.dataset.newsletter) query.set("newsletter", form.dataset.newsletter);
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value && !name.startsWith("csrf")) query.set(name, value);
  }
  const address = form.dataset.letterUrl.replace("DESIGN", design.value);
  // Without an entry in the history: Back leaves the page.
  frame.contentWindow.location.replace(`${address}?${query}`);
  document.body.dispatchEvent(new Event("brand-typed"));
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(show, WAIT);
}

// A picker beside each colour: the text stays the truth, and may be empty.
for (const field of form.querySelectorAll("[data-colour]")) {
  const picker = document.createElement("input");
  picker.type = "color";
  picker.setAttribute("aria-label", `${form.dataset.wordPick}: ${field.labels[0].textContent.trim()}`);
  const line = document.createElement("div");
  line.className = "colour-line";
  field.replaceWith(line);
  line.append(picker, field);
  const follow = () => {
    const shown = field.value || field.placeholder;
    if (/^#[0-9a-f]{6}$/i.test(shown)) picker.value = shown;
  };
  follow();
  field.addEventListener("input", follow);
  picker.addEventListener("input", (event) => {
    field.value = picker.value;
    event.stopPropagation();
    later();
  });
}

form.addEventListener("input", later);
design.addEventListener("change", show);
for (const button of document.querySelectorAll("[data-brand-scheme]")) {
  button.addEventListener("click", () => {
    scheme = button.dataset.brandScheme;
    for (const each of document.querySelectorAll("[data-brand-scheme]")) {
      each.setAttribute("aria-pressed", String(each === button));
    }
    show();
  });
}
