// The panel beside the picture: a leaf with its slider, its field, and what its δ means.
let chosenLeaf = -1;

function html(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key.includes("-") || key === "for" || key === "list") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

// The leaf that a reader meets first: a parameter that the result depends on, else any leaf that it depends on.
function firstLeaf() {
  const moves = (leaf) => known[leaf.delta] !== 0;
  const found = [(leaf) => leaf.after !== null && moves(leaf), moves, () => true].map((test) => data.leaves.findIndex(test));
  return found.find((k) => k >= 0) ?? -1;
}

function makeLeafPanel() {
  const panel = html("section", { id: "leaf", "aria-label": "a number of yours" });
  $("panel").append(panel);
  if (!isLive) {
    panel.append(html("p", { className: "note" }, `The numbers of this page are fixed: ${data.why}.`));
    return;
  }
  const name = (leaf, k) => html("option", { value: String(k) }, leaf.name);
  panel.append(
    html("div", { className: "row" },
      html("label", { for: "leafname" }, "change"),
      html("select", { id: "leafname", oninput: (event) => chooseLeaf(Number(event.target.value)) }, ...data.leaves.map(name)),
      html("input", { id: "leafnumber", type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false, "aria-label": "its number", onchange: fieldChanged }),
      html("button", { id: "leafreset", type: "button", onclick: () => setLeaf(chosenLeaf, original[chosenLeaf]) }, "reset"),
      html("input", { id: "leafslider", type: "range", min: "0", max: "1000", step: "any", "aria-label": "its number, as a slider", oninput: slid })),
    html("p", { id: "refusal", className: "refusal", role: "status" }));
  makeNudge(panel);
  chooseLeaf(firstLeaf());
}

const original = [...start];

function chooseLeaf(k) {
  chosenLeaf = k;
  showLeaf();
}

function showLeaf() {
  if (!isLive || chosenLeaf < 0) return;
  $("leaf").hidden = isAsking();
  const { low, high } = data.leaves[chosenLeaf];
  const x = start[chosenLeaf];
  $("leafname").value = String(chosenLeaf);
  if (document.activeElement !== $("leafnumber")) $("leafnumber").value = written(x, 6);
  $("leafnumber").removeAttribute("aria-invalid");
  if (document.activeElement !== $("leafslider")) $("leafslider").value = String(1000 * (x - low) / (high - low || 1));
  $("leafslider").setAttribute("aria-valuetext", `${data.leaves[chosenLeaf].name} = ${written(x, 6)}`);
  $("leafreset").disabled = Object.is(x, original[chosenLeaf]);
  showChosen();
  showNudge();
}

function showChosen() {
  if (!isLive) return;
  for (const element of document.querySelectorAll(".node.chosen")) element.classList.remove("chosen");
  for (const [box, leaves] of Object.entries(data.scenes[scene].leaves)) part(box)?.classList.toggle("chosen", leaves.includes(chosenLeaf));
}

function slid() {
  const { low, high } = data.leaves[chosenLeaf];
  const x = low + (high - low) * Number($("leafslider").value) / 1000;
  setLeaf(chosenLeaf, Number(x.toPrecision(3)));
}

function fieldChanged() {
  const x = read($("leafnumber").value);
  if (x === null) $("leafnumber").setAttribute("aria-invalid", "true");
  else setLeaf(chosenLeaf, x);
}

// A number as people type it, also as a fraction, 2/3; null for anything else.
function read(text) {
  const parts = text.trim().split("/").map((part) => part.trim().replaceAll("−", "-").replace(",", ".").replace("·10^", "e"));
  if (parts.length > 2 || parts.some((part) => part === "")) return null;
  const x = parts.length === 2 ? Number(parts[0]) / Number(parts[1]) : Number(parts[0]);
  return Number.isFinite(x) ? x : null;
}

// Where the result is not defined, what is shown stays as it is, and the page says why.
function setLeaf(k, x) {
  start[k] = x;
  recompute();
  showLeaf();
}

function showRefusal() {
  if (!isLive) return;
  const at = isTraining && !stopped && trail.length <= iterations ? ` after iteration ${trail.length}` : "";
  const then = stopped ? ": the picture stays as it was" : isTraining ? ": the descent ends there" : "";
  $("refusal").textContent = refusal ? `${refusal}${at}${refusal.includes(": ") ? "" : then}.` : "";
  document.body.classList.toggle("stopped", stopped);
}

// A click on a box: a layer opens, a leaf can be changed, and any other leads to the step that computes its δ.
function chosenBox(box) {
  const inside = data.scenes[scene].opens[box];
  if (inside !== undefined) return openScene(inside);
  const leaves = data.scenes[scene].leaves[box] ?? [];
  if (leaves.length && isLive && !isAsking()) {
    chooseLeaf(leaves.includes(chosenLeaf) ? leaves[(leaves.indexOf(chosenLeaf) + 1) % leaves.length] : leaves[0]);
    $("leafslider").focus({ preventScroll: true });
    return;
  }
  const computes = (frame) => frame.boxes.slice(0, frame.made).includes(box);
  const isDelta = (frame) => frame.direction === "backward" && computes(frame);
  const places = [frames().findIndex((frame, k) => k > at && isDelta(frame)), frames().findIndex(isDelta), frames().findIndex(computes)];
  const found = places.find((k) => k >= 0);
  if (found !== undefined) { pause(); show(found); }
}
