"""Functions of NumPy in many digits: the floats are NumPy's bit for bit, the digits right, and none is lost quietly."""

import copy
import math
import pickle
import random
from fractions import Fraction

import ml_dtypes
import mpmath
import numpy as np
import pytest
import scipy.special
import scipy.stats
from numpy_functions import FUNCTIONS

from microgrand.testing.exact import EXACT, many_digits
from microgrand.testing.functions import filled, numbers_in
from microgrand.testing.more_digits.arrays import FUNCTIONS_OF_NUMPY, UFUNCS_OF_NUMPY, UFUNCS_OF_SCIPY, Array
from microgrand.testing.more_digits.number import Number
from microgrand.testing.more_digits.numpy_module import REPLACEMENTS, stand_in
from microgrand.testing.more_digits.run import DigitsLostError, Run
from microgrand.testing.more_digits.scipy_stats import DISTRIBUTIONS, METHODS, Distribution
from microgrand.testing.more_digits.ways import as_python

DIGITS = 50
PART = [True, False, True, True]
FLOATS = [np.float16, np.float32, np.float64, ml_dtypes.bfloat16]
V = np.array([0.6, -1.2, 2.5, 0.1])
W = np.array([1.5, 0.25, -0.75, 2.0])
M = np.array([[4.0, 0.3, -0.7], [0.3, 3.0, 0.6], [-0.7, 0.6, 2.0]])
N = np.array([[0.1, -2.0, 0.7], [1.3, 0.4, -0.2]])


def both_runs(f, *arrays):
    """What f gives for Arrays in a first run, and in a run beside the same point."""
    with many_digits(DIGITS):
        first = Run()
        with first.going_on():
            here = f(*[Array.of(a.copy(), first) for a in arrays])
        later = Run(first)
        with later.going_on():
            beside = f(*[Array.of(a, later) for a in arrays])
    assert first.lost == later.lost == ""
    return here, beside


def assert_same(here, beside, native, scale=64.0):
    """The floats are those of NumPy, of the same type; the digits agree with them, and are there beside the point."""
    if isinstance(native, (tuple, list)):
        assert len(here) == len(beside) == len(native)
        for parts in zip(here, beside, native, strict=True):
            assert_same(*parts, scale)
        return
    if not isinstance(here, (Array, Number)):
        assert type(here) is type(native) is type(beside)
        assert np.array_equal(np.asarray(here), np.asarray(native))
        assert np.array_equal(here, beside)
        return
    assert isinstance(here, Number) == (np.ndim(native) == 0)
    near, native = np.asarray(here.near), np.asarray(native)
    assert (near.shape, near.dtype, near.tobytes()) == (native.shape, native.dtype, native.tobytes())
    if isinstance(here, Array):
        assert beside.dtype == here.dtype == native.dtype
    assert np.shape(beside.exact) == np.shape(here.exact) == native.shape
    unit = float(ml_dtypes.finfo(native.dtype).eps)
    largest = float(np.max(np.abs(native.astype(float)), initial=1.0))
    for exact, again, few in zip(*[np.ravel(x).tolist() for x in (here.exact, beside.exact, native)], strict=True):
        assert abs(exact - EXACT.mpf(few)) <= scale * unit * largest
        assert exact == again


# ---- elementwise functions -------------------------------------------------------------------------------------------

BEYOND_ONE = {"arccosh": 2.0}  # where arguments between 0 and 1 have no value
OF_SCIPY = [name for name in sorted(UFUNCS_OF_SCIPY) if isinstance(getattr(scipy.special, name, None), np.ufunc)]


def operands(ufunc, dtype):
    """Arrays in the domain of the function."""
    start = BEYOND_ONE.get(ufunc.__name__, 0.0)
    arrays = [
        np.array([0.3, 0.45, 0.8, 0.6]) + start,
        np.array([0.7, 0.2, 0.55, 0.6]) + start,
        np.array([0.4, 0.5, 0.3, 0.9]),
    ]
    if ufunc.__name__ in ("matmul", "vecdot", "matvec", "vecmat"):
        arrays = {"matmul": [M, M], "vecdot": [V, W], "matvec": [M, M[0]], "vecmat": [M[0], M]}[ufunc.__name__]
    return [a.astype(dtype) for a in arrays[: ufunc.nin]]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("ufunc", UFUNCS_OF_NUMPY, ids=lambda ufunc: ufunc.__name__)
def test_elementwise_functions(ufunc, dtype):
    """Each ufunc of NumPy, in each precision: NumPy's floats, and digits that agree with them."""
    arrays = operands(ufunc, dtype)
    if ufunc is np.ldexp:
        arrays[1] = np.array([1, 2, 3, 4])
        native, runs = ufunc(*arrays), both_runs(lambda a: ufunc(a, arrays[1]), arrays[0])
    elif dtype is ml_dtypes.bfloat16 and ufunc in (
        np.vecdot,
        np.matvec,
        np.vecmat,
        np.degrees,
        np.radians,
        np.float_power,
    ):
        pytest.skip("not there in this precision")
    else:
        native, runs = ufunc(*arrays), both_runs(ufunc, *arrays)
    assert_same(*runs, native)


@pytest.mark.parametrize("name", OF_SCIPY)
def test_special_functions(name):
    """Each special function of SciPy that is there in many digits."""
    ufunc = getattr(scipy.special, name)
    arrays = [np.array([0.3, 0.45, 0.8]), np.array([0.7, 0.2, 0.55]), np.array([0.4, 0.5, 0.3])][: ufunc.nin]
    with np.errstate(all="ignore"):
        assert_same(*both_runs(ufunc, *arrays), ufunc(*arrays), scale=1e5)


SHAPES = {"gamma": (1.7,), "chi2": (3.0,), "beta": (1.5, 2.5), "t": (4.0,), "lognorm": (0.6,), "weibull_min": (1.4,)}
SHAPES |= {"pareto": (2.5,), "poisson": (1.3,), "binom": (5, 0.3)}


INSIDE = {"beta": np.array([0.3, 0.7]), "uniform": np.array([0.3, 0.7]), "pareto": np.array([1.6, 2.9])}
OF_DISTRIBUTIONS = [
    (name, method)
    for name, formulas in DISTRIBUTIONS.items()
    for method in METHODS
    if ("pmf" in method) == (formulas.below is None) and not (formulas.below is None and METHODS[method][0] == "below")
]


