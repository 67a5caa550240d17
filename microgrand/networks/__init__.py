"""Networks of layers (`layers.py`), their costs (`losses.py`), and the trace of a sample through them (`trace.py`)."""
