# A softmax classifier of two classes: linear → log-softmax → negative log-likelihood. Click on a layer to open it.
from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential, walkthrough

network = Sequential(
    Linear(3, 2, theta=[[0.3, -0.7, 0.2], [-0.1, 0.4, 0.9]]),
    LogSoftmax(),
    NegativeLogLikelihood(),
)
trace = network.trace([1.0, 2.0, -0.5], [0, 1])  # an input, and its class as a vector
walkthrough(trace)
