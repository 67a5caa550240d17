"""What drawings say: their text, and for some the DOT from which they are drawn."""

import warnings
from collections.abc import Iterator

from golden import rounded, scenes
from microgrand import draw

OPTIONS = [
    {},
    {"direction": "TB", "show": ("value",)},
    {"show": ("delta", "partial")},
    {"depth": 1},
    {"depth": 2, "max_nodes": 9},
    {"max_nodes": 4},
]


def pictures() -> Iterator[str]:
    """Every scene with every set of options."""
    for name, root in scenes.roots():
        for options in OPTIONS:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                drawing = draw(root, names={}, width=None, **options)  # else an engine's measures would decide
            yield f"==== {name} {options}"
            yield from [f"{type(told.message).__name__}: {told.message}" for told in caught]
            yield str(drawing)
            if options in (OPTIONS[0], OPTIONS[3]):
                yield drawing.dot
    for name, unfolded in (("functions_of_lists", ("logsumexp", "dot", "norm")), ("two_samples", ("log_softmax",))):
        yield f"==== {name}, unfolded"
        yield str(draw({**scenes.GRAPHS, **scenes.TRACES}[name](), names={}, expand=unfolded))
    yield f"==== wide\n{draw(scenes.wide(), names={}, depth=1)}"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield f"==== a long chain\n{draw(scenes.long_chain(300), names={}, max_nodes=12)}"
    yield from [f"{type(told.message).__name__}: {told.message}" for told in caught]
    for name in ("one_sample", "deep"):
        trace = scenes.TRACES[name]()
        yield f"==== {name}, the paths from a parameter"
        yield str(draw(trace, names={}, to=trace.parameters[0], depth=2))


def text() -> str:
    """All of it."""
    return rounded("\n".join(pictures()) + "\n")
