"""What of the package is not looked at for doctests: modules for a framework that is not installed."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("torch") else ["microgrand/testing/more_digits/torch_*.py"]
