"""Functions of autograd: right derivatives agree, wrong ones disagree, and some released ones are wrong."""

import pytest
from frameworks import PLACES, SCALES, assert_fault, check, skip_if_newer, skip_without

skip_without("autograd", "autograd")


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("x", PLACES)
def test_autograd(x, scale):
    """Right and wrong are told apart."""
    import autograd.numpy

    def f(x):
        return autograd.numpy.sin(x) * autograd.numpy.exp(-x)

    check(f, autograd.grad(f), x, scale, single=False)


# ---- released derivatives that are wrong -----------------------------------------------------------------------------
def test_the_checker_disagrees_with_the_slope_of_chi2_by_autograd():
    """∂ log density/∂x = (df/2 - 1)/x - 1/2; autograd has 0 wherever df is not whole."""
    import autograd
    from autograd.scipy import stats

    skip_if_newer("autograd")

    def log_density(x):
        return stats.chi2.logpdf(x, 2.5)

    assert_fault(log_density, autograd.grad(log_density), (0.5, 10), lambda x: 0.25 / x - 0.5)


def test_the_checker_disagrees_with_the_slope_of_a_sum_of_some_by_autograd():
    """A sum with `where` adds up the chosen numbers; autograd's derivative counts all of them."""
    import autograd
    import autograd.numpy as np

    skip_if_newer("autograd")

    def first_only(x):
        return np.sum(np.array([x, 2 * x]), where=np.array([True, False]))

    assert_fault(first_only, autograd.grad(first_only), (-5, 5), lambda x: 1.0)
