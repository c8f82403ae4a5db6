// Pictures of other sites are loaded into a letter's frame only when somebody asks.

const notice = document.querySelector("[data-foreign-notice]");
const frame = document.querySelector("iframe.letter-frame");
let areShown = false;

/** What the frame's address must say for the pictures to be loaded. */
export function foreignPictures() {
  return areShown ? { pictures: "all" } : {};
}

function tell() {
  const told = frame.contentDocument?.querySelector("[data-foreign-pictures]")?.dataset;
  notice.hidden = !told;
  if (!told) return;
  notice.querySelector("[data-foreign-words]").textContent = told.foreignWords;
  for (const button of notice.querySelectorAll("button")) {
    button.hidden = Boolean(button.dataset.foreignPictures) === areShown;
  }
}

function choose(button) {
  const held = document.activeElement === button;
  areShown = Boolean(button.dataset.foreignPictures);
  tell();
  if (held) notice.querySelector("button:not([hidden])").focus();
  // A page whose frame is written into saves that first and loads it itself.
  if (notice.dispatchEvent(new Event("pictures-chosen", { bubbles: true, cancelable: true }))) reload();
}

function reload() {
  const address = new URL(frame.contentWindow.location.href);
  address.searchParams.delete("pictures");
  for (const [name, value] of Object.entries(foreignPictures())) {
    address.searchParams.set(name, value);
  }
  frame.contentWindow.location.replace(address);
}

if (notice && frame) {
  frame.addEventListener("load", tell);
  if (frame.contentDocument?.readyState === "complete") tell();
  notice.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-foreign-pictures]");
    if (button) choose(button);
  });
}
