// Rich text: TipTap on a textarea, with our own tools around it.
//
// The engine is the bundle of django-prose-editor, taken by its address: an import map
// would have to be an inline script.  Its menu and dialogs are not used; they speak
// English only.

import {
  Blockquote,
  Bold,
  BulletList,
  Document,
  Dropcursor,
  Editor,
  Gapcursor,
  HardBreak,
  Heading,
  History,
  HorizontalRule,
  Image,
  Italic,
  Link,
  ListItem,
  OrderedList,
  Paragraph,
  Table,
  TableCell,
  TableHeader,
  TableRow,
  Text,
} from "../../django_prose_editor/editor.js";

const EXTENSIONS = [
  Document,
  Paragraph,
  Text,
  Bold,
  Italic,
  Heading.configure({ levels: [2, 3, 4] }),
  BulletList,
  OrderedList,
  ListItem,
  Blockquote,
  HardBreak,
  HorizontalRule,
  Image,
  Table,
  TableRow,
  TableCell,
  TableHeader,
  Link.configure({ openOnClick: false, HTMLAttributes: { rel: null, target: null } }),
  History,
  Dropcursor,
  Gapcursor,
];

const TOOLS = {
  bold: { act: (chain) => chain.toggleBold(), active: (editor) => editor.isActive("bold") },
  italic: { act: (chain) => chain.toggleItalic(), active: (editor) => editor.isActive("italic") },
  heading: {
    act: (chain) => chain.toggleHeading({ level: 2 }),
    active: (editor) => editor.isActive("heading", { level: 2 }),
  },
  subheading: {
    act: (chain) => chain.toggleHeading({ level: 3 }),
    active: (editor) => editor.isActive("heading", { level: 3 }),
  },
  bulletList: {
    act: (chain) => chain.toggleBulletList(),
    active: (editor) => editor.isActive("bulletList"),
  },
  orderedList: {
    act: (chain) => chain.toggleOrderedList(),
    active: (editor) => editor.isActive("orderedList"),
  },
  blockquote: {
    act: (chain) => chain.toggleBlockquote(),
    active: (editor) => editor.isActive("blockquote"),
  },
  undo: { act: (chain) => chain.undo() },
  redo: { act: (chain) => chain.redo() },
};

const WEB_ADDRESS = /^(https?:\/\/[^\s/]+\.?[^\s]*|mailto:[^\s@]+@[^\s@]+)$/i;

/** Return what was typed as an address, or nothing if it cannot be one. */
function addressOf(typed) {
  const text = typed.trim();
  if (WEB_ADDRESS.test(text)) return text;
  if (/^[^\s@:/]+@[^\s@]+\.[^\s@]+$/.test(text)) return `mailto:${text}`;
  if (/^[^\s:/]+\.[^\s:/]{2,}([/?#]\S*)?$/.test(text)) return `https://${text}`;
  return "";
}

function askForLink(editor) {
  const dialog = document.getElementById("link-dialog");
  const field = dialog.querySelector("#link-address");
  const error = dialog.querySelector("#link-address-error");
  const form = dialog.querySelector("[data-link-form]");
  const remove = dialog.querySelector("[data-link-remove]");
  const current = editor.getAttributes("link").href ?? "";
  const complain = (isWrong) => {
    error.hidden = !isWrong;
    field.setAttribute("aria-invalid", String(isWrong));
  };
  field.value = current;
  remove.hidden = !current;
  complain(false);
  field.oninput = () => complain(false);
  remove.onclick = () => {
    editor.chain().focus().extendMarkRange("link").unsetLink().run();
    dialog.close();
  };
  form.onsubmit = (event) => {
    const href = addressOf(field.value);
    complain(!href);
    event.preventDefault();
    form.classList.remove("is-busy");
    if (!href) return field.focus();
    setLink(editor, href);
    dialog.close();
  };
  dialog.showModal();
  field.focus();
}

function setLink(editor, href) {
  const chain = editor.chain().focus().extendMarkRange("link");
  if (editor.state.selection.empty && !editor.isActive("link")) {
    const text = { type: "text", text: href, marks: [{ type: "link", attrs: { href } }] };
    chain.insertContent(text).run();
  } else {
    chain.setMark("link", { href }).run();
  }
}

function showState(editor, tools) {
  for (const button of tools) {
    const { active } = TOOLS[button.dataset.tool] ?? {};
    const isActive = button.dataset.tool === "link" ? editor.isActive("link") : active?.(editor);
    if (isActive !== undefined) button.setAttribute("aria-pressed", String(isActive));
  }
  for (const name of ["undo", "redo"]) {
    const button = tools.find((tool) => tool.dataset.tool === name);
    button.disabled = !editor.can()[name]();
  }
}

/** Arrow keys move within the toolbar, as they do in any. */
function moveByArrows(toolbar, tools) {
  tools.forEach((tool, place) => (tool.tabIndex = place ? -1 : 0));
  toolbar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const usable = tools.filter((tool) => !tool.disabled);
    const place = usable.indexOf(document.activeElement);
    const next = usable[(place + step + usable.length) % usable.length];
    for (const tool of tools) tool.tabIndex = tool === next ? 0 : -1;
    next.focus();
    event.preventDefault();
  });
}

function enrich(field) {
  const textarea = field.querySelector("[data-rich-text]");
  const toolbar = field.querySelector("[role=toolbar]");
  const tools = [...toolbar.querySelectorAll("[data-tool]")];
  const label = field.querySelector("label");
  const place = document.createElement("div");
  textarea.before(place);
  const editor = new Editor({
    element: place,
    extensions: EXTENSIONS,
    content: textarea.value,
    // Its style sheet would be an inline one; ours is in content.css.
    injectCSS: false,
    editorProps: {
      attributes: {
        id: `${textarea.id}_editor`,
        role: "textbox",
        "aria-multiline": "true",
        "aria-labelledby": label.id,
      },
    },
    onUpdate: () => {
      textarea.value = editor.isEmpty ? "" : editor.getHTML();
      textarea.dispatchEvent(new Event("input", { bubbles: true }));
    },
    onTransaction: () => showState(editor, tools),
  });
  textarea.hidden = true;
  toolbar.hidden = false;
  field.classList.add("rich-text-field");
  label.addEventListener("click", () => editor.commands.focus());
  toolbar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tool]");
    if (!button) return;
    if (button.dataset.tool === "link") askForLink(editor);
    else TOOLS[button.dataset.tool].act(editor.chain().focus()).run();
  });
  moveByArrows(toolbar, tools);
  showState(editor, tools);
}

for (const field of document.querySelectorAll("[data-rich-text-field]")) enrich(field);
