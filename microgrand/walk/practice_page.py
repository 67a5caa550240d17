"""One page of several walkthroughs: each is a page of its own, in a frame under its title."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from microgrand.walk.embedding import framed

STYLE: Final = """
:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; margin: 1rem; }
h2 { font-weight: normal; margin: 2rem 0 0.5rem; }
"""


def practice_page(title: str, walks: Sequence[tuple[str, str]]) -> str:
    """The page. It asks nothing of any network.

    walks  the title of each walkthrough, and its page
    """
    names = [f"{k}. {name}" for k, (name, _) in enumerate(walks, 1)]
    frames = [framed(name, html, "92vh") for name, (_, html) in zip(names, walks, strict=True)]
    parts = [f"<h2>{escape(name)}</h2>\n{frame}\n" for name, frame in zip(names, frames, strict=True)]
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
{"".join(parts)}</body>
</html>
"""
