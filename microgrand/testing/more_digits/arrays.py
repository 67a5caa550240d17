"""`Array`: an array held twice, as f's own floats have it and in many digits."""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NoReturn

import numpy as np

from microgrand.testing.exact import EXACT
from microgrand.testing.more_digits.number import OUTSIDE, Number, exact_of
from microgrand.testing.more_digits.run import DigitsLostError, Run

# What is done instead of each function and ufunc of NumPy; the modules that come after this one fill them in.
FUNCTIONS_OF_NUMPY: dict[Any, Callable[..., Any]] = {}
UFUNCS_OF_NUMPY: dict[Any, Callable[..., Any]] = {}  # (native, operands, named) -> result
UFUNCS_OF_SCIPY: dict[str, Callable[..., Any]] = {}  # by name, for SciPy may be imported later
METHODS_OF_UFUNCS: dict[str, Callable[..., Any]] = {}  # of reduce, accumulate, …: (ufunc, operands, named) -> result
LARGEST_PRODUCT = 500_000  # multiplications, of about two microseconds
CONVERSIONS: dict[type, Callable[[Any], Any]] = {}


class Array:
    """An array of real numbers on its way through a function: all that an ndarray can do, or a refusal to lose digits.

    near   the ndarray that f's own floats make; None in runs beside the point
    exact  an ndarray of numbers of many digits
    run    the run that it belongs to
    dtype  of `near`, known beside the point too

    Its views are views of both: what is assigned to one is seen in the other. Whatever has no dimensions is a Number.

    >>> import microgrand.testing.more_digits.array_ufuncs  # which fills in what its operators do
    >>> from microgrand.testing.exact import many_digits
    >>> with many_digits(30):
    ...     x = Array.of(np.array([1e-20, 1.0]), Run())
    ...     z = (1.0 + x) - 1.0
    ...     z.near.tolist(), EXACT.nstr(z.exact[0], 5)
    ([0.0, 1.0], '1.0e-20')
    """

    __slots__ = ("dtype", "exact", "near", "run")
    __array_priority__ = 1000.0

    def __init__(self, near: Any, exact: Any, run: Run, dtype: Any = None) -> None:
        self.near = near
        self.exact = exact
        self.run = run
        self.dtype = dtype if near is None else near.dtype

    @classmethod
    def of(cls, array: Any, run: Run, exact: Any = None) -> Array:
        """An ndarray of floats; `exact` are its numbers in many digits where they are others than those floats."""
        exact = exact_array(array, run) if exact is None else exact
        return cls(array if run.is_first else None, exact, run, array.dtype)

    # ---- what NumPy asks for -----------------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: Any, method: str, *operands: Any, **named: Any) -> Any:
        return ufunc_called(ufunc, method, operands, named)

    def __array_function__(self, function: Any, types: Any, args: Any, named: Any) -> Any:
        return called(function, args, named)

    def __array__(self, *args: Any, **named: Any) -> NoReturn:
        raise self.run.lose("f makes a plain array of an array on its way")

    def __getattr__(self, name: str) -> Any:
        if hasattr(np.ndarray, name) and not name.startswith("__"):
            raise self.run.lose(f"f uses ndarray.{name}")
        raise AttributeError(f"'numpy.ndarray' object has no attribute '{name}'")

    # ---- shape and items ---------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """As of an ndarray; so are the attributes that follow."""
        shape: tuple[int, ...] = self.exact.shape
        return shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        self.exact.shape = shape
        if self.near is not None:
            self.near.shape = shape

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of items."""
        return int(self.exact.size)

    @property
    def itemsize(self) -> int:
        """Bytes of an item."""
        return int(self.dtype.itemsize)

    @property
    def T(self) -> Array:  # noqa: N802  NumPy's name
        """Transposed."""
        return self._view(lambda a: a.T)

    @property
    def mT(self) -> Array:  # noqa: N802  NumPy's name
        """Each matrix transposed."""
        return self._view(lambda a: a.mT)

    @property
    def real(self) -> Array:
        """Itself."""
        return self

    @property
    def imag(self) -> Any:
        """Nothing."""
        return np.zeros(self.shape, self.dtype)

    @property
    def flat(self) -> Array:
        """All items in one dimension, as a view."""
        if not self.exact.flags.c_contiguous:
            raise self.run.lose("f uses ndarray.flat of an array that is not contiguous")
        return self._view(lambda a: a.reshape(-1))

    def __len__(self) -> int:
        return len(self.exact)

    def __iter__(self) -> Iterator[Any]:
        for k in range(len(self)):
            yield self[k]

    def __getitem__(self, index: Any) -> Any:
        index = plain_index(index)
        return twin(None if self.near is None else self.near[index], self.exact[index], self.run, self.dtype)

    def __setitem__(self, index: Any, value: Any) -> None:
        index = plain_index(index)
        value = as_twin(value, self.run)
        if self.run.is_first:
            self.near[index] = near_of(value)
        self.exact[index] = exact_in(value, self.run)

    def __contains__(self, x: Any) -> bool:
        return bool(np.any(self == x))

    def __bool__(self) -> bool:
        if self.size != 1:
            raise ValueError("The truth value of an array with more than one element is ambiguous")
        return bool(self.item())

    def __float__(self) -> NoReturn:
        raise self.run.lose("f makes a plain float of an array on its way")

    __hash__ = None  # type: ignore[assignment]

    def __copy__(self) -> Array:
        return self.copy()

    def __deepcopy__(self, memo: Any) -> Array:
        return self.copy()

    def __repr__(self) -> str:  # for whoever debugs
        return f"Array({self.near!r}, run={self.run!r})"

    def __str__(self) -> NoReturn:
        raise self.run.lose("f makes a text of an array on its way")

    def __format__(self, form: str) -> NoReturn:
        raise self.run.lose("f makes a text of an array on its way")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise self.run.lose("f makes bytes of an array on its way")

    def _view(self, change: Callable[[Any], Any]) -> Array:
        near = None if self.near is None else change(self.near)
        return Array(near, change(self.exact), self.run, self.dtype)

    # ---- methods that NumPy has no function for, or another one ------------------------------------------------------

    def copy(self, order: str = "C") -> Array:
        """As of an ndarray; so are the methods that follow."""
        return self._view(lambda a: a.copy(order))

    def flatten(self, order: str = "C") -> Array:
        """A copy in one dimension."""
        return self._view(lambda a: a.flatten(order))

    def reshape(self, *shape: Any, order: str = "C") -> Any:
        """A view where there can be one."""
        near = None if self.near is None else self.near.reshape(*shape, order=order)
        return twin(near, self.exact.reshape(*shape, order=order), self.run, self.dtype)

    def transpose(self, *axes: Any) -> Array:
        """A view with the axes in another order."""
        return self._view(lambda a: a.transpose(*axes))

    def item(self, *index: Any) -> Any:
        """One item, as a Number whose float is a plain one."""
        near = None if self.near is None else self.near.item(*index)
        return number(near, self.exact.item(*index), self.run)

    def tolist(self) -> list[Any]:
        """Nested lists of Numbers."""
        return [part.tolist() if isinstance(part, Array) else _with_item(part) for part in self]

    def fill(self, value: Any) -> None:
        """Assign to all items."""
        self[...] = value

    def sort(self, axis: int = -1, **named: Any) -> None:
        """In place."""
        self[...] = called(np.sort, (self, axis), named)

    def astype(self, dtype: Any, *options: Any, copy: bool = True, **named: Any) -> Any:
        """Really done to the floats; the many digits stay, so that it is the formula which is judged."""
        return cast(self, np.dtype(dtype), copy=copy)

    def clip(self, min: Any = None, max: Any = None, **named: Any) -> Any:
        """Between two bounds."""
        return called(np.clip, (self, min, max), named)


def _with_item(x: Any) -> Any:
    return number(x.near.item() if hasattr(x.near, "item") else x.near, x.exact, x.run)


def _of_function(name: str) -> Callable[..., Any]:
    function = getattr(np, name)
    return lambda self, *args, **named: called(function, (self, *args), named)


for _name in [
    "all", "any", "argmax", "argmin", "argsort", "choose", "compress", "cumprod", "cumsum", "diagonal", "dot", "max",
    "mean", "min", "nonzero", "prod", "ravel", "repeat", "round", "searchsorted", "squeeze", "std", "sum", "swapaxes",
    "take", "trace", "var"
]:  # fmt: skip
    setattr(Array, _name, _of_function(_name))
for _name in ("conj", "conjugate"):
    setattr(Array, _name, lambda self: self)


# ---- operators -------------------------------------------------------------------------------------------------------

OPERATORS = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.divide, "pow": np.power, "mod": np.remainder,
    "floordiv": np.floor_divide, "matmul": np.matmul, "divmod": np.divmod,
    "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal, "ne": np.not_equal,
}  # fmt: skip


def _operator(native: Callable[..., Any], ufunc: Any, turned: bool) -> Callable[..., Any]:
    """An operator, whose floats are those of the operator: for some powers NumPy does otherwise than its function."""

    def operate(self: Array, other: Any) -> Any:
        if not (is_twin(other) or isinstance(other, (int, float, list, tuple, np.ndarray, np.generic))):
            return NotImplemented
        operands = (other, self) if turned else (self, other)
        return UFUNCS_OF_NUMPY[ufunc](native, tuple([as_twin(x, self.run) for x in operands]), {})

    return operate


def _in_place(native: Callable[..., Any], ufunc: Any) -> Callable[..., Any]:
    operate = _operator(native, ufunc, turned=False)

    def operate_in_place(self: Array, other: Any) -> Any:
        return assigned(self, operate(self, other))

    return operate_in_place


for _name, _ufunc in OPERATORS.items():
    _native = getattr(operator, _name, divmod)
    setattr(Array, f"__{_name}__", _operator(_native, _ufunc, turned=False))
    if _name not in ("lt", "le", "gt", "ge", "eq", "ne"):
        setattr(Array, f"__r{_name}__", _operator(_native, _ufunc, turned=True))
        if _name != "divmod":
            setattr(Array, f"__i{_name}__", _in_place(_native, _ufunc))
for _name, _ufunc in {"neg": np.negative, "pos": np.positive, "abs": np.absolute}.items():
    setattr(Array, f"__{_name}__", lambda self, _ufunc=_ufunc: ufunc_called(_ufunc, "__call__", (self,), {}))


# ---- calls of NumPy --------------------------------------------------------------------------------------------------


def called(function: Any, args: Sequence[Any], named: dict[str, Any]) -> Any:
    """A function of NumPy on what holds Arrays or Numbers."""
    instead = FUNCTIONS_OF_NUMPY.get(function)
    if instead is None:
        raise run_in((args, named)).lose(f"f calls numpy's {getattr(function, '__name__', function)}")
    return instead(*args, **named)


def ufunc_called(ufunc: Any, method: str, operands: Sequence[Any], named: dict[str, Any]) -> Any:
    """A ufunc, or one of its methods, on what holds Arrays or Numbers."""
    named = dict(named)
    run = run_in((operands, named))
    (target,) = named.pop("out", None) or (None,)
    mask = named.pop("where", True)
    if not isinstance(target, (Array, type(None))):
        raise run.lose("f writes numbers on their way into an array of floats; it could make a new one instead")
    if mask is not True and (target is None or method != "__call__"):
        raise run.lose(f"f calls {ufunc.__name__} with `where`, which leaves numbers unset")
    instead = ufunc_instead(ufunc)
    if instead is None or (method != "__call__" and method not in METHODS_OF_UFUNCS):
        raise run.lose(f"f calls {ufunc.__name__}{'' if method == '__call__' else '.' + method}")
    operands = tuple([as_twin(x, run) for x in operands])
    if method == "__call__":
        result = instead(ufunc, operands, named)
    else:
        result = METHODS_OF_UFUNCS[method](ufunc, operands, named)
    return result if target is None else assigned(target, result, mask)


def ufunc_instead(ufunc: Any) -> Callable[..., Any] | None:
    """What is called instead of a ufunc of NumPy's or SciPy's."""
    name: str = ufunc.__name__
    if getattr(sys.modules.get("scipy.special"), name, None) is ufunc:
        return UFUNCS_OF_SCIPY.get(name)
    return UFUNCS_OF_NUMPY.get(ufunc)


def assigned(target: Array, result: Any, mask: Any = True) -> Array:
    """The array, after the result has been written into it."""
    if target.run.is_first:
        np.copyto(target.near, near_of(result), casting="same_kind", where=mask)
    np.copyto(target.exact, exact_in(result, target.run), where=mask)
    return target


def natively(
    function: Callable[..., Any],
    args: Sequence[Any],
    named: dict[str, Any],
    *,
    exactly: Callable[..., Any] | None = None,
    moves: bool = False,
    unit: float = 0.0,
) -> Any:
    """A function that only adds, multiplies and moves numbers: called on both.

    exactly  what is called in many digits, if it is another one
    moves    whether it only moves numbers, so that nothing is rounded
    unit     how far its floats may be off, of the size of what it is given, where that is more than a rounding
    """
    run = run_in((args, named))
    near = function(*near_in(args), **near_in(named)) if run.is_first else None
    exact_args = [exact_in(x, run) for x in args]
    exact_named = {name: exact_in(x, run) for name, x in named.items() if name != "dtype"}
    if not moves:
        note(near, run)
        afford(run, multiplications(near, args))
        exact_args = [terms(x, run, unit) for x in exact_args]
    try:
        with np.errstate(all="ignore"):
            exact = (exactly or function)(*exact_args, **exact_named)
    except (TypeError, ZeroDivisionError, NotImplementedError) as error:
        name = getattr(function, "__name__", "function")
        raise run.lose(f"f calls numpy's {name} in a way that loses digits") from error
    dtype = np.dtype(named["dtype"]) if named.get("dtype") is not None else dtype_in([*args, *named.values()])
    return twin(near, rounded(near, exact, run, unit) if unit else exact, run, dtype)


def multiplications(near: Any, args: Sequence[Any]) -> float:
    """How many there are in a product of arrays: exactly in one of matrices, and about so in others."""
    sizes = sorted([x.size for x in _arrays_in(args)])[-2:]
    results = sum([np.size(part) for part in near]) if isinstance(near, (tuple, list)) else np.size(near)
    return math.sqrt(sizes[0] * sizes[1] * results) if len(sizes) > 1 else sum(sizes)


def afford(run: Run, count: float) -> None:
    """Refuse what would take too long, before it is begun: a product of arrays cannot be interrupted."""
    if run.is_first and count > LARGEST_PRODUCT:
        raise run.lose("f takes too long in many digits")


def note(near: Any, run: Run) -> None:
    """Let the run look at what a step of f gives on floats."""
    for part in near if isinstance(near, (tuple, list)) else [near]:
        if run.is_first and part is not None:
            rounded(part, np.zeros(np.shape(part), dtype=int), run)


def terms(x: Any, run: Run, unit: float = 0.0) -> Any:
    """What a sum or a product is made of in many digits, each off by a rounding where the run asks for that.

    The roundings of a sum are as large as its terms, which may be far larger than the sum.
    """
    if isinstance(x, (list, tuple)):
        parts = [terms(item, run, unit) for item in x]
        return parts if isinstance(x, list) else tuple(parts)
    if run.is_first or not (isinstance(x, EXACT.mpf) or (isinstance(x, np.ndarray) and x.dtype.kind == "O")):
        return x
    return rounded(None, x, run, unit)


# ---- both halves -----------------------------------------------------------------------------------------------------


def rounded(near: Any, exact: Any, run: Run, unit: float = 0.0) -> Any:
    """The numbers of a step of f in many digits, once the run has looked at them; infinite where floats have a pole."""
    array = np.asarray(exact, dtype=object)
    nears = np.asarray(near).ravel() if run.is_first else [None] * array.size
    pairs = zip(nears, array.ravel().tolist(), strict=True)
    return filled([run.noted(few, _at_a_pole(few, many), unit) for few, many in pairs], array.shape)


def _at_a_pole(near: Any, exact: Any) -> Any:
    return EXACT.mpf(float(near)) if near is not None and EXACT.isnan(exact) and np.isinf(near) else exact


def filled(items: list[Any], shape: tuple[int, ...]) -> Any:
    """An array of objects of this shape; its only item where it has no dimensions."""
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array.reshape(shape)[()]


def twin(near: Any, exact: Any, run: Run, dtype: Any = None) -> Any:
    """The Array, Number, or tuple or list of these, that has these halves."""
    if exact is None:
        return None
    if isinstance(exact, (tuple, list)):
        nears = [None] * len(exact) if near is None else near
        parts = [twin(one, other, run, dtype) for one, other in zip(nears, exact, strict=True)]
        return tuple(parts) if isinstance(exact, tuple) else parts
    if near is not None and not is_float_type(np.asarray(near).dtype):
        raise run.lose("f makes other than real floating numbers of an array on its way")
    if isinstance(exact, np.ndarray) and exact.ndim:
        return Array(near, _all_exact(exact), run, np.dtype(float) if dtype is None else dtype)
    near = near[()] if isinstance(near, np.ndarray) else near
    return number(near, exact_item(exact.item() if isinstance(exact, np.ndarray) else exact), run)


def number(near: Any, exact: Any, run: Run) -> Number:
    """A Number, if there is one in many digits."""
    if EXACT.isnan(exact):
        if run.is_first:
            raise run.lose(OUTSIDE)
        raise ValueError("math domain error")
    return Number(near, exact, run)


def _all_exact(exact: Any) -> Any:
    """The array; a function of NumPy may have filled zeros in, which are plain numbers."""
    if all([isinstance(x, EXACT.mpf) for x in exact.ravel().tolist()]):
        return exact
    return on_each(exact_item, exact)


def exact_item(x: Any) -> Any:
    """A number in many digits, if it is not so yet."""
    return x if isinstance(x, EXACT.mpf) else exact_of(x)


def is_twin(x: Any) -> bool:
    """Whether it is an Array or a Number."""
    return isinstance(x, (Array, Number))


def holds_twin(x: Any) -> bool:
    """Whether there is an Array or a Number in nested lists, tuples and dicts."""
    if isinstance(x, (list, tuple)):
        return any([holds_twin(item) for item in x])
    return any([holds_twin(item) for item in x.values()]) if isinstance(x, dict) else is_twin(x)


def run_in(x: Any) -> Run:
    """The run of the Arrays and Numbers in it."""
    run = _run_in(x)
    if run is None:
        raise DigitsLostError("no number of many digits")
    return run


def _run_in(x: Any) -> Run | None:
    if isinstance(x, (list, tuple, dict)):
        runs = [_run_in(item) for item in (x.values() if isinstance(x, dict) else x)]
        return next((run for run in runs if run is not None), None)
    return x.run if is_twin(x) else None


def near_of(x: Any) -> Any:
    """As floats have it."""
    return x.near if is_twin(x) else x


def near_in(x: Any) -> Any:
    """The same nesting, as floats have it."""
    if isinstance(x, (list, tuple)):
        parts = [near_in(item) for item in x]
        return parts if isinstance(x, list) else tuple(parts)
    return {name: near_in(item) for name, item in x.items()} if isinstance(x, dict) else near_of(x)


def exact_in(x: Any, run: Run) -> Any:
    """The same nesting in many digits; what holds whole numbers only, as shapes and indices do, stays as it is."""
    if isinstance(x, (list, tuple)):
        if not _holds_real(x):
            return x
        parts = [_all_in_digits(item, run) for item in x]
        return parts if isinstance(x, list) else tuple(parts)
    if is_twin(x):
        return x.exact
    if isinstance(x, np.ndarray) and x.dtype.kind in "fVOc":
        return exact_array(x, run)
    return exact_item(x) if isinstance(x, np.generic) and is_float_type(x.dtype) else x


def _holds_real(x: Any) -> bool:
    """Whether there is a number in it that is not whole."""
    if isinstance(x, (list, tuple)):
        return any([_holds_real(item) for item in x])
    if isinstance(x, np.ndarray):
        return x.dtype.kind not in "biu"
    return is_twin(x) or isinstance(x, (float, np.floating))


def _all_in_digits(x: Any, run: Run) -> Any:
    """The same nesting, with whole numbers in many digits too: a quotient of whole numbers would be a float."""
    if isinstance(x, (list, tuple)):
        parts = [_all_in_digits(item, run) for item in x]
        return parts if isinstance(x, list) else tuple(parts)
    if isinstance(x, np.ndarray):
        return exact_array(x, run)
    return x.exact if isinstance(x, Array) else exact_item(x)


def in_digits(x: Any, run: Run) -> Any:
    """A number or array in many digits, whatever it was."""
    return _all_in_digits(np.asarray(x) if isinstance(x, (list, tuple)) else x, run)


def exact_array(array: Any, run: Run) -> Any:
    """An ndarray in many digits: exactly what it holds."""
    kind = array.dtype.kind
    if kind == "O" or kind in "iub":
        return on_each(exact_item, array if kind != "b" else array.astype(int))
    if not is_float_type(array.dtype):
        raise run.lose(f"f computes with an array of {array.dtype}")
    exact = on_each(EXACT.mpf, array.astype(float))
    if array.dtype.itemsize > 8:  # of a long double, what a float does not hold
        exact = exact + on_each(EXACT.mpf, (array - array.astype(float)).astype(float))
    return exact


def on_each(function: Callable[..., Any], *arrays: Any) -> Any:
    """The function of each item; NaNs among them are no news."""
    with np.errstate(all="ignore"):
        return np.frompyfunc(function, len(arrays), 1)(*arrays)


def is_float_type(dtype: Any) -> bool:
    """Whether it is a real floating type, bfloat16 among them."""
    return dtype.kind == "f" or (dtype.kind == "V" and dtype.names is None and np.can_cast(dtype, float))


def as_twin(x: Any, run: Run) -> Any:
    """What it is, or the Array that a list of Numbers and Arrays makes."""
    if not isinstance(x, (list, tuple)) or not holds_twin(x):
        return x
    near = np.array(near_in(x)) if run.is_first else None
    exact = np.array(_all_in_digits(x, run), dtype=object)
    return Array(near, exact, run, dtype_in(x))


def dtype_in(x: Any) -> Any:
    """The floating type that NumPy makes of the arrays in it."""
    kinds = list(_dtypes(x))
    found = np.result_type(*kinds) if kinds else np.dtype(float)
    return found if is_float_type(found) else np.dtype(float)


def _arrays_in(x: Any) -> Iterator[Any]:
    if isinstance(x, (list, tuple)):
        for item in x:
            yield from _arrays_in(item)
    elif isinstance(x, (Array, np.ndarray)):
        yield x


def _dtypes(x: Any) -> Iterator[Any]:
    if isinstance(x, (list, tuple, dict)):
        for item in x.values() if isinstance(x, dict) else x:
            yield from _dtypes(item)
            if isinstance(item, (list, tuple)) and any([type(part) is float for part in item]):
                yield np.dtype(float)  # as which NumPy takes lists of floats
    elif isinstance(x, (Array, np.ndarray)) and x.dtype.kind in "fViu":
        yield x.dtype
    elif isinstance(x, Number) and isinstance(x.near, np.generic):
        yield x.near.dtype


def plain_index(index: Any) -> Any:
    """The index, with lists of truths that came as arrays of objects made plain."""
    if isinstance(index, Array):
        raise index.run.lose("f makes an index of an array on its way")
    return index


def cast(x: Any, dtype: Any, *, copy: bool = True) -> Any:
    """An Array or a Number as another type: the floats are rounded to it, the many digits stay."""
    run: Run = x.run
    if dtype.kind in "biu":
        return CONVERSIONS[bool if dtype.kind == "b" else int](x).astype(dtype)
    if not is_float_type(dtype):
        raise run.lose(f"f makes {dtype} of numbers on their way")
    if isinstance(x, Array) and dtype == x.dtype:
        return x.copy() if copy else x
    near = np.asarray(x.near).astype(dtype)[()] if run.is_first else None
    return twin(near, rounded(near, x.exact, run), run, dtype)


def decided(run: Run, near: Any, exact: Any) -> Any:
    """The outcome of a decision about each element, as a plain array; `near` counts in the first run only."""
    exact = np.asarray(exact, dtype=object)
    nears = np.broadcast_to(np.asarray(near), exact.shape).ravel().tolist() if run.is_first else [None] * exact.size
    outcomes = [run.decided(one, other) for one, other in zip(nears, exact.ravel().tolist(), strict=True)]
    return np.array(outcomes).reshape(exact.shape)[()]


# ---- Numbers, as NumPy meets them ------------------------------------------------------------------------------------


def _number_as_numpy_has_it(x: Number, *args: Any, **named: Any) -> Number:
    return x


def _item_of_number(x: Number, index: Any) -> Any:
    """Of a number, as of an array without dimensions, x[()] is all that there is."""
    if index not in ((), ...):
        raise IndexError("invalid index to scalar variable.")
    return x


def _as_array(method: str) -> Callable[..., Any]:
    """A method of the array that has the Number only."""

    def called_as_array(x: Number, *args: Any, **named: Any) -> Any:
        array = as_twin([x], x.run)
        return getattr(array, method)(*args, **named)

    return called_as_array


for _name, _item in {
    "__array_ufunc__": Array.__array_ufunc__,
    "__array_function__": Array.__array_function__,
    "__array__": Array.__array__,
    "shape": (), "ndim": 0, "size": 1,
    "astype": lambda self, dtype, **_: cast(self, np.dtype(dtype)),
    "item": _with_item,
    "tolist": _with_item,
    "clip": lambda self, *args, **named: called(np.clip, (self, *args), named),
    "round": lambda self, *args, **named: called(np.round, (self, *args), named),
    "__getitem__": _item_of_number,
    "__iter__": None,
    "T": property(_number_as_numpy_has_it),
    **{name: _as_array(name) for name in ("reshape", "ravel", "flatten", "repeat", "var", "std")},
    **dict.fromkeys(["sum", "mean", "prod", "max", "min", "squeeze", "copy"], _number_as_numpy_has_it),
}.items():  # fmt: skip
    setattr(Number, _name, _item)
