// The dialog of materials: selecting, ordering, removing; every change is saved at once.

import { toast } from "./app.js";
import { bringUp, rowsShown } from "./entry_list.js";
import { followParts } from "./parts.js";
import { followPicker } from "./picker.js";
import { followShelf } from "./shelf.js";
import { followSmallPreview } from "./small_preview.js";
import { Together } from "./together.js";

const root = document.querySelector("[data-materials]");
const urls = root.dataset;
const announcement = root.querySelector("[data-announcement]");
const SAVE_AFTER = 200; // ms of quiet: holding Alt+↓ down is one change

let selected = new Set();
let lastSelected = null;
let focusAfter = null; // the id to focus once the answer is shown
let heldOpen = false;
let saving = null; // the timer of an order that is not sent yet
let waiting = 0; // changes without an answer so far
let changes = Promise.resolve(); // htmx itself would drop all but the last

const entryList = () => document.getElementById("entry-list");
const entries = () => [...entryList().querySelectorAll("[data-entry]:not(.is-going)")];
const checkboxOf = (entry) => entry.querySelector("[data-selects]");

function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Post a change after those before it; the list becomes what the answer says. */
function post(url, values) {
  waiting += 1;
  changes = changes.then(() => send(url, values)).catch(() => {}).then(answered);
}

// What was to go and is still there has been refused: it comes back into sight.
function answered() {
  waiting -= 1;
  if (waiting) return;
  for (const entry of entryList().querySelectorAll(".is-going")) entry.classList.remove("is-going");
}

function send(url, values) {
  const list = entryList();
  const known = { edition: list.dataset.edition, shown: rowsShown(list) };
  const how = { target: "#entry-list", swap: "outerHTML", values: { ...values, ...known } };
  return htmx.ajax("POST", url, how);
}

// Selecting

function showSelection() {
  const all = entries();
  for (const entry of all) {
    const box = checkboxOf(entry);
    box.checked = selected.has(entry.dataset.entry);
    entry.classList.toggle("is-selected", box.checked);
  }
  for (const button of root.querySelectorAll("[data-removes], [data-holds]")) {
    button.disabled = selected.size === 0;
  }
  const selectsAll = root.querySelector("[data-selects-all]");
  selectsAll.checked = all.length > 0 && selected.size === all.length;
  selectsAll.indeterminate = selected.size > 0 && selected.size < all.length;
  selectsAll.disabled = all.length === 0;
  const count = root.querySelector("[data-selected-count]");
  root.querySelector("[data-selected-number]").textContent = selected.size || "";
  count.textContent = selected.size ? fill(urls.wordsSelected, { count: selected.size }) : "";
}

function select(entry, { on, through = false }) {
  const all = entries();
  const from = through ? all.findIndex((e) => e.dataset.entry === lastSelected) : -1;
  const to = all.indexOf(entry);
  const chosen = from < 0 ? [entry] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const each of chosen) {
    if (on) selected.add(each.dataset.entry);
    else selected.delete(each.dataset.entry);
  }
  lastSelected = entry.dataset.entry;
  showSelection();
}

function selectAll(on) {
  selected = new Set(on ? entries().map((entry) => entry.dataset.entry) : []);
  showSelection();
}

// Ordering

function places() {
  return entries().map(
    (entry) => `${entry.dataset.entry}:${entry.closest("[data-part]").dataset.part}`,
  );
}

function saveOrder() {
  clearTimeout(saving);
  saving = null;
  post(urls.orderUrl, { place: places() });
}

function saveOrderSoon() {
  clearTimeout(saving);
  saving = setTimeout(saveOrder, SAVE_AFTER);
}

function neighbour(entry, up) {
  const beside = up ? entry.previousElementSibling : entry.nextElementSibling;
  if (beside) return () => (up ? beside.before(entry) : beside.after(entry));
  const part = entry.closest("[data-part]");
  const next = up ? part.previousElementSibling : part.nextElementSibling;
  const list = next?.querySelector("[data-entries]");
  return list && (() => (up ? list.append(entry) : list.prepend(entry)));
}

function move(entry, up, focused) {
  const step = neighbour(entry, up);
  if (!step) return;
  step();
  focused.focus();
  entry.scrollIntoView({ block: "nearest" });
  announceEntry(entry);
  saveOrderSoon();
}

