"""`python -m microgrand`: the command line."""

import sys

from microgrand.cli import main

sys.exit(main())
