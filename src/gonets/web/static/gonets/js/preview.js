// The page of step 3: views of the letter, the reader it is shown for, saving, leaving.

import { toast } from "./app.js";
import { foreignPictures } from "./foreign_pictures.js";
import { Composing } from "./preview_composing.js";
import { tellsWhenDrawn } from "./preview_drawing.js";
import { pictureOf } from "./preview_pictures.js";
import { showConflict, showKept } from "./preview_kept.js";
import { choosesReaders } from "./preview_readers.js";
import { Autosave } from "./preview_saving.js";
import { OWN_TEXT, writesText } from "./preview_text.js";
import { LetterTogether } from "./preview_together.js";
import { closeMenus, copiesLetter, markView } from "./preview_views.js";

const page = document.querySelector("[data-preview]");
const words = page.dataset;
const frame = document.getElementById("letter");
const stage = page.querySelector("[data-stage]");
const inputs = [...page.querySelectorAll(".envelope-input")];
const readerName = page.querySelector("[data-reader-name]");
const canEdit = "editable" in page.dataset;

let view = canEdit ? "edit" : "light";
let reader = words.reader === "None" ? "" : words.reader;
let isFirstLook = true;

const saving = canEdit
  ? new Autosave({
      url: words.wordingUrl,
      token: words.token,
      edition: Number(words.edition),
      key: `gonets-letter-${words.issue}`,
      report,
    })
  : null;

const textPart = canEdit ? writesText(page, { saving, changed: () => show("text") }) : null;
const composing = canEdit
  ? new Composing({ page, stage, frame, words, saving, show, reader: () => reader })
  : null;

/* What the page says about saving */

function report(state, details = {}) {
  if (state === "stopped") {
    stopEditing();
    showConflict(words, details.message, labelled(details.changes), { discard: () => saving.forget() });
  }
  if (state === "rejected") markRejected(details.field);
  if (state === "conflict") together.clash();
  if (state === "saved") {
    for (const input of inputs) input.removeAttribute("aria-invalid");
    document.body.dispatchEvent(new Event("letter-saved"));
  }
  showState(state, details);
}

function showState(state, details) {
  const texts = {
    unsaved: words.wordsUnsaved,
    saving: words.wordsSaving,
    saved: words.wordsSaved.replace("{time}", details.time),
    retrying: words.wordsRetrying,
    loggedOut: words.wordsLoggedOut,
    rejected: words.wordsRejected.replace("{reason}", details.message),
    conflict: words.wordsConflict,
    stopped: words.wordsStopped,
  };
  const shown = document.querySelector("[data-save-state]");
  const isBad = ["retrying", "loggedOut", "rejected", "conflict", "stopped"].includes(state);
  shown.dataset.saveState = state;
  shown.dataset.tone = isBad ? "bad" : state === "saved" ? "good" : "busy";
  shown.querySelector("span").textContent = texts[state];
}

function markRejected(field) {
  const input = inputs.find((each) => each.name === field);
  if (input) input.setAttribute("aria-invalid", "true");
  else composing?.editor?.fields.get(field)?.setAttribute("aria-invalid", "true");
}

function stopEditing() {
  composing?.stop();
  for (const input of inputs) input.readOnly = true;
}

function labelOf(field) {
  if (field === "subject") return words.wordSubject;
  if (field === "preheader") return words.wordPreheader;
  if (field === OWN_TEXT) return words.wordOwnText;
  if (field.endsWith("_alt")) return words.wordDescription;
  return composing?.editor?.fields.get(field)?.dataset.label ?? field;
}

function labelled(changes) {
  return [...changes].map(([field, text]) => ({ field, label: labelOf(field), text }));
}

/* The letter's frame */

function show(nextView) {
  view = nextView;
  markView(page, view);
  textPart?.shown(view);
  composing?.hide();
  stage.classList.add("is-loading");
  saving?.noted.clear();
  frame.contentWindow.location.replace(
    `${words.letterUrl}?${new URLSearchParams({ view: view === "phone" ? "light" : view, reader, ...foreignPictures() })}`,
  );
}

async function change(nextView) {
  closeMenus();
  // The other views show what is stored: what was typed must get there first.
  if (saving && !(await saving.flush()) && nextView !== "edit" && saving.failures) return;
  show(nextView);
}

function letterDrawn() {
  stage.dataset.view = view;
  frame.contentDocument.getElementById("clip")?.scrollIntoView({ block: "center" });
  stage.classList.remove("is-loading");
  fitFrame();
  new ResizeObserver(fitFrame).observe(frame.contentDocument.body);
  if (view === "edit") openEditor();
  else openLinksOutside();
}

function fitFrame() {
  const body = frame.contentDocument?.body;
  if (body) frame.style.height = `${Math.ceil(body.getBoundingClientRect().height)}px`;
  if (view === "edit") composing?.place();
}

function openLinksOutside() {
  frame.contentDocument.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link) return;
    event.preventDefault();
    if (/^https?:/.test(link.href)) open(link.href, "_blank", "noopener");
  });
}

/* Writing */

