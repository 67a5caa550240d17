"""PyTorch run again in many digits: what floats have is PyTorch's own, and in many digits there is nothing else."""

import copy
import math
import random

import numpy as np
import pytest
from frameworks import skip_if_newer, skip_without

from microgrand.testing import Verdict, check_gradient
from microgrand.testing.exact import EXACT, many_digits, released
from microgrand.testing.more_digits.run import DigitsLostError, Run

skip_without("torch", "PyTorch")

import torch  # noqa: E402  after the skip
import torch.nn.functional as F  # noqa: E402, N812
from torch import special  # noqa: E402

from microgrand.testing.more_digits import torch_operators  # noqa: E402
from microgrand.testing.more_digits.torch_tensors import as_torch  # noqa: E402
from microgrand.testing.structures import numbers_in  # noqa: E402

DIGITS = 60
SOME = [0.3125, 0.6875, 0.25, 0.875]  # numbers of every precision
OTHERS = [0.5, 0.375, 0.28125, 0.625]
aten = torch.ops.aten


def tensor(*numbers, dtype=torch.float64):
    return torch.tensor(numbers or SOME, dtype=dtype)


def run_again(f, *arguments, run=None, moves=()):
    """The outputs in many digits, at the point or beside it: `moves` are added to the first inputs."""
    inputs = [EXACT.mpf(float(x)) for x in numbers_in(arguments)]
    for k, move in enumerate(moves):
        inputs[k] += move
    return as_torch(f, arguments)(Run() if run is None else run, inputs)


def slope(f, *arguments):
    """The derivative of the first output in the first input, by a difference in many digits."""
    with many_digits(2 * DIGITS):
        run, step = Run(), EXACT.mpf(10) ** -DIGITS
        here = run_again(f, *arguments, run=run)[0].exact
        return float(released((run_again(f, *arguments, run=Run(run), moves=[step])[0].exact - here) / step))


def by_autograd(f, dtype=torch.float64):
    """The derivative of f as people write it, from a float to a float."""

    def gradient(x):
        leaf = torch.tensor(x, dtype=dtype, requires_grad=True)
        f(leaf).backward()
        return leaf.grad.item()

    return gradient


def words(text):
    return text.split()


def of_rows(f):
    return lambda x: f(x, 1)[0]


def along(f):
    return lambda x: f(x, 0)


def assigned(x):
    """Items of a new tensor, written one after the other."""
    made = torch.zeros(2, 3, dtype=torch.float64)
    made[0, 0] = x[0, 0]
    made[:, 1] = x[1]
    made[made == 0] = 5.0
    made[1] += x.sum()
    return made


