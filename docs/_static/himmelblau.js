// himmelblau(x, y): the value, and its gradient in x, y.
// The numbers of its arguments, in order: x, y (2).
// Printed by microgrand from a recorded program: the operations in it, and the branches that were taken.
function himmelblau(x, y) {
  "use strict";
  const z0 = x;
  const z1 = y;
  const z4 = z0 * z0;
  const z5 = z4 + z1;
  const z6 = z5 - 11;
  const z7 = z6 * z6;
  const z8 = z1 * z1;
  const z9 = z0 + z8;
  const z10 = z9 - 7;
  const z11 = z10 * z10;
  const z12 = z7 + z11;
  const z13 = z10 + z10;
  const z14 = z6 + z6;
  const z15 = z14 * z0;
  const z16 = z13 + z15;
  const z17 = z16 + z15;
  const z18 = z13 * z1;
  const z19 = z18 + z18;
  const z20 = z19 + z14;
  return { value: z12, gradient: [z17, z20] };
}
