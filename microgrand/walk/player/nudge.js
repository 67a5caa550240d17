// What δ means: the leaf a little up and a little down, and how far the result moves; as a curve, its slope.
const CURVE = { width: 280, height: 150, left: 34, right: 8, top: 10, bottom: 22, points: 61 };
const STEPS = [1, 0.5, 0.1, 0.05, 0.01, 0.001, 1e-4];
const CLOSE_BY = [1e-4, 1e-6, 1e-8]; // more: a slope that jumps as much for the smaller ones jumps at x, and does not bend
let stepSize = 2; // which of them

function makeNudge(panel) {
  panel.append(html("section", { id: "nudge", "aria-label": "what δ means" },
    html("div", { className: "row" },
      html("button", { id: "nudgebutton", type: "button", onclick: nudge }, "nudge"),
      html("label", { for: "nudgesize" }, "h"),
      html("input", { id: "nudgesize", type: "range", min: "0", max: String(STEPS.length - 1), value: String(stepSize), oninput: (event) => { stepSize = Number(event.target.value); showNudge(); } }),
      html("output", { id: "nudgeh", for: "nudgesize" })),
    html("p", { id: "nudged" }), html("p", { id: "kink" }), html("p", { id: "quotient", tabIndex: 0, role: "group", "aria-label": "difference quotient, and δ" }),
    html("figure", {}, vector("svg", { id: "curve", viewBox: `0 0 ${CURVE.width} ${CURVE.height}`, role: "img" }))));
}

// The first step gives numbers and computes none: where the panel lies below the picture, the nudge stands in the place
// of its formula, so that what δ means is met before how it is written.
const opening = html("div", { className: "opening" }, html("button", { type: "button", onclick: nudge }), html("span"));
const isOpening = () => at === 0 && isLive && !data.predict;

// Each press takes a smaller step, and after the smallest one the largest again.
function nudge() {
  stepSize = (stepSize + 1) % STEPS.length;
  $("nudgesize").value = String(stepSize);
  showNudge();
}

function showNudge() {
  if (!isLive || chosenLeaf < 0) return;
  $("nudge").hidden = isAsking() || stopped;
  if ($("nudge").hidden) return;
  const leaf = data.leaves[chosenLeaf];
  const x = trail[iteration][0][chosenLeaf];
  const size = Math.max(1, 10 ** Math.floor(Math.log10(Math.abs(x) || 1)));
  const h = STEPS[stepSize] * size;
  const delta = known[leaf.delta];
  const [here, up, down] = [known[data.root], resultAt(chosenLeaf, x + h), resultAt(chosenLeaf, x - h)];
  const root = rootName();
  $("nudgeh").textContent = written(h, 3);
  $("nudged").textContent = !Number.isFinite(up - here)
    ? `${leaf.name} up by ${written(h, 3)}: ${root} is not defined there`
    : `${leaf.name} up by ${written(h, 3)}: ${root} ${moved(up - here)}. ${Number.isFinite(delta) ? `δ says: ${moved(h * delta)}` : `δ is ${told(delta, 3)} here`}.`;
  $("kink").textContent = kink(x, size, delta);
  [opening.firstChild.textContent, opening.lastChild.textContent] = [`nudge ${leaf.name}`, $("nudged").textContent];
  $("quotient").replaceChildren(...quotient(leaf.name, root, (up - down) / h / 2, delta));
  drawCurve(leaf, x, h, delta);
}

// Where the slopes on both sides differ, however near one looks, with δ between them; "" where they do not.
function kink(x, size, delta) {
  const here = known[data.root];
  const sides = CLOSE_BY.map((step) => [-step * size, step * size].map((h) => (resultAt(chosenLeaf, x + h) - here) / h + 0)); // no -0
  const jumps = sides.map(([left, right]) => Math.abs(right - left));
  const [left, right] = sides[1];
  const [low, high] = [Math.min(left, right), Math.max(left, right)];
  const isSeen = jumps[1] * CLOSE_BY[1] * size > 1e-11 * Math.abs(here) // more than rounding is
    && jumps[1] > 1e-3 * Math.max(Math.abs(left), Math.abs(right));
  const stays = jumps.slice(1).every((jump, k) => jump > 0.5 * jumps[k] && Number.isFinite(jump));
  const margin = 0.01 * jumps[1];
  if (!(isSeen && stays) || delta < low - margin || delta > high + margin) return "";
  return `A kink: the slope is ${written(left, 3)} on the left and ${written(right, 3)} on the right; δ is ${told(delta, 3)}.`;
}

const rootName = () => data.root_name;
const told = (x, digits) => (Number.isNaN(x) ? "not defined" : written(x, digits)); // in a sentence
const moved = (change) => (change === 0 ? "stays" : `${change > 0 ? "up" : "down"} by ${written(Math.abs(change), 3)}`);

