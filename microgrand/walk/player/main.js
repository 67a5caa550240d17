// The controls, the keys and the link, and the first picture.
let timer = null;
const [play, speed] = [$("play"), $("speed")];

function pause() {
  clearInterval(timer);
  timer = null;
  play.textContent = "▶ play";
  play.setAttribute("aria-pressed", "false");
}

function tick() {
  if (isLast() || isAsked()) pause(); else stepOn();
}

function begin() {
  if (isLast()) openIteration(0, 0);
  timer = setInterval(tick, Number(speed.value));
  play.textContent = "❚❚ pause";
  play.setAttribute("aria-pressed", "true");
}

const KEYS = {
  ArrowRight: stepOn, ArrowLeft: stepBack, Home: () => show(0), End: () => show(frames().length - 1),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.target.matches?.("select, input:not(#slider)")) return;
  const box = event.target.closest?.(".node");
  if (box && (event.key === "Enter" || event.key === " ")) { event.preventDefault(); chosenBox(box.dataset.box); return; }
  if (!(event.key in KEYS)) return;
  event.preventDefault(); // a slider that has the focus would move once more
  pause();
  KEYS[event.key]();
});
$("previous").addEventListener("click", () => { pause(); stepBack(); });
$("next").addEventListener("click", () => { pause(); stepOn(); });
play.addEventListener("click", () => { if (timer) pause(); else begin(); });
speed.addEventListener("change", () => { if (timer) { pause(); begin(); } });
$("slider").addEventListener("input", () => { pause(); show(Number($("slider").value)); });
$("scene").addEventListener("change", () => { pause(); openScene(Number($("scene").value)); });

// A link to a state: #step=7&w=0.5, with the leaves that were changed; written once the reader rests, for browsers allow
// only so many changes of an address.
const OWN = ["step", "iteration", "shown", "rate", "iterations", "theme"]; // what a link tells besides: a leaf of such a name has another there
const linkedName = (leaf) => (OWN.includes(leaf.name) ? `leaf.${leaf.name}` : leaf.name);
let linking = 0;
function remember() {
  clearTimeout(linking);
  linking = setTimeout(writeLink, 200);
}

function writeLink() {
  const state = new URLSearchParams(location.hash.slice(1));
  for (const key of [...state.keys()]) if (key !== "theme") state.delete(key);
  state.set("step", String(at + 1));
  if (iteration) state.set("iteration", String(iteration + 1));
  if (scene) state.set("shown", String(scene + 1));
  if (rate !== data.eta) state.set("rate", String(rate));
  if (iterations !== data.iterations) state.set("iterations", String(iterations));
  data.leaves.forEach((leaf, k) => { if (!Object.is(start[k], original[k])) state.set(linkedName(leaf), String(start[k])); });
  try {
    history.replaceState(null, "", `#${state}`);
  } catch {
    // a page inside another has no address of its own
  }
  if (parent !== window) parent.postMessage({ link: String(state) }, "*"); // which may keep the place for the next page
}

function recall(hash) {
  const state = new URLSearchParams(hash);
  start.splice(0, start.length, ...original);
  rate = isLive ? read(state.get("rate") ?? "") ?? data.eta : data.eta;
  iterations = isLive ? Math.max(1, Math.min(Math.round(read(state.get("iterations") ?? "") ?? data.iterations), MOST_ITERATIONS)) : data.iterations;
  data.leaves.forEach((leaf, k) => {
    const x = read(state.get(linkedName(leaf)) ?? "");
    if (isLive && x !== null) start[k] = x;
  });
  compute();
  if (stopped) { // there is no picture yet that could stay as it was
    start.splice(0, start.length, ...original);
    const why = refusal;
    compute();
    refusal = `${why}: the numbers of the link are left out`;
  }
  const number = (key, most) => Math.max(0, Math.min((read(state.get(key) ?? "") ?? 1) - 1, most));
  return [number("shown", data.scenes.length - 1), number("iteration", iterations - 1), number("step", Infinity)];
}

function makeScenes() {
  $("scenes").hidden = data.scenes.length < 2;
  $("scene").append(...data.scenes.map(({ title }, k) => html("option", { value: String(k) }, title)));
  data.scenes.forEach((each, k) => {
    for (const frame of each.closes === undefined ? [] : document.querySelectorAll(`#stage${k} .cluster, #stage${k}t .cluster`))
      frame.addEventListener("click", () => openScene(each.closes));
    for (const box of Object.keys(each.boxes)) {
      for (const way of ["", "t"]) {
        const element = each.drawing === k && $(`s${k}${way}-${box}`);
        if (!element) continue;
        element.dataset.box = box;
        element.setAttribute("tabindex", "0");
        element.setAttribute("role", "button");
        element.addEventListener("click", () => chosenBox(box));
      }
    }
  });
}

function openLink(hash) {
  const [linkedScene, linkedIteration, linkedStep] = recall(hash);
  goToIteration(linkedIteration);
  openScene(linkedScene, linkedStep);
  showRefusal();
}

const asked = location.hash.slice(1);
makeScenes();
compute();
makePrediction();
makeLeafPanel();
makeTraining();
at = 0;
openLink(asked);
addEventListener("resize", turn);
addEventListener("hashchange", () => { pause(); openLink(location.hash.slice(1)); });
