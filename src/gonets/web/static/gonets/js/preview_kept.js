// Texts of the editor that are not in the stored letter: shown, to copy or to put back.

const place = document.querySelector("[data-conflict]");

/** Somebody else was first, or the letter is closed: say so and keep the texts. */
export function showConflict(words, message, texts, { discard }) {
  const reload = button(words.wordsReload, "button", () => location.reload());
  show(message, words.wordsYours, texts, [reload, discarding(words, discard)]);
}

/** An earlier visit left texts, and the letter has changed since. */
export function showKept(words, texts, { putAll, discard }) {
  const restore = button(words.wordsRestore, "button", () => {
    const gone = putAll(texts.map(({ field, text }) => [field, text]));
    const homeless = texts.filter(({ field }) => gone.includes(field));
    if (homeless.length) show(words.wordsGoneField, words.wordsYours, homeless, [discarding(words, discard)]);
    else hide();
  });
  show(words.wordsFound, words.wordsYours, texts, [restore, discarding(words, discard)]);
}

function show(message, heading, texts, buttons) {
  const notice = element("div", "notice");
  notice.dataset.tone = "warn";
  notice.setAttribute("role", "alert");
  const body = element("div");
  body.append(element("strong", "", message));
  if (texts.length) body.append(element("p", "", heading));
  for (const { label, text } of texts) body.append(textBox(label, text));
  const row = element("p", "row kept-buttons");
  row.append(...buttons);
  body.append(row);
  notice.append(body);
  place.replaceChildren(notice);
  place.hidden = false;
  notice.scrollIntoView({ block: "nearest" });
}

function hide() {
  place.replaceChildren();
  place.hidden = true;
}

export function textBox(label, text) {
  const box = element("label", "kept-text small", label);
  const area = element("textarea", "input");
  area.readOnly = true;
  area.value = withoutTags(text);
  box.append(area);
  return box;
}

function withoutTags(text) {
  const holder = document.implementation.createHTMLDocument("");
  holder.body.innerHTML = text.replace(/<\/(p|li|h2|h3)>|<br>/g, "$&\n");
  return holder.body.textContent.trim();
}

function discarding(words, discard) {
  return button(words.wordsDiscard, "button button-quiet", () => {
    discard();
    hide();
  });
}

export function button(text, style, action) {
  const made = element("button", `${style} button-s`, text);
  made.type = "button";
  made.addEventListener("click", action);
  return made;
}

export function element(tag, style = "", text = "") {
  const made = document.createElement(tag);
  if (style) made.className = style;
  if (text) made.textContent = text;
  return made;
}
