"""The table: every elementary function with its partials, one row each.

primitive.py      what a row declares, and how it is applied
arithmetic.py     the rows of the operators
rows.py           all other rows
signature.py, domains.py, notation.py, formula.py    what a row takes, where it is defined, how it is written
numbers.py, arrays.py, ufuncs.py    which numbers there are; arrays; NumPy's names
numeric.py, stable.py, many_operands.py, reductions.py    the functions themselves, on floats, arrays and many digits
symbols.py        how vectors and layers are written
"""
