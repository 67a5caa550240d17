"""Print all texts anew: `python -m golden`, in `tests`."""

from importlib import import_module

from golden import HERE, TEXTS

for name in TEXTS:
    (HERE / f"{name}.txt").write_text(import_module(f"golden.{name}").text(), encoding="utf-8")
