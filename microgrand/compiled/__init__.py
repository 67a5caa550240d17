"""Everything that is there for speed alone. Without it the engine computes the same numbers, more slowly.

What each part buys was measured by taking it away, on 2026-11-28: two cores of an AMD EPYC, CPython 3.11, `python -m
benchmarks`, total time per operation, compiled, with all the other parts in place.

kernels.py      A typed function on floats for the value and each partial of every row, written from the table when a
                wheel is built (`build_support/kernels.py`); kernel.py applies them. Functions drawn from the whole
                table take 8 times as long without, a tanh network 1.5 times, the same network of layers 7 times.
hints.py        `acyclic=True` keeps nodes from the garbage collector: without it a network takes 2.3 times as long, a
                chain of a million nodes 3.4 times. It needs `build_support/release.h`, which releases deep graphs.
                `context_value` reads a context variable in C: layers take 1.2 times as long without.
kernel.py       `applied_to_each` reads a vector once for all rows of a matrix, and stores it once: layers take 1.3
                times as long without.
packed.py       Arrays of floats in which no float is an object of its own; kernels of lists are built on them. What
                these buy was not measured.
choice.py       Not for speed: it chooses between the compiled modules and their source.
outlined.py     Not for speed: it shows compiled modules as their source. `v.tanh()` takes 12 ns more for it, of 90;
                operators and functions take no longer, by less than 2 %, layers and sweeps by less than 3 %.

In `build_support/`, `c_functions.py` has mypyc call `math`'s functions, exact sums and the like in C: functions take
1.15 to 1.25 times as long without. Hidden symbols buy 1.08 to 1.2; a shorter `isinstance` (`classes.h`) and longer
functions written in line buy 1.08 together, and less than 1.05 each. One thing outside this room is there for speed,
too: the list of entered scopes in `engine/scope.py`, for the plain build.
"""