@pytest.mark.parametrize(("name", "method"), OF_DISTRIBUTIONS)
def test_distributions(name, method):
    """Each distribution of SciPy that is there in many digits: inside its support and outside, moved and stretched."""
    distribution, shapes = getattr(scipy.stats, name), SHAPES.get(name, ())
    whole = "pmf" in method
    xs = np.array([0.0, 1.0, 3.0]) if whole else np.array([0.3, 0.7, 1.6, 2.9])
    outside = [] if "log" in method else [-1.5]

    def standard(f, x):
        return getattr(f, method)(x, *shapes)

    def frozen(f, x):
        return getattr(f(*shapes), method)(x)

    def moved(f, x):
        return getattr(f, method)(x, *shapes, loc=0.1, scale=1.3)

    for use in (standard, frozen) if whole else (standard, frozen, moved):
        points = xs if "log" not in method or name not in ("beta", "uniform", "pareto") else INSIDE[name]
        points = np.concatenate([points, outside])
        both = both_runs(lambda x, use=use: use(Distribution(distribution), x), points)
        assert_same(*both, use(distribution, points), scale=1e4)


@pytest.mark.parametrize("ufunc", UFUNCS_OF_NUMPY, ids=lambda ufunc: ufunc.__name__)
def test_elementwise_functions_of_numbers(ufunc):
    """On Numbers, a ufunc gives what it gives on floats of Python."""
    if ufunc.signature is not None or ufunc is np.ldexp:
        pytest.skip("of arrays, or of whole numbers")
    xs = [float(a[0]) for a in operands(ufunc, float)]
    with many_digits(DIGITS):
        run = Run()
        result = ufunc(*[Number(x, EXACT.mpf(x), run) for x in xs])
        assert_same(result, result, ufunc(*xs))


# ---- functions of arrays ---------------------------------------------------------------------------------------------