# ---- operators -------------------------------------------------------------------------------------------------------
ELEMENTWISE = {
    **{name: getattr(torch, name) for name in words(
        "exp exp2 expm1 log log2 log10 log1p sqrt sin cos tan sinh cosh tanh asin acos atan asinh atanh erf erfc "
        "erfinv lgamma digamma sigmoid reciprocal square neg abs rsqrt logit i0 floor ceil trunc round sign sgn frac "
        "sinc deg2rad"
    )},
    **{name: getattr(special, name) for name in words(
        "i0e i1 i1e ndtri log_ndtr ndtr entr erfcx bessel_j0 bessel_j1 bessel_y0 bessel_y1 modified_bessel_i0 "
        "modified_bessel_i1 modified_bessel_k0 modified_bessel_k1 scaled_modified_bessel_k0 "
        "scaled_modified_bessel_k1 spherical_bessel_j0 airy_ai"
    )},
    **{name: getattr(F, name) for name in words(
        "relu relu6 elu celu selu silu mish softplus softsign tanhshrink hardtanh hardsigmoid hardswish logsigmoid "
        "leaky_relu softshrink hardshrink gelu rrelu"
    )},
    "acosh": lambda x: torch.acosh(x + 1),
    "round to a digit": lambda x: torch.round(x, decimals=1),
    "gelu by tanh": lambda x: F.gelu(x, approximate="tanh"),
    "threshold": lambda x: F.threshold(x, 0.5, -1.0),
    "polygamma": lambda x: torch.polygamma(2, x),
    "powers": lambda x: x**3 + 2.0**x + x**x + x**-1.5,
    "scalars": lambda x: (1 - x) / 3 + 2 / x - torch.rsub(x, 5, alpha=2),
    "clamp": lambda x: x.clamp(0.25, 0.8),
}  # fmt: skip
OF_TWO = {
    **{name: getattr(torch, name) for name in words(
        "add sub mul div atan2 hypot logaddexp logaddexp2 xlogy maximum minimum fmax fmin fmod remainder copysign "
        "igamma igammac floor_divide ldexp"
    )},
    "xlog1py": special.xlog1py,
    "zeta": lambda x, y: special.zeta(x + 1.5, y),
    "difference times three": lambda x, y: torch.sub(x, y, alpha=3),
    "whole quotient": lambda x, y: torch.div(x, y, rounding_mode="trunc"),
    "lerp": lambda x, y: torch.lerp(x, y, 0.25),
    "where": lambda x, y: torch.where(x > y, x, 2.0 * y),
    "where a number": lambda x, y: torch.where(x > y, x, 6),
    "losses": lambda x, y: F.mse_loss(x, y) + F.smooth_l1_loss(x, y) + F.huber_loss(x, y) + F.l1_loss(x, y),
    "cross entropies": lambda x, y: F.binary_cross_entropy(x, y) + F.binary_cross_entropy_with_logits(x, y),
    "dot": torch.dot,
    "vdot": torch.vdot,
    "outer": torch.outer,
    "einsum": lambda x, y: torch.einsum("i,j->ij", x, y),
    "cosine": lambda x, y: F.cosine_similarity(x, y, dim=0),
    "comparisons": lambda x, y: 1.0 * (x < y) + (x <= y) * 2.0 + (x > y) * 3.0 + (x >= y) * 4.0 + (x == y) + (x != y),
}  # fmt: skip
OF_A_MATRIX = {
    **{name: getattr(torch, name) for name in words(
        "sum mean prod amax amin max min var std median cumsum cumprod logcumsumexp argmax argmin softmax "
        "log_softmax logsumexp norm trace"
    )},
    **{f"{name} of rows": of_rows(getattr(torch, name)) for name in words(
        "max min sort median"
    )},
    "sum of rows": lambda x: x.sum(1, keepdim=True),
    "mean of columns": lambda x: x.mean([0]),
    "product of rows": lambda x: x.prod(1),
    "variance of rows": lambda x: x.var(1, correction=0) + x.std(0),
    "extremes": lambda x: x.amax((0, 1)) + x.amin(1),
    "norms": lambda x: torch.linalg.vector_norm(x, 3, dim=1) + x.norm(1),
    "sorted down": lambda x: x.sort(dim=0, descending=True, stable=True)[0],
    "sorted": lambda x: aten.sort.default(x, 0, True)[0],
    "second": lambda x: x.kthvalue(2, 1)[0],
    "top": lambda x: x.topk(1, dim=0)[0],
    "mm": lambda x: x @ x.T,
    "mv": lambda x: x @ x[0],
    "bmm": lambda x: torch.bmm(x[None], x.T[None]),
    "addmm": lambda x: torch.addmm(x, x, x, beta=2, alpha=3),
    "linear": lambda x: F.linear(x, x, x[0]),
    "layer norm": lambda x: F.layer_norm(x, (2,), x[0], x[1]),
    "batch norm": lambda x: F.batch_norm(x, None, None, training=True),
    "group norm": lambda x: F.group_norm(x[None], 1),
    "glu": lambda x: F.glu(x, 0),
    "prelu": lambda x: F.prelu(x - 0.5, x[0, :1]),
    "views": lambda x: x.T.reshape(-1)[1:].unfold(0, 2, 1).permute(1, 0).contiguous().view(-1),
    "cat": lambda x: torch.cat([x, torch.ones(1, 2, dtype=torch.int64), x.flip(0)]),
    "stack": lambda x: torch.stack([x, x.roll(1, 1), x.rot90()]),
    "triangles": lambda x: torch.tril(x) + torch.triu(x, 1),
    "padded": lambda x: F.pad(x, (1, 0), value=7.0),
    "repeated": lambda x: x.repeat(2, 1) + x.repeat_interleave(2, 0),
    "gathered": lambda x: x.gather(1, torch.tensor([[1], [0]])) + x.take(torch.tensor([3])),
    "picked": lambda x: x[torch.tensor([1, 0]), torch.tensor([0, 0])] + x.index_select(0, torch.tensor([1]))[0],
    "masked": lambda x: x[x > 0.25] + x.masked_select(x > 0.25),
    "filled": lambda x: x.masked_fill(x > 0.5, 3.0) + x.index_fill(0, torch.tensor([1]), 2.5),
    "scattered": lambda x: x.scatter(0, torch.tensor([[1, 0]]), x[1:]) + x.scatter(0, torch.tensor([[1, 0]]), 4.0),
    "put": lambda x: x.index_put((torch.tensor([0, 0]),), x) + x.index_copy(0, torch.tensor([1]), x[:1]),
    "put and added": lambda x: x.index_put((torch.tensor([0, 0]),), x, accumulate=True),
    "added": lambda x: x.scatter_add(0, torch.tensor([[0, 0], [0, 1]]), x).index_add(0, torch.tensor([1]), x[:1]),
    "slices": lambda x: torch.slice_scatter(x, x[:1], 0, 1) + torch.select_scatter(x, x[0], 0, 1),
    "diagonals": lambda x: torch.diagonal_scatter(x, x[0]) + torch.diag_embed(x[0]) + torch.diag(x[1]),
    "mirrored": lambda x: F.pad(x[None], (1, 1), mode="reflect") + F.pad(x[None], (1, 1), mode="replicate"),
    "embedding": lambda x: F.embedding(torch.tensor([1, 1, 0]), x),
    "convolution": lambda x: F.conv1d(x[None], torch.stack([x, 2 * x]), x[0], padding=1),
    "transposed": lambda x: F.conv_transpose1d(x[None], torch.stack([x, 2 * x]), stride=2),
    "pooled": lambda x: F.max_pool1d(x[None], 2) + F.adaptive_avg_pool1d(x[None], 1),
    "attention": lambda x: F.scaled_dot_product_attention(x[None], x[None], x[None]),
    "questions": lambda x: 1.0 * (x.isnan() | x.isinf() | x.isfinite() | torch.signbit(x) | torch.logical_not(x)),
    "unfolded": lambda x: F.unfold(x[None, None], 2) + F.fold(F.unfold(x[None, None], 2), (2, 2), 2).reshape(1, 4, 1),
    "shuffled": lambda x: F.pixel_shuffle(x.reshape(1, 4, 1, 1), 2) + F.interpolate(x[None, None], scale_factor=1),
    "moved to and fro": lambda x: F.pixel_unshuffle(F.pixel_shuffle(x.reshape(1, 4, 1, 1), 2), 2),
    "blocks": lambda x: torch.block_diag(x, x[:1]),
    "strided": lambda x: torch.as_strided_scatter(x, x[0], (2,), (2,)) + x.put(torch.tensor([1]), x[0, :1]),
    "masked source": lambda x: x.masked_scatter(x > 0.5, 2.0 * x) + aten._unsafe_index.Tensor(x, [torch.tensor([1])]),
    "mirrored planes": lambda x: F.pad(x[None, None], (1, 1, 1, 1), mode="reflect").sum()
    + F.pad(x[None], (1, 1, 1, 1), mode="replicate"),
    "enlarged": lambda x: F.interpolate(x[None], 4) + F.interpolate(x[None, None], (1, 4)).sum(),
    "windows": lambda x: x.reshape(-1).unfold(0, 2, 1) ** 2,
    "half precision": lambda x: F.layer_norm(F.gelu(x.half()), (2,), x[0].half()).double(),
    "assigned": lambda x: assigned(x),
    "casts": lambda x: x.float().double() + x.bool() + (4 * x).long() + x.half(),
    "written": lambda x: x.clone().fill_(2.0).zero_().add_(x).mul_(3).copy_(x[0]).clamp_(0.4).pow_(x),
    "random": lambda x: x * x.clone().normal_() * 0 + torch.zeros_like(x) + x.new_ones(2),
}  # fmt: skip
SAMPLES = {
    **{name: (f, (tensor(),)) for name, f in ELEMENTWISE.items()},
    **{f"{name} of two": (f, (tensor(), tensor(*OTHERS))) for name, f in OF_TWO.items()},
    **{f"{name} of a matrix": (f, (tensor().reshape(2, 2),)) for name, f in OF_A_MATRIX.items()},
}
ALONG = words("cumsum cumprod logcumsumexp softmax log_softmax logsumexp argmax argmin")
SAMPLES |= {f"{name} of a matrix": (along(getattr(torch, name)), (tensor().reshape(2, 2),)) for name in ALONG}


