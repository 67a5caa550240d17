"""The table of speeds as a picture: a panel for each workload, a bar for each engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.engines import ENGINES
from benchmarks.speed import Results, Timing
from benchmarks.workloads import WORKLOADS

COLUMNS = 2
# Colours of Okabe and Ito, which the colour-blind tell apart; grey for all that is only there to be compared with.
COLOURS = {"plain floats": "#000000", "microgrand compiled": "#0072B2", "microgrand plain": "#56B4E9"}
OTHERS = "#999999"
FONT = {"font.size": 9, "font.family": "sans-serif", "svg.hashsalt": "microgrand"}


def save(results: Results, file: Path) -> None:
    """Write the chart, as SVG, PNG or PDF by the name of the file."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = list(dict.fromkeys([timing.workload for timing in results.timings]))
    engines = [name for name in ENGINES if name in {timing.engine for timing in results.timings}]
    lines = -(-len(names) // COLUMNS)
    with matplotlib.rc_context(FONT):
        height = lines * (0.55 + 0.21 * len(engines)) + 0.9
        figure, axes = pyplot.subplots(
            lines, COLUMNS, figsize=(9.0, height), sharex=True, sharey=True, squeeze=False, layout="constrained"
        )
        highest = max([timing.total for timing in results.timings if not timing.failed])
        for axis, name in zip(axes.flat, names, strict=False):
            _panel(axis, name, engines, [timing for timing in results.timings if timing.workload == name])
            axis.set_xlim(3.0, highest * 60.0)
        for axis in axes.flat[len(names) :]:
            axis.set_visible(False)
        figure.supxlabel(
            "value + gradient + release, ns per elementary operation (logarithmic); in brackets: times plain floats, "
            f"value only; *: a smaller instance\n{results.machine}; medians of {results.rounds} interleaved rounds; "
            f"{results.date}",
            fontsize=8,
        )
        figure.savefig(file, dpi=160, metadata={"Date": None} if file.suffix == ".svg" else None)
        pyplot.close(figure)


def _panel(axis: Any, name: str, engines: Sequence[str], timings: Sequence[Timing]) -> None:
    axis.set_title(WORKLOADS[name].title, loc="left", fontsize=9.5, fontweight="bold")
    axis.set_xscale("log")
    axis.set_yticks(range(len(engines)), engines)
    axis.set_ylim(len(engines) - 0.4, -0.6)  # the first engine on top
    axis.tick_params(axis="y", length=0)
    axis.spines[["top", "right"]].set_visible(False)
    full = max([timing.operations for timing in timings])
    for timing in timings:
        k = engines.index(timing.engine)
        if timing.failed:
            axis.text(3.3, k, "cannot run it (see the table)", va="center", fontsize=8, color="#555555")
            continue
        axis.barh(k, timing.total, height=0.72, color=COLOURS.get(timing.engine, OTHERS))
        ratio = f"{timing.ratio:.1f}" if timing.ratio < 10 else f"{timing.ratio:,.0f}"
        axis.text(
            timing.total * 1.12,
            k,
            f"{timing.total:,.0f} ({ratio}×){'*' if timing.operations < full else ''}",
            va="center",
            fontsize=8,
        )
