// Keys that work wherever the focus is, except where one writes or chooses. Stepping with the arrow keys is not here.
const PANNED = 80; // pixels, by one press
const KEYS_OF_THE_STAGE = {
  " ": () => document.getElementById("play").click(),
  f: () => toggleFull(),
  F: () => toggleFull(),
  "+": () => zoomView(1.25),
  "=": () => zoomView(1.25), // the same key without shift
  "-": () => zoomView(0.8),
  0: () => fitView(),
};
const KEYS_WITH_SHIFT = {
  ArrowLeft: () => panView(PANNED, 0, true),
  ArrowRight: () => panView(-PANNED, 0, true),
  ArrowUp: () => panView(0, PANNED, true),
  ArrowDown: () => panView(0, -PANNED, true),
};

// 1 to 9 lead to so many tenths of the way.
function jump(digit) {
  const slider = document.getElementById("slider");
  slider.value = String(Math.round(Number(slider.max) * digit / 10));
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}

const isWritten = (element) =>
  element.matches?.("textarea, select, summary, [contenteditable], input:not([type=range], [type=checkbox], [type=radio])");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isWritten(event.target)) return;
  let action = event.shiftKey && KEYS_WITH_SHIFT[event.key] || KEYS_OF_THE_STAGE[event.key];
  if (/^[1-9]$/.test(event.key)) action = () => jump(Number(event.key));
  if (!action) return;
  event.preventDefault(); // a button that has the focus would be pressed by the space key
  event.stopImmediatePropagation();
  action();
}, true);
document.addEventListener("keyup", (event) => { // a button is pressed when the space key is let go
  if (event.key === " " && event.target.matches?.("button")) event.preventDefault();
}, true);
