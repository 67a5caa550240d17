"""What a prompt shows of every public object: what it is, how much of it there is, and how to see more."""

import functools
import math
import re
import unicodedata

import pytest
from drawings import classifier

import microgrand as mg
from microgrand import nn, program, testing, training, walk

WIDTH, MOST_LINES = 120, 10  # of a terminal; of what is shown
MANY = 3_000


def chain(count=MANY):
    """Σ xₖ² of so many numbers, added one by one, and the first of them."""
    first = root = mg.Value(1.0, name="x")
    for k in range(1, count):
        x = mg.Value(float(k))
        root = root + x * x
    return root, first


def squares(xs):
    """Σ xₖ²."""
    return mg.sum([x * x for x in xs])


def twice(xs):
    """Its gradient."""
    return [2 * x for x in xs]


def deep():
    """A network of hundreds of layers that ends in a cost."""
    layers = [mg.Sequential(mg.Linear(2, 2), mg.Tanh()) for _ in range(300)]
    return mg.Sequential(*layers, mg.LogSoftmax(), mg.NegativeLogLikelihood())


def objective():
    """The cost of many samples."""
    return training.Objective(classifier(), [[1.0, 2.0, -0.5]] * MANY, [1] * MANY)


class Own(mg.Layer):
    """A user's layer."""

    def __init__(self):
        self.theta = [mg.Value(0.0) for _ in range(MANY)]


NUMBERS = [float(k) for k in range(MANY)]
EXPRESSION = testing.Expression.of(lambda *xs: squares(xs), *NUMBERS[:300])

# Every public class: a large one, and what tells its size; "" where it has none.
LARGE = {
    "Adam": (lambda: training.Adam(0.1), ""),
    "Adjoints": (lambda: mg.sweep(chain()[0]), "8,998"),
    "Application": (lambda: program.Application(mg.mul, tuple((k, k) for k in range(MANY))), "3,000"),
    "BinaryCrossEntropy": (mg.BinaryCrossEntropy, ""),
    "Derivation": (lambda: mg.derivation(*chain()), "2,995 more"),
    "Domain": (lambda: mg.Domain(*[mg.Interval(2.0 * k, 2.0 * k + 1.0) for k in range(MANY)]), "3,000"),
    "Drawing": (lambda: mg.draw(chain(20)[0]), "58 nodes"),
    "Estimate": (lambda: testing.estimate(abs, at=0.0), ""),
    "Estimates": (lambda: testing.estimate(squares, at=(NUMBERS[:40],)), "40 derivatives"),
    "Exercise": (lambda: mg.exercise(seed=1, level=5), ""),
    "Exercises": (lambda: mg.exercises(100, seed=1), "100 exercises"),
    "Expression": (lambda: EXPRESSION, "301 steps"),
    "GradientDescent": (lambda: training.GradientDescent(0.1), ""),
    "Guard": (lambda: program.Guard(mg.less, 0, 1, True), ""),
    "Hinge": (mg.Hinge, ""),
    "History": (lambda: training.History(NUMBERS, []), "2,999 epochs"),
    "Interval": (lambda: mg.Interval(-math.inf, 1e308), ""),
    "Layer": (Own, "3,000 parameters"),
    "Linear": (lambda: mg.Linear(784, 30, bias=True), "784, 30"),
    "LogSoftmax": (mg.LogSoftmax, ""),
    "MLP": (lambda: mg.MLP(30, [20] * 100 + [1]), "101"),
    "Momentum": (lambda: training.Momentum(0.1), ""),
    "NegativeLogLikelihood": (mg.NegativeLogLikelihood, ""),
    "Neuron": (lambda: nn.Neuron(MANY), "3000"),
    "Notation": (lambda: mg.Notation("{} ⊕ {}", latex=r"{} \oplus {}"), ""),
    "Objective": (objective, "3,000 samples"),
    "Optimiser": (lambda: training.Optimiser(0.1), ""),
    "Primitive": (lambda: mg.softmax, ""),
    "Program": (lambda: mg.record(lambda *xs: squares(xs), *NUMBERS), "3,001 steps"),
    "ReLU": (mg.ReLU, ""),
    "Report": (lambda: testing.check_gradient(squares, gradient=twice, at=(NUMBERS[:30],)), "30"),
    "Scope": (lambda: mg.Linear(MANY, 1)(NUMBERS)[0].scope, ""),
    "Sequential": (deep, "302"),
    "Sigmoid": (mg.Sigmoid, ""),
    "Signature": (lambda: mg.Signature(lists=("w", "x"), indices=("k",)), ""),
    "Softmax": (mg.Softmax, ""),
    "SoftmaxClassifier": (lambda: training.SoftmaxClassifier(C=0.5, max_iter=10, tol=1e-3), ""),
    "SquaredError": (mg.SquaredError, ""),
    "Step": (lambda: mg.steps(chain()[0])[0], ""),
    "Steps": (lambda: mg.steps(chain()[0]), "14,997"),
    "Tanh": (mg.Tanh, ""),
    "Tape": (lambda: program.Tape(**{part: getattr(EXPRESSION, part) for part in TAPE}), "301 steps"),
    "Term": (lambda: mg.steps(chain(9)[0])[-1].terms[0], ""),
    "Trace": (lambda: deep().trace([1.0, 2.0], 1), "302"),
    "Value": (lambda: mg.Value(1e-300, name="\ue000\n"), ""),
    "Verdict": (lambda: testing.Verdict.AGREE, ""),
    "Walkthrough": (lambda: mg.walkthrough(chain(20)[0]), "97 steps"),
}  # fmt: skip
TAPE = ("title", "example", "names", "parameters", "constants", "steps", "result", "guards")
OTHERS = {
    "the table": (lambda: mg.TABLE, f"{len(mg.TABLE)}"),
    "gradient": (lambda: mg.grad(squares), ""),
    "jacobian": (lambda: mg.jacobian(deep()), ""),
    "a network's drawing": (lambda: mg.draw(deep()), "1,200 parameters"),
    "plan": (lambda: mg.record(squares, NUMBERS).plan(), "1 operation on arrays"),
    "report on a row": (lambda: testing.check_primitive(mg.exp, max_examples=2), "2 left out"),
    "search": (lambda: testing.assert_gradient(math.sin, gradient=math.cos, max_examples=2), "points"),
    "layer of neurons": (lambda: nn.Layer(2, MANY), "3,000"),
    "a Value among terms": (lambda: mg.steps(chain(9)[0])[-1].terms, ""),
    "a formula": (lambda: mg.steps(chain(9)[0])[-1].formula, ""),
}  # fmt: skip