# Whose derivatives PyTorch has in single precision only, or to ten digits, and what computes in half precision.
ROUGH = {"hardsigmoid": 1e-7, "digamma": 1e-9, "casts of a matrix": 1e-3, "half precision of a matrix": 0.1}
NOT_IN_HALF = {"ndtri", "log_ndtr", "erfcx", "spherical_bessel_j0", "airy_ai", "zeta of two"}
IN_OTHER_PRECISIONS = [(name, torch.float32) for name in SAMPLES]
IN_OTHER_PRECISIONS += [
    (name, dtype)
    for name in SAMPLES
    for dtype in (torch.float16, torch.bfloat16)
    if name not in NOT_IN_HALF and "bessel" not in name
]
WITHOUT_DERIVATIVE = {"igamma of two", "igammac of two", "floor_divide of two", "zeta of two"}


def gradients(f, xs):
    """The gradients of the sum of squares of what f gives; none where it does not depend on the inputs."""
    leaves = [x.detach().requires_grad_() for x in xs]
    found = f(*leaves)
    total = (found * found).sum()
    found = torch.autograd.grad(total, leaves, allow_unused=True) if total.requires_grad else []
    return [x.clone() for x in found if x is not None]


@pytest.mark.parametrize("name", SAMPLES)
def test_an_operator_gives_what_pytorch_gives_and_many_digits_of_it(name):
    """What floats have is PyTorch's own, bit for bit, and in many digits it is the same up to their roundings."""
    f, arguments = SAMPLES[name]
    with many_digits(DIGITS):
        found = run_again(f, *arguments)
        given = [float(z) for z in numbers_in(f(*arguments))]
        assert [float(near) for near, _ in found] == given
        relative = max(ROUGH.get(name, 0.0) if name.endswith("matrix") else 0.0, 1e-11)
        assert [float(released(exact)) for _, exact in found] == pytest.approx(given, rel=relative, abs=1e-13)


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in WITHOUT_DERIVATIVE])
def test_gradients_by_autograd_are_run_again_too(name):
    """The gradient in many digits is PyTorch's own up to its roundings."""
    f, arguments = SAMPLES[name]
    with many_digits(DIGITS):
        found = run_again(lambda *xs: gradients(f, xs), *arguments)
        given = [float(z) for z in numbers_in(gradients(f, arguments))]
        assert [float(near) for near, _ in found] == pytest.approx(given, rel=1e-14)
        relative = ROUGH.get(name, 1e-11)
        assert [float(released(exact)) for _, exact in found] == pytest.approx(given, rel=relative, abs=relative / 10)