function openEditor() {
  composing.open();
  if (saving.isStopped) stopEditing();
  else if (isFirstLook) offerKept();
  isFirstLook = false;
}

function currentText(field) {
  const input = inputs.find((each) => each.name === field);
  return input?.value ?? composing.text(field);
}

function put(field, text) {
  if (field === OWN_TEXT) return textPart.put(text);
  const input = inputs.find((each) => each.name === field);
  if (!input) return composing.put(field, text);
  input.value = text;
  count(input);
  saving.note(field, text);
  return true;
}

// What an earlier visit could not save: put back if nothing has changed since.
function offerKept() {
  const kept = saving.kept();
  const changes = Object.entries(kept?.changes ?? {});
  const lost = changes.filter(([field, text]) => plain(currentText(field)) !== plain(text));
  if (!lost.length) return saving.forget();
  if (kept.edition === saving.edition) {
    saving.isRecovering = true;
    putAll(lost);
    return toast(words.wordsRecovered);
  }
  return showKept(words, labelled(lost), { putAll, discard: () => saving.forget() });
}

// Returns the fields that are not in the letter any more.
function putAll(changes) {
  const homeless = changes.filter(([field, text]) => !put(field, text)).map(([field]) => field);
  // Drawn anew, personal parts are shown filled in again.
  saving.flush().then((isSaved) => isSaved && show("edit"));
  return homeless;
}

function plain(text) {
  const holder = document.implementation.createHTMLDocument("");
  holder.body.innerHTML = text ?? "";
  return holder.body.textContent.replace(/\s+/g, "");
}

function count(input) {
  const length = [...input.value].length;
  const shown = page.querySelector(`[data-count-of="${input.name}"]`);
  shown.textContent = length ? length : "";
  shown.title = words.wordsCharacters.replace("{count}", length);
}

/* Wiring */

frame.addEventListener("drawn", letterDrawn);

page.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-view]");
  if (button) change(button.dataset.view);
  const goal = event.target.closest("[data-goes-to]");
  if (goal) goTo(goal.dataset.goesTo);
  const shown = event.target.closest("[data-shows]");
  if (shown) change(shown.dataset.shows);
});

page.addEventListener("pictures-chosen", (event) => {
  event.preventDefault();
  change(view);
});

// A line of preflight on another page leads here: #field=subject, #size=size.
function followAddress() {
  const [kind, place] = decodeURIComponent(location.hash.slice(1)).split("=");
  if (kind === "size") change("size");
  if (kind !== "field" || !place) return;
  if (inputs.some((each) => each.name === place) || composing?.editor) return goTo(place);
  frame.addEventListener("drawn", () => setTimeout(() => goTo(place)), { once: true });
}

function goTo(field) {
  if (field === OWN_TEXT) return change("text");
  const input = inputs.find((each) => each.name === field);
  if (input) return input.focus();
  if (!canEdit) return frame.scrollIntoView();
  if (view === "edit") return goWithin(field);
  frame.addEventListener("drawn", () => setTimeout(() => goWithin(field)), { once: true });
  return change("edit");
}

function goWithin(field) {
  const picture = pictureOf(frame.contentDocument, field);
  if (!picture) return composing?.editor?.focus(field);
  picture.scrollIntoView({ block: "center" });
  return composing?.openPicture(picture);
}

for (const input of inputs) {
  count(input);
  input.addEventListener("input", () => {
    count(input);
    saving?.note(input.name, input.value);
  });
  input.addEventListener("blur", () => saving?.save());
  // Until here nobody could have typed what nobody would have saved.
  input.readOnly = !canEdit;
}

function showFor(chosen, label) {
  reader = chosen;
  readerName.textContent = label;
  change(view);
}

choosesReaders(page, { url: words.neighbourUrl, current: () => reader, chosen: showFor });
copiesLetter(page, { frame, url: words.letterUrl, current: () => reader });

if (canEdit) window.addEventListener("blur", () => saving.save());

const together = new LetterTogether(document.querySelector("[data-together]"), {
  frame,
  saving,
  words,
  view: () => view,
  reader: () => reader,
  editor: () => composing?.editor,
  redraw: () => show(view),
  labelled,
  put: (field, text) => {
    const input = inputs.find((each) => each.name === field);
    input.value = text;
    count(input);
  },
  changed: () => document.body.dispatchEvent(new Event("letter-saved")),
});

tellsWhenDrawn(frame);
followAddress();

/* Leaving: only with everything saved */

async function leave(event, go) {
  if (!saving || saving.isClean || saving.isStopped) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await saving.flush()) go();
}

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest("a[data-leaves]");
    if (link && !event.ctrlKey && !event.metaKey) leave(event, () => location.assign(link.href));
  },
  true,
);
document.addEventListener(
  "submit",
  (event) => {
    if (event.target.matches("form[data-leaves]")) leave(event, () => event.target.requestSubmit());
  },
  true,
);
// A test letter is the letter as it is stored.
document.addEventListener("htmx:confirm", (event) => {
  if (!saving || saving.isClean || !event.target.matches("[data-test-letter]")) return;
  event.preventDefault();
  saving.flush().then((isSaved) => isSaved && event.detail.issueRequest(true));
});
