// Which part of the drawing is seen, and how large. A CSS transform moves the drawing: a new viewBox would lay out all
// its text again, at every step, and a transform alone does not; the browser draws the letters anew where they rest.
const LEGIBLE = 12; // pixels of the smallest letters: where there is no space for more, the drawing is moved, not shrunk
const ENLARGED = 1.6 * 96 / 72; // pixels of a point, at most, unless the reader zooms
const NEAREST = 8; // pixels of a point
const AROUND = 8; // pixels between the frame and what is to be seen
const FAR_LARGER = 2; // times the frame: a drawing that is larger gets an overview
const SHAKE = 4; // pixels that a pointer may move, and it is still a click

const views = new WeakMap();
let view = null; // of the stage that is shown

function openView(stage) {
  const drawing = stage.querySelector("svg");
  if (!views.has(stage)) listen(stage);
  if (views.get(stage)?.drawing !== drawing) views.set(stage, newView(stage, drawing));
  view = views.get(stage);
  measure();
  if (!hasRoom()) return;
  if (view.own) { want(view.wanted); place(view.x, view.y, view.scale, false); }
  else openingView();
}

// x, y: where the drawing's corner lies in the stage, in pixels; scale: pixels of a unit of the drawing; wanted: the
// scale to go back to after a step that needed a smaller one; own: whether the reader chose it; missed: whether a
// step lit what had no place, for the page was not shown; across, down: the size of the stage, and corner where its
// buttons begin: to ask the browser again at each step would cost more than the step.
function newView(stage, drawing) {
  const { width, height } = drawing.viewBox.baseVal;
  drawing.setAttribute("role", "group"); // an image has no buttons inside, and each box is one
  drawing.style.width = `${width}px`;
  drawing.style.height = `${height}px`;
  const letters = [...drawing.querySelectorAll("text")].map((text) => Number(text.getAttribute("font-size")) || 12);
  const letter = letters.length ? Math.min(...letters) : 12;
  return { stage, drawing, width, height, letter, x: 0, y: 0, scale: 0, wanted: 0, own: false, lit: [], missed: false, boxes: new WeakMap() };
}

// ---- what lies where ----

const NOWHERE = { left: 0, top: 0, right: 0, bottom: 0 };

// Where an element lies in the drawing, in its units; looked up once, for it never moves there. In a page that is not
// shown nothing lies anywhere.
function boxOf(element) {
  let box = view.boxes.get(element);
  if (!box) {
    const [inner, outer] = [element.getBoundingClientRect(), view.drawing.getBoundingClientRect()];
    if (!outer.width) return NOWHERE;
    const unit = outer.width / view.width;
    const [left, top] = [(inner.left - outer.left) / unit, (inner.top - outer.top) / unit];
    box = { left, top, right: left + inner.width / unit, bottom: top + inner.height / unit };
    view.boxes.set(element, box);
  }
  return box;
}

function union(boxes) {
  return {
    left: Math.min(...boxes.map((box) => box.left)), top: Math.min(...boxes.map((box) => box.top)),
    right: Math.max(...boxes.map((box) => box.right)), bottom: Math.max(...boxes.map((box) => box.bottom)),
  };
}

// How large the stage is, and where the corner begins in which the buttons lie, and the overview: nothing is seen there.
function measure() {
  view.across = view.stage.clientWidth;
  view.down = view.stage.clientHeight;
  sizeOverview();
  measureCorner();
}

function measureCorner() {
  const [inner, outer] = [document.getElementById("tools").getBoundingClientRect(), view.stage.getBoundingClientRect()];
  view.corner = { left: inner.left - outer.left, top: inner.top - outer.top };
}

// The two largest free parts of the stage: all that is beside that corner, and all that is above it.
function freeParts() {
  const right = view.across - AROUND, bottom = view.down - AROUND;
  return [
    { left: AROUND, top: AROUND, right: view.corner.left - AROUND, bottom },
    { left: AROUND, top: AROUND, right, bottom: view.corner.top - AROUND },
  ];
}

const fitting = (box, part) =>
  Math.min((part.right - part.left) / (box.right - box.left), (part.bottom - part.top) / (box.bottom - box.top));

// A page in a frame that has no size yet has no room either: it places its drawing once it gets some.
const hasRoom = () => freeParts().some(({ left, top, right, bottom }) => left < right && top < bottom);

