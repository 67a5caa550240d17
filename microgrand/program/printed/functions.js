// What JavaScript's Math lacks, or does otherwise than C. A function is printed where it is needed.

// The magnitude of x with the sign of y, which may be that of a zero.
function copysign(x, y) {
  return y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x);
}

// As in C, 1 to the power of anything is 1, and so is -1 to an infinite power.
function pow(x, y) {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : Math.pow(x, y);
}

// x · 2^exponent, rounded once.
function ldexp(x, exponent) {
  let product = x;
  let left = Math.max(-2200, Math.min(2200, exponent));
  for (; left > 1023; left -= 1023) {
    product *= 2 ** 1023;
  }
  for (; left < -1022; left += 969) {
    product *= 2 ** -969;
  }
  return product * 2 ** left;
}

// The exponent e of x = m · 2^e with 1/2 ≤ |m| < 1.
function frexp_exponent(x) {
  if (x === 0 || x - x !== 0) {
    return 0;
  }
  const guess = Math.floor(Math.log2(Math.abs(x))) + 1;
  const mantissa = ldexp(Math.abs(x), -guess);
  return mantissa < 0.5 ? guess - 1 : mantissa < 1 ? guess : guess + 1;
}

// The mantissa m of x = m · 2^e.
function frexp_mantissa(x) {
  return ldexp(x, -frexp_exponent(x));
}

// 2/√π ∫₀ˣ exp(-t²) dt: near 0 by its Taylor series.
function erf(x) {
  if (x <= -0.5) {
    return erfc(-x) - 1;
  }
  if (x >= 0.5) {
    return 1 - erfc(x);
  }
  let term = 1;
  let tail = 0;
  for (let n = 1; n < 14; n++) {
    term *= -x * x / n;
    tail += term / (2 * n + 1);
  }
  return x + x * (0.12837916709551256 + 1.1283791670955126 * tail);
}

// 1 - erf(x): (1 + 2x) exp(x²) erfc(x) is a Chebyshev series in (x - 3.75)/(x + 3.75) for x ≥ 0.
function erfc(x) {
  if (x < 0.5) {
    return x <= -0.5 ? 2 - erfc(-x) : 1 - erf(x);
  }
  if (x > 28) {
    return 0;
  }
  const coefficients = [
    1.1775789345674017, -0.004590054580646478, -0.08424913336651792, 0.05920993999819189,
    -0.026658668435305753, 0.009074997670705265, -0.002413163540417608, 0.0004907758365258086,
    -6.916973302501206e-5, 4.139027986073018e-6, 7.740383066198592e-7, -2.1886401049233205e-7,
    1.0764999465683854e-8, 4.521959811231501e-9, -7.754400208704351e-10, -6.318088339743393e-11,
    2.868795011879759e-11, 1.9455869244990657e-13, -9.654696707555516e-13, 3.2525482434332054e-14,
    3.3478117258365e-14, -1.864568134584494e-15, -1.2508030086835868e-15, 7.41721838549652e-17,
    5.066972578092479e-17,
  ];
  const u = (x - 3.75) / (x + 3.75);
  let next = 0;
  let afterNext = 0;
  for (let k = coefficients.length - 1; k > 0; k--) {
    [next, afterNext] = [coefficients[k] + 2 * u * next - afterNext, next];
  }
  const rest = u * next - afterNext;
  const series = coefficients[0] + rest;
  const divisor = 1 + 2 * x;
  const near = Math.fround(x); // near · near is exact
  const product = (Math.exp(-near * near) * series) / divisor;
  const lost = (rest - (series - coefficients[0])) / series - (2 * x - (divisor - 1)) / divisor;
  return product + product * (Math.expm1((near - x) * (near + x)) + lost);
}

// What is lost when a + b is rounded.
function sum_error(a, b) {
  const sum = a + b;
  const part = sum - a;
  return a - (sum - part) + (b - part);
}

// The sum of many numbers, with what each rounding loses added at the end, and what is lost of that.
function exact_sum(xs) {
  let sum = 0;
  let lost = 0;
  let lostOfLost = 0;
  for (const x of xs) {
    const error = sum_error(sum, x);
    sum += x;
    lostOfLost += sum_error(lost, error);
    lost += error;
  }
  return sum - sum === 0 ? sum + lost + (sum_error(sum, lost) + lostOfLost) : sum;
}

// √(x₀² + x₁² + …), scaled by a power of two so that no square overflows.
function euclidean_norm(xs) {
  if (xs.some((x) => Math.abs(x) === Infinity)) {
    return Infinity;
  }
  const largest = xs.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const scale = ldexp(1, -Math.max(-1022, frexp_exponent(largest)));
  let sum = 0;
  let lost = 0;
  for (const x of xs) {
    const scaled = x * scale;
    const high = 134217729 * scaled - (134217729 * scaled - scaled);
    const low = scaled - high;
    const square = scaled * scaled;
    lost += sum_error(sum, square) + (high * high - square + 2 * high * low + low * low);
    sum += square;
  }
  return Math.sqrt(sum + lost) / scale;
}

// x / y rounded down, as Python's x // y.
function floor_quotient(x, y) {
  const rest = x % y;
  const quotient = (x - rest) / y - (rest !== 0 && rest < 0 !== y < 0 ? 1 : 0);
  const floor = Math.floor(quotient);
  return quotient === 0 ? copysign(0, x / y) : quotient - floor > 0.5 ? floor + 1 : floor;
}

// The rest of x / y rounded down, which has the sign of y.
function floor_remainder(x, y) {
  const rest = x % y;
  return rest === 0 ? copysign(0, y) : rest < 0 !== y < 0 ? rest + y : rest;
}

// x / y of whole numbers, rounded down.
function whole_quotient(x, y) {
  return Math.floor(x / y);
}

// The rest of x / y of whole numbers rounded down.
function whole_remainder(x, y) {
  return x - y * Math.floor(x / y);
}
