"""Words of a command line that argparse would take for something else."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence


def shielded(arguments: Sequence[str], commands: Mapping[str, argparse.ArgumentParser]) -> list[str]:
    """The arguments as argparse takes them for what they are.

    commands  the parser of each command, which knows its options

    `check` gets its function before all options, for `--domain` takes all that follows it for domains. A blank stands
    before an expression that begins with a minus, which is no option.

    >>> draw = argparse.ArgumentParser()
    >>> _ = draw.add_argument("--legend", action="store_true"), draw.add_argument("-o")
    >>> shielded(["draw", "--legend", "-x*y", "-o", "x.svg"], {"draw": draw})
    ['draw', '--legend', ' -x*y', '-o', 'x.svg']
    """
    command, *words = arguments or [""]
    if command == "check":
        at = _function(words, commands[command])
        return [command, *words] if at is None else [command, words[at], *words[:at], *words[at + 1 :]]
    if command in ("draw", "step"):
        return [command, *[_expression(words, k, commands[command]) for k in range(len(words))]]
    return list(arguments)


def _function(words: Sequence[str], parser: argparse.ArgumentParser) -> int | None:
    """The place of the function to check: the first MODULE:FUNCTION that is no value of an option."""
    for k, word in enumerate(words):
        if ":" in word and "=" not in word and not _is_value(words, k, parser):
            return k
    return None


def _expression(words: Sequence[str], k: int, parser: argparse.ArgumentParser) -> str:
    word = words[k]
    signed = len(word) > 1 and word[0] == "-" and word[1] != "-"
    is_option = word in parser._option_string_actions or word.startswith("-o")
    return f" {word}" if signed and not is_option and not _is_value(words, k, parser) else word


def _is_value(words: Sequence[str], k: int, parser: argparse.ArgumentParser) -> bool:
    """Whether a word follows an option that takes one value."""
    before = words[k - 1] if k > 0 else ""
    action = parser._option_string_actions.get(before)
    return action is not None and action.nargs is None
