// What comes back along the arrows: on a backward step a second arrow against each that is lit, with its contribution;
// and how thick an arrow is tells how much came back along it.
const THIN = 1.3, THICK = 4.5; // points
const LETTER = 7.5; // points of a digit's width
const ASIDE = 7; // points between an arrow and the one that comes back

function showFlow(frame) {
  stage().querySelector(".contributions")?.remove();
  showThickness();
  if (frame.direction !== "backward") return;
  const layer = vector("g", { class: "contributions", "aria-hidden": "true" });
  for (const name of frame.arrows) {
    const path = part(name)?.querySelector("path");
    if (path) layer.append(...contribution(path, data.scenes[scene].terms[name]));
  }
  stage().querySelector("svg > g").append(layer);
}

function vector(name, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

// The arrow back: the path, moved aside, with its head at the other end, and what it carries.
function contribution(path, slot) {
  const length = path.getTotalLength();
  const [from, next, middle] = [0, Math.min(9, length / 3), length / 2].map((along) => path.getPointAtLength(along));
  const after = path.getPointAtLength(length / 2 + 1);
  const [dx, dy] = unit(after.x - middle.x, after.y - middle.y);
  const aside = dx >= 0 ? 1 : -1; // below arrows that go to the right
  const shift = [-dy * ASIDE * aside, dx * ASIDE * aside];
  const [ux, uy] = unit(next.x - from.x, next.y - from.y);
  const [x, y] = [from.x + shift[0], from.y + shift[1]];
  const corner = (side) => `${x + 10 * ux - 4.5 * side * uy},${y + 10 * uy + 4.5 * side * ux}`;
  const back = [
    vector("path", { class: "back", d: path.getAttribute("d"), transform: `translate(${shift.join(" ")})` }),
    vector("polygon", { class: "back", points: `${x},${y} ${corner(1)} ${corner(-1)}` }),
  ];
  if (slot === undefined || isAsked()) return back;
  const text = `+ ${written(known[slot], 4)}`;
  const [tx, ty] = freePlace(path, length, text.length * LETTER);
  return [...back, vector("text", { class: "carried", x: tx, y: ty + 4, "text-anchor": "middle" }, text)];
}

// Where a text of such a width stands free of labels and boxes, as far as there is such a place beside the arrow.
function freePlace(path, length, width) {
  const places = [0.5, 0.35, 0.65, 0.2, 0.8].flatMap((share) => {
    const [at, after] = [path.getPointAtLength(share * length), path.getPointAtLength(share * length + 1)];
    const [dx, dy] = unit(after.x - at.x, after.y - at.y);
    const near = ASIDE + 9 + Math.abs(dy) * width / 2;
    return [near, near + 16, near + 32].flatMap((away) => [[at.x - dy * away, at.y + dx * away], [at.x + dy * away, at.y - dx * away]]);
  });
  const covered = ([x, y]) => obstacles().reduce((sum, box) =>
    sum + Math.max(0, Math.min(x + width / 2, box.right) - Math.max(x - width / 2, box.left))
    * Math.max(0, Math.min(y + 9, box.bottom) - Math.max(y - 9, box.top)), 0);
  return places.reduce((best, each) => (covered(each) < covered(best) - 1 ? each : best));
}

const taken = {}; // of each drawing the places of its labels and boxes

function obstacles() {
  taken[drawing()] ??= [...stage().querySelectorAll(".edge text, .node")].map((element) => {
    const { x, y, width, height } = element.getBBox();
    return { left: x, top: y, right: x + width, bottom: y + height };
  });
  return taken[drawing()];
}

function unit(x, y) {
  const length = Math.hypot(x, y) || 1;
  return [x / length, y / length];
}

// Only what came back so far, and is no answer yet to be given: the arrows of backward steps up to this one.
function showThickness() {
  const { terms } = data.scenes[scene];
  const travelled = new Set();
  frames().slice(0, at + 1).forEach((frame, k) => {
    if (frame.direction === "backward" && !isOpen(k)) frame.arrows.forEach((name) => travelled.add(name));
  });
  const sizes = Object.values(terms).map((slot) => Math.abs(known[slot])).filter(Number.isFinite);
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  for (const [name, slot] of Object.entries(terms)) {
    const share = travelled.has(name) && largest > 0 ? Math.sqrt(Math.abs(known[slot]) / largest) : null;
    const width = share === null || Number.isNaN(share) ? "" : `${THIN + (THICK - THIN) * Math.min(share, 1)}px`;
    const element = part(name);
    element?.classList.toggle("nothing", travelled.has(name) && known[slot] === 0);
    if (element && element.style.getPropertyValue("--thickness") !== width) element.style.setProperty("--thickness", width);
  }
}
