"""Where a page goes: into a file, or into a frame of another page."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path

from microgrand.files import as_path, write_whole

FRAME = "border:1px solid #8888;border-radius:6px;box-sizing:border-box;width:100%;height:"
# What the page around does: it tells the frame whether it is dark, now and when it changes; the frame cannot look out.
FOLLOW = (
    "const tell=()=>{for(let e=this.parentElement;e;e=e.parentElement){"
    "const c=getComputedStyle(e).backgroundColor.match(/^rgba?\\((\\d+), (\\d+), (\\d+)(?:, ([\\d.]+))?/);"
    "if(c&&c[4]!=='0')"
    "return this.contentWindow?.postMessage({theme:c[1]*.3+c[2]*.6+c[3]*.1<128?'dark':'light'},'*')}};tell();"
    "for(const e of[document.documentElement,document.body])new MutationObserver(tell).observe(e,{attributes:true})"
)


def framed(title: str, html: str, height: str = "620px", loaded: str = "") -> str:
    """A page in a frame of its own, in which its scripts run, but reach nothing outside.

    loaded  JavaScript for the page around, once it is there
    """
    return (
        f'<iframe title="{escape(title)}" sandbox="allow-scripts" allowfullscreen style="{FRAME}{height}" '
        f'onload="{escape(f"{loaded};{FOLLOW}")}" srcdoc="{escape(html)}"></iframe>'
    )


def write_page(path: str | os.PathLike[str], html: str, what: str) -> Path:
    """Write a page as one file that any browser opens; the file is whole or is not there.

    what  it is, for the ValueError about another ending than `.html`: "a walkthrough is"
    """
    target = as_path(path)
    if target.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"{what} saved as .html; got {os.fspath(path)!r}")
    write_whole({target: html.encode()})
    return target
