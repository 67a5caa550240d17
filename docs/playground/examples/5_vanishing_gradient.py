# Eight times a sigmoid: each step back multiplies δ by at most 1/4, and little is left of it. Try tanh, or start = 0.
from microgrand import Value, sigmoid

start = 2.0
x = z = Value(start, name="x")
for _ in range(8):
    z = sigmoid(z)
z.backward()
print(f"dy/dx = {x.grad:.2e}")
y = z
