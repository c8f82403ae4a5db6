// The parts of the issue: called, joined, sorted, shortened; and steps taken back.

import { toast } from "./app.js";

export function followParts({ root, post, selectPart }) {
  const urls = root.dataset;
  const dialog = document.getElementById("part-dialog");
  const limit = document.getElementById("limit-dialog");
  const sorting = root.querySelector("[data-sorting]");
  let part = null; // the key of the part that the dialog is about

  const parts = () => [...root.querySelectorAll("[data-part]")];
  const headingOf = (section) => section.querySelector("h2").textContent.trim();

  function open(section) {
    part = section.dataset.part;
    const others = parts().filter((each) => each !== section);
    dialog.querySelector("#part-heading").value = section.querySelector("h2").dataset.heading;
    const into = dialog.querySelector("#part-into");
    into.replaceChildren(...others.map((each) => new Option(headingOf(each), each.dataset.part)));
    dialog.querySelector("[data-joins-part]").hidden = others.length === 0;
    dialog.showModal();
    dialog.querySelector("#part-heading").select();
  }

  function openLimit(section) {
    part = section?.dataset.part ?? null;
    limit.querySelector("[data-limited-part]").textContent = section ? `(${headingOf(section)})` : "";
    limit.querySelector("[data-limits-each]").hidden = Boolean(section);
    limit.querySelector("[data-limits-one]").hidden = !section;
    if (section) limit.querySelector("#limit-most").value = section.dataset.limit || 5;
    limit.showModal();
    limit.querySelector("#limit-most").select();
  }

  function sort(by, values = {}) {
    post(urls.sortUrl, { by, ...values });
  }

  const focusPart = () => `part-more-${part}`;

  root.addEventListener("click", (event) => {
    const more = event.target.closest("[data-opens-part]");
    if (more) open(more.closest("[data-part]"));
    const sorts = event.target.closest("[data-sorts]");
    if (sorts) sort(sorts.dataset.sorts);
    if (event.target.closest("[data-limits]")) openLimit(null);
    if (event.target.closest("[data-undoes]")) post(urls.undoUrl, {});
    if (event.target.closest("[data-redoes]")) post(urls.redoUrl, {});
  });

  // The menu closes on a choice, on a click elsewhere, and on Escape.
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-sorting] > summary")) sorting.open = false;
  });
  sorting.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !sorting.open) return;
    sorting.open = false;
    sorting.querySelector("summary").focus();
  });

  dialog.addEventListener("click", (event) => {
    const by = event.target.closest("[data-sorts-part]");
    const section = parts().find((each) => each.dataset.part === part);
    if (by) sort(by.dataset.sortsPart, { part });
    else if (event.target.closest("[data-selects-part]")) selectPart(section);
    else if (event.target.closest("[data-limits-part]")) {
      dialog.close();
      openLimit(section);
      return;
    } else return;
    dialog.close();
  });

  dialog.querySelector("[data-renames-part]").addEventListener("submit", (event) => {
    post(urls.renamePartUrl, { part, heading: event.target.elements.heading.value }, focusPart());
  });
  dialog.querySelector("[data-joins-part]").addEventListener("submit", (event) => {
    const into = event.target.elements.into.value;
    post(urls.joinPartsUrl, { part, into }, `part-more-${into}`);
  });
  limit.querySelector("[data-limits-to]").addEventListener("submit", (event) => {
    const { most, rest } = event.target.elements;
    const focus = part ? focusPart() : undefined;
    post(urls.limitUrl, { most: most.value, rest: rest.value, ...(part ? { part } : {}) }, focus);
  });

  // Ctrl+Z in a field is the field's own.
  document.addEventListener("keydown", (event) => {
    const isField = event.target.matches?.("textarea, input:not([type=checkbox]):not([type=radio])");
    if (isField || document.querySelector("dialog[open]")) return;
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    const again = key === "y" || (key === "z" && event.shiftKey) || (key === "я" && event.shiftKey);
    if (again) post(urls.redoUrl, {});
    else if (key === "z" || key === "я") post(urls.undoUrl, {});
    else return;
    event.preventDefault();
  });

  document.addEventListener("stepped", (event) => toast(event.detail.text));
  document.addEventListener("anothers-step", (event) => {
    const { text, step, agree } = event.detail;
    toast(text, { label: agree, action: () => post(urls.undoUrl, { step }) });
  });
}
