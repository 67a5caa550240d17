"""What tests of other frameworks share: places, mistakes, what a derivative deserves, and which releases are known.

A framework that is not installed is one skip: its file says what to install.
"""

import importlib.util
import math
from importlib.metadata import version

import pytest

from microgrand.testing import GradientMismatch, Verdict, assert_gradient, check_gradient

PLACES = [-2.0, 0.25, 3.0]
SCALES = [1.0, 1.01, -1.0]  # the first of them makes no derivative wrong; a hundredth shows in single precision


def judged_as(scale):
    """The verdict that a right derivative deserves once it is multiplied by `scale`."""
    return Verdict.AGREE if scale == 1.0 else Verdict.DISAGREE


def check(f, gradient, at, scale, single):
    """The scaled gradient gets the verdict that it deserves, from a judge that knows the precision."""
    report = check_gradient(f, gradient=lambda x: scale * gradient(x), at=at)
    assert report.verdict is judged_as(scale), str(report)
    assert {finding.judgement.single for finding in report.findings} == {single}, str(report)


def skip_without(library, name):
    """Leave out the file that calls this where the framework is not installed; it is not imported yet."""
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{name} is not installed: pip install {library}", allow_module_level=True)


KNOWN = {"jax": "0.10.2", "torch": "2.15.0", "autograd": "1.9.1"}  # the releases in which the faults were verified


def skip_if_newer(library):
    """A later release may have mended its faults."""
    found, known = [
        [int(part) for part in release.partition("+")[0].split(".") if part.isdigit()]
        for release in (version(library), KNOWN[library])
    ]
    if found > known:
        pytest.skip(f"{library} {version(library)} is newer than {KNOWN[library]}, in which this fault was verified")


def assert_fault(f, gradient, domain, true):
    """The search finds a wrong derivative, and where it does its own reference is the true one."""
    with pytest.raises(GradientMismatch) as caught:
        assert_gradient(f, gradient=gradient, domain=domain)
    (x,) = caught.value.at
    (finding,) = caught.value.report.findings
    assert math.isclose(finding.judgement.reference, true(x), rel_tol=1e-9, abs_tol=1e-12), caught.value
