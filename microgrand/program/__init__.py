"""Programs: a computation recorded once as plain data, and replayed on other numbers, arrays and compilers.

>>> from microgrand import record
>>> program = record(lambda x, y: x * y + x, 2.0, 3.0)
>>> program(5.0, 7.0), program.value_and_grad(5.0, 7.0, argnums=(0, 1))
(40.0, (40.0, (8.0, 5.0)))
"""

from microgrand.program.arrays import grouped, optimised, with_dots
from microgrand.program.passes import with_common, without_dead, without_signs
from microgrand.program.program import Program
from microgrand.program.recording import record
from microgrand.program.tape import Application, Guard, Tape

__all__ = [
    "Application",
    "Guard",
    "Program",
    "Tape",
    "grouped",
    "optimised",
    "record",
    "with_common",
    "with_dots",
    "without_dead",
    "without_signs",
]