function quotient(leaf, root, slope, delta) {
  const fraction = mathematical("math", {},
    mathematical("mfrac", {},
      mathematical("mrow", {}, mathematical("mtext", {}, `${root}(${leaf}+h) − ${root}(${leaf}−h)`)),
      mathematical("mrow", {}, mathematical("mn", {}, "2"), mathematical("mi", {}, "h"))),
    mathematical("mo", {}, "="), Number.isNaN(slope) ? mathematical("mtext", {}, "not defined on both sides") : mathematical("mn", {}, written(slope, 6)));
  return [fraction, html("span", {}, `  δ(${leaf}) ${Number.isNaN(delta) ? "is not defined" : `= ${written(delta, 6)}`}`)];
}

// The result against the leaf, its tangent with the slope δ, and the two points that the nudge compares.
function drawCurve(leaf, x, h, delta) {
  const curve = $("curve");
  const [low, high] = leaf.low <= x && x <= leaf.high ? [leaf.low, leaf.high] : [Math.min(leaf.low, x), Math.max(leaf.high, x)];
  const xs = Array.from({ length: CURVE.points }, (_, k) => low + (high - low) * k / (CURVE.points - 1));
  const ys = xs.map((each) => resultAt(chosenLeaf, each));
  const here = known[data.root];
  const [bottom, top] = extent([...ys, here]);
  const place = (u, v) => [
    CURVE.left + (CURVE.width - CURVE.left - CURVE.right) * (u - low) / (high - low || 1),
    CURVE.height - CURVE.bottom - (CURVE.height - CURVE.top - CURVE.bottom) * (v - bottom) / (top - bottom || 1),
  ];
  const [px, py] = place(x, here);
  const tangent = inside(x, here, delta, [low, high], [bottom, top]).map(([u, v]) => place(u, v).join(","));
  const points = [x - h, x + h].filter((u) => u >= low && u <= high).map((u) => [u, resultAt(chosenLeaf, u)])
    .filter(([, v]) => v >= bottom && v <= top).map(([u, v]) => place(u, v)).filter((point) => point.every(Number.isFinite));
  curve.setAttribute("aria-label", `${rootName()} against ${leaf.name}: at ${leaf.name} = ${written(x, 4)} its slope is ${told(delta, 4)}`);
  if (![px, py, ...xs].every(Number.isFinite)) { curve.replaceChildren(); return; } // out of the reach of floats
  curve.replaceChildren(
    vector("path", { class: "axis", d: `M${CURVE.left},${CURVE.top} V${CURVE.height - CURVE.bottom} H${CURVE.width - CURVE.right}` }),
    vector("path", { class: "tangent", d: tangent.length ? `M${tangent.join(" L")}` : "" }),
    vector("path", { class: "result", d: broken(xs.map((u, k) => place(u, ys[k]))) }),
    ...(points.length === 2 ? [vector("path", { class: "secant", d: `M${points.map((p) => p.join(",")).join(" L")}` })] : []),
    ...points.map(([cx, cy]) => vector("circle", { class: "nudged", cx, cy, r: 3 })),
    vector("circle", { class: "here", cx: px, cy: py, r: 4.5 }),
    vector("text", { x: CURVE.width - CURVE.right, y: CURVE.height - 6, "text-anchor": "end" }, leaf.name),
    vector("text", { x: 4, y: CURVE.top + 8 }, rootName()),
    vector("text", { x: CURVE.left, y: CURVE.height - 6 }, written(low, 3)));
  const [name, result, left] = curve.querySelectorAll("text");
  narrow(name, CURVE.width - CURVE.right - CURVE.left - left.getComputedTextLength() - 8);
  narrow(result, CURVE.width - CURVE.right - 4);
}

// The part of the line through (x, y) that lies in the plot.
function inside(x, y, slope, [low, high], [bottom, top]) {
  const ends = [low, high, x + (bottom - y) / slope, x + (top - y) / slope].filter((u) => u >= low && u <= high);
  const rounding = 1e-6 * (top - bottom); // at the ends that are on the frame
  const points = ends.map((u) => [u, y + slope * (u - x)]).filter(([, v]) => v >= bottom - rounding && v <= top + rounding);
  points.sort(([u], [v]) => u - v);
  return points.length < 2 ? [] : [points[0], points[points.length - 1]];
}

function extent(values) {
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const margin = (high - low) * 0.08 || Math.max(1, Math.abs(high)) * 0.5;
  return [low - margin, high + margin];
}

// A line through the points, interrupted where there are none.
function broken(points) {
  let pen = "M";
  const parts = [];
  for (const [x, y] of points) {
    if (!Number.isFinite(x) || !Number.isFinite(y)) { pen = "M"; continue; }
    parts.push(`${pen}${x.toFixed(1)},${y.toFixed(1)}`);
    pen = "L";
  }
  return parts.join(" ");
}
