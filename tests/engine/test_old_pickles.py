"""What version 0.1 wrote, before its modules moved, is read back as what it was: see tests/data/version_0_1/README.md.

`python tests/engine/test_old_pickles.py` prints as JSON what the installed microgrand reads in these pickles. The file
expected.json is what version 0.1 printed.
"""

import json
import math
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import run

import microgrand
from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential, Tanh, leaves, sweep, topological_order
from microgrand.training import load

OLD = Path(__file__).parent.parent / "data" / "version_0_1"
SETTINGS = ("C", "fit_intercept", "max_iter", "solver", "step", "tol", "verbose")  # of an estimator of version 0.1


def read(name):
    """The object that version 0.1 pickled."""
    return pickle.loads((OLD / f"{name}.pickle").read_bytes())


def nodes(roots):
    """All that the nodes below the roots store, parents first. Operands that are nodes are written as their places."""
    order = topological_order(roots)
    place = {node: f"node {k}" for k, node in enumerate(order)}
    return [
        [
            node.name,
            node.primitive and node.primitive.name,
            [node.data, node.grad],
            [place.get(x, x) for x in node.operands],
            list(node.partials),
            scopes(node.scope),
        ]
        for node in order
    ]


def scopes(scope):
    """The calls of layers that a node was made in, the innermost first: their names and their inputs' numbers."""
    return [] if scope is None else [[scope.name, [getattr(x, "data", x) for x in scope.inputs]], *scopes(scope.outer)]


def gradients(root):
    """∂root/∂x of every leaf: by a sweep, and after `backward()`."""
    swept = [sweep(root)[x] for x in leaves(root)]
    root.backward()
    return [swept, [x.grad for x in leaves(root)]]


# What each pickle holds, to be read back to the bit, and what is computed from it, to be right to the rounding.
STORED = {
    "adjoints": lambda adjoints: [nodes(adjoints.order[-1]), [adjoints[node] for node in adjoints.order]],
    "cost": nodes,
    "domain": lambda domains: [repr(domain) for domain in domains],
    "estimator": lambda estimator: [estimator.classes_.tolist(), {name: getattr(estimator, name) for name in SETTINGS}],
    "graph": nodes,
    "network": lambda network: [repr(network), {key: x.data for key, x in network.named_parameters().items()}],
    "notation": lambda notation: [notation.write(style, ["a", "b"]) for style in ("text", "latex", "python")],
    "parameters": lambda parameters: {key: x.data for key, x in parameters.items()},
    "program": lambda tape: (
        f"<program {tape.title}({', '.join(tape.names)}): {len(tape.steps)} steps, {len(tape.guards)} guards>"
    ),
    "row": repr,
    "trace": lambda trace: [trace.z, trace.delta, trace.jacobian, trace.theta, trace.theta_gradient, str(trace)],
}
COMPUTED = {
    "cost": gradients,
    "estimator": lambda estimator: estimator.predict_proba([[0.0, 1.0], [1.0, 1.5], [-1.0, 0.5]]).tolist(),
    "graph": lambda roots: gradients(roots[1]),
    "network": lambda network: [network([0.5, 0.25], y).data for y in range(3)],
    "program": lambda program: program.value_and_grad(0.5, 1.0, argnums=(0, 1)),
    "trace": lambda trace: gradients(trace.cost),
}


def facts(name):
    """What the pickle of that name holds, and what is computed from it, both as JSON gives them back."""
    item = read(name)
    return json.loads(json.dumps([STORED[name](item), COMPUTED[name](item) if name in COMPUTED else None]))


def agree(a, b):
    """Whether numbers in nested lists are the same but for the rounding."""
    if isinstance(a, list):
        return len(a) == len(b) and all(agree(x, y) for x, y in zip(a, b, strict=True))
    return a == b if a is None else math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-15)


def test_every_pickle_is_read():
    """There is a law for each file that version 0.1 pickled."""
    assert {path.stem for path in OLD.glob("*.pickle")} == set(STORED)


@pytest.mark.parametrize("name", STORED)
def test_a_pickle_of_version_0_1_is_read_back_as_what_it_was(name):
    """Values, partials, gradients, scopes, parameters and tables are those that were written, to the bit. Gradients of
    a new sweep, a network's outputs, a program's replay and an estimator's probabilities are those of version 0.1.
    """
    if name == "domain" and microgrand.COMPILED:
        pytest.skip("compiled domains cannot be unpickled: not those of version 0.1 either")
    if name == "estimator" and sys.platform == "emscripten":
        pytest.skip("Pyodide lacks scikit-learn, which has no pure wheel")
    expected = json.loads((OLD / "expected.json").read_text(encoding="utf-8"))[name]
    stored, computed = facts(name)
    assert stored == expected[0]
    assert agree(computed, expected[1]), (computed, expected[1])


def test_a_row_is_read_back_as_itself():
    """Rows are pickled by name: what is read is the row of the table, alone and in the nodes of a graph."""
    assert read("row") is microgrand.exp
    assert {node.primitive for node in topological_order(read("cost"))} <= {None, *microgrand.TABLE.values()}


@pytest.mark.skipif(sys.platform == "emscripten", reason="Pyodide lacks processes")
def test_a_pickle_of_version_0_1_loads_in_a_fresh_process():
    """The old paths are found before anything else of microgrand was used."""
    path = str(OLD / "trace.pickle")
    code = "import pickle, sys; print(repr(pickle.load(open(sys.argv[1], 'rb'))))"
    done = subprocess.run([sys.executable, "-X", "utf8", "-c", code, path], capture_output=True, encoding="utf-8")
    trace = "<trace: linear → tanh → exp → log-softmax → NLL, C = 1.09878; print(…) writes the table>\n"
    assert done.stdout == trace, done.stderr


NEEDS_SAFETENSORS = pytest.mark.skipif(
    sys.platform == "emscripten", reason="Pyodide lacks safetensors and NumPy, which have no pure wheel"
)


@pytest.mark.parametrize("ending", ["json", pytest.param("safetensors", marks=NEEDS_SAFETENSORS)])
def test_saved_parameters_load_into_a_network(ending):
    """The numbers that version 0.1 saved are those of the network that it pickled."""
    network = Sequential(Linear(2, 3, bias=True), Tanh(), microgrand.exp, LogSoftmax(), NegativeLogLikelihood())
    load(network, OLD / f"parameters.{ending}")
    saved = read("network").named_parameters()
    assert {key: x.data for key, x in network.named_parameters().items()} == {key: x.data for key, x in saved.items()}


@pytest.mark.skipif(sys.platform == "emscripten", reason="Pyodide lacks pandas, which has no pure wheel")
def test_a_trained_model_still_predicts():
    """`microgrand predict` writes for a model.json of version 0.1 what the command of that version wrote."""
    done = run("predict", OLD / "model.json", OLD / "points.csv")
    assert (done.returncode, done.stdout) == (0, (OLD / "predictions.csv").read_text())


if __name__ == "__main__":
    sys.stdout.write(json.dumps({name: facts(name) for name in sorted(STORED)}, ensure_ascii=False))
