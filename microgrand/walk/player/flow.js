// What comes back along the arrows: on a backward step a second arrow against each that is lit, with its contribution;
// and how thick an arrow is tells how much came back along it.
const THIN = 1.3, THICK = 4.5; // points
const LETTER = 7.5; // points of a digit's width
const PIECES = 24; // of an arrow that is to be kept clear
const ASIDE = 7; // points between an arrow and the one that comes back

function showFlow(frame) {
  stage().querySelector(".contributions")?.remove();
  showThickness();
  if (frame.direction !== "backward") return;
  const layer = vector("g", { class: "contributions", "aria-hidden": "true" });
  const { terms } = data.scenes[scene];
  const arrows = frame.arrows.map((name) => [part(name)?.querySelector("path"), terms[name]]).filter(([path]) => path);
  const taken = [...obstacles(), ...arrows.flatMap(([path]) => pieces(path))]; // and by what is written then
  for (const [path, slot] of arrows) layer.append(...contribution(path, slot, taken));
  stage().querySelector("svg > g").append(layer);
}

function vector(name, attributes, text = "") {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

// The arrow back: the path, moved aside, with its head at the other end, and what it carries.
function contribution(path, slot, taken) {
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
  const text = `+ ${figure([slot, 4, 1])}`;
  const width = text.length * LETTER;
  const [tx, ty] = freePlace(path, length, width, taken);
  taken.push(around(tx, ty, width));
  return [...back, vector("text", { class: "carried", x: tx, y: ty + 4, "text-anchor": "middle" }, text)];
}

// Where a text of such a width stands free of what has its place already, as far as there is such a place beside the arrow.
function freePlace(path, length, width, taken) {
  const places = [0.5, 0.35, 0.65, 0.2, 0.8].flatMap((share) => {
    const [at, after] = [path.getPointAtLength(share * length), path.getPointAtLength(share * length + 1)];
    const [dx, dy] = unit(after.x - at.x, after.y - at.y);
    const near = ASIDE + 9 + Math.abs(dy) * width / 2;
    return [near, near + 16, near + 32].flatMap((away) => [[at.x - dy * away, at.y + dx * away], [at.x + dy * away, at.y - dx * away]]);
  });
  const covered = ([x, y]) => taken.reduce((sum, box) => sum + common(around(x, y, width), box), 0);
  return places.reduce((best, each) => (covered(each) < covered(best) - 1 ? each : best));
}

const around = (x, y, width) => ({ left: x - width / 2, right: x + width / 2, top: y - 9, bottom: y + 9 });

// How much of one box another covers.
function common(one, other) {
  return Math.max(0, Math.min(one.right, other.right) - Math.max(one.left, other.left))
    * Math.max(0, Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top));
}

// An arrow as a row of boxes.
function pieces(path) {
  const length = path.getTotalLength();
  const half = Math.max(3, length / PIECES / 2);
  return Array.from({ length: PIECES }, (_, k) => path.getPointAtLength(length * (k + 0.5) / PIECES))
    .map(({ x, y }) => ({ left: x - half, right: x + half, top: y - 3, bottom: y + 3 }));
}

const placed = {}; // of each drawing the places of its labels and boxes

function obstacles() {
  if (placed[drawing()]?.length) return placed[drawing()];
  const boxes = [...stage().querySelectorAll(".edge text, .node")].map((element) => element.getBBox());
  placed[drawing()] = boxes.filter(({ width }) => width > 0) // none in a page that is not shown: it is asked again
    .map(({ x, y, width, height }) => ({ left: x, top: y, right: x + width, bottom: y + height }));
  return placed[drawing()];
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
