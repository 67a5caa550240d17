"""What microgrand says, kept as text: `python -m golden`, in `tests`, prints all of it anew.

A law says what has to hold; these texts say what *is*, for much that no law reaches: words, thresholds, layouts. They
show a change that was not meant. One that was meant is accepted by printing the text anew, and reading the difference.
"""

import re
from pathlib import Path

HERE = Path(__file__).parent
TEXTS = ("judgements", "messages", "pictures", "rows", "walks")
LONG = re.compile(r"-?\d+\.\d{7,}(e[+-]\d+)?")


def rounded(text: str) -> str:
    """The text with long numbers in seven digits: the last ones are the machine's own, of its exp and log."""
    return LONG.sub(lambda found: f"{float(found[0]):.7g}", text)
