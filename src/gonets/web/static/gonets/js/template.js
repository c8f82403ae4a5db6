// The editor of a template: numbers beside the lines, faults at theirs, a letter beside.

const form = document.querySelector("[data-template]");
const source = form.querySelector("[name=source]");
const numbers = form.querySelector("[data-lines]");
const faults = form.querySelector("[data-faults]");
const frame = form.querySelector("[data-template-letter]");
const issue = form.querySelector("[data-template-issue]");
const foreign = form.querySelector("[data-template-foreign]");
const words = form.dataset;
const WAIT = 700;

let view = "light";
let timer = 0;
let asked = 0;
let shownLines = "";

function drawLines(bad = new Set()) {
  const count = source.value.split("\n").length;
  const key = `${count}:${[...bad]}`;
  if (key === shownLines) return;
  shownLines = key;
  numbers.replaceChildren();
  for (let line = 1; line <= count; line += 1) {
    if (bad.has(line)) {
      const mark = document.createElement("span");
      mark.className = "is-bad";
      mark.textContent = line;
      numbers.append(mark, "\n");
    } else numbers.append(`${line}\n`);
  }
  follow();
}

function follow() {
  numbers.scrollTop = source.scrollTop;
}

function goToLine(line) {
  const lines = source.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  source.focus();
  source.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
  const height = source.scrollHeight / lines.length;
  source.scrollTop = Math.max(0, (line - 5) * height);
}

async function check() {
  const mine = ++asked;
  let answer;
  try {
    const response = await fetch(words.checkUrl, { method: "POST", body: new FormData(form) });
    if (!response.ok) throw new Error(String(response.status));
    answer = await response.json();
  } catch {
    if (mine === asked) say([{ text: words.wordOffline }]);
    return;
  }
  if (mine !== asked) return;
  say(answer.faults, answer.fine);
  if (!answer.faults.length) show();
}

function say(found, fine = "") {
  const bad = new Set(found.map((fault) => fault.line).filter(Boolean));
  drawLines(bad);
  faults.replaceChildren(
    ...found.map((fault) => {
      const notice = document.createElement("p");
      notice.className = "notice";
      notice.dataset.tone = "bad";
      const text = document.createElement(fault.line ? "button" : "span");
      text.textContent = fault.text;
      if (fault.line) {
        text.type = "button";
        text.className = "button-link";
        text.dataset.line = fault.line;
      }
      notice.append(text);
      return notice;
    }),
  );
  if (fine && !found.length) {
    const good = document.createElement("p");
    good.className = "small muted";
    good.textContent = fine;
    faults.append(good);
  }
}

// The source as it is typed goes to the frame by a form of its own.
function show() {
  const carrier = document.createElement("form");
  carrier.method = "post";
  carrier.action = words.tryUrl;
  carrier.target = frame.name;
  const values = {
    csrfmiddlewaretoken: form.querySelector("[name=csrfmiddlewaretoken]").value,
    source: source.value,
    issue: issue.value,
    scheme: view === "dark" ? "dark" : "light",
    foreign: foreign?.checked ? "1" : "",
  };
  for (const [name, value] of Object.entries(values)) {
    const input = document.createElement("textarea");
    input.name = name;
    input.value = value;
    carrier.append(input);
  }
  carrier.hidden = true;
  document.body.append(carrier);
  carrier.submit();
  carrier.remove();
}

source.addEventListener("scroll", follow);
source.addEventListener("input", () => {
  drawLines();
  clearTimeout(timer);
  timer = setTimeout(check, WAIT);
});
issue.addEventListener("change", show);
foreign?.addEventListener("change", show);
faults.addEventListener("click", (event) => {
  const line = event.target.closest("[data-line]")?.dataset.line;
  if (line) goToLine(Number(line));
});
for (const button of form.querySelectorAll("[data-template-view]")) {
  button.addEventListener("click", () => {
    view = button.dataset.templateView;
    frame.classList.toggle("is-phone-view", view === "phone");
    for (const each of form.querySelectorAll("[data-template-view]")) {
      each.setAttribute("aria-pressed", String(each === button));
    }
    show();
  });
}

// What was typed and not saved must not be lost by a slip.
const asLoaded = source.value;
let isLeaving = false;
form.addEventListener("submit", () => {
  isLeaving = true;
});
window.addEventListener("beforeunload", (event) => {
  if (!isLeaving && source.value !== asLoaded) event.preventDefault();
});

drawLines(new Set([...faults.querySelectorAll("[data-line]")].map((each) => Number(each.dataset.line))));
