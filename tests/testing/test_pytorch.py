"""Functions of PyTorch: their right derivatives agree, wrong ones disagree, and some released ones are wrong."""

import pytest
from frameworks import PLACES, SCALES, assert_fault, check, judged_as, skip_if_newer, skip_without

from microgrand.testing import GradientMismatch, Verdict, assert_gradient, check_gradient
from microgrand.testing.functions import FlatFunction

skip_without("torch", "PyTorch")


def of_torch(f, bits=64):
    """f and its gradient by PyTorch, as functions of a float or of a list of floats."""
    import torch

    dtype = {32: torch.float32, 64: torch.float64}[bits]

    def value(x):
        return f(torch.tensor(x, dtype=dtype))

    def gradient(x):
        leaf = torch.tensor(x, dtype=dtype, requires_grad=True)
        return torch.autograd.grad(f(leaf), leaf)[0]

    return value, gradient


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("at", [*PLACES, [0.5, -1.0, 2.0]], ids=str)
@pytest.mark.parametrize("bits", [32, 64])
def test_torch(bits, at, scale):
    """Right and wrong are told apart in both precisions, and single precision is recognised."""
    value, gradient = of_torch(lambda x: (x.sin() * (-x).exp()).sum(), bits)
    check(value, gradient, at, scale, single=bits == 32)


@pytest.fixture
def cube():
    """A `torch.autograd.Function`, right but for a factor of its backward."""
    import torch

    def with_factor(factor):
        class Cube(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x**3

            @staticmethod
            def backward(ctx, v):
                (x,) = ctx.saved_tensors
                return factor * x * x * v

        return Cube

    return with_factor


@pytest.mark.parametrize("like", ["a number", "float32", "float64"])
def test_the_backward_of_a_torch_function_is_its_gradient(cube, like):
    """A `torch.autograd.Function` is checked and searched by its name alone, on tensors of any shape and precision."""
    import torch

    arrays = None if like == "a number" else torch.tensor([[0.5, -1.5]], dtype=getattr(torch, like))
    at = 1.5 if arrays is None else arrays
    assert check_gradient(cube(3), at=at).verdict is Verdict.AGREE
    assert check_gradient(cube(2), at=at).verdict is Verdict.DISAGREE
    assert assert_gradient(cube(3), like=arrays, domain=(-3, 3), max_examples=10).agreed > 5
    with pytest.raises(GradientMismatch):
        assert_gradient(cube(2), like=arrays, domain=(-3, 3), max_examples=10)


def test_a_torch_function_with_its_context_set_up_apart():
    """A `forward` without a context, and several arguments."""
    import torch

    class Product(torch.autograd.Function):
        @staticmethod
        def forward(x, y):
            return x * y

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, v):
            x, y = ctx.saved_tensors
            return v * y, -v * x

    report = check_gradient(Product, at=(1.5, 2.0))
    assert [(finding.what, str(finding.judgement.verdict)) for finding in report.findings] == [
        ("∂f/∂x", "agree"),
        ("∂f/∂y", "disagree"),
        ("∂(v·f)/∂x", "agree"),
        ("∂(v·f)/∂y", "disagree"),
    ]


@pytest.mark.parametrize("scale", [1.0, 1.01])
def test_the_parameters_of_a_module_are_a_point(scale):
    """f gets tensors under the parameters' names; the gradient, PyTorch's own by default, is matched by these."""
    import torch

    module = torch.nn.Linear(2, 2).double()
    before = {name: parameter.detach().clone() for name, parameter in module.named_parameters()}
    x = torch.tensor([0.5, -1.0], dtype=torch.float64)

    def cost(parameters):
        return torch.func.functional_call(module, parameters, (x,)).tanh().sum()

    def gradient(parameters):
        return {name: scale * slope for name, slope in torch.func.grad(cost)(parameters).items()}

    at = dict(module.named_parameters())
    report = check_gradient(cost, gradient=gradient, at=at)
    assert {finding.judgement.verdict for finding in report.findings} == {judged_as(scale)}
    assert [finding.what for finding in report.findings] == [
        *[f"∂f/∂parameters['weight'][{j}][{k}]" for j in (0, 1) for k in (0, 1)],
        *[f"∂f/∂parameters['bias'][{j}]" for j in (0, 1)],
    ]
    assert check_gradient(cost, at=at).verdict is Verdict.AGREE
    assert all(torch.equal(before[name], parameter) for name, parameter in module.named_parameters())


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_f_gets_tensors_as_they_were_given(dtype):
    """A tensor keeps its shape and precision, which is noted, and whether it wants a gradient."""
    import torch

    seen = set()

    def f(x):
        seen.add((str(x.dtype), tuple(x.shape), x.requires_grad))
        return (x * x).sum()

    at = torch.ones((2, 1), dtype=getattr(torch, dtype), requires_grad=True)
    function = FlatFunction(f, at)
    assert (function([1.5, 2.0]), function.precision) == ([6.25], dtype)
    assert seen == {(f"torch.{dtype}", (2, 1), True)}


def test_what_torch_refuses_has_no_value():
    """A cost defined on [0, 1] is not judged elsewhere, where PyTorch raises a RuntimeError; any other error passes."""
    import torch

    def cost(x):
        return torch.nn.functional.binary_cross_entropy(torch.sigmoid(x) * 2, torch.zeros_like(x))

    report = check_gradient(cost, at=torch.tensor(2.0, dtype=torch.float64))
    assert (report.verdict, "f raised RuntimeError" in str(report)) == (Verdict.CANNOT_JUDGE, True)
    assert check_gradient(cost, at=torch.tensor(-2.0, dtype=torch.float64)).verdict is Verdict.AGREE
    with pytest.raises(RuntimeError, match="mine"):
        check_gradient(raises_its_own, gradient=lambda x: x, at=1.0)


def raises_its_own(x):
    raise RuntimeError("mine")


# ---- released derivatives that are wrong -----------------------------------------------------------------------------
def test_the_checker_disagrees_with_the_slope_of_a_determinant_by_torch():
    """det [[x, 2], [3, 6]] = 6x - 6; PyTorch has the slope 0 where the determinant is 0."""
    import torch

    skip_if_newer("torch")

    def determinant(x):
        return torch.linalg.det(torch.stack([x, 0 * x + 2, 0 * x + 3, 0 * x + 6]).reshape(2, 2))

    assert_fault(*of_torch(determinant), (-10, 10), lambda x: 6.0)


def test_the_checker_disagrees_with_the_slope_of_the_binary_cross_entropy_by_torch():
    """For the target 1 it is -log p; PyTorch has the slope 0 at p = 1, and bounds it by 10¹² near 0."""
    import torch

    skip_if_newer("torch")

    def cost(p):
        return torch.nn.functional.binary_cross_entropy(p, torch.ones_like(p))

    assert_fault(*of_torch(cost), (0.01, 1), lambda p: -1 / p)
    assert_fault(*of_torch(cost), (1e-30, 1e-13), lambda p: -1 / p)
