// The dialog for blocks whose content is not written in place: events and HTML code.

const dialog = document.getElementById("block-dialog");
const form = dialog?.querySelector("form");

let save = null;

/** Show the form of `url`; `wanted(words)` saves and answers, perhaps with {refusal}. */
export async function askForBlock(url, wanted) {
  const response = await fetch(url);
  if (!response.ok || response.redirected) return;
  form.innerHTML = await response.text();
  save = wanted;
  dialog.showModal();
  form.querySelector("[autofocus], input, textarea")?.focus();
}

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  event.stopPropagation();
  const button = form.querySelector(".button-primary");
  button.disabled = true;
  const answer = await save(wordsOf(form.elements));
  button.disabled = false;
  if (answer?.refusal) {
    form.querySelector("[data-block-error]").textContent = answer.refusal;
    return;
  }
  dialog.close();
});

function wordsOf({ title, place, html, time_zone: zone }) {
  if (html) return { html: html.value };
  const words = { place: place.value, time_zone: zone.value, ...momentsOf(form.elements) };
  return title ? { ...words, title: title.value } : words;
}

// An end without a day is on the day of the beginning; without a time it is the day.
function momentsOf({ start_day: day, start_time: time, end_day: endDay, end_time: endTime }) {
  const starts = moment(day.value, time.value);
  const lastDay = endDay.value || (endTime.value ? day.value : "");
  return { starts, ends: moment(lastDay, time.value ? endTime.value || time.value : "") };
}

function moment(day, time) {
  return day && time ? `${day}T${time}` : day;
}