function announceEntry(entry) {
  const all = entries();
  const part = entry.closest("[data-part]");
  announcement.textContent = fill(urls.wordsMoved, {
    title: entry.dataset.title,
    position: all.indexOf(entry) + 1,
    total: all.length,
    heading: part.querySelector("h2").textContent,
  });
}

function movePart(button) {
  const part = button.closest("[data-part]");
  const up = button.dataset.movesPart === "up";
  const beside = up ? part.previousElementSibling : part.nextElementSibling;
  if (!beside?.matches("[data-part]")) return;
  if (up) beside.before(part);
  else beside.after(part);
  button.focus();
  announcePart(part);
  saveOrderSoon();
}

function announcePart(part) {
  const parts = [...entryList().querySelectorAll("[data-part]")];
  announcement.textContent = fill(urls.wordsPartMoved, {
    heading: part.querySelector("h2").textContent,
    position: parts.indexOf(part) + 1,
    total: parts.length,
  });
}

/** Show headings only while a section is dragged: it has to fit between the others. */
function foldParts(part, folded) {
  const before = part.getBoundingClientRect().top;
  entryList().classList.toggle("is-folded", folded);
  window.scrollBy({ top: part.getBoundingClientRect().top - before, behavior: "instant" });
}

function letDrag() {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (!Sortable.get(entryList())) letDragParts(calm);
  for (const list of entryList().querySelectorAll("[data-entries]")) {
    if (!Sortable.get(list)) letDragEntries(list, calm);
  }
}

function letDragParts(calm) {
  new Sortable(entryList(), {
    draggable: "[data-part]",
    handle: ".part-grip",
    animation: calm ? 0 : 150,
    ghostClass: "is-dragged",
    onChoose: ({ item }) => foldParts(item, true),
    onUnchoose: ({ item }) => foldParts(item, false),
    onEnd: ({ item, oldIndex, newIndex }) => {
      if (oldIndex === newIndex) return;
      announcePart(item);
      saveOrder();
    },
  });
}

function letDragEntries(list, calm) {
  new Sortable(list, {
    group: "entries",
    handle: ".entry-grip",
    animation: calm ? 0 : 150,
    ghostClass: "is-dragged",
    onEnd: (event) => {
      announceEntry(event.item);
      saveOrder();
    },
  });
}

// Taking out and taking back

function takeOut(url, ids) {
  if (!ids.length) return;
  const all = entries();
  const last = Math.max(...ids.map((id) => all.findIndex((e) => e.dataset.entry === id)));
  const next = all.slice(last + 1).find((e) => !ids.includes(e.dataset.entry));
  const before = all.slice(0, last).reverse().find((e) => !ids.includes(e.dataset.entry));
  focusAfter = next ?? before ? checkboxOf(next ?? before).id : "";
  if (saving !== null) saveOrder();
  post(url, { entry: ids });
  // Gone at once to the eye; the answer takes them out, or they come back.
  for (const entry of all) if (ids.includes(entry.dataset.entry)) entry.classList.add("is-going");
  for (const id of ids) selected.delete(id);
  showSelection();
  document.getElementById(focusAfter)?.focus();
}

function restoreFocus() {
  if (focusAfter === null) return;
  const target = document.getElementById(focusAfter);
  (target ?? root.querySelector("[data-opens-dialog]")).focus();
  focusAfter = null;
}

// Events

root.addEventListener("click", (event) => {
  const target = event.target;
  const entry = target.closest("[data-entry]");
  if (target.closest("[data-moves]")) {
    const button = target.closest("[data-moves]");
    move(entry, button.dataset.moves === "up", button);
  } else if (target.closest("[data-moves-part]")) {
    movePart(target.closest("[data-moves-part]"));
  } else if (target.closest("[data-removes]")) {
    takeOut(urls.removeUrl, [...selected]);
  } else if (target.closest("[data-holds]")) {
    takeOut(urls.holdUrl, [...selected]);
  } else if (target.closest("[data-takes-back]")) {
    focusAfter = "";
    post(urls.addUrl, { material: target.closest("[data-takes-back]").dataset.takesBack });
  } else if (target.matches("[data-selects-all]")) {
    selectAll(target.checked);
  } else if (target.matches("[data-selects]")) {
    select(entry, { on: target.checked, through: event.shiftKey });
  } else if (entry && !target.closest("label, a, .entry-grip")) {
    const box = checkboxOf(entry);
    select(entry, { on: !box.checked, through: event.shiftKey });
    box.focus({ preventScroll: true });
  }
});

