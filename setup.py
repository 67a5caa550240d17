"""Name the modules that a wheel carries compiled; the rest stands in pyproject.toml, setup.cfg and build_support/."""

import sys
from pathlib import Path

from setuptools import setup

sys.path.insert(0, str(Path(__file__).parent / "build_support"))

from compilation import RUN_TIME, AllOrNone, extensions, obstacle, remove_written

MODULES = [
    "table/numbers", "table/libraries", "table/arrays", "table/numeric", "table/stable", "table/many_operands",
    "table/reductions", "table/domains", "table/signature", "table/primitive", "table/rounded_division",
    "table/arithmetic", "table/rows",
    "engine/scope", "engine/node", "engine/order", "engine/sweep", "engine/value", "stale", "checks",
    "kinks", "selections", "value_sweeps", "nested", "derivatives",
    "networks/layers", "networks/losses", "compiled/kernel", "compiled/kernels",
]  # fmt: skip

# Those whose names people call: a wheel shows them as their source. tests/compiled/ holds that none is missing.
OUTLINED = [
    "table/domains", "table/signature", "table/primitive", "table/rounded_division",
    "engine/scope", "engine/node", "engine/order", "engine/sweep", "engine/value", "stale", "kinks",
    "derivatives",
    "networks/layers", "networks/losses",
]  # fmt: skip

setup(
    ext_modules=extensions("microgrand", MODULES, OUTLINED),
    install_requires=[] if obstacle() else RUN_TIME,
    cmdclass={"build_ext": AllOrNone},
)
remove_written()
