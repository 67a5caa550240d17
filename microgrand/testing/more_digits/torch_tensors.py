"""Functions of PyTorch run again in many digits: their gradients by autograd too.

PyTorch computes on its own floats as it always does. It shows each operator that it carries out to a mode that asks for
it, those of backward sweeps and of `torch.func` too; `ManyDigits` is one, and keeps the same numbers in many digits
beside the memory of each tensor. Views share memory, and so they share these as well.

What an operator does in many digits stands in `torch_operators.py`, or PyTorch says of which others it consists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

import numpy
import torch
import torch._refs.nn.functional
import torch._refs.special
from torch._decomp import decomposition_table
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode, _disable_current_modes
from torch.utils._pytree import tree_leaves, tree_map

from microgrand.testing.exact import EXACT, released
from microgrand.testing.more_digits import torch_operators as table
from microgrand.testing.more_digits.arrays import Array
from microgrand.testing.more_digits.lifting import lifted
from microgrand.testing.more_digits.number import OUTSIDE, Number, exact_of, near_of
from microgrand.testing.more_digits.numpy_module import filled_with_arrays, stand_in
from microgrand.testing.more_digits.protocol import Output, Way
from microgrand.testing.more_digits.run import DigitsLostError, Run
from microgrand.testing.more_digits.torch_moves import convolved, convolved_back, moved, summed
from microgrand.testing.more_digits.twins import decided, exactly, filled
from microgrand.testing.structures import numbers_in

DEEPEST = 40  # operators inside operators: more are a circle
BFLOAT16 = type("bfloat16", (float,), {})  # NumPy has no such type, by whose name a run knows the precision


def as_torch(f: Callable[..., Any], arguments: tuple[Any, ...]) -> Way:
    """PyTorch, and Python around it.

    arguments  of f, in whose structure the inputs stand; what is a tensor there reaches f as one
    """
    _load()
    again = lifted(f, stand_in)
    numbers = list(numbers_in(arguments))

    def run_again(run: Run, inputs: Sequence[Any]) -> list[Output]:
        nears = numbers if run.is_first else [None] * len(numbers)
        twins = [Number(_plain(near), exact, run) for near, exact in zip(nears, inputs, strict=True)]
        digits = ManyDigits(run)
        try:
            with run.going_on(), torch.enable_grad(), digits, NumbersInCalls(digits) as calls, calls.in_backward():
                given = tree_map(calls.like, arguments, tuple(filled_with_arrays(arguments, iter(twins))))
                found = numbers_in(again(*given))
                return [_output(run, z.item() if isinstance(z, torch.Tensor) else z) for z in found]
        except TypeError as error:  # an operator of Python's, x * y, makes one of its own of whatever is raised inside
            raise (DigitsLostError(run.lost) if run.lost else error) from error
        except RuntimeError as error:  # which PyTorch raises outside a domain too
            raise (error if run.is_first else ValueError(str(error))) from error

    return run_again


@cache
def _load() -> None:
    """Let PyTorch load what it loads at an operator's first call: the time of a run is limited."""
    with ManyDigits(Run()) as digits, NumbersInCalls(digits) as calls:
        calls._tensor(Number(0.5, EXACT.mpf(0.5), digits.run)).relu()


