// The reader is asked for the numbers of a step before it shows them. What was not answered stands nowhere on the page.
const CLOSE = 0.005; // of the number: two digits are enough
const answers = new Map(); // by step: how it was answered, "right", "helped" or "given"
let hints = 0;

const isAsking = () => data.predict && !allAnswered();
const allAnswered = () => frames().every((frame, k) => !frame.asks.length || answers.has(`${scene} ${k}`));
const isAsked = () => data.predict && frames()[at].asks.length > 0 && !answers.has(`${scene} ${at}`);

// A line that the step of a question writes hides its numbers until they are given; so do those of later steps.
function isHidden(line, pieces) {
  if (!data.predict || !pieces.some((piece) => typeof piece !== "string")) return false;
  const from = line.versions.filter(([when]) => when <= at).pop()?.[0] ?? -1;
  return from >= 0 && frames()[from].asks.length > 0 && !answers.has(`${scene} ${from}`);
}

// The formula as far as it may be seen: first its symbols, then its factors, then all of it.
function shownFormula(frame) {
  const whole = mathematics(frame.formula);
  if (!isAsked()) return [whole];
  const [row] = whole.localName === "math" ? [whole.firstElementChild ?? whole] : [whole];
  const parts = [...row.children];
  const equals = parts.flatMap((part, k) => (part.localName === "mo" && part.textContent === "=" ? [k] : []));
  const [begin, end] = [equals[0] ?? parts.length, equals[equals.length - 1] ?? 0];
  const last = hints === 0 ? begin : hints === 1 ? equals[1] ?? begin : end;
  parts.slice(last).forEach((part) => part.remove());
  return [whole];
}

function makePrediction() {
  if (!data.predict) return;
  $("said").append(html("form", { id: "asked", onsubmit: (event) => { event.preventDefault(); check(); }, autocomplete: "off" }));
  $("panel").prepend(html("p", { id: "score", role: "status" }));
}

function showAnswers(frame) {
  if (!data.predict) return;
  const form = $("asked");
  form.hidden = !isAsked();
  hints = 0;
  if (!isAsked()) form.replaceChildren(); else askFor(frame);
  showScore();
}

function askFor(frame) {
  const fields = frame.asks.map(([label], k) => html("span", { className: "ask" },
    html("label", { for: `ask${k}` }, `${label} = `),
    html("input", { id: `ask${k}`, type: "text", inputMode: "decimal", size: 9, spellcheck: false })));
  const help = html("button", { id: "hint", type: "button", onclick: hint }, "hint");
  $("asked").replaceChildren(...fields, html("button", { type: "submit", id: "check" }, "check"), help, html("output", { id: "judged" }));
}

function check() {
  const frame = frames()[at];
  const right = frame.asks.map(([, slot], k) => judged(k, known[slot]));
  if (right.every(Boolean)) answered(hints > 0 ? "helped" : "right");
  else $("judged").textContent = frame.asks.length > 1 && right.some(Boolean) ? "not all of them yet" : "not yet: what hands back how much?";
}

// Whether a field holds the number, to the digits that were typed, but to two at least.
function judged(k, x) {
  const field = $(`ask${k}`);
  const typed = read(field.value);
  const good = typed !== null && (Math.abs(typed - x) <= CLOSE * Math.abs(x) || (x === 0 && typed === 0));
  field.setAttribute("aria-invalid", String(!good));
  return good;
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
  answers.set(`${scene} ${at}`, how);
  const kept = hints;
  show(at, true);
  hints = kept;
  $("score").textContent = `${{ right: "Right.", helped: "Right, with a hint.", given: "So it is." }[how]} ${$("score").textContent}`;
  if (allAnswered()) { showLeaf(); showNudge(); }
}

function showScore() {
  const all = frames().filter((frame) => frame.asks.length > 0).length;
  const count = (how) => [...answers].filter(([key, value]) => key.startsWith(`${scene} `) && value === how).length;
  const [right, helped, given] = ["right", "helped", "given"].map(count);
  const done = right + helped + given === all ? "All answered: " : "";
  $("score").textContent = `${done}${right} of ${all} right${helped ? `, ${helped} with a hint` : ""}${given ? `, ${given} told` : ""}.`;
}