def public_classes():
    """The names of all classes that the public modules give, apart from errors, warnings and aliases."""
    modules = [(mg, mg.__all__), *[(each, each.__all__) for each in (nn, program, testing, training)]]
    named = {name: getattr(module, name) for module, names in modules for name in names}
    named |= {name: item for name, item in vars(walk).items() if not name.startswith("_")}
    return {name for name, item in named.items() if isinstance(item, type) and not issubclass(item, BaseException)}


def test_every_public_class_has_a_large_instance():
    """The law below is over every class that users meet."""
    assert public_classes() | {"Steps"} == set(LARGE)


@functools.cache
def made(name):
    """The large instance of that name."""
    return {**LARGE, **OTHERS}[name][0]()


@pytest.mark.parametrize("name", [*LARGE, *OTHERS])
def test_a_prompt_shows_what_it_is_in_a_few_lines(name):
    """However large, it takes ten lines at most, of characters that can be seen; it tells its size, and what writes the
    rest where there is more.
    """
    item, size = made(name), {**LARGE, **OTHERS}[name][1]
    text = repr(item)
    assert sum(-(-len(line) // WIDTH) for line in text.split("\n")) <= MOST_LINES
    assert [c for c in text if unicodedata.category(c) in ("Co", "Cc", "Cs", "Cn") and c != "\n"] == []
    assert " object at 0x" not in text
    assert size in text
    if len(str(item)) > len(text):
        assert re.search(r"print\(|in \.\w+|\.\w+ holds", text)


@pytest.mark.parametrize("name", ["Drawing", "Walkthrough", "Derivation"])
def test_ipython_shows_no_more_than_a_screenful(name):
    """Its prompt asks for more forms than Python's: of a large object they are short, and say what writes the rest."""
    item = made(name)
    forms, _ = item._repr_mimebundle_() if hasattr(item, "_repr_mimebundle_") else ({"text/plain": repr(item)}, {})
    assert len(forms["text/plain"].splitlines()) <= 40
    assert "print(…) writes all" in forms["text/plain"]
    assert getattr(item, "_repr_latex_", lambda: None)() is None


@pytest.mark.parametrize("name", LARGE)
def test_a_prompt_says_of_which_kind_it_is(name):
    """Its class, or what it is called, is the first thing said; a derivation is mathematics."""
    kind = {
        "Derivation": "∂|d|δ", "Exercises": "<100 exercises", "Expression": "<program", "Layer": "<Own",
        "Neuron": "ReLUNeuron", "Steps": "<14,997 steps", "Tape": "<program",
    }  # fmt: skip
    assert re.match(kind.get(name, f"<?{name}"), repr(made(name)), re.IGNORECASE)