class ManyDigits(TorchDispatchMode):
    """Numbers in many digits beside tensors.

    run     the run that they belong to
    beside  for the address of a tensor's memory: that memory, so that no other tensor gets it, its numbers in many
            digits, and their type as floats
    """

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.run = run
        self.beside: dict[int, tuple[Any, Any, Any]] = {}
        self._depth = 0

    def __torch_dispatch__(self, operator: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        with torch._C.DisableTorchFunction():
            if not any([self.holds(x) for x in tree_leaves((args, kwargs))]):
                return operator(*args, **kwargs)
            self._depth += 1
            try:
                return self._followed(operator, args, kwargs)
            finally:
                self._depth -= 1

    # ---- numbers beside tensors ------------------------------------------------------------------------------------

    def holds(self, x: Any) -> bool:
        """Whether it is a tensor with numbers in many digits beside it."""
        if not isinstance(x, torch.Tensor) or not x.is_floating_point() or x.layout is not torch.strided:
            return False
        if x._is_zerotensor() or x.is_meta:  # which have no memory
            return False
        return bool(x.untyped_storage().data_ptr() in self.beside)

    def exact(self, x: Any) -> Any:
        """A tensor's numbers: in many digits those of floats, as they are truth values and whole numbers."""
        if not isinstance(x, torch.Tensor):
            return x
        if not x.is_floating_point():
            return _as_numpy(x)
        if not self.holds(x):
            return exactly(_as_numpy(x))
        _, numbers, dtype = self.beside[x.untyped_storage().data_ptr()]
        if x.dtype is not dtype:
            raise self._lost("floats of the bits of others")
        steps = [numbers.itemsize * step for step in x.stride()]
        return numpy.lib.stride_tricks.as_strided(numbers[x.storage_offset() :], tuple(x.shape), steps)

    def write(self, x: Any, exact: Any) -> None:
        """Put numbers in many digits beside a tensor."""
        if x.numel() == 0:
            return
        if not self.holds(x):
            storage = x.untyped_storage()
            whole = x.detach().as_strided((storage.nbytes() // x.element_size(),), (1,), 0)
            self.beside[storage.data_ptr()] = (storage, exactly(_as_numpy(whole)), x.dtype)
        self.exact(x)[...] = exact

    def noted(self, near: Any, exact: Any) -> Any:
        """Numbers in many digits once the run has looked at them; infinite where floats have a pole."""
        items, exact = [], numpy.asarray(exact, dtype=object)
        for few, many in zip(_items(near), exact.ravel(), strict=True):
            if EXACT.isnan(many) and numpy.isinf(few):
                many = EXACT.mpf(float(few))
            elif EXACT.isnan(many) and numpy.isfinite(few) and self.run.is_first:
                raise self.run.lose(OUTSIDE)
            items.append(self.run.noted(few if self.run.is_first else None, many))
        return filled(items, exact.shape)

    # ---- operators -------------------------------------------------------------------------------------------------

    def _followed(self, operator: Any, args: Any, kwargs: Any) -> Any:
        """What PyTorch gives for an operator, with its numbers in many digits beside it."""
        name, overload = _names(operator)
        if _writes(operator) and name not in table.PARTS:
            return self._in_place(operator, args, kwargs)
        if name == "_local_scalar_dense":
            raise self._lost("a plain number of a tensor")
        near = operator(*args, **kwargs)
        if name in table.CONSTANTS or not self._lacking(near):
            return near
        if any([not isinstance(x, torch.Tensor) or x.is_complex() for x in self._lacking(near)]):
            raise self._unsupported(operator)
        for kind, follow in _KINDS:
            key = table.most_special(kind, name, overload)
            if key is not None:
                follow(self, key, operator, near, args, kwargs)
                break
        else:
            self._by_others(operator, near, args, kwargs)
        if any([x.is_floating_point() for x in self._lacking(near)]):
            raise self._unsupported(operator)
        return near

    def _lacking(self, near: Any) -> list[Any]:
        """The results of an operator that have no numbers in many digits beside them: views have those of others."""
        results = [x for x in tree_leaves(near) if x is not None]
        return [
            x for x in results if not isinstance(x, torch.Tensor) or not (x.is_meta or x.numel() == 0 or self.holds(x))
        ]

    def _in_place(self, operator: Any, args: Any, kwargs: Any) -> Any:
        """The operator that makes a new tensor, whose numbers in many digits are written beside the old one."""
        name, _ = _names(operator)
        if name in table.RANDOM:
            self.write(args[0], exactly(_as_numpy(operator(*args, **kwargs))))
            return args[0]
        functional = _without_writing(operator)
        if functional is None or not args[0].is_floating_point():
            raise self._unsupported(operator)
        exact = self.exact(self._followed(functional, args, kwargs)).copy()
        operator(*args, **kwargs)
        self.write(args[0], exact)
        return args[0]

    def _formula(self, name: str, operator: Any, near: Any, args: Any, kwargs: Any) -> None:
        if name == "_to_copy" and not near.is_floating_point():
            self._decide(near, (table.to_truth if near.dtype is torch.bool else table.to_whole)(self.exact(args[0])))
            return
        found = table.FORMULAS[name](*map(self.exact, args), **tree_map(self.exact, kwargs))
        self.write(near, self.noted(near, numpy.broadcast_to(found, tuple(near.shape))))

    def _remainder(self, name: str, operator: Any, near: Any, args: Any, kwargs: Any) -> None:
        """x - y·count, where count is decided: floats have it without rounding, as their remainder tells."""
        x, y = map(self.exact, args)
        count = table.REMAINDERS[name](x, y)
        if self.run.is_first:
            few, other = [exactly(_as_numpy(torch.as_tensor(z, dtype=torch.float64))) for z in args]
            counted = table.REMAINDERS["nearest"](few - exactly(_as_numpy(near)), other)
            count = decided(self.run, counted, count, dtype=object)
        else:
            count = decided(self.run, None, count, dtype=object)
        self.write(near, self.noted(near, x - y * count))

    def _outcome(self, name: str, operator: Any, near: Any, args: Any, kwargs: Any) -> None:
        self._decide(near, table.OUTCOMES[name](*map(self.exact, args), **kwargs))

    def _choice(self, name: str, operator: Any, near: Any, args: Any, kwargs: Any) -> None:
        values, places = near
        self._decide(places, table.CHOICES[name](self.exact(args[0]), *args[1:], **kwargs))
        dim = kwargs.get("dim", ([*args, -1, -1, -1])[table.DIMENSION_AFTER.get(name, 1)])
        self.write(values, table.picked(self.exact(args[0]), _as_numpy(places), dim))

    def _move(self, name: str, operator: Any, near: Any, args: Any, kwargs: Any) -> None:
        if name in ("index_put", "put") and (kwargs.get("accumulate") or True in args[3:4]):
            self._sum(name, operator, near, args, kwargs)
        else:
            self.write(near, moved(operator, self.exact, args, kwargs, name in table.MIXED))

    def _sum(self, name: str, operator: Any, near: Any, args: Any, kwargs: Any) -> None:
        self.write(near, self.noted(near, summed(operator, self.exact, args, kwargs)))

    def _convolution(self, name: str, operator: Any, near: Any, args: Any, kwargs: Any) -> None:
        self.write(near, self.noted(near, convolved(self.exact, args)))

    def _convolution_backward(self, name: str, operator: Any, near: Any, args: Any, kwargs: Any) -> None:
        for few, many in zip(near, convolved_back(self.exact, args), strict=True):
            if few is not None:
                self.write(few, self.noted(few, many))

    def _by_others(self, operator: Any, near: Any, args: Any, kwargs: Any) -> None:
        """The operator by those of which it consists; what floats have is PyTorch's own all the same."""
        own = table.PARTS.get(table.most_special(table.PARTS, *_names(operator)) or "")
        parts = own or decomposition_table.get(operator) or getattr(operator, "impl_aten", None) or operator.decompose
        if self._depth > DEEPEST:
            raise self._unsupported(operator)
        with self:
            found = parts(*args, **kwargs)
        if found is NotImplemented:
            raise self._unsupported(operator)
        for few, many in zip(tree_leaves(near), tree_leaves(found), strict=True):
            if few is None:
                continue
            if few.is_floating_point():
                self.write(few, self.noted(few, self.exact(many)))
            elif self.run.is_first and not torch.equal(few, many):
                raise self._unsupported(operator)
            else:
                few.copy_(many)

    def _decide(self, near: Any, exact: Any) -> None:
        """What f decides goes on as floats: the tensor gets the outcome."""
        floats = near.is_floating_point()
        nears = _as_numpy(near) if self.run.is_first else None
        found = decided(self.run, nears, exact, dtype=object if floats else _as_numpy(near).dtype)
        if floats:
            self.write(near, filled(map(EXACT.mpf, found.ravel()), found.shape))
        elif not self.run.is_first:
            near.copy_(torch.from_numpy(numpy.array(found)))

    def _unsupported(self, operator: Any) -> DigitsLostError:
        return self.run.lose(f"PyTorch's operator {operator.name()} cannot be evaluated in many digits")

    def _lost(self, what: str) -> DigitsLostError:
        return self.run.lose(f"f makes {what} on its way")


_KINDS: tuple[tuple[Any, Callable[..., None]], ...] = (
    (table.FORMULAS, ManyDigits._formula),
    (table.OUTCOMES, ManyDigits._outcome),
    (table.REMAINDERS, ManyDigits._remainder),
    (table.CHOICES, ManyDigits._choice),
    (table.MOVES, ManyDigits._move),
    (table.SUMS, ManyDigits._sum),
    (("convolution",), ManyDigits._convolution),
    (("convolution_backward",), ManyDigits._convolution_backward),
)


class NumbersInCalls(TorchFunctionMode):
    """Turns Numbers into tensors where they are given to PyTorch's functions, and back where f takes them out."""

    def __init__(self, digits: ManyDigits) -> None:
        super().__init__()
        self._digits = digits

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(function, "__name__", "")
        if name in _DATA and len(args) > _DATA[name] and self._has_digits(args[_DATA[name]]):
            return self._made(function, _DATA[name], args, kwargs)
        if name in _TAKEN_OUT and args and self._digits.holds(_unwrapped(args[0])):
            return _TAKEN_OUT[name](self, _unwrapped(args[0]))
        if any([isinstance(x, Number) for x in tree_leaves((args, kwargs))]):
            tensors = [x for x in tree_leaves((args, kwargs)) if isinstance(x, torch.Tensor)]
            if tensors:
                as_scalar = self._as_scalar(tensors)
                args, kwargs = tree_map(as_scalar, args), tree_map(as_scalar, kwargs)
        return function(*args, **kwargs)

    @contextmanager
    def in_backward(self) -> Iterator[None]:
        """Inside, this mode is on during backward sweeps too, where PyTorch turns it off and f's own code may run."""
        sweep = torch.autograd._engine_run_backward

        def swept(*args: Any, **kwargs: Any) -> Any:
            with self:
                return sweep(*args, **kwargs)

        with patch.object(torch.autograd, "_engine_run_backward", swept):
            yield

    def like(self, old: Any, new: Any) -> Any:
        """A tensor of Numbers where the old argument was a tensor; else the new argument."""
        if not isinstance(old, torch.Tensor):
            return new
        made = self._tensor(new, dtype=old.dtype if old.is_floating_point() else torch.float64)
        return made.requires_grad_() if old.requires_grad else made

    # ---- into tensors ----------------------------------------------------------------------------------------------

    def _has_digits(self, data: Any) -> bool:
        """Whether nested lists hold Numbers, or tensors that have more digits."""
        if isinstance(data, numpy.ndarray):
            return bool(data.dtype == object)
        if isinstance(data, (list, tuple)):
            return any([self._has_digits(item) for item in data])
        return isinstance(data, (Number, Array)) or self._digits.holds(_unwrapped(data))

    def _made(self, function: Any, place: int, args: Any, kwargs: Any) -> Any:
        """A tensor made of nested lists of Numbers."""
        data = args[place]
        if isinstance(data, torch.Tensor):
            if function in (torch.as_tensor, torch.asarray):
                return function(*args, **kwargs)
            args = (*args[:place], data.detach(), *args[place + 1 :])
        exact = self._nested(data)
        with _disable_current_modes():
            near = function(*args[:place], _nears(args[place]), *args[place + 1 :], **kwargs)
        if not near.is_floating_point():
            raise self._digits.run.lose("f makes a tensor of whole numbers on its way")
        with _disable_current_modes():
            self._digits.write(near, self._digits.noted(near, numpy.broadcast_to(exact, tuple(near.shape))))
        return near

    def _tensor(self, data: Any, **kwargs: Any) -> Any:
        with torch._C.DisableTorchFunction():
            return self._made(torch.tensor, 0, (data,), kwargs)

    def _nested(self, data: Any) -> Any:
        """Nested lists as an array in many digits."""
        if isinstance(data, Array):
            return data.exact
        if isinstance(data, numpy.ndarray):
            return filled([exact_of(x) for x in data.ravel()], data.shape)
        if isinstance(data, (list, tuple)):
            return numpy.stack([self._nested(item) for item in data])
        if isinstance(data, torch.Tensor):
            with _disable_current_modes():
                return self._digits.exact(_unwrapped(data)).copy()
        return filled([exact_of(data)], ())

    def _as_scalar(self, tensors: Sequence[Any]) -> Callable[[Any], Any]:
        """Makes tensors without dimensions of Numbers: of a type that does not change that of a result."""
        floats = [x for x in tensors if x.is_floating_point()]
        if not floats:
            dtype = torch.get_default_dtype()
        else:
            dtype = floats[0].dtype if all([x.ndim == 0 for x in floats]) else torch.float64
        return lambda x: self._tensor(x, dtype=dtype) if isinstance(x, Number) else x

    # ---- out of tensors --------------------------------------------------------------------------------------------

    def _item(self, x: Any) -> Any:
        if x.numel() != 1:
            raise RuntimeError("a tensor with several numbers cannot be turned into one")
        return self._listed(x.reshape(()))

    def _listed(self, x: Any) -> Any:
        with _disable_current_modes():
            nears = x.detach().tolist() if self._digits.run.is_first else None
            return self._numbers(nears, self._digits.exact(x))

    def _numbers(self, nears: Any, exact: Any) -> Any:
        """Nested lists of Numbers."""
        if exact.ndim == 0:
            return Number(nears, exact.item(), self._digits.run)
        rows = exact if exact.ndim > 1 else [filled([item], ()) for item in exact]
        return [self._numbers(near, row) for near, row in zip(nears or [None] * len(exact), rows, strict=True)]

    def _as_array(self, x: Any) -> Any:
        with _disable_current_modes():
            return Array.of(_as_numpy(x).copy(), self._digits.run, self._digits.exact(x).copy())

    def _copy(self, x: Any) -> Any:
        return x.detach().clone().requires_grad_(x.requires_grad)

    def _refused(self, what: str) -> Callable[..., Any]:
        raise self._digits._lost(what)


_DATA = {"tensor": 0, "as_tensor": 0, "asarray": 0, "new_tensor": 1, "full": 1, "full_like": 1, "new_full": 2}
_TAKEN_OUT: dict[str, Callable[[NumbersInCalls, Any], Any]] = {
    "item": NumbersInCalls._item,
    "tolist": NumbersInCalls._listed,
    "numpy": NumbersInCalls._as_array,
    "__array__": NumbersInCalls._as_array,
    "__bool__": lambda calls, x: bool(calls._item(x)),
    "is_nonzero": lambda calls, x: bool(calls._item(x)),
    "__int__": lambda calls, x: int(calls._item(x)),
    "__deepcopy__": NumbersInCalls._copy,
    **{name: lambda calls, x: calls._refused("a plain number of a tensor") for name in (
        ["__float__", "__complex__", "__index__"]
    )},
    **{name: lambda calls, x: calls._refused("a text of a tensor") for name in ("__repr__", "__format__", "__str__")},
    **{name: lambda calls, x: calls._refused("bytes of a tensor") for name in (
        "__reduce_ex__", "apply_", "map_", "map2_", "untyped_storage", "storage", "_typed_storage", "data_ptr",
        "__dlpack__",
    )},
}  # fmt: skip


def _plain(x: Any) -> Any:
    return x.detach().item() if isinstance(x, torch.Tensor) else x


def _output(run: Run, z: Any) -> Output:
    near, exact = near_of(z), exact_of(z)
    if EXACT.isnan(exact) and not (run.is_first and near != near):
        if run.is_first:
            raise run.lose(OUTSIDE)
        raise ValueError("math domain error")
    return Output(near, exact)


def _nears(data: Any) -> Any:
    """Nested lists with floats in the place of Numbers; beside the point, those nearest to them."""
    if isinstance(data, Array):
        return _nearest(data.exact, data.dtype) if data.near is None else data.near
    if isinstance(data, numpy.ndarray):
        return _nears(data.tolist())
    if isinstance(data, (list, tuple)):
        return [_nears(item) for item in data]
    if not isinstance(data, Number):
        return data
    return float(released(data.exact)) if data.near is None else data.near


def _nearest(exact: Any, dtype: Any) -> Any:
    """The floats nearest to numbers in many digits, as an array."""
    return numpy.array([float(released(x)) for x in exact.ravel()], dtype=dtype).reshape(exact.shape)


def _unwrapped(x: Any) -> Any:
    """The tensor inside what `torch.func.grad` wraps around it."""
    functorch = torch._C._functorch
    while isinstance(x, torch.Tensor) and functorch.is_gradtrackingtensor(x):
        x = functorch.get_unwrapped(x)
    return None if isinstance(x, torch.Tensor) and functorch.is_functorch_wrapped_tensor(x) else x


def _as_numpy(x: Any) -> Any:
    x = (x.clone() if x._is_zerotensor() else x.detach()).resolve_neg()
    return (x.to(torch.float64) if x.dtype is torch.bfloat16 else x).numpy()


def _items(x: Any) -> Any:
    """A tensor's numbers, each of a type whose name tells its precision."""
    numbers = _as_numpy(x).ravel()
    return map(BFLOAT16, numbers) if x.dtype is torch.bfloat16 else numbers


def _names(operator: Any) -> tuple[str, str]:
    """An operator's name and overload, without the name of its library."""
    return operator._schema.name.partition("::")[2], operator._schema.overload_name or "default"


def _writes(operator: Any) -> bool:
    return any([x.alias_info is not None and x.alias_info.is_write for x in operator._schema.arguments])


def _without_writing(operator: Any) -> Any:
    """The operator that makes a new tensor of what this one writes into its first; None where there is none."""
    name, _ = _names(operator)
    others = getattr(torch.ops.aten, name.removesuffix("_"), None) if name.endswith("_") else None
    for overload in others.overloads() if others is not None else ():
        other = getattr(others, overload)
        if [str(x.type) for x in other._schema.arguments] == [str(x.type) for x in operator._schema.arguments]:
            return other
    return None


__all__ = ["as_torch"]
