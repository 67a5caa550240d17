# Is this the derivative of softplus? No tolerance is chosen: 60 digits judge it. Mend the slope, and see it agree.
from math import exp, log1p
from microgrand.testing import check_gradient

def softplus(x):
    return log1p(exp(x))

def slope(x):
    return 1 / (1 + exp(x))

check_gradient(softplus, gradient=slope, at=1.0)
