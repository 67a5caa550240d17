// Every number of the page, by its slot. `numbers` computes them from the leaves; where a row has no JavaScript, it is
// null, and what Python computed is shown.
const data = JSON.parse(document.getElementById("data").textContent);
const isLive = numbers !== null;
const start = unpacked(data.start); // the leaves before the first iteration
let rate = data.eta, iterations = data.iterations, iteration = 0;
let known = []; // of the iteration that is shown
let trail = []; // for each iteration [its leaves, its numbers]
let refusal = ""; // why it ends before the last
let stopped = false; // whether there is not even a first: then what is shown stays as it was

function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return [...new Float64Array(bytes.buffer)];
}

// All iterations anew: before each step of the descent, and after the last.
function compute() {
  const found = isLive ? descended() : data.runs.map((run) => [start, unpacked(run)]);
  stopped = found.length === 0;
  if (stopped) return;
  trail = found;
  iteration = Math.min(iteration, trail.length - 1, iterations - 1);
  known = trail[iteration][1];
}

function descended() {
  const found = [];
  let leaves = [...start];
  refusal = "";
  for (let k = 0; k <= (isTraining ? iterations : 0); k++) {
    const all = computed(leaves);
    if (all === null) break;
    found.push([leaves, all]);
    leaves = leaves.map((x, i) => (data.leaves[i].after === null ? x : all[data.leaves[i].after]));
  }
  return found;
}

// The numbers that such leaves give; null where the result is not defined, and then `refusal` says why.
function computed(leaves) {
  try {
    return numbers(leaves, rate);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    refusal = reason(error.message);
    return null;
  }
}

// Where an operand leaves its row's domain, or a comparison comes out otherwise than it did in Python.
function reason(message) {
  const rule = message.split(":")[0].replace(/\bz(\d+)\b/g, (z, k) => data.leaves[k]?.name ?? z);
  const branch = /^numbers was recorded where (.*) is (True|False)/.exec(rule);
  return branch ? `Here ${branch[1]} is no longer ${branch[2]}, and Python would take another branch` : rule;
}

// The result where one leaf is another number; NaN where it is not defined.
function resultAt(leaf, x) {
  const kept = refusal;
  const leaves = [...trail[iteration][0]];
  leaves[leaf] = x;
  const all = computed(leaves);
  refusal = kept;
  return all === null ? NaN : all[data.root];
}

const isTraining = data.leaves.some((leaf) => leaf.after !== null);
const costs = () => trail.map(([, all]) => all[data.root]);

function goToIteration(number) {
  iteration = Math.max(0, Math.min(number, Math.min(trail.length, iterations) - 1));
  known = trail[iteration][1];
}
