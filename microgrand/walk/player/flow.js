// What comes back along the arrows: on a backward step a second arrow against each that is lit, with its contribution;
// and how thick an arrow is tells how much came back along it.
const THIN = 1.3, THICK = 4.5; // points
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
  const [from, next, middle] = [0, Math.min(9, length / 3), length / 2].map((s) => path.getPointAtLength(s));
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
  const at = { class: "carried", x: middle.x + 2 * shift[0], y: middle.y + 2.4 * shift[1] + 4, "text-anchor": "middle" };
  return [...back, vector("text", at, `+ ${written(known[slot], 4)}`)];
}

function unit(x, y) {
  const length = Math.hypot(x, y) || 1;
  return [x / length, y / length];
}

// Only what came back so far: the arrows of backward steps up to this one.
function showThickness() {
  const { terms } = data.scenes[scene];
  const travelled = new Set();
  frames().slice(0, at + 1).forEach((frame) => { if (frame.direction === "backward") frame.arrows.forEach((name) => travelled.add(name)); });
  const sizes = Object.values(terms).map((slot) => Math.abs(known[slot])).filter(Number.isFinite);
  const largest = sizes.reduce((a, b) => Math.max(a, b), 0);
  for (const [name, slot] of Object.entries(terms)) {
    const share = travelled.has(name) && largest > 0 ? Math.sqrt(Math.abs(known[slot]) / largest) : null;
    const width = share === null || Number.isNaN(share) ? "" : `${THIN + (THICK - THIN) * Math.min(share, 1)}px`;
    const element = part(name);
    if (element && element.style.getPropertyValue("--thickness") !== width) element.style.setProperty("--thickness", width);
  }
}
