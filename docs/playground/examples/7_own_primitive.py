# A function of your own as one node: its value, and the partial that the chain rule needs of it.
from microgrand import Primitive, Value, sin, square

versine = Primitive(
    "versine",
    lambda x: 2.0 * square(sin(0.5 * x)),
    lambda z, x: sin(x),
    doc="1 - cos x, exact for small x",
)
x = Value(1e-4)
y = 3.0 * versine(2.0 * x)
