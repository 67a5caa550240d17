"""Plain code from the table: Python functions on anything, specialized to typed functions on floats.

Kernels, which a wheel carries, and printed programs are made from it, so that no formula is written a second time.

values         what is known of a value: all of it, or its type and the expression that computes it
sources        the source of a function object
operations     operators and built-in functions on such values
stand_ins      built-in functions of Python as functions on floats
expressions    expressions
statements     statements: the body of a function
specializer    calls: each function once for each combination of types and known arguments
rows           the rows of the table: value and domain
"""
