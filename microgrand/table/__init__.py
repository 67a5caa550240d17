"""The table: every elementary function with its partials, one row each.

primitive.py      what a row declares, and how it is applied
arithmetic.py     the rows of the operators
rows.py           all other rows, but for those of gamma_rows.py
signature.py, domains.py, notation.py, formula.py    a row's operands, its domain, its notation; formulas of graphs
numbers.py, arrays.py, ufuncs.py    the kinds of numbers; array libraries; NumPy's functions
numeric.py, stable.py, many_operands.py, reductions.py    the functions, on floats, arrays and 50-digit numbers
rounding.py, normal.py, sinc.py, gamma.py, polygamma.py, beta.py    more of them
rounded_division.py    the operators % and //, and what math.floor gives of a Value
symbols.py        how vectors, layers and parameters are written
"""
