// Numbers as text: as `microgrand.table.formula.number` writes them, digit for digit.

function written(x, digits) {
  if (x !== x) return "NaN";
  if (x - x !== 0) return x > 0 ? "∞" : "-∞";
  if (x === Math.trunc(x) && Math.abs(x) < 1e6) return Object.is(x, -0) ? "-0" : String(x);
  const [mantissa, power] = rounded(x, digits).split("e");
  const exponent = Number(power);
  if (exponent < -4 || exponent >= digits) {
    const sign = exponent < 0 ? "-" : "+";
    return `${shortest(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return shortest(Number(`${mantissa}e${exponent}`).toFixed(digits - 1 - exponent));
}

const shortest = (decimal) => (decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal);

// To so many digits, in the form 1.5e-7. JavaScript rounds a tie away from zero, and Python to the even digit.
function rounded(x, digits) {
  const exact = Math.abs(x).toExponential(100);
  const [all, exponent] = exact.replace(".", "").split("e");
  const isTie = /^50*$/.test(all.slice(digits)) && Number(all[digits - 1]) % 2 === 0;
  if (!isTie) return x.toExponential(digits - 1);
  const kept = digits > 1 ? `${all[0]}.${all.slice(1, digits)}` : all[0];
  return `${x < 0 ? "-" : ""}${kept}e${exponent}`;
}

// Text with numbers in it: a piece is text, or [slot, digits, whether in parentheses if negative].
const figure = ([slot, digits, factor]) => {
  const text = written(known[slot], digits);
  return factor && known[slot] < 0 ? `(${text})` : text;
};
const lineOf = (pieces) => pieces.map((piece) => (typeof piece === "string" ? piece : figure(piece))).join("");
