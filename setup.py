"""Name the modules that a wheel carries compiled; the rest stands in pyproject.toml, setup.cfg and build_support/."""

import sys
from pathlib import Path

from setuptools import setup

sys.path.insert(0, str(Path(__file__).parent / "build_support"))

from compilation import RUN_TIME, AllOrNone, extensions

MODULES = ["domains", "numeric", "stable", "scope", "node", "direct", "primitives", "graph", "sweep", "value"]

found = extensions("microgrand", MODULES)
setup(ext_modules=found, install_requires=RUN_TIME if found else [], cmdclass={"build_ext": AllOrNone})