@pytest.mark.parametrize(("name", "dtype"), IN_OTHER_PRECISIONS)
def test_in_many_digits_the_precision_of_floats_makes_no_difference(name, dtype):
    """The same numbers as floats of fewer bits: in many digits every result is the same."""
    f, arguments = SAMPLES[name]
    with many_digits(DIGITS):
        found = run_again(f, *[x.to(dtype) for x in arguments])
        assert [exact for _, exact in found] == [exact for _, exact in run_again(f, *arguments)]


def test_every_operator_of_the_tables_has_a_sample(monkeypatch):
    """No row of the tables is left out of the laws before."""
    used, most_special = set(), torch_operators.most_special

    def noting(kind, name, overload):
        used.add(most_special(kind, name, overload))
        return most_special(kind, name, overload)

    monkeypatch.setattr(torch_operators, "most_special", noting)
    with many_digits(DIGITS):
        for name, (f, arguments) in SAMPLES.items():
            run_again(f if name in WITHOUT_DERIVATIVE else lambda *xs, f=f: gradients(f, xs), *arguments)
    rows = {row for table in TABLES for row in getattr(torch_operators, table)}
    assert sorted(rows - used) == ["nearest"]  # of which remainders consist


# ---- programs --------------------------------------------------------------------------------------------------------
def half_sigmoid(x):
    return float(torch.sigmoid(torch.tensor(x, dtype=torch.float16)))