CALLS = {
    np.append: lambda f, v, w, m, n: f(v, w),
    np.array_split: lambda f, v, w, m, n: f(v, 3),
    np.atleast_1d: lambda f, v, w, m, n: f(v),
    np.atleast_2d: lambda f, v, w, m, n: f(v),
    np.atleast_3d: lambda f, v, w, m, n: f(v),
    np.block: lambda f, v, w, m, n: f([[m, n.T], [n, n[:, :2]]]),
    np.broadcast_arrays: lambda f, v, w, m, n: f(m, n[0]),
    np.broadcast_to: lambda f, v, w, m, n: f(v, (2, 4)),
    np.choose: lambda f, v, w, m, n: f(np.array([0, 1, 1, 0]), [v, w]),
    np.column_stack: lambda f, v, w, m, n: f([v, w]),
    np.compress: lambda f, v, w, m, n: f([True, False, True, True], v),
    np.concat: lambda f, v, w, m, n: f([m, n]),
    np.concatenate: lambda f, v, w, m, n: f([v, [1.0, 2.0], w]),
    np.delete: lambda f, v, w, m, n: f(v, 1),
    np.diag: lambda f, v, w, m, n: (f(v), f(m)),
    np.diagflat: lambda f, v, w, m, n: f(v),
    np.diagonal: lambda f, v, w, m, n: f(m),
    np.dsplit: lambda f, v, w, m, n: f(v.reshape(1, 2, 2), 2),
    np.dstack: lambda f, v, w, m, n: f([m, m]),
    np.expand_dims: lambda f, v, w, m, n: f(v, 0),
    np.extract: lambda f, v, w, m, n: f(np.array([True, False, True, False]), v),
    np.flip: lambda f, v, w, m, n: f(m),
    np.fliplr: lambda f, v, w, m, n: f(m),
    np.flipud: lambda f, v, w, m, n: f(m),
    np.hsplit: lambda f, v, w, m, n: f(m, 3),
    np.hstack: lambda f, v, w, m, n: f([v, w]),
    np.insert: lambda f, v, w, m, n: f(v, 1, 5.0),
    np.matrix_transpose: lambda f, v, w, m, n: f(n),
    np.meshgrid: lambda f, v, w, m, n: f(v, w),
    np.moveaxis: lambda f, v, w, m, n: f(n, 0, 1),
    np.permute_dims: lambda f, v, w, m, n: f(n, (1, 0)),
    np.ravel: lambda f, v, w, m, n: f(n),
    np.repeat: lambda f, v, w, m, n: f(v, 2),
    np.reshape: lambda f, v, w, m, n: f(n, (3, 2)),
    np.resize: lambda f, v, w, m, n: f(v, (2, 3)),
    np.roll: lambda f, v, w, m, n: f(v, 1),
    np.rollaxis: lambda f, v, w, m, n: f(n, 1),
    np.rot90: lambda f, v, w, m, n: f(n),
    np.split: lambda f, v, w, m, n: f(v, 2),
    np.squeeze: lambda f, v, w, m, n: f(n[:1]),
    np.stack: lambda f, v, w, m, n: f([v, w, 2.0 * v], axis=1),
    np.swapaxes: lambda f, v, w, m, n: f(n, 0, 1),
    np.take: lambda f, v, w, m, n: f(v, [2, 0]),
    np.take_along_axis: lambda f, v, w, m, n: f(m, np.array([[0], [2], [1]]), axis=1),
    np.tile: lambda f, v, w, m, n: f(v, 2),
    np.transpose: lambda f, v, w, m, n: f(n),
    np.tril: lambda f, v, w, m, n: f(m),
    np.triu: lambda f, v, w, m, n: f(m, 1),
    np.unstack: lambda f, v, w, m, n: f(n),
    np.vsplit: lambda f, v, w, m, n: f(m, 3),
    np.vstack: lambda f, v, w, m, n: f([v, w]),
    np.pad: lambda f, v, w, m, n: (f(v, 1), f(v, 2, mode="reflect"), f(v, (1, 0), constant_values=3.0)),
    np.convolve: lambda f, v, w, m, n: (f(v, w), f(v, [0.25, 0.5, 0.25], mode="valid")),
    np.correlate: lambda f, v, w, m, n: f(v, w, "full"),
    np.cross: lambda f, v, w, m, n: f(m[0], n[0]),
    np.cumprod: lambda f, v, w, m, n: f(v),
    np.cumsum: lambda f, v, w, m, n: (f(v), f(m, axis=1)),
    np.cumulative_prod: lambda f, v, w, m, n: f(v),
    np.cumulative_sum: lambda f, v, w, m, n: f(v),
    np.diff: lambda f, v, w, m, n: (f(v), f(v, 2), f(v, prepend=0.5)),
    np.dot: lambda f, v, w, m, n: (f(v, w), f(n, m), f(n, M)),
    np.einsum: lambda f, v, w, m, n: (f("ij,jk->ik", n, m), f("i,i->", v, w)),
    np.inner: lambda f, v, w, m, n: f(n, m),
    np.kron: lambda f, v, w, m, n: f(n, m),
    np.outer: lambda f, v, w, m, n: f(v, w),
    np.polyadd: lambda f, v, w, m, n: f(v, w),
    np.polymul: lambda f, v, w, m, n: f(v, w),
    np.polysub: lambda f, v, w, m, n: f(v, w),
    np.tensordot: lambda f, v, w, m, n: (f(n, m, 1), f(m, m)),
    np.trace: lambda f, v, w, m, n: f(m),
    np.vander: lambda f, v, w, m, n: f(v),
    np.vdot: lambda f, v, w, m, n: f(v, w),
    np.linalg.cross: lambda f, v, w, m, n: f(m[0], n[0]),
    np.linalg.diagonal: lambda f, v, w, m, n: f(m),
    np.linalg.matmul: lambda f, v, w, m, n: f(n, m),
    np.linalg.matrix_power: lambda f, v, w, m, n: (f(m, 3), f(m, 0)),
    np.linalg.matrix_transpose: lambda f, v, w, m, n: f(n),
    np.linalg.multi_dot: lambda f, v, w, m, n: f([n, m, m]),
    np.linalg.outer: lambda f, v, w, m, n: f(v, w),
    np.linalg.tensordot: lambda f, v, w, m, n: f(n, m, axes=1),
    np.linalg.trace: lambda f, v, w, m, n: f(m),
    np.linalg.vecdot: lambda f, v, w, m, n: f(v, w),
    np.linalg.det: lambda f, v, w, m, n: (f(m), f(v.reshape(2, 2)), f(np.stack([m, 2 * m]))),
    np.linalg.inv: lambda f, v, w, m, n: (f(m), f(v.reshape(2, 2))),
    np.linalg.cholesky: lambda f, v, w, m, n: f(m),
    np.linalg.eigvalsh: lambda f, v, w, m, n: f(m),
    np.linalg.solve: lambda f, v, w, m, n: (f(m, n[0]), f(m, n.T), f(M, n[0]), f(m, N.T)),
    np.linalg.slogdet: lambda f, v, w, m, n: (f(m)[1], f(m).sign, f(v.reshape(2, 2)).logabsdet),
    np.linalg.norm: lambda f, v, w, m, n: (
        f(v), f(m), f(v, 1), f(v, 3), f(v, np.inf), f(m, axis=1), f(m, "fro"), f(m, axis=0, keepdims=True), f(v, 0),
        f(m, 2), f(m, -2), f(m, "nuc"), f(m, 1), f(m, np.inf),
    ),
    np.linalg.vector_norm: lambda f, v, w, m, n: f(v),
    np.linalg.matrix_norm: lambda f, v, w, m, n: f(m),
    np.sum: lambda f, v, w, m, n: (
        f(v), f(m, axis=0), f(m, axis=(0, 1)), f(m, axis=-1, keepdims=True), f(v, initial=2.0), f(v, where=PART),
    ),
    np.prod: lambda f, v, w, m, n: (f(v), f(m, axis=1)),
    np.mean: lambda f, v, w, m, n: (f(v), f(m, axis=0), f(n, axis=1, keepdims=True), f(v, where=PART)),
    np.var: lambda f, v, w, m, n: (f(v), f(m, axis=0, ddof=1)),
    np.std: lambda f, v, w, m, n: (f(v), f(n, axis=1)),
    np.nansum: lambda f, v, w, m, n: f(v),
    np.nanprod: lambda f, v, w, m, n: f(v),
    np.nanmean: lambda f, v, w, m, n: (f(v), f(m, axis=0)),
    np.nanvar: lambda f, v, w, m, n: f(v),
    np.nanstd: lambda f, v, w, m, n: f(v),
    np.average: lambda f, v, w, m, n: (
        f(v), f(v, weights=[1, 2, 3, 4]), f(n, axis=0, weights=n**2), f(n, axis=1, weights=m[0]),
    ),
    np.trapezoid: lambda f, v, w, m, n: (f(v), f(v, dx=0.1), f(v, [0.0, 0.1, 0.3, 0.7]), f(n, axis=0)),
    np.gradient: lambda f, v, w, m, n: (f(v), f(v, 0.1), f(m, axis=1), f(m)),
    np.ediff1d: lambda f, v, w, m, n: f(v),
    np.argmax: lambda f, v, w, m, n: (f(v), f(m, axis=0)),
    np.argmin: lambda f, v, w, m, n: (f(v), f(m, axis=1)),
    np.max: lambda f, v, w, m, n: (f(v), f(m, axis=0), f(m, axis=1, keepdims=True), f(v, initial=9.0)),
    np.amax: lambda f, v, w, m, n: f(v),
    np.min: lambda f, v, w, m, n: (f(v), f(m, axis=(0, 1))),
    np.amin: lambda f, v, w, m, n: f(v),
    np.ptp: lambda f, v, w, m, n: f(m, axis=0),
    np.argsort: lambda f, v, w, m, n: (f(v), f(m, axis=0)),
    np.sort: lambda f, v, w, m, n: (f(v), f(m, axis=0), f(m, axis=None)),
    np.median: lambda f, v, w, m, n: (f(v), f(m, axis=1)),
    np.percentile: lambda f, v, w, m, n: (f(v, 30), f(m, [10.0, 90.0], axis=1)),
    np.quantile: lambda f, v, w, m, n: (f(v, 0.3), f(v, 1.0), f(m, 0.25, axis=0, keepdims=True)),
    np.searchsorted: lambda f, v, w, m, n: (f([0.0, 1.0, 2.0], v), f(np.sort(v), 0.5)),
    np.digitize: lambda f, v, w, m, n: f(v, [0.0, 1.0, 2.0]),
    np.round: lambda f, v, w, m, n: (f(v), f(v * 1.2345, 2)),
    np.fix: lambda f, v, w, m, n: f(v),
    np.clip: lambda f, v, w, m, n: (f(v, -0.5, 0.5), f(v, None, w), f(v, 0.0, None)),
    np.where: lambda f, v, w, m, n: (f(v > w, v, 0.0), f([True, False, True, False], v, w), f(v > 0)),
    np.select: lambda f, v, w, m, n: (f([v > 1, v > 0], [v, v**2], -1.0), f([v > 1, v < 0], [w, 2.0])),
    np.any: lambda f, v, w, m, n: f(v),
    np.all: lambda f, v, w, m, n: f(m, axis=0),
    np.count_nonzero: lambda f, v, w, m, n: f(v),
    np.nonzero: lambda f, v, w, m, n: f(v),
    np.flatnonzero: lambda f, v, w, m, n: f(v),
    np.argwhere: lambda f, v, w, m, n: f(v),
    np.isclose: lambda f, v, w, m, n: f(v, v * (1.0 + 1e-3)),
    np.allclose: lambda f, v, w, m, n: f(v, v),
    np.array_equal: lambda f, v, w, m, n: (f(v, v), f(v, m)),
    np.nan_to_num: lambda f, v, w, m, n: f(v),
    np.cov: lambda f, v, w, m, n: (f(v), f(v, w), f(m, rowvar=False), f(n, bias=True), f(v, ddof=0)),
    np.corrcoef: lambda f, v, w, m, n: (f(v, w), f(m)),
    np.linalg.pinv: lambda f, v, w, m, n: (f(n), f(n.T), f(m)),
    np.linalg.svdvals: lambda f, v, w, m, n: (f(n), f(m)),
    np.linalg.svd: lambda f, v, w, m, n: f(n, compute_uv=False),
    np.linalg.lstsq: lambda f, v, w, m, n: (f(n.T, m[0])[:2], f(n.T, m)[:2], f(N.T, m[0])[0], f(n, v[:2])[0]),
    np.lib.stride_tricks.sliding_window_view: lambda f, v, w, m, n: f(v, 3),
    np.iscomplexobj: lambda f, v, w, m, n: f(v),
    np.isrealobj: lambda f, v, w, m, n: f(v),
    np.real: lambda f, v, w, m, n: f(v),
    np.real_if_close: lambda f, v, w, m, n: f(v),
    np.imag: lambda f, v, w, m, n: f(v).tolist(),
    np.copy: lambda f, v, w, m, n: f(v),
    np.sinc: lambda f, v, w, m, n: f(v),
    np.i0: lambda f, v, w, m, n: f(v),
    np.polyval: lambda f, v, w, m, n: (f(v, w), f([1, 2, 3], v), f(v, 2.0)),
    np.interp: lambda f, v, w, m, n: (
        f(v, [0.0, 1.0, 2.0], [3.0, 1.0, 4.0]), f(0.3, np.array([0.0, 0.5, 0.7, 1.0]), v),
        f(v, [0.0, 1.0, 2.0], [3.0, 1.0, 4.0], left=-1.0, right=7.0),
    ),
    np.apply_along_axis: lambda f, v, w, m, n: (f(np.sum, 1, m), f(lambda row: row * row[0], 0, n)),
    np.piecewise: lambda f, v, w, m, n: f(v, [v < 0, v > 1], [lambda t: t**2, 2.0, lambda t: -t]),
    np.zeros_like: lambda f, v, w, m, n: f(v),
    np.ones_like: lambda f, v, w, m, n: f(v),
    np.empty_like: lambda f, v, w, m, n: f(v) * 0.0 if np.isfinite(f(v)).all() else np.zeros_like(v),
    np.full_like: lambda f, v, w, m, n: f(v, 2.5),
    np.linspace: lambda f, v, w, m, n: (f(v[0], v[1], 4), f(v, w, 3), f(0.0, v[2], 3, endpoint=False)),
    np.shape: lambda f, v, w, m, n: f(m),
    np.ndim: lambda f, v, w, m, n: f(m),
    np.size: lambda f, v, w, m, n: f(m),
}  # fmt: skip


