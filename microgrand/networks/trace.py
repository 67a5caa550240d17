"""Backpropagation layer by layer: every zˡ, δˡ, local Jacobian and ∂C/∂θˡ of a network on a sample, as a table.

zˡ is the input of layer l and zˡ⁺¹ its output, l = 1, 2, …; zᴸ = C is the cost and δᴸ = 1. Then, layer by layer,
δᵢˡ = Σₖ δₖˡ⁺¹ ∂zₖˡ⁺¹/∂zᵢˡ and ∂C/∂θˡ = Σₖ δₖˡ⁺¹ ∂zₖˡ⁺¹/∂θˡ.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from microgrand.engine.node import Node
from microgrand.engine.sweep import Adjoints, sweep
from microgrand.engine.value import Value
from microgrand.shortening import listed
from microgrand.table.formula import number
from microgrand.table.indices import superscript as _up
from microgrand.table.numbers import as_number
from microgrand.table.rows import sum as total
from microgrand.table.signature import subscript as _down
from microgrand.table.symbols import row_name, vector

Matrix = list[list[float]]

_SHOWN = 4  # how many rows of a matrix, or samples, are written
_MOST_ROWS = 6  # the most rows of parameters that are written without an ellipsis


class Trace:
    """The result of `network.trace(x, y)`. The keys l below count layers from 1.

    z               z[l], the input of layer l; z[L] is the cost. A vector, or for N samples a list of N vectors
    delta           δˡ = ∂C/∂zˡ, in the same shape; for N samples C is the sum of their costs
    jacobian        ∂zˡ⁺¹/∂zˡ, row k for output k; for N samples a list of N matrices
    theta           θˡ as a list of rows, for the layers that have parameters
    theta_gradient  ∂C/∂θˡ in the same rows, summed over the samples
    updated         θˡ - step · ∂C/∂θˡ in the same rows, if a step was given; frozen layers are left out
    cost            C, the root of the graph, for drawings and walkthroughs

    >>> from microgrand import Linear, LogSoftmax, NegativeLogLikelihood, Sequential
    >>> network = Sequential(Linear(1, 2, theta=[[1.0], [-1.0]]), LogSoftmax(), NegativeLogLikelihood())
    >>> trace = network.trace([0.5], 0)
    >>> trace.z[2], trace.delta[4], trace.jacobian[1]
    ([0.5, -0.5], [1.0], [[1.0], [-1.0]])
    """

    def __init__(self, network: Any, samples: list[_Sample], targets: Sequence[Any], many: bool, step: Any) -> None:
        self.layers: tuple[Any, ...] = samples[0].layers
        self.L = len(self.layers) + 1
        self.many = many
        self.step = None if step is None else as_number(step)
        self.targets = tuple(targets)
        levels = range(1, self.L + 1)
        self.z = {l: self._shaped([sample.z[l] for sample in samples]) for l in levels}
        self.delta = {l: self._shaped([sample.delta[l] for sample in samples]) for l in levels}
        self.jacobian = {l: self._shaped([sample.jacobian[l] for sample in samples]) for l in levels[:-1]}
        rows = {l: layer.parameter_rows() for l, layer in enumerate(self.layers, 1)}
        self._parameters = {l: row for l, row in rows.items() if row}
        self._trained = {id(theta) for theta in network.parameters()}
        self.theta = {l: [[theta.data for theta in row] for row in rows] for l, rows in self._parameters.items()}
        self.theta_gradient = {
            l: [[sum([sample.slopes[l][id(theta)] for sample in samples]) for theta in row] for row in rows]
            for l, rows in self._parameters.items()
        }
        self.updated = self._updated()
        costs = [sample.cost for sample in samples]
        self.cost: Value = total(costs) if many else costs[0]

    def _shaped(self, per_sample: list[Any]) -> Any:
        return per_sample if self.many else per_sample[0]

    @property
    def parameters(self) -> list[Value]:
        """Every θ that training would change, each once."""
        every = {id(theta): theta for rows in self._parameters.values() for row in rows for theta in row}
        return [theta for key, theta in every.items() if key in self._trained]

    def _updated(self) -> dict[int, Matrix] | None:
        """θ - step · ∂C/∂θ; for a θ that several layers share, ∂C/∂θ is the sum over these layers.

        Frozen layers are left out.
        """
        if self.step is None:
            return None
        whole: dict[int, float] = {}
        for l, rows in self._parameters.items():
            for row, slopes in zip(rows, self.theta_gradient[l], strict=True):
                for theta, slope in zip(row, slopes, strict=True):
                    whole[id(theta)] = whole.get(id(theta), 0.0) + slope
        step = self.step
        return {
            l: [[t.data - step * whole[id(t)] if id(t) in self._trained else t.data for t in row] for row in rows]
            for l, rows in self._parameters.items()
            if any([id(theta) in self._trained for row in rows for theta in row])
        }

    def rows(self) -> list[tuple[str, str, str]]:
        """The lines of the printed trace: a quantity, its formula, its numbers."""
        table = [("z¹", "x", self._numbers(self.z[1]))]
        for l in range(2, self.L + 1):
            table.append((f"z{_up(l)}", f"{self._layer(l - 1)}(z{_up(l - 1)})", self._numbers(self.z[l])))
        table.append((*self._cost_formula(), number(self.cost.data)))
        table.append((f"δ{_up(self.L)}", f"∂C/∂z{_up(self.L)}", self._numbers(self.delta[self.L])))
        for l in range(self.L - 1, 0, -1):
            table.append((f"∂z{_up(l + 1)}/∂z{_up(l)}", "local Jacobian", self._numbers(self.jacobian[l])))
            terms = f"Σₖ δ{_up(l + 1)}ₖ ∂z{_up(l + 1)}ₖ/∂"
            table.append((f"δ{_up(l)}", f"{terms}z{_up(l)}", self._numbers(self.delta[l])))
            for theta, slopes in self._rows_of(l, [vector(row) for row in self.theta_gradient.get(l, [])]):
                table.append((f"∂C/∂{theta}", f"{terms}{theta}", slopes))
        for l, rows in (self.updated or {}).items():
            texts = [_updated_text(*both) for both in zip(self.theta[l], rows, strict=True)]
            for theta, row in self._rows_of(l, texts):
                table.append((f"{theta} ←", f"{theta} - {number(self.step or 0.0)} ∂C/∂{theta}", row))
        return table

    def _rows_of(self, l: int, texts: Sequence[str]) -> list[tuple[str, str]]:
        """The name and text of each row of a layer's parameters; of many rows, the first few and the last."""
        shown = [(self._theta(l, k), text) for k, text in enumerate(texts)]
        left_out = [(f"{shown[_SHOWN - 1][0]}…", f"… {len(texts):,} rows in all …")] if len(texts) > _MOST_ROWS else []
        return [*shown[: _SHOWN - 1], *left_out, shown[-1]] if left_out else shown

    def _cost_formula(self) -> tuple[str, str]:
        """C and its formula, which has the indicators if the last layer is the negative log-likelihood."""
        last = self.layers[-1]
        if last.symbol != "NLL":
            return "C", f"z{_up(self.L)}" if not self.many else f"Σᵢ z{_up(self.L)}⁽ⁱ⁾"
        sample = self.z[self.L - 1][0] if self.many else self.z[self.L - 1]
        terms = " + ".join([f"I{_down(k)}(y) z{_up(self.L - 1)}{_down(k + 1)}" for k in range(len(sample))][:_SHOWN])
        more = " + …" if len(sample) > _SHOWN else ""
        outer = "-Σᵢ" if self.many else "-"
        shown = ", ".join([number(as_number(y)) for y in self.targets[:_SHOWN]])
        return "C", f"{outer}({terms}{more}), y = {shown}{', …' if len(self.targets) > _SHOWN else ''}"

    def _layer(self, l: int) -> str:
        layer = self.layers[l - 1]
        return layer.symbol or type(layer).__name__

    def _theta(self, l: int, k: int) -> str:
        """θ₁, θ₂, …; with the layer's number where several layers have parameters."""
        name: str = self.layers[l - 1].row_names()[k]
        return row_name(name, l if len(self._parameters) > 1 else "")

    def _numbers(self, item: Any) -> str:
        if not self.many:
            return _array(item)
        shown = [_array(sample) for sample in item[:_SHOWN]]
        return "; ".join(shown) + (f"; … ({len(item):,} samples in all)" if len(item) > _SHOWN else "")

    def __str__(self) -> str:
        table = self.rows()
        widths = [max([len(row[column]) for row in table]) for column in (0, 1)]
        return "\n".join([f"{name:<{widths[0]}}  {formula:<{widths[1]}}  {text}" for name, formula, text in table])

    def __repr__(self) -> str:
        samples = f" of {len(self.targets):,} samples" if self.many else ""
        layers = listed(range(1, self.L), self._layer, between=" → ")
        return f"<trace{samples}: {layers}, C = {self.cost.data:.6g}; print(…) writes the table>"


