// Runs before the page is drawn: the chosen theme never flashes, and no press is lost.
const chosen = localStorage.getItem("gonets-theme");
if (chosen) document.documentElement.dataset.theme = chosen;
document.documentElement.classList.add("js");

// What answers a button comes later, on a slow line much later, and in several pieces: a
// press before all of them are there is held back, and made when they are.
let pressed = null;

function hold(event) {
  const button = event.target.closest('button[type="button"]');
  if (!button) return;
  event.stopPropagation();
  pressed = button;
}

window.addEventListener("click", hold, true);
// At the window, for htmx listens at the document, and must have come first.
window.addEventListener("DOMContentLoaded", () => {
  window.removeEventListener("click", hold, true);
  pressed?.click();
});
