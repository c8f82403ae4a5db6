// The few tags that a letter's text may have, from whatever was pasted or typed. The
// server cleans again; here it only has to look right at once.

const KEPT = new Set(["P", "BR", "STRONG", "EM", "A", "UL", "OL", "LI", "H2", "H3", "BLOCKQUOTE"]);
const RENAMED = { B: "STRONG", I: "EM", DIV: "P", H1: "H2", H4: "H3", H5: "H3", H6: "H3", TR: "P" };
const DROPPED = new Set(["SCRIPT", "STYLE", "TITLE", "META", "LINK", "TEMPLATE", "IFRAME", "OBJECT", "SVG", "HEAD"]);
const LINK = /^(https?:|mailto:)/i;

/** Return safe, plain HTML: paragraphs, lists, headings, bold, italic, links. */
export function cleanFragment(html) {
  // The page's policy forbids styles and handlers even in a document that is never shown.
  const inert = pasted(html)
    .replace(/<style[\s\S]*?(<\/style>|$)/gi, "")
    .replace(/<[^>]*>/g, (tag) => tag.replace(/\s(style|on\w+)\s*=/gi, " data-$1="));
  const body = new DOMParser().parseFromString(inert, "text/html").body;
  makeRealLists(body);
  return cleanNodes(body);
}

// What lies around the part that was copied: style sheets of hundreds of kilobytes.
function pasted(html) {
  const [, from = html] = html.split("<!--StartFragment-->");
  return from
    .split("<!--EndFragment-->")[0]
    .replace(/<!--\[if gte mso[\s\S]*?<!\[endif\]-->/gi, "")
    .replace(/<!(--)?\[if !supportLists\](--)?>([\s\S]*?)<!(--)?\[endif\](--)?>/gi, MARK);
}

const MARK = '<span data-list-mark>$3</span>';
const NUMBER = /^\(?(\d{1,4}|[a-zа-яё]|[ivxlcdm]{1,7})[.)]/i;

// Word draws lists with paragraphs that begin with a typed bullet.
function makeRealLists(body) {
  for (const first of body.querySelectorAll("p")) {
    const isFirst = first.isConnected && !levelOf(first.previousElementSibling);
    if (isFirst && levelOf(first)) makeList(first);
  }
}

function makeList(first) {
  const open = [];
  for (let item = first; levelOf(item); ) {
    const next = item.nextElementSibling;
    place(item, levelOf(item), open);
    item = next;
  }
}

function place(paragraph, level, open) {
  const mark = paragraph.querySelector("[data-list-mark], [data-style*='mso-list:Ignore']");
  const name = NUMBER.test(mark?.textContent.trim() ?? "") ? "ol" : "ul";
  mark?.remove();
  while (open.length && endsBefore(open.at(-1), level, name)) open.pop();
  if (open.at(-1)?.level !== level) {
    const list = paragraph.ownerDocument.createElement(name);
    if (open.length) open.at(-1).list.lastElementChild.append(list);
    else paragraph.before(list);
    open.push({ level, name, list });
  }
  const item = paragraph.ownerDocument.createElement("li");
  item.append(...paragraph.childNodes);
  open.at(-1).list.append(item);
  paragraph.remove();
}

function endsBefore(last, level, name) {
  return last.level > level || (last.level === level && last.name !== name);
}

function levelOf(element) {
  if (element?.tagName !== "P") return 0;
  return Number(/mso-list:\s*l\d+\s+level(\d)/.exec(element.dataset.style ?? "")?.[1] ?? 0);
}

/** The same, for what is inside an element. */
export function cleanNodes(source) {
  const target = document.implementation.createHTMLDocument("").body;
  copyChildren(source, target);
  for (const empty of target.querySelectorAll("p, li, strong, em, a, h2, h3")) {
    if (!empty.textContent.trim() && !empty.querySelector("br")) empty.remove();
  }
  return target.innerHTML.trim();
}

function copyChildren(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data.replace(/\s+/g, " "));
    else if (node.nodeType === Node.ELEMENT_NODE && !DROPPED.has(node.tagName)) copyElement(node, to);
  }
}

function copyElement(node, to) {
  const tag = tagFor(node);
  if (!tag || (tag === "P" && to.closest("p, li, h2, h3"))) {
    copyChildren(node, to);
    return;
  }
  const copy = to.ownerDocument.createElement(tag);
  if (tag === "A") copy.setAttribute("href", node.getAttribute("href"));
  to.append(copy);
  copyChildren(node, copy);
}

function tagFor(node) {
  const tag = RENAMED[node.tagName] ?? node.tagName;
  // Word and Google Docs write bold as a styled span, and wrap plain text in a <b>.
  const weight = styleOf(node, "font-weight");
  if (tag === "STRONG" && (weight === "normal" || weight === "400")) return null;
  if (tag === "SPAN" && (weight === "bold" || Number(weight) >= 600)) return "STRONG";
  if (tag === "SPAN" && styleOf(node, "font-style") === "italic") return "EM";
  if (tag === "A" && !LINK.test(node.getAttribute("href") ?? "")) return null;
  // A block within a block is only a wrapper.
  if (tag === "P" && node.querySelector("p, div, ul, ol, h1, h2, h3, blockquote, table")) return null;
  return KEPT.has(tag) ? tag : null;
}

function styleOf(node, property) {
  const rules = node.dataset.style ?? node.getAttribute("style") ?? "";
  return new RegExp(`(?:^|;)\\s*${property}\\s*:\\s*([\\w-]+)`, "i").exec(rules)?.[1] ?? "";
}
