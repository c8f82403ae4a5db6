// Describing the letter's pictures, for those who do not see them.

const dialog = document.getElementById("picture-dialog");
const field = document.getElementById("picture-description");

let asked = null;

/** Make every picture of the letter a button that `describe`s it. */
export function describablePictures(letter, words, describe) {
  for (const picture of letter.querySelectorAll("[data-edit-picture]")) {
    picture.tabIndex = 0;
    picture.setAttribute("role", "button");
    const label = () => {
      const description = picture.alt.trim() || words.wordsNoDescription;
      picture.setAttribute("aria-label", words.wordsDescribe.replace("{description}", description));
    };
    label();
    new MutationObserver(label).observe(picture, { attributeFilter: ["alt"] });
    picture.addEventListener("click", (event) => {
      event.preventDefault();
      describe(picture);
    });
    picture.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      describe(picture);
    });
  }
}

export function pictureOf(letter, name) {
  return letter.querySelector(`[data-edit-picture="${CSS.escape(name)}"]`);
}

/** Ask for the picture's description; `answered(field, text)` if it was given. */
export function askForDescription(picture, answered) {
  asked = { picture, answered };
  field.value = picture.alt;
  dialog.showModal();
  field.select();
}

dialog?.querySelector("form").addEventListener("submit", () => {
  const text = field.value.replace(/\s+/g, " ").trim();
  asked.picture.alt = text;
  asked.answered(asked.picture.dataset.editPicture, text);
});
