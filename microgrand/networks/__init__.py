"""Networks of layers: `layers.py`, the costs they end in, `losses.py`, and what one sample does in them, `trace.py`."""
