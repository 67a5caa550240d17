"""microgrand: the scalar computation-graph engine that you can read, step through, see and trust.

>>> from microgrand import Value, log
>>> x = Value(2.0, name="x")
>>> y = x * x + log(x)
>>> y.backward()
>>> x.grad
4.5
"""

from importlib import import_module as _import_module
from sys import _getframe
from typing import TYPE_CHECKING

import microgrand.compiled.choice  # first of all: chooses between the compiled modules and their source
import microgrand.copying  # teaches copy and pickle what a Value is
import microgrand.pickled_rows  # noqa: F401  teaches pickle what a row is
from microgrand.checks import answer_the_engine as _answer_the_engine
from microgrand.derivatives import grad, gradients, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from microgrand.elsewhere import refuse_to_give as _refuse_to_give
from microgrand.elsewhere import tell_names_of_values as _tell_names_of_values
from microgrand.engine.order import leaves, topological_order
from microgrand.engine.scope import Scope
from microgrand.engine.sweep import Adjoints, sweep
from microgrand.engine.value import COMPILED, Value
from microgrand.errors import DivisionByZeroError, DomainError, GraphError, NonFiniteError
from microgrand.kinks import kinks
from microgrand.manual import describe as _describe
from microgrand.moved import find_moved_modules as _find_moved_modules
from microgrand.numpy_methods import teach_values as _teach_values
from microgrand.outer_errors import CollapsedWarning, GuardError, InputError, KinkWarning, MissingExtraError
from microgrand.stale import refresh, stale
from microgrand.table.arithmetic import add, div, identity, mul, neg, sub
from microgrand.table.domains import Domain, Interval
from microgrand.table.formula import formula
from microgrand.table.notation import Notation
from microgrand.table.primitive import Primitive
from microgrand.table.rows import (
    TABLE,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    beta,
    cbrt,
    ceil,
    clip,
    cos,
    cosh,
    degrees,
    digamma,
    dot,
    elu,
    equal,
    erf,
    erfc,
    erfinv,
    exp,
    exp2,
    expm1,
    floor,
    floordiv,
    gamma,
    gelu,
    greater,
    greater_equal,
    hypot,
    lbeta,
    leaky_relu,
    less,
    less_equal,
    lgamma,
    log,
    log1p,
    log2,
    log10,
    log_normal_cdf,
    log_sigmoid,
    log_softmax,
    logaddexp,
    logit,
    logsumexp,
    maximum,
    mean,
    minimum,
    mod,
    norm,
    normal_cdf,
    not_equal,
    prod,
    radians,
    reciprocal,
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinc,
    sinh,
    softmax,
    softplus,
    softsign,
    sqrt,
    square,
    tan,
    tanh,
    trunc,
    where,
    xlogy,
)

# These three shadow builtins, on purpose: `microgrand.sum` is the table's sum. They are left out of `__all__`.
from microgrand.table.rows import abs as abs
from microgrand.table.rows import pow as pow
from microgrand.table.rows import sum as sum
from microgrand.table.signature import Signature
from microgrand.version import __version__ as __version__

if TYPE_CHECKING:  # the names in _LATER, for editors and type checkers
    from microgrand.drawing import Drawing, draw
    from microgrand.drawing.glyphs import MissingGlyphWarning
    from microgrand.networks.layers import Layer, Linear, LogSoftmax, ReLU, Sequential, Sigmoid, Softmax, Tanh
    from microgrand.networks.losses import (
        BinaryCrossEntropy,
        Hinge,
        NegativeLogLikelihood,
        SquaredError,
        l1_penalty,
        l2_penalty,
    )
    from microgrand.networks.trace import Trace
    from microgrand.nn import MLP
    from microgrand.program import Program, record
    from microgrand.walk import (
        Derivation,
        Exercise,
        Exercises,
        Step,
        Walkthrough,
        derivation,
        exercise,
        exercises,
        steps,
        walkthrough,
    )

_answer_the_engine()
_describe()
_tell_names_of_values()
_teach_values()
_find_moved_modules()
if COMPILED:
    _import_module("microgrand.compiled.kernels").attach()  # written when the wheel was built

