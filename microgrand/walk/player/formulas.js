// An element comes as [name, its attributes if it has any, text and elements in it], a number as [slot, digits, factor].
// The names were chosen from a list when the formula was written.
const MATHML = "http://www.w3.org/1998/Math/MathML";

function mathematical(name, attributes = {}, ...children) {
  const element = document.createElementNS(MATHML, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function mathematics([name, ...inside]) {
  if (typeof name === "number") return numeral([name, ...inside]);
  const isAttributes = inside.length > 0 && typeof inside[0] === "object" && !Array.isArray(inside[0]);
  const attributes = isAttributes ? inside.shift() : {};
  const parts = inside.map((each) => (typeof each === "string" ? each : mathematics(each)));
  if (!inside.some((each) => typeof each[0] === "number")) return mathematical(name, attributes, ...parts);
  const set = parts.map((part) => (typeof part === "string" ? mathematical(name, attributes, part) : part));
  return set.length === 1 && name !== "math" ? set[0] : mathematical(name === "math" ? name : "mrow", {}, ...set);
}

// A number of the formula: its minus bound to it, its power of ten set as one.
function numeral([slot, digits, factor]) {
  const text = written(known[slot], digits);
  const negative = text.startsWith("-");
  const [mantissa, exponent] = (negative ? text.slice(1) : text).split("e");
  const parts = [mathematical(/[∞N]/.test(mantissa) ? "mi" : "mn", {}, mantissa)];
  if (exponent) {
    const power = mathematical("msup", {}, mathematical("mn", {}, "10"), mathematical("mn", {}, String(Number(exponent))));
    parts.push(mathematical("mo", {}, "·"), power);
  }
  if (negative) parts.unshift(mathematical("mo", { form: "prefix" }, "−"));
  if ((factor && known[slot] < 0) || (factor === 2 && exponent)) { // a power of a power of ten would be misread
    parts.unshift(mathematical("mo", { stretchy: "false" }, "("));
    parts.push(mathematical("mo", { stretchy: "false" }, ")"));
  }
  return parts.length === 1 ? parts[0] : mathematical("mrow", {}, ...parts);
}
