"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const $ = (id) => document.getElementById(id);
const MATHML = "http://www.w3.org/1998/Math/MathML";
const [slider, play, speed, choice] = [$("slider"), $("play"), $("speed"), $("scene")];
let scene = 0, at = 0, timer = null;

// A formula comes as [element, attributes, text, children]; the elements were chosen from a list when it was written.
function mathematics([name, attributes, text, children]) {
  const element = document.createElementNS(MATHML, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  for (const child of children) element.append(mathematics(child));
  return element;
}

const stage = () => $(`stage${scene}`);
const frames = () => data.scenes[scene].frames;
const part = (name) => $(`s${scene}-${name}`);

function write([box, line, text]) {
  const texts = part(box).querySelectorAll("text");
  if (texts[line]) texts[line].textContent = text;
}

function light(frame) {
  for (const element of stage().querySelectorAll(".lit, .current"))
    element.classList.remove("lit", "current", "forward", "backward", "update");
  for (const name of [...frame.boxes, ...frame.arrows]) part(name)?.classList.add("lit", frame.direction);
  part(frame.boxes[0])?.classList.add("current");
}

function show(index) {
  at = Math.max(0, Math.min(index, frames().length - 1));
  const frame = frames()[at];
  for (const written of data.scenes[scene].blank) write(written);
  for (const element of stage().querySelectorAll(".known")) element.classList.remove("known");
  for (const earlier of frames().slice(0, at + 1)) {
    for (const written of earlier.written) write(written);
    part(earlier.boxes[0])?.classList.add("known");
  }
  light(frame);
  $("sentence").textContent = frame.sentence;
  $("formula").replaceChildren(mathematics(frame.formula));
  $("said").className = `said ${frame.direction}`;
  $("count").textContent = `${frame.mark} ${at + 1} of ${frames().length}`;
  slider.max = frames().length - 1;
  slider.value = at;
  slider.setAttribute("aria-valuetext", `step ${at + 1} of ${frames().length}: ${frame.text}`);
  $("previous").disabled = at === 0;
  $("next").disabled = at === frames().length - 1;
  const updated = frame.direction === "update" && at === frames().length - 1; // after the last update the last cost
  for (const dot of document.querySelectorAll(".loss ellipse"))
    dot.classList.toggle("now", dot.id === `loss${frame.round + (updated ? 1 : 0)}`);
  bring(part(frame.boxes[0]));
}

// Only the stage scrolls, and only where the box would be out of sight.
function bring(box) {
  if (!box) return;
  const [inner, outer] = [box.getBoundingClientRect(), stage().getBoundingClientRect()];
  if (inner.left < outer.left || inner.right > outer.right)
    stage().scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
  if (inner.top < outer.top || inner.bottom > outer.bottom)
    stage().scrollTop += (inner.top + inner.bottom - outer.top - outer.bottom) / 2;
}

function pause() {
  clearInterval(timer);
  timer = null;
  play.textContent = "▶ play";
  play.setAttribute("aria-pressed", "false");
}

function tick() {
  if (at === frames().length - 1) pause(); else show(at + 1);
}

function start() {
  if (at === frames().length - 1) show(0);
  timer = setInterval(tick, Number(speed.value));
  play.textContent = "❚❚ pause";
  play.setAttribute("aria-pressed", "true");
}

function open(number) {
  pause();
  scene = number;
  document.querySelectorAll(".stage").forEach((each, k) => { each.hidden = k !== number; });
  choice.value = String(number);
  show(0);
}

function chosen(box) {
  const inside = data.scenes[scene].opens[box];
  if (inside !== undefined) return open(inside);
  let found = frames().findIndex((frame, k) => k > at && frame.direction === "backward" && frame.boxes[0] === box);
  if (found < 0) found = frames().findIndex((frame) => frame.direction === "backward" && frame.boxes[0] === box);
  if (found < 0) found = frames().findIndex((frame) => frame.boxes[0] === box);
  if (found >= 0) { pause(); show(found); }
}

const KEYS = { ArrowRight: () => at + 1, ArrowLeft: () => at - 1, Home: () => 0, End: () => frames().length - 1 };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target === choice || event.target === speed) return;
  const box = event.target.closest?.(".node");
  if (box && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); chosen(box.dataset.box); return; }
  if (!(event.key in KEYS)) return;
  event.preventDefault(); // a slider that has the focus would move once more
  pause();
  show(KEYS[event.key]());
});
$("previous").addEventListener("click", () => { pause(); show(at - 1); });
$("next").addEventListener("click", () => { pause(); show(at + 1); });
play.addEventListener("click", () => { if (timer) pause(); else start(); });
speed.addEventListener("change", () => { if (timer) { pause(); start(); } });
slider.addEventListener("input", () => { pause(); show(Number(slider.value)); });
choice.addEventListener("change", () => open(Number(choice.value)));

const READABLE = 0.65; // of a drawing's own size: below, it scrolls and does not shrink
for (const drawing of document.querySelectorAll(".stage svg"))
  drawing.style.minWidth = `${READABLE * drawing.width.baseVal.value}px`;

data.scenes.forEach((each, k) => {
  for (const [box, title] of Object.entries(each.boxes)) {
    const element = $(`s${k}-${box}`);
    element.dataset.box = box;
    element.setAttribute("tabindex", "0");
    element.setAttribute("role", "button");
    element.setAttribute("aria-label", title);
    const hover = element.querySelector("title");
    if (hover) hover.textContent = title;
    element.addEventListener("click", () => chosen(box));
  }
});
show(0);