class _Sample:
    """One sample: its zˡ, computed from the first layer to the last, and its δˡ, from the last to the first."""

    def __init__(self, network: Any, x: Sequence[Any], y: Any) -> None:
        self.layers: tuple[Any, ...] = tuple(getattr(network, "layers", (network,)))
        first = [item if isinstance(item, Node) else Value(item, name=f"x{_down(i)}") for i, item in enumerate(x, 1)]
        nodes: dict[int, list[Any]] = {1: first}
        with network.scope(first):
            for l, state in enumerate(network.states(first, y), 2):
                nodes[l] = list(state) if isinstance(state, (list, tuple)) else [state]
        last = len(self.layers) + 1
        if last not in nodes or len(nodes[last]) != 1 or not isinstance(nodes[last][0], Node):
            raise ValueError(f"a trace is of a network whose last layer is a cost; {network!r} with y = {y!r} has none")
        self.cost: Any = nodes[last][0]
        self.z = {l: [item.data if isinstance(item, Node) else float(item) for item in z] for l, z in nodes.items()}
        self.delta: dict[int, list[float]] = {last: [1.0]}
        self.jacobian: dict[int, Matrix] = {}
        self.slopes: dict[int, dict[int, float]] = {}
        for l in range(last - 1, 0, -1):
            self._back(l, nodes[l], nodes[l + 1])

    def _back(self, l: int, below: list[Any], above: list[Any]) -> None:
        """Compute δˡ, ∂C/∂θˡ and ∂zˡ⁺¹/∂zˡ from δˡ⁺¹, by sweeps that stop at zˡ."""
        cut = [node for node in below if isinstance(node, Node)]
        pairs = [(node, delta) for node, delta in zip(above, self.delta[l + 1], strict=True) if isinstance(node, Node)]
        adjoints = sweep([node for node, _ in pairs], [delta for _, delta in pairs], cut)
        self.delta[l] = _each_once(adjoints, below)
        self.slopes[l] = {id(theta): adjoints.get(theta) for theta in self.layers[l - 1].named_parameters().values()}
        self.jacobian[l] = [_gradient(output, below, cut) for output in above]


