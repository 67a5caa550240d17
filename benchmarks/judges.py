"""Four gradient checkers, and how each is asked about a case of the corpus: microgrand, JAX, PyTorch, HIPS autograd.

A library gets the claim the way its users hand one over, as a rule of their own for the reverse mode, of a function
from a vector of float64 to another; inside, the case is called on Python floats. Steps and tolerances are its defaults.
What it says when the derivatives do not match is `disagree`; returning is `agree`; any other error is `cannot judge`.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.metadata import version
from typing import Any, NamedTuple

import numpy

import microgrand
from microgrand.testing import Verdict, check_gradient
from microgrand.testing.functions import filled, numbers_in

LONGEST_REASON = 400


class Answer(NamedTuple):
    """What a checker says of a case, and in which words of its own; none where it simply agrees."""

    verdict: Verdict
    reason: str = ""


class Judge(NamedTuple):
    """A gradient checker.

    name     as it is written in the table
    call     which function it is
    version  of its library
    ask      case -> Answer
    """

    name: str
    call: str
    version: str
    ask: Callable[[Any], Answer]


# ---- microgrand ----------------------------------------------------------------------------------------------------
def by_microgrand(case: Any) -> Answer:
    """The verdict of `check_gradient`, which alone is told the case's domain: the others take none.

    It has a verdict for what it cannot judge, so that an error here would be a fault, and is let through.
    """
    report = check_gradient(case.f, gradient=case.gradient, at=case.at, domain=case.domain)
    judgements = [finding.judgement for finding in report.findings]
    reasons = [each.because or f"by {each.method}" for each in judgements if each.verdict == report.verdict]
    return Answer(report.verdict, reasons[0])


MICROGRAND = Judge("microgrand", "check_gradient", microgrand.__version__, by_microgrand)


# ---- the libraries -------------------------------------------------------------------------------------------------
class Vectors:
    """A case as a library sees it: a function of a vector, and the claim as a product with cotangents.

    at         the inputs
    is_finite  whether all that the function gave so far are numbers
    """

    def __init__(self, case: Any) -> None:
        self.case = case
        self.arguments = case.at if isinstance(case.at, tuple) else (case.at,)
        self.at = _vector(self.arguments)
        self.is_finite = True

    def outputs(self, xs: Any) -> Any:
        """f(x)."""
        outputs = _vector(self.case.f(*filled(self.arguments, iter(xs.tolist()))))
        self.is_finite = self.is_finite and bool(numpy.isfinite(outputs).all())
        return outputs

    def product(self, cotangents: Any, xs: Any) -> Any:
        """v·∂f/∂x as claimed."""
        claimed = _vector(self.case.gradient(*filled(self.arguments, iter(xs.tolist()))))
        return cotangents @ claimed.reshape(len(cotangents), len(xs))


def _vector(structure: Any) -> Any:
    return numpy.array(list(numbers_in(structure)), dtype=numpy.float64)


class Library(NamedTuple):
    """A library with a gradient checker.

    name      as it is written in the table
    package   what is imported, and whose version counts
    call      the checker
    mismatch  what the message of its error holds if, and only if, the derivatives do not match
    check     hands a case to the checker, which raises or returns
    """

    name: str
    package: str
    call: str
    mismatch: str
    check: Callable[[Vectors], None]


def by_library(library: Library, case: Any) -> Answer:
    """What a library's checker says.

    Where f gave it NaN or an infinity, a mismatch comes of that, and says nothing about the claim.
    """
    vectors = Vectors(case)
    try:
        with warnings.catch_warnings(), numpy.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # of overflow, which the case may be about
            library.check(vectors)
    except Exception as error:  # whatever the case raises, or the library
        is_mismatch = library.mismatch in str(error) and vectors.is_finite
        return Answer(Verdict.DISAGREE if is_mismatch else Verdict.CANNOT_JUDGE, in_one_line(error))
    return Answer(Verdict.AGREE)


def check_in_jax(vectors: Vectors) -> None:
    """One random direction, the same in every run."""
    jax, test_util = import_module("jax"), import_module("jax.test_util")
    jax.config.update("jax_enable_x64", True)  # else it compares with the tolerance for 32 bits

    def with_vjp(xs: Any) -> Any:
        return vectors.outputs(xs), lambda cotangents: (vectors.product(cotangents, xs),)

    test_util.check_vjp(vectors.outputs, with_vjp, (vectors.at,))


def check_in_torch(vectors: Vectors) -> None:
    """The whole Jacobian."""
    torch = import_module("torch")

    class Claimed(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, xs: Any) -> Any:
            ctx.save_for_backward(xs)
            return torch.from_numpy(vectors.outputs(xs))

        @staticmethod
        def backward(ctx: Any, cotangents: Any) -> Any:
            (xs,) = ctx.saved_tensors
            return torch.from_numpy(vectors.product(cotangents.numpy(), xs))

    torch.autograd.gradcheck(Claimed.apply, torch.tensor(vectors.at, requires_grad=True))


def check_in_autograd(vectors: Vectors) -> None:
    """One random direction, which the seed makes the same in every run, as it is in JAX."""
    extend, test_util = import_module("autograd.extend"), import_module("autograd.test_util")
    claimed = extend.primitive(vectors.outputs)
    extend.defvjp(claimed, lambda _, xs: lambda cotangents: vectors.product(cotangents, xs))
    numpy.random.seed(0)
    test_util.check_grads(claimed, modes=["rev"], order=1)(vectors.at)  # the claim is about no more than that


LIBRARIES = (
    Library("JAX", "jax", "check_vjp", "cotangent projection", check_in_jax),
    Library("PyTorch", "torch", "gradcheck", "Jacobian mismatch", check_in_torch),
    Library("autograd", "autograd", "check_grads", "Derivative (VJP) check", check_in_autograd),
)


def judges() -> tuple[list[Judge], list[str]]:
    """The checkers that are installed, microgrand first, and the names of those that are not."""
    found, missing = [MICROGRAND], []
    for library in LIBRARIES:
        try:
            import_module(library.package)
        except ImportError:
            missing.append(library.name)
        else:
            found.append(Judge(library.name, library.call, version(library.package), partial(by_library, library)))
    return found, missing


def in_one_line(error: Exception) -> str:
    r"""An error as a reason, cut where it goes on and on.

    >>> in_one_line(ValueError("two\n   lines"))
    'ValueError: two lines'
    """
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1]}…"
