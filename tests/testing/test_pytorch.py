"""Functions of PyTorch: their right derivatives agree, wrong ones disagree, and some released ones are wrong."""

import pytest
from frameworks import PLACES, SCALES, assert_fault, check, skip_if_newer, skip_without

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