const whole = () => ({ left: 0, top: 0, right: view.width, bottom: view.height });

// The free part in which something can be largest.
function roomiest(box) {
  const [beside, above] = freeParts();
  return fitting(box, beside) >= fitting(box, above) ? beside : above;
}

function isInView(box) {
  const seen = {
    left: view.x + box.left * view.scale, right: view.x + box.right * view.scale,
    top: view.y + box.top * view.scale, bottom: view.y + box.bottom * view.scale,
  };
  return freeParts().some((part) => seen.left >= part.left - 1 && seen.right <= part.right + 1
    && seen.top >= part.top - 1 && seen.bottom <= part.bottom + 1);
}

// ---- what is done to the view ----

// Where the drawing may start, so that what lies from here to there in it is all in the free part, or fills that.
function held(start, from, to, low, high) {
  const [first, last] = [low - from, high - to];
  return Math.max(Math.min(first, last), Math.min(start, Math.max(first, last)));
}

// Place the drawing as near to a place as the free part allows; what is to be seen may stand out of the drawing.
function settle(x, y, scale, room, glides, box = whole()) {
  const all = union([whole(), box]);
  place(
    held(x, all.left * scale, all.right * scale, room.left, room.right),
    held(y, all.top * scale, all.bottom * scale, room.top, room.bottom), scale, glides);
}

function place(x, y, scale, glides) {
  Object.assign(view, { x: Math.round(x), y: Math.round(y), scale });
  view.drawing.classList.toggle("glides", glides);
  view.drawing.style.transform = `translate(${view.x}px, ${view.y}px) scale(${scale})`;
  drawOverview();
}

// What a finger and the pointer do on the stage. Every box inherits it: it costs more than a step, and so it depends on
// the scale that the reader wants, and not on that of a step.
function hold() {
  const wide = view.width * view.wanted > view.across, high = view.height * view.wanted > view.down;
  const left = wide && high ? "none" : wide ? "pan-y" : high ? "pan-x" : "pan-x pan-y"; // what is left to the page
  if (view.stage.style.touchAction !== left) view.stage.style.touchAction = left;
  if (view.stage.classList.contains("larger") !== (wide || high)) view.stage.classList.toggle("larger");
}

// The drawing as large as there is space, up to a limit; its letters are never too small to be read.
function openingView() {
  const room = roomiest(whole());
  const scale = Math.max(Math.min(fitting(whole(), room), ENLARGED), LEGIBLE / view.letter);
  want(scale);
  centre(whole(), scale, false);
}

// All of the drawing, however small: who asks for it wants to see its shape.
function fitView() {
  if (!hasRoom()) return;
  view.own = true;
  want(Math.min(fitting(whole(), roomiest(whole())), ENLARGED));
  centre(whole(), view.wanted, true);
}

function want(scale) {
  view.wanted = scale;
  showOverview();
  hold();
}

// A part of the drawing in the middle, or its beginning where it is larger than the stage.
function centre(box, scale, glides) {
  const room = roomiest(box);
  const start = (from, to, low, high) =>
    (to - from) * scale > high - low ? low - from * scale : (low + high - (from + to) * scale) / 2;
  const x = start(box.left, box.right, room.left, room.right);
  const y = start(box.top, box.bottom, room.top, room.bottom);
  settle(x, y, scale, room, glides, box);
}

// Bring elements into sight: nothing moves if they are. Letters become too small to be read only where two things that
// belong to one step lie too far apart: that an arrow leads from here to there must be seen, the sentence has the numbers.
function reveal(elements) {
  if (!view) return;
  view.lit = [...elements].filter(Boolean);
  lightOverview();
  const boxes = litBoxes();
  view.missed = view.lit.some((each) => boxOf(each) === NOWHERE);
  if (boxes.length && hasRoom()) bring(union(boxes), boxes);
}

const litBoxes = () => view.lit.map(boxOf).filter((box) => box.right > box.left);

