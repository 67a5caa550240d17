"""The names of minitorch's scalars on top of microgrand: Scalar, ScalarFunction, the checks, and its operators."""

from types import SimpleNamespace

import microgrand as mg
from microgrand.testing import check_gradient, estimate


class Scalar:
    def __init__(self, v, back=None, name=None):
        computed = back.last_fn.apply(*back.inputs).node if back and back.last_fn else v
        self.node = computed if isinstance(computed, mg.Value) else mg.Value(v, name)

    data = property(lambda self: self.node.data)
    derivative = property(lambda self: self.node.grad)
    backward = lambda self, d_output=1.0: self.node.backward(d_output)

    def chain_rule(self, d_output):
        return [(Scalar(x), d_output * slope) for x, slope in zip(self.node.parents, self.node.partials, strict=True)]


values = lambda scalars: [x.node if isinstance(x, Scalar) else mg.Value(x) for x in scalars]
rows = {"__neg__": mg.neg, "__lt__": mg.less, "__gt__": mg.greater, "__eq__": mg.equal}
for name, row in {"add": mg.add, "sub": mg.sub, "mul": mg.mul, "truediv": mg.div}.items():
    rows |= {f"__{name}__": row, f"__r{name}__": lambda x, y, row=row: row(y, x)}
for name, row in (rows | {row.name: row for row in (mg.log, mg.exp, mg.sigmoid, mg.relu)}).items():
    setattr(Scalar, name, lambda *scalars, row=row: Scalar(row(*values(scalars))))


class ScalarFunction:
    """A function with its `forward` and `backward`: one row, whose partials are what `backward` makes of 1."""

    @classmethod
    def apply(cls, *scalars):
        def slopes(z, *xs):
            cls.forward(context := Context(), *xs)
            return cls.backward(context, 1.0)

        row = mg.Primitive(cls.__name__, lambda *xs: cls.forward(Context(), *xs), slopes, signature=ANY_NUMBER)
        return Scalar(row(values(scalars)))


ANY_NUMBER = mg.Signature(lists=("x",))
Context = type("Context", (), {"save_for_backward": lambda self, *xs: setattr(self, "saved_values", xs)})
ScalarHistory = lambda last_fn=None, ctx=None, inputs=(): SimpleNamespace(last_fn=last_fn, ctx=ctx, inputs=inputs)
central_difference = lambda f, *xs, arg=0: estimate(lambda x: f(*xs[:arg], x, *xs[arg + 1 :]), at=xs[arg]).value
back = lambda row: lambda x, d: d * mg.grad(row)(x)
operators = SimpleNamespace(
    id=mg.identity, add=mg.add, mul=mg.mul, neg=mg.neg, lt=mg.less, eq=mg.equal, max=mg.maximum, inv=mg.reciprocal,
    relu=mg.relu, sigmoid=mg.sigmoid, log=mg.log, exp=mg.exp, prod=mg.prod, sum=lambda xs: mg.sum([0.0, *xs]),
    relu_back=back(mg.relu), inv_back=back(mg.reciprocal), log_back=back(mg.log),
    negList=lambda xs: [mg.neg(x) for x in xs], addLists=lambda *lists: [mg.sum(xs) for xs in zip(*lists, strict=True)],
    is_close=lambda x, y: abs(x - y) < 1e-2,
)  # fmt: skip


def derivative_check(f, *scalars):
    report = check_gradient(lambda *xs: f(*map(Scalar, xs)).node, at=tuple([x.data for x in scalars]))
    assert str(report.verdict) == "agree", report
