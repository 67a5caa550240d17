# The demonstration of micrograd, line for line: the classes have the same methods.
from microgrand import Value

a = Value(-4.0)
b = Value(2.0)
c = a + b
d = a * b + b**3
c += c + 1
c += 1 + c + (-a)
d += d * 2 + (b + a).relu()
d += 3 * d + (b - a).relu()
f = (c - d) ** 2
g = f / 2.0 + 10.0 / f