function bring(box, boxes) {
  const shrunk = view.scale < view.wanted && view.scale * view.letter < LEGIBLE;
  if (!shrunk && boxes.every(isInView)) return;
  const room = roomiest(box);
  const scale = Math.min(fitting(box, room), shrunk ? view.wanted : Math.max(view.scale, Math.min(view.wanted, LEGIBLE / view.letter)));
  if (scale !== view.scale) {
    if (!(shrunk && scale < 1.05 * view.scale && boxes.every(isInView))) centre(box, scale, true);
    return;
  }
  const along = (start, from, to, low, high) =>
    start + from * scale >= low && start + to * scale <= high ? start : (low + high - (from + to) * scale) / 2;
  const x = along(view.x, box.left, box.right, room.left, room.right);
  const y = along(view.y, box.top, box.bottom, room.top, room.bottom);
  settle(x, y, scale, room, true, box);
}

// The free part that holds all of the drawing at a scale, if one does.
const holding = (scale) => freeParts().find((part) =>
  view.width * scale <= part.right - part.left + 1 && view.height * scale <= part.bottom - part.top + 1);

// How far the drawing may be moved: its end can be brought clear of the corner.
function limits(scale) {
  const [beside, above] = freeParts();
  return holding(scale) ?? { ...beside, bottom: above.bottom };
}

// Whether it moved: a drawing that is all in view stays, and at the end of another a wheel scrolls the page.
function panView(dx, dy, glides = false) {
  const { x, y, scale } = view;
  if (!hasRoom()) return false;
  if (holding(scale)) [dx, dy] = [0, 0];
  settle(x + dx, y + dy, scale, limits(scale), glides);
  if (x === view.x && y === view.y) return false;
  view.own = true;
  return true;
}

// Larger or smaller around a point, by default the middle of what is lit, so that it stays in sight.
function zoomView(factor, clientX, clientY) {
  if (!hasRoom()) return;
  const outer = view.stage.getBoundingClientRect();
  const [px, py] = clientX === undefined ? middle() : [clientX - outer.left, clientY - outer.top];
  const least = Math.min(fitting(whole(), roomiest(whole())), LEGIBLE / view.letter);
  const scale = Math.max(Math.min(view.scale * factor, NEAREST), Math.min(least, view.scale));
  const grown = scale / view.scale;
  view.own = true;
  want(scale);
  settle(px - (px - view.x) * grown, py - (py - view.y) * grown, scale, limits(scale), clientX === undefined);
}

function middle() {
  const boxes = litBoxes();
  if (!boxes.length) return [view.across / 2, view.down / 2];
  const lit = union(boxes);
  const [x, y] = [view.x + view.scale * (lit.left + lit.right) / 2, view.y + view.scale * (lit.top + lit.bottom) / 2];
  return [Math.max(0, Math.min(x, view.across)), Math.max(0, Math.min(y, view.down))];
}

// The stage has another size: nothing that the reader chose changes, and what is lit stays in sight.
function resizeView() {
  if (!view) return;
  measure();
  if (!hasRoom()) return;
  if (view.own) { want(view.wanted); panView(0, 0); } else openingView();
  reveal(view.lit);
}

// The page comes into sight. While its frame was not shown, there was no place for what steps lit: now there is.
function seeAgain() {
  const hadRoom = hasRoom(), missed = view.missed;
  measure();
  if (!hadRoom) resizeView(); else if (missed) reveal(view.lit);
}

// ---- wheel, mouse and fingers ----

function listen(stage) {
  const fingers = new Map();
  let dragged = false;
  stage.addEventListener("wheel", (event) => {
    const line = event.deltaMode === 1 ? 20 : event.deltaMode === 2 ? stage.clientHeight : 1;
    if (event.ctrlKey || event.metaKey) zoomView(Math.exp(-0.01 * Math.max(-40, Math.min(event.deltaY * line, 40))), event.clientX, event.clientY);
    else if (!panView(-event.deltaX * line, -event.deltaY * line)) return;
    event.preventDefault();
  }, { passive: false });
  stage.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    if (fingers.size === 0) dragged = false;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  stage.addEventListener("pointermove", (event) => {
    const from = fingers.get(event.pointerId), to = { x: event.clientX, y: event.clientY };
    if (!from || (!dragged && fingers.size === 1 && Math.hypot(to.x - from.x, to.y - from.y) < SHAKE)) return;
    if (!dragged) stage.setPointerCapture(event.pointerId); // from here on it is no click
    dragged = true;
    const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, finger]) => finger);
    if (others.length) pinch(others[0], from, to);
    else panView(to.x - from.x, to.y - from.y);
    fingers.set(event.pointerId, to);
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"])
    stage.addEventListener(end, (event) => {
      if (end !== "pointerleave" || !stage.hasPointerCapture(event.pointerId)) fingers.delete(event.pointerId);
    });
  stage.addEventListener("click", (event) => { if (dragged) event.stopPropagation(); dragged = false; }, true);
  stage.addEventListener("focusin", (event) => { // the tabulator goes from box to box, also out of sight
    const node = event.target.closest(".node");
    if (node?.matches(":focus-visible")) bring(boxOf(node), [boxOf(node)]);
  });
  new ResizeObserver(() => { if (view?.stage === stage) resizeView(); }).observe(stage);
  new IntersectionObserver((seen) => { if (view?.stage === stage && seen.at(-1).isIntersecting) seeAgain(); }).observe(stage);
}