def traced(network: Any, x: Any, y: Any, step: float | None = None) -> Trace:
    """The trace of a network on one sample, or on N samples if x is a list of N vectors and y of N targets."""
    many = len(x) > 0 and hasattr(x[0], "__len__")
    if many and len(x) != len(y):
        raise ValueError(f"a trace takes as many targets as samples; got {len(x)} samples and {len(y)} targets")
    if len(x) == 0:
        raise ValueError("a trace takes at least one number, or one sample; got an empty list")
    pairs = list(zip(x, y, strict=True)) if many else [(x, y)]
    samples = [_Sample(network, *pair) for pair in pairs]
    return Trace(network, samples, [target for _, target in pairs], many, step)


def _gradient(output: Any, below: list[Any], cut: list[Node]) -> list[float]:
    """∂output/∂zᵢ for every zᵢ below."""
    if not isinstance(output, Node):
        return [0.0] * len(below)
    return _each_once(sweep(output, 1.0, cut), below)


def _each_once(adjoints: Adjoints, vector: list[Any]) -> list[float]:
    """δ of a vector's elements; a node that occurs several times has its δ at the first place and 0 at the others."""
    seen: set[int] = set()
    deltas = []
    for item in vector:
        deltas.append(adjoints.get(item) if isinstance(item, Node) and id(item) not in seen else 0.0)
        seen.add(id(item))
    return deltas


def _updated_text(old: Sequence[float], new: Sequence[float]) -> str:
    """A row of parameters after its update; beside it the change, where a number looks the same as before."""
    changes = [b - a for a, b in zip(old, new, strict=True)]
    unseen = any([number(a, digits=4) == number(b, digits=4) for a, b in zip(old, new, strict=True) if a != b])
    return f"{vector(new)}, changed by {vector(changes)}" if unseen else vector(new)


def _array(item: Any) -> str:
    """A vector or a matrix on one line; long ones are shortened."""
    if len(item) > 0 and isinstance(item[0], list):
        rows = [vector(row) for row in item[:_SHOWN]]
        return "[" + ", ".join(rows) + (f", … {len(item):,} rows in all]" if len(item) > _SHOWN else "]")
    return vector(item) if len(item) != 1 else number(item[0])
