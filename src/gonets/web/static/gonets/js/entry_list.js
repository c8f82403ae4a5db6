// The list of entries brought up to an answer: only what looks otherwise is touched.
//
// The answer names rows that are as they were by <li data-kept>; five hundred of them
// drawn anew would be felt at every press.

/** What rows a list shows, for the server to leave out. */
export function rowsShown(list) {
  const rows = [...list.querySelectorAll("[data-entry]")];
  return rows.map(({ dataset }) => `${dataset.entry}:${dataset.token}`).join(" ");
}

/** Make `list` what the answer says; false if that cannot be done. */
export function bringUp(list, answer) {
  const fresh = new DOMParser().parseFromString(answer, "text/html").getElementById("entry-list");
  if (!fresh) return false;
  const rows = byKey(list.querySelectorAll("[data-entry]"), "entry");
  const wanted = [...fresh.querySelectorAll("[data-kept]")];
  if (!wanted.every(({ dataset }) => rows.has(dataset.kept))) return false;
  const focused = list.contains(document.activeElement) ? document.activeElement.id : "";
  const parts = byKey(list.querySelectorAll("[data-part]"), "part");
  const children = [...fresh.children].map((child) => {
    const part = parts.get(child.dataset.part) ?? child;
    bringUpRows(part, child, rows);
    return part;
  });
  arrange(list, children);
  list.dataset.edition = fresh.dataset.edition;
  if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  return true;
}

function bringUpRows(part, fresh, rows) {
  const list = fresh.querySelector("[data-entries]");
  if (!list) return;
  const wanted = [...list.children].map((row) => rows.get(row.dataset.kept) ?? row);
  arrange(part.querySelector("[data-entries]"), wanted);
  if (part === fresh) return;
  part.dataset.limit = fresh.dataset.limit;
  const [head, newHead] = [part, fresh].map((each) => each.querySelector(".part-head"));
  if (head.outerHTML !== newHead.outerHTML) head.replaceWith(newHead);
}

/** Let `parent` hold exactly these, in this order; what stands right is not moved. */
function arrange(parent, wanted) {
  const kept = new Set(wanted);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of wanted) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}

function byKey(elements, name) {
  return new Map([...elements].map((element) => [element.dataset[name], element]));
}