def in_place(change):
    """The matrix after a function has changed a copy of it."""

    def call(f, v, w, m, n):
        changed = m.copy()
        assert change(f, changed, v) is None
        return changed

    return call


CALLS |= {
    np.copyto: in_place(lambda f, m, v: f(m, v[:3])),
    np.fill_diagonal: in_place(lambda f, m, v: f(m, v[0])),
    np.place: in_place(lambda f, m, v: f(m, M > 1, v[:2])),
    np.put: in_place(lambda f, m, v: f(m, [0, 4], v[:2])),
    np.put_along_axis: in_place(lambda f, m, v: f(m, np.array([[0], [2], [1]]), v[0], axis=1)),
    np.putmask: in_place(lambda f, m, v: f(m, M > 1, v[0])),
}
SIMILAR = {np.around: np.round, np.empty_like: np.zeros_like}


def called_by_name(f):
    """The call of a function that stands in CALLS, with NumPy's arrays or with Arrays."""
    return lambda v, w, m, n: CALLS[SIMILAR.get(f, f)](f, v, w, m, n)


@pytest.mark.parametrize("f", [*CALLS], ids=lambda f: f.__name__)
def test_functions_of_arrays(f):
    """Each function gives NumPy's floats, digits that agree with them, and leaves its arguments as they were."""
    arrays = [V.copy(), W.copy(), M.copy(), N.copy()]
    assert_same(*both_runs(called_by_name(f), *arrays), called_by_name(f)(*arrays), scale=1e3)
    assert [a.tobytes() for a in arrays] == [a.tobytes() for a in (V, W, M, N)]


def test_every_function_is_called():
    """No function stands in for one of NumPy's that is not tested here."""
    assert {f for f in FUNCTIONS_OF_NUMPY if SIMILAR.get(f, f) not in CALLS} == set()


@pytest.mark.parametrize("f", [np.sum, np.mean, np.var, np.linalg.norm, np.dot, np.convolve, np.median, np.cumsum])
def test_functions_of_half_precision(f):
    """Functions of arrays compute in the type that the arrays have."""
    arrays = [V.astype(np.float16), W.astype(np.float16)][: 2 if f in (np.dot, np.convolve) else 1]
    assert_same(*both_runs(f, *arrays), f(*arrays))