def halves(x):
    """Python and PyTorch in turn: branches, items, lists, in place, NumPy, a copy."""
    t = torch.tensor([x, 2.0 * x, math.exp(x)], dtype=torch.float64)
    if t.sum() > 1.0 and bool(t[0] > 0) and t[0]:
        t[1] *= t[0].item()
    made = copy.deepcopy(t)
    made += torch.full((3,), x) * torch.full_like(t, x)
    first, *rest = (2 * x * made).tolist()
    return first + sum(rest) + float(np.sin(made.numpy()).sum()) + float(made[0]) ** 2


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(tensor(0.5, -0.25))
        self.linear = torch.nn.Linear(2, 1, dtype=torch.float64)

    def forward(self, x):
        return torch.tanh(self.linear(x * self.weight)).squeeze()


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(context, adjoint):
        (x,) = context.saved_tensors
        return 3 * x * x * adjoint


class ByNumPy(torch.autograd.Function):
    @staticmethod
    def forward(context, x):
        context.save_for_backward(x)
        return torch.tensor(np.sin(x.detach().numpy()))

    @staticmethod
    def backward(context, adjoint):
        (x,) = context.saved_tensors
        return adjoint * torch.tensor(np.cos(x.numpy()))


LEAF = tensor(0.5, 0.25).requires_grad_()
PROGRAMS = {
    "a sigmoid in half precision": (half_sigmoid, 0.7),
    "a sigmoid in bfloat16": (lambda x: torch.sigmoid(torch.tensor(x, dtype=torch.bfloat16)).item(), 0.7),
    "Python and PyTorch in turn": (halves, 0.8),
    "a Number times a tensor": (lambda x: (x * torch.ones(2) + torch.ones(2) / x).sum(), 0.8),
    "a module": (Net(), tensor(0.5, 0.25)),
    "a module's parameters": (lambda p: torch.func.functional_call(NET, p, tensor(0.5, 0.25)), None),
    "a declared derivative": (lambda x: Cube.apply(torch.tensor(x, dtype=torch.float64)), 0.4),
    "that derivative": (by_autograd(Cube.apply), 0.4),
    "a derivative declared by NumPy": (lambda x: torch.autograd.grad(ByNumPy.apply(x).sum(), x), LEAF),
    "a gradient by grad": (torch.func.grad(lambda x: x.sin().prod()), tensor(0.5, 0.25)),
    "a Hessian": (torch.func.hessian(lambda x: x.sin().prod()), tensor(0.5, 0.25)),
    "a Jacobian forward": (torch.func.jacfwd(torch.tanh), tensor(0.5, 0.25)),
    "a Jacobian in rows": (torch.func.jacrev(torch.tanh), tensor(0.5, 0.25)),
    "a map": (torch.func.vmap(torch.tanh), tensor(0.5, 0.25)),
    "a tensor without dimensions": (torch.exp, torch.tensor(0.5)),
    "whole numbers": (lambda x: x.exp(), torch.tensor([1, 2])),
    "NumPy": (lambda x: torch.tensor(np.exp(x)).sum(), np.array([0.5, 0.25])),
}
NET = Net()
PROGRAMS["a module's parameters"] = (PROGRAMS["a module's parameters"][0], dict(NET.named_parameters()))


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")  # which PyTorch itself calls
@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_are_run_again(name):
    """What floats have is what the program gives; many digits are near, and their slope is that of differences."""
    f, at = PROGRAMS[name]
    with many_digits(DIGITS):
        found = run_again(f, at)
        plain = f(at.double()) if name == "whole numbers" else f(at)
        given = [z.item() if isinstance(z, torch.Tensor) else float(z) for z in numbers_in(plain)]
        assert [float(near) for near, _ in found] == given
        assert [float(released(exact)) for _, exact in found] == pytest.approx(given, rel=1e-2)
    assert abs(slope(f, at)) > 1e-3


@pytest.mark.parametrize("seed", range(20))
def test_random_compositions_have_the_slope_that_autograd_has(seed):
    """In many digits a composition has the slope of autograd, whose own many digits are that slope to 40 digits."""
    source = random.Random(seed)
    steps = [source.choice(SMOOTH) for _ in range(source.randint(2, 5))]

    def f(x):
        z = x
        for step in steps:
            z = step(z) * 0.5 + x / 4
        return z

    x = source.uniform(0.2, 0.8)
    own = slope(lambda x: f(torch.tensor(x, dtype=torch.float64)), x)
    with many_digits(DIGITS):
        (near, exact), *_ = run_again(by_autograd(f), x)
        assert near == pytest.approx(own, rel=1e-13)
        assert float(released(exact)) == pytest.approx(own, rel=4e-16)


