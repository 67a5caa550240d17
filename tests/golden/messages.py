"""The sentences with which wrong calls are refused, each once, rows and numbers left open."""

import re

import calls

from microgrand import TABLE

ROW = re.compile(rf"\b({'|'.join(sorted(TABLE, key=len, reverse=True))})\b(?=\(| is defined| takes| has)")


def text() -> str:
    """Every sentence that `calls.wrong_calls` meets, and of which kind of error it is."""
    told = [calls.told(call) for _, call in calls.wrong_calls()]
    return "\n".join(sorted({ROW.sub("«row»", line) for line in told if calls.is_refused(line)})) + "\n"
