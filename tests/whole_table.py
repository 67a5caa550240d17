"""The samples of a whole CSV file, for tests that do not split it."""

from pathlib import Path

from microgrand.training.samples import Samples, read_labelled


def read_samples(path: Path, target: str | None = None) -> Samples:
    """Not standardised; what is missing is filled in from all rows."""
    labelled = read_labelled(path, target)
    rows = range(len(labelled.y))
    return labelled.samples(labelled.learnt(rows), rows)
