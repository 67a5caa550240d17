# Gradient descent on a bowl. The rate is a slider: how large may it be before the cost rises?
from microgrand import Value, walkthrough

x = Value(3.0)
y = Value(-2.0)
cost = (x - 1.0) ** 2 + 4.0 * (y + 0.5) ** 2
walkthrough(cost, theta=[x, y], rate=0.1, iterations=8)
