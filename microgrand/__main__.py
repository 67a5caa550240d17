"""`python -m microgrand`: the command line."""

import sys

from microgrand.cli.main import main

sys.exit(main())