@pytest.mark.parametrize(
    ("f", "expected"),
    [
        (lambda x: np.mean(x), [Fraction(1, 3)]),
        (lambda x: np.var(x), [Fraction(2, 9)]),
        (lambda x: np.std(x) ** 2, [Fraction(2, 9)]),
        (lambda x: np.average(x, weights=[1, 1, 1]), [Fraction(1, 3)]),
        (lambda x: np.trapezoid(x, dx=x[0] / 3), [Fraction(1, 6)]),
        (lambda x: np.trapezoid(x[::-1], np.array([0.0, 0.1, 0.7])), [(Fraction(0.7) - Fraction(0.1)) / 2]),
        (lambda x: np.gradient(x, 3.0), [Fraction(-1, 3), Fraction(-1, 6), Fraction(0)]),
        (lambda x: np.interp(x[0], [0, 3], [1, 2]), [Fraction(4, 3)]),
        (lambda x: np.linspace(0, x[0], 4), [Fraction(0), Fraction(1, 3), Fraction(2, 3), Fraction(1)]),
        (lambda x: np.quantile(x, 0.75), [Fraction(1, 2)]),
        (lambda x: np.linalg.inv(np.diag(3 * x + 1))[1:, 1:].sum(), [Fraction(2)]),
        (lambda x: np.linalg.solve(np.diag(x + 2), x), [Fraction(1, 3), Fraction(0), Fraction(0)]),
        (lambda x: np.nanmean(np.where(x > 0, x, np.nan) / 3), [Fraction(1, 3)]),
        (lambda x: np.polyval(x / 3, 2.0), [Fraction(4, 3)]),
        (lambda x: x / x.sum() / 3, [Fraction(1, 3), Fraction(0), Fraction(0)]),
    ],
)
def test_quotients_have_many_digits(f, expected):
    """A third has all its digits: NumPy's functions divide no whole numbers as floats on the way."""
    here, beside = both_runs(f, np.array([1.0, 0.0, 0.0]))
    with many_digits(DIGITS):
        for result in (here, beside):
            found = np.ravel(result.exact).tolist()
            assert len(found) == len(expected)
            for z, fraction in zip(found, expected, strict=True):
                assert abs(z - EXACT.mpf(fraction.numerator) / fraction.denominator) < EXACT.mpf(10) ** (5 - DIGITS)


# ---- methods, operators, items ---------------------------------------------------------------------------------------


def changed(change):
    """The array after a change in place."""

    def f(x, y):
        x = x.copy()
        change(x, y)
        return x

    return f


def assigned_item(index, value):
    return changed(lambda x, y: x.__setitem__(index, value(y)))


USES = {
    "x + y, y - x": lambda x, y: (x + y, y - x, x + 1, 2.0 - x, x * np.float64(3), np.float32(2) * x),
    "x / y": lambda x, y: (x / y, 1 / x, x // 0.7, x % 0.7, divmod(x, 0.7), 2.0**x, abs(x) ** y, x**2, abs(x) ** 0.5),
    "-x": lambda x, y: (-x, +x, abs(x)),
    "x @ y": lambda x, y: (x @ y, x @ np.eye(4), np.eye(4) @ x),
    "plain arrays": lambda x, y: (x + V, V + x, V * x, V - x, V @ x, V / x, V[0] * x, [1.0, 2.0, 3.0, 4.0] * x),
    "comparisons": lambda x, y: (x < y, x >= 0.6, x == x, x != y, np.less(V, x)),
    "items": lambda x, y: (x[0], x[-1], x[1:], x[::2], x[[0, 2]], x[np.array([True, False, True, False])], x[x > 0]),
    "more items": lambda x, y: (x[None], x[..., 0], x[np.newaxis, 1:3], x.reshape(2, 2)[1, 0], x.reshape(2, 2)[:, 1]),
    "assigned item": assigned_item(0, lambda y: y[1]),
    "assigned slice": assigned_item(slice(1, 3), lambda y: y[2:]),
    "assigned mask": assigned_item(np.array([True, False, True, False]), lambda y: 0.5),
    "assigned all": changed(lambda x, y: x.fill(2.5)),
    "in place": changed(lambda x, y: [x.__iadd__(y), x.__imul__(2.0), x.__isub__(V), x.__itruediv__(3), x.__ipow__(2)]),
    "a view": changed(lambda x, y: x.reshape(2, 2).T.__setitem__(0, y[:2])),
    "sorted": changed(lambda x, y: x.sort()),
    "out": changed(lambda x, y: np.multiply(x, y, out=x)),
    "out and where": changed(lambda x, y: np.exp(y, out=x, where=np.array([True, False, True, False]))),
    "add.at": changed(lambda x, y: np.add.at(x, [0, 0, 2], y[:3])),
    "ufunc methods": lambda x, y: (
        np.add.reduce(x), np.multiply.accumulate(x), np.subtract.outer(x, y), np.maximum.reduce(x),
        np.logaddexp.reduce(x), np.minimum.accumulate(x), np.add.reduceat(x, [0, 2]),
    ),
    "sums": lambda x, y: (x.sum(), x.mean(), x.prod(), x.var(), x.std(ddof=1), x.cumsum(), x.cumprod(), x.dot(y)),
    "choices": lambda x, y: (x.max(), x.min(), x.argmax(), x.argmin(), x.any(), x.all(), x.argsort()),
    "roundings": lambda x, y: (x.round(1), x.clip(0.0, 1.0)),
    "shapes": lambda x, y: (
        x.reshape(2, 2), x.reshape((2, -1)), x.ravel(), x.flatten(), x.copy(), x.repeat(2), x.take([1, 0]), x.real,
        x.reshape(2, 2).T, x.reshape(2, 2).transpose(1, 0), x.reshape(1, 4).squeeze(), x.conj(), x.flat[2],
        x.reshape(2, 2).swapaxes(0, 1), x.reshape(2, 2).trace(), x.reshape(2, 2).diagonal(),
    ),
    "attributes": lambda x, y: (x.shape, x.ndim, x.size, x.itemsize, len(x), x.dtype == y.dtype, 0.6 in x),
    "types": lambda x, y: (x.astype(np.float32), x.astype("float16"), x.astype(float), x.astype(int), x.astype(bool)),
    "a type on the way": lambda x, y: ((0.5 * x.round()).astype(np.float16) * y, (2 * y).astype(np.float16).sum()),
    "iteration": lambda x, y: ([z * 2 for z in x], [z.item() for z in y], sum(x), max(x), min(x), x.tolist()),
    "item": lambda x, y: (x.item(2), x[:1].item(), x[0].astype(np.float32), x[0].sum()),
    "copies": lambda x, y: (copy.copy(x), copy.deepcopy(x)),
    "lists": lambda x, y: (np.concatenate([x, y[:1], [1.0, 2.0]]), np.append(x, y[0])),
    "chosen where there is a value": lambda x, y: np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), 0.0),
}  # fmt: skip


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_methods_operators_and_items(use, dtype):
    """Whatever is done with an ndarray can be done with an Array, with the same floats of the same types."""
    arrays = [V.astype(dtype), W.astype(dtype)]
    assert_same(*both_runs(USES[use], *arrays), USES[use](*arrays), scale=256.0)


