// When the letter in the frame can be worked with: as soon as its words stand there. Its
// pictures may take their time.

const GLANCE = 40; // ms between looks while a letter is on its way

/** Tells the frame `drawn` once for every letter that comes into it. */
export function tellsWhenDrawn(frame) {
  let known = null;
  let waiting = 0;
  const wait = () => {
    clearInterval(waiting);
    waiting = setInterval(look, GLANCE);
  };
  function look() {
    const letter = frame.contentDocument;
    if (!letter?.body || letter === known) return;
    if (letter.URL === "about:blank" || letter.readyState === "loading") return;
    known = letter;
    clearInterval(waiting);
    frame.contentWindow.addEventListener("pagehide", wait);
    frame.dispatchEvent(new Event("drawn"));
  }
  frame.addEventListener("load", look);
  wait();
  look();
}
