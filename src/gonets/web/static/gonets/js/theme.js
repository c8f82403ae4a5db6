// Runs before the page is drawn, so that the chosen theme never flashes.
const chosen = localStorage.getItem("gonets-theme");
if (chosen) document.documentElement.dataset.theme = chosen;
document.documentElement.classList.add("js");