def test_views_of_an_array_are_views():
    """What is written into a view, or into what it was made of, is seen in the other, in both halves."""
    with many_digits(DIGITS):
        x = Array.of(V.copy(), Run())
        y = x.reshape(2, 2)[:, 1]
        y[0] = 7.0
        x[3] += 1.0
    assert x.near.tolist() == [0.6, 7.0, 2.5, 1.1]
    assert y.near.tolist() == [7.0, 1.1]
    assert [x.exact[1], y.exact[1]] == [7.0, x.exact[3]]


def test_a_value_outside_a_domain_may_be_left_out():
    """Where f has no value at an element that it does not use, nothing is lost; where it uses it, that is said."""

    def f(x):
        with np.errstate(all="ignore"):
            return np.where(x > 0, np.log(x) / x, 0.0)

    here, beside = both_runs(f, np.array([2.0, 0.0, -1.0]))
    assert here.near.tolist() == f(np.array([2.0, 0.0, -1.0])).tolist()
    assert beside.exact[1:].tolist() == [0.0, 0.0]
    with many_digits(DIGITS), np.errstate(all="ignore"), pytest.raises(DigitsLostError, match="no real value"):
        np.sum(np.log(Array.of(np.array([2.0, -1.0]), Run())))


# ---- decisions -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "left", "right"),
    [
        (lambda x: np.maximum(x, 0.0), 0, 1),
        (lambda x: np.minimum(x, 0.0), 1, 0),
        (lambda x: np.abs(x), -1, 1),
        (lambda x: np.clip(x, 0.0, 1.0), 0, 1),
        (lambda x: np.where(x < 0, 3 * x, 2 * x), 3, 2),
        (lambda x: np.max(np.array([x, 2 * x])), 1, 2),
        (lambda x: np.sort(np.array([x, 2 * x]))[0], 2, 1),
        (lambda x: np.median(np.array([x, 2 * x, 4 * x])), 2, 2),
        (lambda x: np.linalg.norm(np.array([x, 0.0]), np.inf), -1, 1),
        (lambda x: np.heaviside(x, 0.5) * x, 0, 1),
        (lambda x: np.interp(x, [-1.0, 0.0, 1.0], [0.0, 2.0, 7.0]), 2, 5),
        (lambda x: np.piecewise(np.array([x]), [np.array([x]) < 0], [lambda t: 4 * t, lambda t: t])[0], 4, 1),
    ],
)
def test_each_side_of_a_kink_has_its_slope(f, left, right):
    """Beside a kink the branch is taken that lies there."""
    way = as_python(f, (0.0,))
    with many_digits(DIGITS):
        run = Run()
        here = way(run, [EXACT.mpf(0)])[0].exact
        step = EXACT.mpf(10) ** -20
        slopes = [(way(Run(run), [sign * step])[0].exact - here) / (sign * step) for sign in (-1, 1)]
    assert [float(EXACT.nstr(z, 10)) for z in slopes] == [left, right]


def test_where_floats_decide_otherwise_their_decision_counts():
    """A comparison that rounding decides is noted, and stands in the runs beside the point too."""
    f = np.vectorize(lambda x: x if 1.0 + x == 1.0 else 0.0 * x)
    way = as_python(lambda x: np.where(1.0 + x == 1.0, x, 0.0).sum() + f(x).sum(), (np.array([1e-20, 1.0]),))
    with many_digits(DIGITS):
        run = Run()
        here = way(run, [EXACT.mpf(1e-20), EXACT.mpf(1)])[0].exact
        beside = way(Run(run), [EXACT.mpf(2e-20), EXACT.mpf(1)])[0].exact
    assert list(run.muddy.values()) == [True, True]
    assert float(EXACT.nstr((beside - here) / EXACT.mpf(1e-20), 10)) == 2.0


def test_steps_have_no_slope():
    """What rounds to whole numbers is a plain number, whose steps are decisions."""
    for f in (np.floor, np.ceil, np.rint, np.trunc, np.sign, np.round):
        here, beside = both_runs(lambda x, f=f: f(x) * 1.0, V)
        assert np.array_equal(getattr(here, "near", here), f(V))
        assert [EXACT.mpf(z) for z in np.ravel(getattr(beside, "exact", beside)).tolist()] == f(V).tolist()


# ---- realistic functions ---------------------------------------------------------------------------------------------