// One of two fingers moves: what lay between them stays between them.
function pinch(still, from, to) {
  const apart = (a, b) => Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1);
  zoomView(apart(still, to) / apart(still, from), (still.x + from.x) / 2, (still.y + from.y) / 2);
  panView((to.x - from.x) / 2, (to.y - from.y) / 2);
}

// ---- the overview: a rectangle for each box, and the frame of what is seen ----

const SVG = "http://www.w3.org/2000/svg";

function rectangle(parent, name, box) {
  const element = document.createElementNS(SVG, "rect");
  element.setAttribute("class", name);
  frame(element, box);
  parent.append(element);
  return element;
}

function frame(element, box) {
  const sides = { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
  for (const [name, value] of Object.entries(sides)) element.setAttribute(name, value.toFixed(1));
}

function sizeOverview() {
  const map = document.getElementById("overview"), narrow = view.across < 600;
  const scale = Math.min((narrow ? 120 : 190) / view.width, (narrow ? 76 : 120) / view.height);
  map.setAttribute("viewBox", `0 0 ${view.width} ${view.height}`);
  map.style.width = `${Math.max(view.width * scale, 24)}px`;
  map.style.height = `${Math.max(view.height * scale, 24)}px`;
}

// Shown where the drawing is far larger than the stage at the scale that the reader wants: it does not come and go with
// the steps.
function showOverview() {
  const map = document.getElementById("overview");
  const far = Math.max(view.width * view.wanted / view.across, view.height * view.wanted / view.down) > FAR_LARGER;
  if (far && map.shown !== view) fillOverview(map);
  map.toggleAttribute("hidden", !far);
  measureCorner();
}

function fillOverview(map) {
  map.replaceChildren();
  map.shown = view;
  const nodes = [...view.drawing.querySelectorAll(".node")];
  const boxes = nodes.map(boxOf); // first all are looked up: after each change of the page that takes a layout
  view.small = new Map(nodes.map((node, k) => [node, rectangle(map, "box", boxes[k])]));
  view.frame = rectangle(map, "frame", whole());
  lightOverview();
}

function lightOverview() {
  if (!view.small) return;
  for (const each of view.shone ?? []) each.classList.remove("lit");
  view.shone = view.lit.map((element) => view.small.get(element)).filter(Boolean);
  for (const each of view.shone) each.classList.add("lit");
}

function drawOverview() {
  const { x, y, scale, across, down } = view;
  if (document.getElementById("overview").shown === view)
    frame(view.frame, { left: Math.max(0, -x / scale), top: Math.max(0, -y / scale),
      right: Math.min(view.width, (across - x) / scale), bottom: Math.min(view.height, (down - y) / scale) });
}

// A press on the overview leads there.
function leadOverview(event) {
  if (!event.buttons) return;
  event.preventDefault();
  const map = event.currentTarget.getBoundingClientRect();
  const x = (event.clientX - map.left) / map.width * view.width, y = (event.clientY - map.top) / map.height * view.height;
  panView(view.across / 2 - x * view.scale - view.x, view.down / 2 - y * view.scale - view.y);
}

for (const [id, action] of [["larger", () => zoomView(1.25)], ["smaller", () => zoomView(0.8)], ["fit", fitView]])
  document.getElementById(id).addEventListener("click", action);
for (const name of ["pointerdown", "pointermove"]) document.getElementById("overview").addEventListener(name, leadOverview);
