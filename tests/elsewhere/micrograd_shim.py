"""micrograd's public names on top of microgrand: its engine and its nn are modules here, with its names in them."""

from types import ModuleType

from microgrand import Value, nn

engine = ModuleType("micrograd.engine")
engine.Value = Value

MODULES = {"micrograd": ModuleType("micrograd"), "micrograd.engine": engine, "micrograd.nn": nn}
