// The reader is asked for the numbers of a step before it shows them. What was not answered stands nowhere on the page.
const CLOSE = 0.005; // of the number: so near is right, however it is written
const FEWEST = 2; // digits that make a rounded number an answer
const answers = new Map(); // of each number that was asked for: how it was answered, "right", "helped" or "given"
let hints = 0;

const isAsking = () => data.predict && !allAnswered();
const allAnswered = () => frames().every((frame, k) => !isOpen(k));
const keyOf = ([label, slot]) => `${slot} ${label}`; // the same in every scene
const isOpen = (k) => data.predict && frames()[k].asks.some((ask) => !answers.has(keyOf(ask)));
const isAsked = () => isOpen(at);

// A line that the step of a question writes hides its numbers until they are given; so do those of later steps.
function isHidden(line, pieces) {
  if (!data.predict || !pieces.some((piece) => typeof piece !== "string")) return false;
  const from = line.versions.filter(([when]) => when <= at).pop()?.[0] ?? -1;
  return from >= 0 && isOpen(from);
}

// The formula as far as it may be seen: what is computed, with a hint its symbols, with two the numbers that make it; then
// all of it. Equations are set apart by wide spaces; where one has no equals sign, nothing is shown.
function shownFormula(frame) {
  const whole = mathematics(data.formulas[frame.formula]);
  if (!isAsked()) return [whole];
  const parts = [...whole.children].flatMap((row) => (row.localName === "mrow" ? [...row.children] : [row]));
  const isNext = (part) => part.localName === "mspace" && part.getAttribute("width") === "1em";
  const end = parts.findIndex(isNext);
  const equation = end < 0 ? parts : parts.slice(0, end);
  const equals = equation.flatMap((part, k) => (part.localName === "mo" && part.textContent === "=" ? [k] : []));
  const shown = [equals[0], equals[1], equals.at(-1)][hints] ?? equals[0] ?? 0;
  parts.slice(shown).forEach((part) => part.remove());
  return [whole];
}

function makePrediction() {
  if (!data.predict) return;
  document.body.classList.add("predicting");
  // No form: browsers let none be submitted in a frame that may only run scripts, as in a notebook.
  const checkOnEnter = (event) => {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault(); // else the button that has the focus after the answer would be pressed
    check();
  };
  $("said").append(html("div", { id: "asked", role: "group", ariaLabel: "your answer", onkeydown: checkOnEnter }));
  $("panel").prepend(html("p", { id: "score", role: "status" }));
}

function showAnswers(frame) {
  if (!data.predict) return;
  const asked = $("asked");
  asked.hidden = !isAsked();
  hints = 0;
  if (!isAsked()) asked.replaceChildren(); else askFor(frame);
  showScore();
}

function askFor(frame) {
  const fields = frame.asks.map(([label], k) => html("span", { className: "ask" },
    html("label", { for: `ask${k}` }, `${label} = `),
    html("input", { id: `ask${k}`, type: "text", inputMode: "decimal", size: 9, spellcheck: false, autocomplete: "off" })));
  const help = html("button", { id: "hint", type: "button", onclick: hint }, "hint");
  const isOnTheWay = document.activeElement === $("next");
  $("asked").replaceChildren(...fields, html("button", { type: "button", id: "check", onclick: check }, "check"), help, html("output", { id: "judged" }));
  if (isOnTheWay && usesKeys) $("ask0").focus({ preventScroll: true });
}

let usesKeys = false; // a screen that is touched would open its keyboard with the field
document.addEventListener("keydown", () => { usesKeys = true; }, true);
document.addEventListener("pointerdown", () => { usesKeys = false; }, true);

const NOT_YET = {
  forward: "not yet: what is it computed from?", backward: "not yet: what hands back how much?", update: "not yet: by how much does it move?",
};

function check() {
  const frame = frames()[at];
  const right = frame.asks.map(([, slot], k) => judged(k, known[slot]));
  if (right.every(Boolean)) answered(hints > 0 ? "helped" : "right");
  else $("judged").textContent = frame.asks.length > 1 && right.some(Boolean) ? "not all of them yet" : NOT_YET[frame.direction];
}

// Whether a field holds the number, rounded to the digits that were typed, but to two at least.
function judged(k, x) {
  const field = $(`ask${k}`);
  const typed = read(field.value);
  const good = typed !== null && Math.abs(typed - x) <= Math.max(CLOSE * Math.abs(x), rounding(field.value, typed));
  field.setAttribute("aria-invalid", String(!good));
  return good;
}

// How far a number can be from what is typed, if that was rounded: half of one in its last digit. No fraction is rounded.
function rounding(text, typed) {
  if (text.includes("/")) return 0;
  const digits = text.split(/e|·10/i)[0].replace(/\D/g, "").replace(/^0+/, "").length;
  const power = Number(typed.toExponential().split("e")[1]);
  return digits < FEWEST ? 0 : 0.5001 * 10 ** (power - digits + 1);
}

// First the symbols, then the factors, then the answer.
function hint() {
  hints += 1;
  if (hints > 2) return answered("given");
  $("formula").replaceChildren(...shownFormula(frames()[at]));
  $("hint").textContent = hints === 1 ? "one more hint" : "tell me";
  return undefined;
}

function answered(how) {
  const isTyping = $("asked").contains(document.activeElement);
  for (const ask of frames()[at].asks) if (!answers.has(keyOf(ask))) answers.set(keyOf(ask), how);
  const kept = hints;
  show(at, true);
  hints = kept;
  $("score").textContent = `${{ right: "Right.", helped: "Right, with a hint.", given: "So it is." }[how]} ${$("score").textContent}`;
  if (isTyping) $("next").focus({ preventScroll: true }); // from there on to the next question
  if (allAnswered()) { showLeaf(); showTraining(); }
}

function showScore() {
  const all = [...new Set(frames().flatMap((frame) => frame.asks.map(keyOf)))];
  const [right, helped, given] = ["right", "helped", "given"].map((how) => all.filter((key) => answers.get(key) === how).length);
  const done = right + helped + given === all.length ? "All answered: " : "";
  $("score").textContent = `${done}${right} of ${all.length} right${helped ? `, ${helped} with a hint` : ""}${given ? `, ${given} told` : ""}.`;
}
