// Personal parts: chosen from a menu, with what those read of whom nothing is known.

const dialog = document.getElementById("personal-dialog");
const form = dialog?.querySelector("form");

let asked = null;

/**
 * Ask which part is wanted; `answered(source, shown)` gets what to insert and what the
 * reader who is looked through would see.
 */
export async function askForPersonal(url, answered) {
  asked = answered;
  const values = dialog.querySelector("[data-personal-values]");
  const inserts = form.querySelector("[value=insert]");
  showWay();
  if (!dialog.open) dialog.showModal(); // at once: counting a million people takes a while
  inserts.disabled = true;
  values.setAttribute("aria-busy", "true");
  const response = await fetch(url, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (response?.ok && !response.redirected) values.innerHTML = await response.text();
  values.removeAttribute("aria-busy");
  inserts.disabled = !chosen();
  showFallback();
  form.elements.fallback.focus();
  form.elements.fallback.select();
}

/** Put text where the cursor of an input stands. */
export function insertInto(input, text) {
  const { selectionStart: start, selectionEnd: end } = input;
  input.setRangeText(text, start ?? input.value.length, end ?? input.value.length, "end");
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.focus();
}

function chosen() {
  return form.querySelector("[name=value]:checked") ?? form.querySelector("[name=value]");
}

function way() {
  return form.querySelector("[name=way]:checked").value;
}

function showWay() {
  for (const part of form.querySelectorAll("[data-of-way]")) part.hidden = part.dataset.ofWay !== way();
}

// What was proposed for one value makes no sense for another.
function showFallback() {
  const value = chosen();
  if (!value) return;
  form.elements.fallback.value = value.dataset.fallback;
  const token = `[${value.dataset.label}]`;
  form.elements.known.value = form.elements.known.dataset.pattern.replace("{}", token);
  for (const shown of form.querySelectorAll("[data-token]")) shown.textContent = token;
}

function sourceOf() {
  const { value: name, dataset } = chosen();
  if (way() === "value") return withFallback(name, form.elements.fallback.value);
  const known = harmless(form.elements.known.value).replaceAll(`[${dataset.label}]`, `{{ subscriber.${name} }}`);
  const otherwise = harmless(form.elements.otherwise.value);
  const other = otherwise && `{% else %}${otherwise}`;
  return `{% if subscriber.${name} %}${known}${other}{% endif %}`;
}

function withFallback(name, text) {
  const fallback = text.trim().replace(/["\\]/g, "\\$&");
  return fallback ? `{{ subscriber.${name} | default("${fallback}") }}` : `{{ subscriber.${name} }}`;
}

// Brackets of one's own would end the condition.
function harmless(text) {
  return text.replace(/\{(?=[{%#])|[%}#](?=\})/g, "");
}

function shown() {
  const { dataset } = chosen();
  const value = dataset.shown;
  if (way() === "value") return value || form.elements.fallback.value.trim();
  if (!value) return form.elements.otherwise.value;
  return form.elements.known.value.replaceAll(`[${dataset.label}]`, value);
}

form?.addEventListener("change", (event) => {
  if (event.target.name === "way") showWay();
  if (event.target.name === "value") showFallback();
});
form?.addEventListener("submit", (event) => {
  event.preventDefault();
  dialog.close();
  asked(sourceOf(), shown());
});
