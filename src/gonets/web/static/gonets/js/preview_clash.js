// Two people wrote in the same field: both wordings are shown, and the editor picks.

import { button, element, textBox } from "./preview_kept.js";

const place = document.querySelector("[data-clashes]");

/** Show every conflict until `decided(conflict, isMine)` was called for it. */
export function showClashes(words, conflicts, decided) {
  const known = new Map([...place.children].map((child) => [child.dataset.field, child]));
  const shown = conflicts.map((conflict) => notice(words, conflict, decided));
  const isNew = shown.some((each) => !known.has(each.dataset.field));
  place.replaceChildren(...shown);
  place.hidden = !shown.length;
  if (isNew) place.scrollIntoView({ block: "nearest" });
}

function notice(words, conflict, decided) {
  const box = element("section", "notice clash");
  box.dataset.tone = "warn";
  box.dataset.field = conflict.field;
  box.setAttribute("role", "alert");
  const body = element("div");
  body.append(element("strong", "", `${conflict.label}: ${conflict.message}`));
  const isGone = conflict.theirs === null;
  const texts = element("div", "clash-texts");
  texts.append(textBox(words.wordsMine, conflict.mine));
  if (!isGone) texts.append(textBox(words.wordsTheirs, conflict.theirs));
  const mine = button(words.wordsKeepMine, "button", () => decided(conflict, true));
  const theirs = button(words.wordsTakeTheirs, "button", () => decided(conflict, false));
  const discard = button(words.wordsDiscard, "button button-quiet", () => decided(conflict, false));
  const row = element("p", "row kept-buttons");
  row.append(...(isGone ? [discard] : [mine, theirs]));
  body.append(texts, row);
  box.append(body);
  return box;
}