# `import microgrand` loads what graphs and derivatives need. These modules are loaded when one of their names, or the
# module itself, is first asked for.
_LATER = {
    "drawing": ["Drawing", "draw"],
    "drawing.glyphs": ["MissingGlyphWarning"],
    "files": [],
    "networks": [],
    "networks.layers": ["Layer", "Linear", "LogSoftmax", "ReLU", "Sequential", "Sigmoid", "Softmax", "Tanh"],
    "networks.losses": [
        "BinaryCrossEntropy", "Hinge", "NegativeLogLikelihood", "SquaredError", "l1_penalty", "l2_penalty",
    ],
    "networks.trace": ["Trace"],
    "nn": ["MLP"],
    "program": ["Program", "record"],
    "testing": [],
    "training": [],
    "walk": [
        "Derivation", "Exercise", "Exercises", "Step", "Walkthrough", "derivation", "exercise", "exercises", "steps",
        "walkthrough",
    ],
}  # fmt: skip
_MODULE_OF = {name: module for module, names in _LATER.items() for name in names}

if not TYPE_CHECKING:  # seeing __getattr__, a type checker would accept every misspelled name

    def __getattr__(name: str) -> object:
        """Load a name of _LATER, and all that _LATER has of its folder. Then it is an attribute like any other."""
        module = _MODULE_OF.get(name, name)
        if module not in _LATER:
            _refuse_to_give(__name__, name, _getframe(1))
        folder = module.partition(".")[0]
        for each in _LATER:
            if each.partition(".")[0] == folder:
                _import_module(f"microgrand.{each}")
        loaded = _import_module(f"microgrand.{module}")
        return loaded if name == module else globals().setdefault(name, getattr(loaded, name))

    def __dir__() -> list[str]:
        return sorted({*globals(), *_MODULE_OF, *(module for module in _LATER if "." not in module)})


__all__ = [
    "COMPILED",
    "MLP",
    "TABLE",
    "Adjoints",
    "BinaryCrossEntropy",
    "CollapsedWarning",
    "Derivation",
    "DivisionByZeroError",
    "Domain",
    "DomainError",
    "Drawing",
    "Exercise",
    "Exercises",
    "GraphError",
    "GuardError",
    "Hinge",
    "InputError",
    "Interval",
    "KinkWarning",
    "Layer",
    "Linear",
    "LogSoftmax",
    "MissingExtraError",
    "MissingGlyphWarning",
    "NegativeLogLikelihood",
    "NonFiniteError",
    "Notation",
    "Primitive",
    "Program",
    "ReLU",
    "Scope",
    "Sequential",
    "Sigmoid",
    "Signature",
    "Softmax",
    "SquaredError",
    "Step",
    "Tanh",
    "Trace",
    "Value",
    "Walkthrough",
    "acos",
    "acosh",
    "add",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "beta",
    "cbrt",
    "ceil",
    "clip",
    "cos",
    "cosh",
    "degrees",
    "derivation",
    "digamma",
    "div",
    "dot",
    "draw",
    "elu",
    "equal",
    "erf",
    "erfc",
    "erfinv",
    "exercise",
    "exercises",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "floordiv",
    "formula",
    "gamma",
    "gelu",
    "grad",
    "gradients",
    "greater",
    "greater_equal",
    "hessian",
    "hvp",
    "hypot",
    "identity",
    "jacobian",
    "jvp",
    "kinks",
    "l1_penalty",
    "l2_penalty",
    "lbeta",
    "leaky_relu",
    "leaves",
    "less",
    "less_equal",
    "lgamma",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_normal_cdf",
    "log_sigmoid",
    "log_softmax",
    "logaddexp",
    "logit",
    "logsumexp",
    "maximum",
    "mean",
    "minimum",
    "mod",
    "mul",
    "neg",
    "norm",
    "normal_cdf",
    "not_equal",
    "prod",
    "radians",
    "reciprocal",
    "record",
    "refresh",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinc",
    "sinh",
    "softmax",
    "softplus",
    "softsign",
    "sqrt",
    "square",
    "stale",
    "steps",
    "sub",
    "sweep",
    "tan",
    "tanh",
    "topological_order",
    "trunc",
    "value_and_grad",
    "vjp",
    "walkthrough",
    "where",
    "xlogy",
]
