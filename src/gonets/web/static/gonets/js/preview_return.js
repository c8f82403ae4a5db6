// What outlives it that the letter is drawn anew: the cursor, and words that were typed
// after the new letter was asked for.

import { textOf } from "./preview_editing.js";

/** Where the cursor is, as a count of characters: it outlives the nodes it stands in. */
export function caretIn(letter, frame) {
  const field = letter?.activeElement?.closest?.("[data-edit]");
  const selection = letter?.getSelection();
  if (!field || document.activeElement !== frame || !selection?.rangeCount) return null;
  const before = letter.createRange();
  before.selectNodeContents(field);
  const { startContainer, startOffset } = selection.getRangeAt(0);
  before.setEnd(startContainer, startOffset);
  return { name: field.dataset.edit, characters: before.toString().length };
}

/** Put the cursor where `caretIn` found it. */
export function returnTo({ name, characters }, frame) {
  const letter = frame.contentDocument;
  const field = letter.querySelector(`[data-edit="${CSS.escape(name)}"]`);
  if (!field) return;
  frame.contentWindow.focus();
  field.focus({ preventScroll: true });
  const range = letter.createRange();
  range.selectNodeContents(field);
  range.collapse(false);
  const texts = letter.createTreeWalker(field, NodeFilter.SHOW_TEXT);
  let left = characters;
  while (texts.nextNode()) {
    const node = texts.currentNode;
    if (left <= node.length) {
      range.setStart(node, left);
      range.collapse(true);
      break;
    }
    left -= node.length;
  }
  letter.getSelection().removeAllRanges();
  letter.getSelection().addRange(range);
}

/** The fields of a letter that goes which the letter that comes may not have like this. */
export function wordsOf(editor, isNewer) {
  return [...(editor?.fields ?? [])].filter(([name]) => isNewer(name));
}

/** Show them in the letter that came. */
export function bringBack(words, editor) {
  for (const [name, written] of words) {
    const shown = editor?.fields.get(name);
    if (!shown || textOf(shown) === textOf(written)) continue;
    const nodes = [...written.childNodes].map((node) => shown.ownerDocument.importNode(node, true));
    shown.replaceChildren(...nodes);
    shown.classList.toggle("is-empty", !textOf(shown));
  }
}
