"""What the words after an option have to be: each function reads one, or says what was expected."""

from __future__ import annotations

import argparse


def width(text: str) -> float | None:
    """A number of pixels, or "none" for any."""
    return None if text == "none" else positive(text)


def words(text: str) -> tuple[str, ...]:
    """Words between commas."""
    return tuple([word.strip() for word in text.split(",") if word.strip()])


def sizes(text: str) -> tuple[int, ...]:
    """Whole numbers from 1 up, between commas."""
    return tuple([one_or_more(size) for size in text.split(",")])


def one_or_more(text: str) -> int:
    """A whole number from 1 up."""
    number = whole(text)
    if number == 0:
        raise argparse.ArgumentTypeError("expected a whole number from 1 up; got 0")
    return number


def whole(text: str) -> int:
    """A whole number from 0 up."""
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a whole number; got {text!r}") from None
    if number < 0:
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 up; got {text}")
    return number


def positive(text: str) -> float:
    """A finite number above 0."""
    number = not_negative(text)
    if number == 0.0:
        raise argparse.ArgumentTypeError(f"expected a number above 0; got {text}")
    return number


def not_negative(text: str) -> float:
    """A finite number from 0 up."""
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number; got {text!r}") from None
    if not 0.0 <= number < float("inf"):
        raise argparse.ArgumentTypeError(f"expected a finite number from 0 up; got {text}")
    return number
