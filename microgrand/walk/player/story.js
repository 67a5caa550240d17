// What is shown: a scene, and one of its steps. A step writes its numbers into the drawing and lights its boxes.
const $ = (id) => document.getElementById(id);
let scene = 0, at = 0;
const shown = {}; // for each drawing its lines, and which step writes what on them

let way = ""; // the drawing goes from left to right, or, "t", from above
const drawing = () => `${data.scenes[scene].drawing}${way}`;
const stage = () => $(`stage${drawing()}`);
const frames = () => data.scenes[scene].frames;
const part = (name) => $(`s${drawing()}-${name}`);
const first = () => (iteration > 0 && frames().length > 1 ? 1 : 0); // what was given is told once

// The lines of a scene that are written on: of each its element, and what stands there from which step on.
function linesOf(number) {
  const key = `${number}${way}`;
  if (shown[key]) return shown[key];
  const lines = new Map(), texts = new Map();
  const textsOf = (name) => {
    if (!texts.has(name)) texts.set(name, part(name)?.querySelectorAll("text") ?? []);
    return texts.get(name);
  };
  const add = (when) => ([name, line, ...pieces]) => {
    const place = `${name} ${line}`;
    if (!lines.has(place)) {
      const element = textsOf(name)[line];
      if (!element) return;
      lines.set(place, { name, element, versions: [], most: 12, squeezed: false });
    }
    lines.get(place).versions.push([when, pieces]);
  };
  data.scenes[number].blank.forEach(add(-1));
  data.scenes[number].frames.forEach((frame, k) => frame.written.forEach(add(k)));
  const touched = data.scenes[number].frames.map((frame) => frame.written.map(([name, line]) => `${name} ${line}`));
  shown[key] = { lines, touched };
  return shown[key];
}

function writeLine(line) {
  let pieces = [];
  for (const [when, text] of line.versions) if (when <= at) pieces = text; else break;
  const text = isHidden(line, pieces) ? withoutNumbers(pieces) : lineOf(pieces);
  if (line.element.textContent === text && !line.unmeasured) return null;
  line.element.textContent = text;
  squeeze(line, text);
  return line.name;
}

// A number that needs more room than any that the box was drawn for is set narrower.
function squeeze(line, text) {
  if (text.length <= line.most && !line.squeezed) return;
  const outline = line.element.closest(".node")?.querySelector("polygon, path");
  if (!outline) return;
  line.element.removeAttribute("textLength");
  line.most = Math.max(line.most, 12);
  const { width } = outline.getBBox();
  line.unmeasured = !width; // in a page that is not shown: once it is, the line is written anew
  if (line.unmeasured) return;
  line.squeezed = narrow(line.element, width - 8);
}

// Set a text narrower that needs more room than it has; whether it did.
function narrow(text, room) {
  const needs = text.getComputedTextLength() > room;
  if (needs) {
    text.setAttribute("textLength", room);
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }
  return needs;
}

const withoutNumbers = (pieces) => pieces.map((piece) => (typeof piece === "string" ? piece : "?")).join("");

// Write the lines that the steps between two places change; or all of them.
function writeLines(from, to) {
  const { lines, touched } = linesOf(scene);
  const keys = from === null ? lines.keys() : new Set(touched.slice(Math.min(from, to), Math.max(from, to) + 1).flat());
  const changed = new Set();
  for (const key of keys) if (lines.has(key)) changed.add(writeLine(lines.get(key)));
  for (const name of changed) if (name !== null) nameBox(name);
}

// What a box is called by who cannot see it: all that stands in it.
function nameBox(name) {
  const box = part(name);
  if (!(name in data.scenes[scene].boxes)) return;
  const texts = [...box.querySelectorAll("text")].map((text) => text.textContent).filter((text) => text.trim());
  box.setAttribute("aria-label", `${texts.join(", ")}${data.scenes[scene].leaves[name]?.length && isLive ? ", can be changed" : ""}`);
}

let lit = []; // the boxes and arrows of the step

function light(frame) {
  for (const element of lit) element.classList.remove("lit", "current", "forward", "backward", "update");
  lit = [...frame.boxes, ...frame.arrows].map(part).filter(Boolean);
  for (const element of lit) element.classList.add("lit", frame.direction);
  for (const name of frame.boxes.slice(0, frame.made)) part(name)?.classList.add("current");
}

function show(index, everything = false) {
  const before = at;
  at = Math.max(first(), Math.min(index, frames().length - 1));
  const frame = frames()[at];
  writeLines(everything ? null : before, at);
  light(frame);
  showFlow(frame);
  $("sentence").textContent = frame.sentence;
  $("formula").replaceChildren(...(isOpening() ? [opening] : shownFormula(frame)));
  $("said").className = `said ${frame.direction}`;
  showPlace(frame);
  showAnswers(frame);
  reveal([...lit, ...stage().querySelectorAll(".contributions > *")]);
  remember();
}

function showPlace(frame) {
  const [number, count] = [at + 1 - first(), frames().length - first()];
  $("count").textContent = `${frame.mark} ${number} of ${count}`;
  const slider = $("slider");
  [slider.min, slider.max, slider.value] = [first(), frames().length - 1, at];
  slider.setAttribute("aria-valuetext", `step ${number} of ${count}: ${frame.sentence}`);
  $("previous").disabled = at === first() && iteration === 0;
  $("next").disabled = isLast();
}

const isLast = () => at === frames().length - 1 && (!isTraining || iteration >= Math.min(trail.length, iterations) - 1);

// The next step, in the next iteration where this one is at its end.
function stepOn() {
  if (at < frames().length - 1) show(at + 1);
  else if (!isLast()) openIteration(iteration + 1, 0);
}

function stepBack() {
  if (at > first()) show(at - 1);
  else if (iteration > 0) openIteration(iteration - 1, Infinity);
}

function openIteration(number, index) {
  goToIteration(number);
  show(index, true);
  showTraining();
  showLeaf();
}

// All numbers again, after a leaf or the rate was changed.
function recompute() {
  compute();
  show(at, true);
  showTraining();
  showRefusal();
}

// Another scene, at a step; unless told, at the one that is about the same numbers in the same direction.
function openScene(number, step = nearestIn(number)) {
  scene = number;
  $("scene").value = String(number);
  at = step;
  turn();
  showLeaf();
  showTraining();
}

function nearestIn(number) {
  const { direction, nodes } = frames()[at];
  const distance = (frame) =>
    (frame.direction === direction ? 0 : 1e9) + Math.abs(frame.nodes[1] - nodes[1]) + Math.abs(frame.nodes[0] - nodes[0]) / 2;
  const steps = data.scenes[number].frames;
  return steps.reduce((best, frame, k) => (distance(frame) < distance(steps[best]) ? k : best), 0);
}

// Show the scene in the direction in which it is larger on this screen.
function turn() {
  const { clientWidth, clientHeight } = $("stages");
  const { drawing: number } = data.scenes[scene];
  const scaleOf = (each) => {
    const { width, height } = $(`stage${number}${each}`).querySelector("svg").viewBox.baseVal;
    return Math.min(clientWidth / width, clientHeight / height);
  };
  const possible = ["", "t"].filter((each) => $(`stage${number}${each}`));
  way = possible.reduce((best, each) => (scaleOf(each) > scaleOf(best) ? each : best));
  document.querySelectorAll(".stage").forEach((each) => { each.hidden = each !== stage(); });
  openView(stage());
  show(at, true);
  for (const name of Object.keys(data.scenes[scene].boxes)) nameBox(name);
}

