# u is used twice. Its δ is a sum: one contribution along each arrow that leaves it. Step to δ(u), and see both arrive.
from microgrand import Value, sin

x = Value(1.5)
u = x * x
y = u * sin(u) + 3 * u
