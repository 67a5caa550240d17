"""Replay on arrays: a program in few array operations, carried out a stretch of lanes at a time.

This is the one way in: no file outside this room imports one of its files.
"""

from microgrand.program.arrays.blocks import dtype_of, in_order
from microgrand.program.arrays.carrying_out import computed, plan_of
from microgrand.program.arrays.dots import with_dots
from microgrand.program.arrays.grouped_steps import grouped
from microgrand.program.arrays.passes import optimised
from microgrand.program.arrays.plan import Part, Plan

__all__ = ["Part", "Plan", "computed", "dtype_of", "grouped", "in_order", "optimised", "plan_of", "with_dots"]
