# One neuron. Drag a number on the right: every value and every δ follows. Then press play.
from microgrand import Value, tanh

x = Value(2.0)
w = Value(0.5)
b = Value(-0.25)
y = tanh(w * x + b)
