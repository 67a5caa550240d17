"""Draw the README's pictures: `python docs/draw_pictures.py` writes them beside this file."""

from pathlib import Path

from microgrand import Drawing, Linear, LogSoftmax, NegativeLogLikelihood, Sequential, Value, draw, tanh

HERE = Path(__file__).parent


def expression() -> Drawing:
    """An expression of six nodes."""
    x, w, b = Value(2.0), Value(0.5), Value(-0.25)
    y = tanh(w * x + b)
    return draw(y)


def classifier(depth: int) -> Drawing:
    """The two-class softmax classifier on one sample: its layers, or the nodes within them."""
    network = Sequential(
        Linear(3, 2, theta=[[0.3, -0.7, 0.2], [-0.1, 0.4, 0.9]]), LogSoftmax(), NegativeLogLikelihood()
    )
    return draw(network.trace([1.0, 2.0, -0.5], 1), depth=depth)


PICTURES = {
    "expression": expression,
    "classifier-layers": lambda: classifier(1),
    "classifier-nodes": lambda: classifier(2),
}

if __name__ == "__main__":
    for name, picture in PICTURES.items():
        picture().save(HERE / f"{name}.svg")
