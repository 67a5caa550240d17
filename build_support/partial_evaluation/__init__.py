"""Specialize Python functions on anything to typed functions on floats, when a wheel is built.

values         what is known of a value: all of it, or its type and the expression that computes it
sources        the source of a function object
operations     operators and built-in functions on such values
expressions    expressions
statements     statements: the body of a function
specializer    calls: each function once for each combination of types and known arguments
"""