// Shift-click is for selecting through, not for marking text.
root.addEventListener("mousedown", (event) => {
  if (event.shiftKey && event.target.closest("[data-entry]")) event.preventDefault();
});

function stepTo(entry, up, selecting) {
  const all = entries();
  const next = all[all.indexOf(entry) + (up ? -1 : 1)];
  if (!next) return;
  if (selecting) {
    select(entry, { on: true });
    select(next, { on: true });
  }
  checkboxOf(next).focus();
}

root.addEventListener("keydown", (event) => {
  const entry = event.target.closest("[data-entry]");
  if (!entry) return;
  const vertical = event.key === "ArrowUp" || event.key === "ArrowDown";
  const up = event.key === "ArrowUp";
  if (vertical && event.altKey) move(entry, up, event.target);
  else if (vertical) stepTo(entry, up, event.shiftKey);
  else if (event.key === "Delete") {
    takeOut(urls.removeUrl, selected.size ? [...selected] : [entry.dataset.entry]);
  } else if (event.key === "Escape") selectAll(false);
  else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) selectAll(true);
  else return;
  event.preventDefault();
});

// An answer that is older than the order on the screen must not undo it.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "entry-list") return;
  heldOpen = entryList().querySelector(".held")?.open ?? false;
  event.detail.shouldSwap = false;
  if (saving !== null) return;
  if (bringUp(entryList(), event.detail.serverResponse)) listShown();
  else showAnew();
});

/** Get the whole list: what the answer builds on is not on the screen. */
async function showAnew() {
  const response = await fetch(urls.listUrl, { headers: { "X-Requested-With": "fetch" } });
  if (response.ok && bringUp(entryList(), await response.text())) listShown();
  else window.location.reload();
}

function listShown() {
  const present = new Set(entries().map((entry) => entry.dataset.entry));
  selected = new Set([...selected].filter((id) => present.has(id)));
  showSelection();
  letDrag();
  entryList().querySelector(".held")?.toggleAttribute("open", heldOpen);
  restoreFocus();
  document.body.dispatchEvent(new CustomEvent("composed"));
}

document.addEventListener("removed", (event) => {
  const { text, undo } = event.detail;
  toast(text, { label: undo, action: () => post(urls.undoUrl, {}) });
});

document.addEventListener("added", (event) => toast(event.detail.text));

// «ОК» takes an order along that is not saved yet.
document.querySelector("[data-ready]").addEventListener("submit", (event) => {
  if (saving === null) return;
  clearTimeout(saving);
  for (const place of places()) {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "place", value: place });
    event.target.append(field);
  }
});

followPicker({
  dialog: document.getElementById("picker"),
  add: (material) => post(urls.addUrl, { material }),
});
followParts({
  root,
  post: (url, values, focus) => {
    if (saving !== null) saveOrder(); // what is on the screen comes first
    if (focus) focusAfter = focus;
    post(url, values);
  },
  selectPart: (part) => {
    for (const entry of part.querySelectorAll("[data-entry]")) selected.add(entry.dataset.entry);
    showSelection();
  },
});
followSmallPreview(root);
followShelf({ root, take: (material) => post(urls.addUrl, { material }) });

const together = new Together(document.querySelector("[data-together]"), {
  place: "materials",
  edition: () => Number(entryList().dataset.edition),
  arrived: async ({ edition, news }) => {
    await changes;
    const isBusy = saving !== null || document.querySelector(".is-dragged");
    if (isBusy || edition <= Number(entryList().dataset.edition)) return;
    if (entryList().contains(document.activeElement)) focusAfter = document.activeElement.id;
    await htmx.ajax("GET", urls.listUrl, { target: "#entry-list", swap: "outerHTML" });
    if (news) toast(news);
  },
});
document.addEventListener("composed", () => together.look());
showSelection();
letDrag();