def derivative(f, at, direction, digits=120):
    """The derivative of the sum of the outputs along a direction, in many digits."""
    way = as_python(f, at)
    numbers = [float(x) for x in numbers_in(at)]
    with many_digits(digits):
        run = Run()
        way(run, [EXACT.mpf(x) for x in numbers])
        step = EXACT.mpf(10) ** (-digits // 3)
        ends = [
            EXACT.fsum(
                [z.exact for z in way(Run(run), [x + sign * step * d for x, d in zip(numbers, direction, strict=True)])]
            )
            for sign in (1, -1)
        ]
        assert run.lost == ""
        return mpmath.mpf(EXACT.nstr((ends[0] - ends[1]) / (2 * step), digits // 2))


def moved_sum(f, at, direction, step):
    """The sum of the outputs of f on floats, a step along the direction away."""
    numbers = [float(x) + step * d for x, d in zip(numbers_in(at), direction, strict=True)]
    return math.fsum(float(z) for z in numbers_in(f(*filled(at, iter(numbers)))))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_realistic_functions(name):
    """Each runs in many digits: with the floats of f, with values that agree with them, and with its derivative."""
    f, at = FUNCTIONS[name]
    numbers = [float(x) for x in numbers_in(at)]
    before = pickle.dumps(at)
    run = Run()
    way = as_python(f, at)
    with many_digits(DIGITS):
        outputs = way(run, [EXACT.mpf(x) for x in numbers])
    assert run.lost == ""
    native = [float(z) for z in numbers_in(f(*at))]
    assert [float(z.near) for z in outputs] == native
    for z, value in zip(outputs, native, strict=True):
        assert abs(z.exact - value) <= 256 * run.unit * (1 + abs(value))
    if run.unit < 1e-10:
        chance = random.Random(name)
        direction = [chance.uniform(-1, 1) for _ in numbers]
        ends = [moved_sum(f, at, direction, step) for step in (1e-5, -1e-5)]
        slope = float(derivative(f, at, direction))
        assert slope == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-4, abs=1e-4)
    assert pickle.dumps(at) == before


FORMULAS = {
    "losses": (
        lambda x: np.sum(np.log1p(np.exp(-x * np.array([1.0, 2.0])))),
        lambda x: mpmath.log1p(mpmath.exp(-x)) + mpmath.log1p(mpmath.exp(-2 * x)),
    ),
    "norm": (lambda x: np.linalg.norm(np.array([x, 2.0, x * x])), lambda x: mpmath.sqrt(x**2 + 4 + x**4)),
    "det": (lambda x: np.linalg.det(np.array([[x, 1.0], [2.0, x]])), lambda x: x * x - 2),
    "var": (lambda x: np.var(np.array([x, 1.0, 2.0])), lambda x: (x**2 + 5) / 3 - ((x + 3) / 3) ** 2),
    "logsumexp": (
        lambda x: scipy.special.logsumexp(np.array([x, 2 * x])),
        lambda x: mpmath.log(mpmath.exp(x) + mpmath.exp(2 * x)),
    ),
    "trapezoid": (lambda x: np.trapezoid(np.array([x, x**2, x**3])), lambda x: x / 2 + x**2 + x**3 / 2),
    "cosine": (lambda x: ((1 - np.cos(np.array([x]))) / x)[0], lambda x: (1 - mpmath.cos(x)) / x),
    "solve": (
        lambda x: np.linalg.solve(np.array([[x, 1.0], [1.0, 3.0]]), np.array([1.0, x]))[0],
        lambda x: (3 - x) / (3 * x - 1),
    ),
    "eigvalsh": (
        lambda x: np.linalg.eigvalsh(np.array([[x, 1.0], [1.0, 3.0]]))[0],
        lambda x: (x + 3 - mpmath.sqrt((x - 3) ** 2 + 4)) / 2,
    ),
}


@pytest.mark.parametrize("name", FORMULAS)
@pytest.mark.parametrize("x", [0.7, 1e-9])
def test_derivatives_are_those_of_the_formula(name, x):
    """In many digits the derivative is that of the formula, also where floats of it cancel."""
    f, formula = FORMULAS[name]
    with mpmath.workdps(150):
        expected = mpmath.diff(formula, mpmath.mpf(x))
        found = derivative(f, (x,), [1.0])
        assert abs(found - expected) <= mpmath.mpf(10) ** -30 * abs(expected)


def test_half_precision_is_judged_by_the_formula():
    """A type on the way rounds the floats alone: the derivative is that of the formula, and the run knows the type."""

    def f(x):
        x = np.float16(x)
        return 1 / (1 + np.exp(-x))

    run = Run()
    with many_digits(DIGITS):
        (z,) = as_python(f, (1.5,))(run, [EXACT.mpf(1.5)])
    assert type(z.near) is np.float16
    assert z.near == f(1.5)
    assert run.unit == 2.0**-11
    assert float(derivative(f, (1.5,), [1.0])) == pytest.approx(math.exp(-1.5) / (1 + math.exp(-1.5)) ** 2, rel=1e-15)


@pytest.mark.parametrize(
    "f", [np.sum, lambda x: x @ np.ones(3), lambda x: np.dot(x, [1, 1, 1]), lambda x: 3 * np.mean(x)]
)
def test_a_rounding_of_every_step_shows_in_sums(f):
    """Where every step is rounded otherwise, a sum moves by roundings of its terms, however small it is itself."""
    way = as_python(f, (np.array([1e8, -1e8, 1.0]),))
    with many_digits(DIGITS):
        first = Run()
        inputs = [EXACT.mpf(1e8), EXACT.mpf(-1e8), EXACT.mpf(1)]
        (here,) = way(first, inputs)
        (moved,) = way(Run(first, rounding=random.Random(1)), inputs)
    assert 1e-10 < abs(moved.exact - here.exact) < 1e-7


# ---- the module ------------------------------------------------------------------------------------------------------


def test_arrays_that_f_makes_take_numbers():
    """Zeros, ones and copies made by f hold many digits once a number is written into them."""

    def f(x):
        parts = [
            np.zeros(2),
            np.ones((2,)),
            np.empty(2),
            np.full(2, 3.0),
            np.array([1.0, 2.0]),
            np.eye(2)[0],
            np.arange(2.0),
        ]
        parts += [np.linspace(0.0, 1.0, 2), np.zeros_like(parts[0]), np.asarray([0.5, 0.25]), np.full(2, x)]
        for part in parts:
            part[1] = x * x
        return np.concatenate(parts)

    assert float(derivative(f, (3.0,), [1.0])) == 6.0 * 11 + 1.0


@pytest.mark.parametrize(
    ("f", "slope"),
    [
        (lambda x: np.arange(x, 2.5 * x, x), 1.0 + 2.0),
        (lambda x: np.arange(x)[1] * x, 1.0),
        (lambda x: np.logspace(0.0, np.log10(x), 2), 1.0),
        (lambda x: np.linspace(0.0, x, 3), 0.5 + 1.0),
        (lambda x: np.fromiter((x * k for k in range(3)), float), 0.0 + 1.0 + 2.0),
        (lambda x: np.array([x, 1.0], ndmin=2)[0], 1.0),
        (lambda x: np.full_like(np.array([x, 1.0]), x), 2.0),
        (lambda x: [z * k for (k,), z in np.ndenumerate(np.array([x, x]))], 0.0 + 1.0),
        (lambda x: np.array([x, x]) if np.array([x]) > 0 else 0.0 * x, 2.0),
        (lambda x: np.vectorize(lambda t, k: (t * k, t))(x, np.array([1.0, 2.0])), 1.0 + 2.0 + 2.0),
        (lambda x: np.vectorize(lambda t: t * t, otypes=[np.float32])(np.array([x, x])), 12.0),
        (lambda x: np.vectorize(lambda t: t > 0)(np.array([x, x])) * x, 2.0),
        (lambda x: np.cumsum(np.array([x, x]), out=np.zeros(2)), 3.0),
        (lambda x: np.sum(np.array([x, x]), out=np.zeros(1), keepdims=True), 2.0),
        (lambda x: np.clip(np.array([x, x]), 0.0, 9.0, out=np.zeros(2)), 2.0),
        (lambda x: np.round(np.array([x, x]), 3, out=np.zeros(2)) + x, 2.0),
        (lambda x: np.max(np.array([x, 0.0]), out=np.zeros(1), keepdims=True), 1.0),
    ],
)
def test_what_f_makes_arrays_with(f, slope):
    """Arrays made from numbers on their way, by whatever function of NumPy's, hold all digits."""
    assert float(derivative(f, (3.0,), [1.0])) == slope


def test_types_of_numbers_are_types():
    """NumPy's types may be used as such by f: asked for, given as a dtype, called."""

    def f(x):
        x = np.asarray(x, dtype=np.float64)
        assert np.isscalar(x)
        y = np.zeros(2, dtype=np.float32)
        y[0] = np.float32(x) * np.float64(2.0)
        assert y.dtype == np.float32
        assert np.finfo(np.float32).eps > 0
        assert isinstance(y, np.ndarray)
        assert isinstance(np.float64(1.0), np.float64)
        return y.astype(np.float64)

    assert float(derivative(f, (3.0,), [1.0])) == 2.0


def test_plain_numbers_go_to_numpy():
    """What stands in for NumPy's functions gives, on plain numbers and outside a run, what NumPy gives."""
    for item in (np.exp, np.sum, np.linalg.norm, scipy.special.logsumexp):
        assert np.array_equal(stand_in(item)(V), item(V))
    for item in (np.array, np.asarray, np.zeros_like, np.isscalar):
        assert type(REPLACEMENTS[item](V)) is type(item(V))
    assert type(REPLACEMENTS[np.zeros](3)) is np.ndarray


def test_a_number_has_what_numbers_of_numpy_have():
    """The methods of NumPy's numbers, which its arrays have too."""

    def f(x):
        x = np.float64(x)
        parts = [
            x.sum(),
            x.mean(),
            x.clip(0.0, 9.0),
            x.real,
            x.T,
            x[()],
            x.reshape(1)[0],
            x.ravel()[0],
            x.item(),
            x.copy(),
        ]
        return sum(parts) + x.std() + x.astype(float) + np.asarray(x).tolist() + x.round(3) * 0.0

    assert float(derivative(f, (3.0,), [1.0])) == 12.0
    with pytest.raises(TypeError):
        list(Number(1.0, EXACT.mpf(1), Run()))


def test_polynomials_of_numpy_are_lifted():
    """numpy.polynomial is Python, and runs again as such."""
    f = np.polynomial.polynomial.polyval
    g = np.polynomial.chebyshev.chebval
    found = derivative(lambda x: f(2.0, np.array([x, 3.0 * x, x])) + g(x, [0.0, 0.0, 1.0]), (0.5,), [1.0])
    assert float(found) == 11.0 + 2.0


# ---- refusals --------------------------------------------------------------------------------------------------------

REFUSED = {
    "fft": lambda x: np.fft.fft(x),
    "unique": lambda x: np.unique(x),
    "histogram": lambda x: np.histogram(x),
    "eig": lambda x: np.linalg.eig(np.outer(x, x)),
    "float": lambda x: float(x[:1]),
    "math": lambda x: math.exp(x[:1]),
    "text": lambda x: str(x),
    "form": lambda x: f"{x}",
    "bytes": lambda x: pickle.dumps(x),
    "tobytes": lambda x: x.tobytes(),
    "complex": lambda x: x * 1j,
    "complex array": lambda x: x * np.array([1j, 2.0]),
    "complex type": lambda x: x.astype(complex),
    "plain array": lambda x: np.array(x),
    "buffer": lambda x: np.frombuffer(x),
    "plain out": lambda x: np.exp(x, out=np.zeros(2)),
    "into a plain array": lambda x: np.zeros(2).__setitem__(slice(None), x),
    "in place": lambda x: np.zeros(2).__iadd__(x),
    "index": lambda x: np.arange(5)[x],
    "own index": lambda x: x[x],
    "object": lambda x: x + np.array([object()], dtype=object),
    "nextafter": lambda x: np.nextafter(x, 0.0),
    "spacing": lambda x: np.spacing(x),
    "frexp": lambda x: np.frexp(x),
    "where": lambda x: np.exp(x, where=np.array([True, False])),
    "frompyfunc": lambda x: np.frompyfunc(lambda t: t + 1.0, 1, 1)(x),
    "gradient": lambda x: np.gradient(x, np.array([0.0, 0.1])),
    "norm": lambda x: np.linalg.norm(np.outer(x, x), 2, keepdims=True),
    "average": lambda x: np.average(x, weights=x, returned=True),
    "cov": lambda x: np.cov(x, aweights=[1.0, 2.0]),
    "lower method": lambda x: np.quantile(x, 0.5, method="lower"),
    "moving bins": lambda x: np.digitize(x, x),
    "falling bins": lambda x: np.digitize(x, [2.0, 1.0]),
    "period": lambda x: np.interp(x, [0.0, 1.0], [1.0, 2.0], period=1.0),
    "nan_to_num": lambda x: np.nan_to_num(x, posinf=1.0),
    "linspace": lambda x: np.linspace(x[0], x[1], 3, retstep=True),
    "max where": lambda x: np.max(x, where=[True, False], initial=0.0),
    "max.at": lambda x: np.maximum.at(x, [0], 2.0),
    "divmod.reduce": lambda x: np.arctan2.accumulate(x, dtype=float, out=np.zeros(2)),
    "fmod.reduce": lambda x: np.fmod.reduce(x),
    "fmax.accumulate": lambda x: np.fmax.accumulate(x),
    "upper triangle": lambda x: np.linalg.eigvalsh(np.outer(x, x), UPLO="U"),
    "a long product": lambda x: np.outer(x, np.ones(1000)).T @ np.outer(x, np.ones(1000)),
    "text of a distribution": lambda x: Distribution(scipy.stats.norm)(x[0], 1.0).entropy(),
    "named shape": lambda x: Distribution(scipy.stats.gamma).pdf(x, a=2.0),
    "discrete": lambda x: Distribution(scipy.stats.poisson).cdf(1.0, x),
    "singular vectors": lambda x: np.linalg.svd(np.outer(x, x)),
}


@pytest.mark.parametrize("use", REFUSED)
def test_what_loses_digits_is_refused(use):
    """Whatever would make plain floats of an Array raises an error, and the run is marked."""
    run = Run()
    with many_digits(DIGITS), pytest.raises((DigitsLostError, TypeError)):
        REFUSED[use](Array.of(np.array([0.3, 1.7]), run))
    assert (run.lost == "") == (use in ("object", "complex", "buffer"))


def test_functions_that_nothing_stands_in_for_are_refused():
    """Every other function of NumPy's says that it cannot be done."""
    for name in np.__all__:
        function = getattr(np, name)
        if isinstance(function, type(np.sum)) and function not in FUNCTIONS_OF_NUMPY:
            run = Run()
            with pytest.raises(DigitsLostError, match=name):
                Array.__array_function__(Array.of(V, run), function, (), (Array.of(V, run),), {})
            assert name in run.lost