SMOOTH = [torch.sin, torch.exp, torch.tanh, torch.sigmoid, torch.erf, torch.square, torch.expm1, torch.atan, F.gelu]
SMOOTH += [F.silu, F.mish, F.softplus, torch.log1p, torch.sqrt, torch.reciprocal, torch.lgamma, torch.cosh]


REFUSED = {
    "an unknown operator": (lambda x: torch.fft.rfft(x).abs(), "_fft_r2c"),
    "complex numbers": (lambda x: torch.complex(x, x).abs(), "complex"),
    "a text": (lambda x: float(f"{x[0]}"), "a text of a tensor"),
    "a plain float": (lambda x: math.exp(x[0]), "a plain number of a tensor"),
    "bytes": (lambda x: torch.tensor(np.frombuffer(bytes(x.untyped_storage()))), "bytes of a tensor"),
    "a function of Python's on each number": (lambda x: x.clone().apply_(math.exp), "bytes of a tensor"),
    "the bits": (lambda x: x.view(torch.float32).sum(), "floats of the bits of others"),
    "the bits as whole numbers": (lambda x: x.view(torch.int64).sum(), "aten::view"),
    "an alpha": (lambda x: F.elu(x, x[0].item()), "a plain number of a tensor"),
    "whole numbers": (lambda x: torch.tensor([x[0].item()], dtype=torch.int64), "a tensor of whole numbers"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_digits_are_refused_and_not_lost(name):
    """What would turn numbers of many digits into floats raises, and the run says why."""
    f, why = REFUSED[name]
    run = Run()
    with many_digits(DIGITS), pytest.raises(DigitsLostError, match=why):
        run_again(f, tensor(), run=run)
    assert why in run.lost


def test_the_floats_decide_where_roundings_do():
    """A branch that floats take because of a rounding is taken in many digits too, and beside the point."""

    def f(x):
        t = torch.tensor(x, dtype=torch.float32)
        return t * 3 if 1 + t == 1 else t * 5

    assert slope(f, 1e-9) == 3.0
    assert slope(f, 1e-3) == 5.0


def test_nothing_of_the_callers_changes():
    """A module's parameters, and a tensor given, are what they were, and no gradient is left in them."""
    at, net = tensor(0.5, 0.25), Net()
    before = [z.clone() for z in (at, *net.parameters())]
    with many_digits(DIGITS):
        run_again(lambda x: net(x.mul_(2)), at)
    assert all(torch.equal(x, y) for x, y in zip(before, (at, *net.parameters()), strict=True))
    assert [z.grad for z in net.parameters()] == [None] * 3


TABLES = ("FORMULAS", "OUTCOMES", "CHOICES", "REMAINDERS", "MOVES", "SUMS", "PARTS")


# ---- beside the point, and what is found -----------------------------------------------------------------------------
def test_outside_its_domain_a_function_has_no_value():
    """PyTorch's own refusal of a number, which beside a domain's end is met, is that of any function there."""
    run = Run()
    with many_digits(DIGITS):
        run_again(entropy_of, 0.0, run=run)
        with pytest.raises(ValueError, match="between 0 and 1"):
            run_again(entropy_of, 0.0, run=Run(run), moves=[EXACT.mpf(-1)])


def entropy_of(p):
    p = torch.tensor(p, dtype=torch.float64)
    return F.binary_cross_entropy(p, torch.full_like(p, 0.25))


def test_the_slope_of_a_cosine_of_short_vectors_by_pytorch_is_wrong():
    """Below 1e-8 a length counts as 1e-8, and is constant; PyTorch differentiates it all the same."""
    skip_if_newer("torch")

    def cosine(x):
        return F.cosine_similarity(torch.stack([x, 2 * x]), torch.ones(2, dtype=torch.float64), dim=0)

    report = check_gradient(
        lambda x: cosine(torch.tensor(x, dtype=torch.float64)), gradient=by_autograd(cosine), at=1e-9
    )
    assert report.verdict is Verdict.DISAGREE
    assert report.findings[0].judgement.reference == pytest.approx(3 / math.sqrt(2) * 1e8)
