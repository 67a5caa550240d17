"""A `grad` that no `backward()` has set: a NaN that says so, where 0.0 would look like a derivative."""

from array import array
from typing import Any, Final

_BITS: Final = array("Q", [0x7FF8_0000_6E6F_7965]).tobytes()  # a NaN that arithmetic makes of itself alone
UNSET: Final[float] = array("d", _BITS)[0]


class UnsetGrad(float):
    """The NaN that `Value.grad` is before a `backward()` reaches the Value: `f"{grad:.4f}"` writes nan."""

    def __repr__(self) -> str:
        return "nan (unset: call backward() on a root that depends on this Value)"

    def __reduce__(self) -> tuple[Any, ...]:
        return shown, (UNSET,)


_UNSET: Final = UnsetGrad(UNSET)


def is_unset(grad: float) -> bool:
    """Whether it is the NaN of a `grad` that was never set."""
    return grad != grad and array("d", [grad]).tobytes() == _BITS


def shown(grad: float) -> Any:  # not float: compiled code would make a plain one of it
    """A NaN as users meet it: an unset one says that it is."""
    return _UNSET if is_unset(grad) else grad
