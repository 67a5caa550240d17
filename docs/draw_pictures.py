"""Draw the README's pictures: `python docs/draw_pictures.py` writes them beside this file."""

from pathlib import Path

from microgrand import Value, draw, log

HERE = Path(__file__).parent


def gradient_graph() -> None:
    """The README's example: a logistic loss of one sample."""
    x, w, b = Value(2.0, name="x"), Value(0.5, name="w"), Value(-0.25, name="b")
    margin = w * x + b
    margin.name = "margin"
    loss = log(1.0 + (-margin).exp())
    loss.name = "loss"
    draw(loss).save(HERE / "gradient-graph.svg")


if __name__ == "__main__":
    gradient_graph()
