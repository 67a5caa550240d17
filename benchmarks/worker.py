"""A process that imports one engine and measures it: a line of JSON in, a line of JSON out.

`Worker` is the other side: it starts such a process and asks. One process can import microgrand compiled or plain, not
both; and no engine pays for what another one keeps in memory. Workers that are not asked wait for their next line and
take no time.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.engines import ENGINES, NotAvailableError, Task
from benchmarks.workloads import WORKLOADS

ROOT = Path(__file__).resolve().parent.parent
MOST_REPETITIONS = 50


def start(statements: str, pure: bool) -> subprocess.Popen[str]:
    """Start a Python that runs `statements`, and can import this package and microgrand.

    pure  whether that is the plain source beside this folder; else an installed microgrand goes before it
    """
    place = "0" if pure else "len(sys.path)"
    surroundings = {name: text for name, text in os.environ.items() if name != "MICROGRAND_PURE"}
    return subprocess.Popen(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert({place}, {str(ROOT)!r}); {statements}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=surroundings | ({"MICROGRAND_PURE": "1"} if pure else {}),
    )


class Worker:
    """A process with one engine in it.

    version  of the engine; None if it cannot be measured here
    missing  why it cannot
    """

    def __init__(self, engine: str) -> None:
        self.engine = engine
        self._process = start(f"from benchmarks.worker import serve; serve({engine!r})", ENGINES[engine].pure)
        greeting = self._answer()
        self.version: str | None = greeting.get("version")
        self.missing: str = greeting.get("failed", "")

    def ask(self, workload: str, size: int, seconds: float = 0.0) -> dict[str, Any]:
        """Run a workload of that size; the answer is `measured`'s, or {"failed": the reason}."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps([workload, size, seconds]) + "\n")
            self._process.stdin.flush()
        except OSError:
            return {"failed": "its process died"}
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"failed": "its process died"}
        return answer

    def close(self) -> None:
        """End the process, whatever it is at."""
        self._process.kill()
        self._process.communicate()


def serve(name: str) -> None:
    """Say hello, then answer every line, until there is none."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever an engine prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the asker, who then ends this process
    try:
        engine = ENGINES[name].load()
        greeting = {"version": engine.version}
    except NotAvailableError as error:
        greeting = {"failed": str(error)}
    except ImportError:
        greeting = {"failed": "not installed"}
    print(json.dumps(greeting), file=answers, flush=True)
    for line in sys.stdin:
        workload, size, seconds = json.loads(line)
        numbers, prepare = WORKLOADS[workload].instance(size)
        try:
            answer = measured(engine.task(engine, prepare, numbers), seconds)
        except NotAvailableError as error:
            answer = {"failed": str(error)}
        except RecursionError:
            answer = {"failed": "it recurses, and the graph is deeper than Python's recursion limit"}
        except MemoryError:
            answer = {"failed": "there is not enough memory"}
        print(json.dumps(answer), file=answers, flush=True)


def measured(task: Task, seconds: float) -> dict[str, Any]:
    """The mean seconds of forward, backward and release, repeated for about `seconds`; value and gradient.

    The repetitions follow each other as the steps of a training would, and the garbage collector works as it would.
    """
    gc.collect()
    spent = [0.0, 0.0, 0.0]
    repetitions = 0
    while repetitions == 0 or (sum(spent) < seconds and repetitions < MOST_REPETITIONS):
        task.begin()
        starting = time.perf_counter()
        task.forward()
        recorded = time.perf_counter()
        task.backward()
        swept = time.perf_counter()
        if repetitions == 0:
            value, gradient = task.value(), task.gradient()
        releasing = time.perf_counter()
        task.release()
        released = time.perf_counter()
        spent = [total + t for total, t in zip(spent, [recorded - starting, swept - recorded, released - releasing])]  # noqa: B905
        repetitions += 1
    forward, backward, release = [total / repetitions for total in spent]
    return {
        "forward": forward,
        "backward": backward,
        "release": release,
        "value": value,
        "gradient": gradient,
        "repetitions": repetitions,
    }
