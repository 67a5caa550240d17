// Gradient descent as a loop in the page: its rate, how many iterations, and the cost before each.
const LOSS = { width: 280, height: 110, left: 68, right: 10, top: 10, bottom: 10 };
const MOST_ITERATIONS = 50;

function makeTraining() {
  if (!isTraining) return;
  $("iterations").hidden = false;
  document.body.classList.add("training");
  $("iteration").addEventListener("input", () => { pause(); openIteration(Number($("iteration").value) - 1, 0); });
  const panel = html("section", { id: "training", "aria-label": "gradient descent" });
  if (isLive) {
    panel.append(slider("rate", "rate η", rateToSlider(rate), 0, 100, 0.5, (x) => { rate = sliderToRate(x); recompute(); showLeaf(); }));
    panel.append(slider("howmany", "iterations", iterations, 1, MOST_ITERATIONS, 1, (x) => { iterations = x; recompute(); showLeaf(); }));
  }
  panel.append(html("figure", {},
    vector("svg", { id: "losses", viewBox: `0 0 ${LOSS.width} ${LOSS.height}`, role: "img" }), html("figcaption", { id: "outcome" })));
  $("panel").prepend(panel);
  showTraining();
}

function slider(id, label, value, min, max, step, changed) {
  const input = html("input", { id, type: "range", min, max, step, value, oninput: (event) => changed(Number(event.target.value)) });
  return html("div", { className: "row" }, html("label", { for: id }, label), input, html("output", { id: `${id}told`, for: id }));
}

// The slider of the rate goes by powers: from a thousandth of what was given to ten times of it.
const sliderToRate = (x) => Number((data.eta * 10 ** (x / 25 - 3)).toPrecision(3));
const rateToSlider = (x) => 25 * (Math.log10(x / data.eta) + 3);

function showTraining() {
  if (!isTraining) return;
  const count = Math.min(iterations, trail.length);
  [$("iteration").max, $("iteration").value] = [Math.max(count, 1), iteration + 1];
  $("iterationcount").textContent = `${iteration + 1} of ${iterations}`;
  $("iteration").setAttribute("aria-valuetext", `iteration ${iteration + 1} of ${iterations}`);
  if (isLive) {
    $("ratetold").textContent = written(rate, 3);
    $("howmanytold").textContent = String(iterations);
  }
  const figure = $("losses").parentElement;
  figure.hidden = isAsking(); // the costs would tell the answers
  if (!figure.hidden) drawLosses();
}

function outcome(values) {
  const broke = values.findIndex((cost) => !Number.isFinite(cost));
  if (broke >= 0) return `no number after iteration ${broke}: the rate is too large`;
  const count = values.length - 1;
  return `cost after ${count} iteration${count === 1 ? "" : "s"}: ${written(values[count], 4)}`;
}

function drawLosses() {
  const values = costs();
  const finite = values.filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...finite), Math.max(...finite, Number.MIN_VALUE)];
  const place = (k, cost) => [
    LOSS.left + (LOSS.width - LOSS.left - LOSS.right) * k / Math.max(values.length - 1, 1),
    LOSS.height - LOSS.bottom - (LOSS.height - LOSS.top - LOSS.bottom) * (cost - low) / (high - low || 1),
  ];
  const points = values.map((cost, k) => place(k, cost));
  const [begin, end] = [values[0], values[values.length - 1]];
  const does = end < begin ? "falls" : end > begin ? "rises" : "stays";
  $("outcome").textContent = outcome(values);
  $("losses").setAttribute("aria-label", values.every(Number.isFinite)
    ? `the cost ${does} from ${written(begin, 4)} to ${written(end, 4)} in ${values.length - 1} iterations` : outcome(values));
  $("losses").replaceChildren(
    vector("path", { class: "axis", d: `M${LOSS.left},${LOSS.top} V${LOSS.height - LOSS.bottom} H${LOSS.width - LOSS.right}` }),
    vector("path", { class: "result", d: broken(points) }),
    ...points.filter(([, y]) => Number.isFinite(y)).map(([cx, cy], k) => vector("circle", { class: k === iteration ? "here" : "cost", cx, cy, r: k === iteration ? 4.5 : 3 })),
    vector("text", { x: 4, y: LOSS.top + 6 }, written(high, 3)));
}
