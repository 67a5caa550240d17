"""One page of several walkthroughs: each is a page of its own, in a frame under its title."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Final

from microgrand.files import write_whole

STYLE: Final = """
:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; margin: 1rem; }
h2 { font-weight: normal; margin: 2rem 0 0.5rem; }
"""
FRAME: Final = "border:1px solid #8888;border-radius:6px;box-sizing:border-box;width:100%;height:"


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


def framed(title: str, html: str, height: str = "620px") -> str:
    """A page in a frame of its own, in which its scripts run, but reach nothing outside."""
    return (
        f'<iframe title="{escape(title)}" sandbox="allow-scripts" style="{FRAME}{height}" '
        f'srcdoc="{escape(html)}"></iframe>'
    )


def write_page(path: str | os.PathLike[str], html: str) -> Path:
    """Write a page as one file that any browser opens; the file is whole or is not there."""
    target = Path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"exercises are saved as .html; got {target.name!r}")
    write_whole({target: html.encode()})
    return target
