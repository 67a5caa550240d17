"""Hand over to setuptools; what is to be known stands in pyproject.toml and setup.cfg."""

from setuptools import setup

setup()
