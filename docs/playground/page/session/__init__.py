"""Python in the page: one run after the other of what stands in the editor, and files of what is shown."""

import gc
import sys

import microgrand as mg
from microgrand.drawing.render import lay_out_with as lay_out_with  # called by the worker, before anything is drawn
from session.running import run as run
from session.showing import saved as saved

if sys.platform == "emscripten":
    gc.disable()  # it releases the objects of large drawings one inside the other, and WebAssembly's stack ends


def warm_up():
    """Import what drawing and stepping need, before anybody waits for it."""
    mg.walkthrough(mg.Value(1.0) * 2.0).html()
