// A formula comes as [element, attributes, text, children], and where numbers stand in it, the text comes in pieces.
// The elements were chosen from a list when it was written.
const MATHML = "http://www.w3.org/1998/Math/MathML";

function mathematical(name, attributes = {}, ...children) {
  const element = document.createElementNS(MATHML, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function mathematics([name, attributes, text, children]) {
  const own = typeof text === "string" ? (text ? [text] : []) : null;
  if (own) return mathematical(name, attributes, ...own, ...children.map(mathematics));
  const parts = text.map((piece) => (typeof piece === "string" ? mathematical(name, attributes, piece) : numeral(piece)));
  return parts.length === 1 ? parts[0] : mathematical("mrow", {}, ...parts);
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
  if (factor && known[slot] < 0) {
    parts.unshift(mathematical("mo", { stretchy: "false" }, "("));
    parts.push(mathematical("mo", { stretchy: "false" }, ")"));
  }
  return parts.length === 1 ? parts[0] : mathematical("mrow", {}, ...parts);
}
