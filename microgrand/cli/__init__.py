"""The command line: `microgrand train`, `predict`, `draw`, `step`, `exercise` and `check`."""

from microgrand.cli.main import main as main
from microgrand.cli.main import parser as parser
