"""Replays on Dask arrays: one task a chunk of lanes, carried out where the chunk lies when Dask computes the result."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from microgrand.errors import DomainError, NonFiniteError
from microgrand.outer_errors import GuardError
from microgrand.program.arguments import Arguments
from microgrand.program.arrays import dtype_of
from microgrand.program.pairwise import TOGETHER, added, pairwise
from microgrand.program.pieces import Piece, is_dask
from microgrand.program.threads import one_thread
from microgrand.program.workers import require_workers

Key = Any  # what Dask calls a task by


class Graph:
    """Tasks that are added to those of Dask's collections, and what is made of them."""

    def __init__(self, collections: Sequence[Any]) -> None:
        self.name = f"microgrand-{uuid4().hex}"
        self.below = list(collections)
        self.tasks: dict[Key, Any] = {}

    def held(self, item: Any) -> Key:
        """The key of an item that every worker gets once, whatever the number of tasks that take it."""
        import dask

        delayed = dask.delayed(item, traverse=False)
        self.below.append(delayed)
        return delayed.key

    def task(self, function: Callable[..., Any], *arguments: Any) -> Key:
        """The key of a call; keys among the arguments stand for what their tasks return."""
        key = (self.name, len(self.tasks))
        self.tasks[key] = (function, *arguments)
        return key

    def reduced(self, merged: Callable[[list[Any]], Any], terms: list[Key]) -> Key:
        """The key of all terms merged, a few at a time: `merged` takes a list of neighbours."""
        while len(terms) > 1:
            groups = [terms[k : k + TOGETHER] for k in range(0, len(terms), TOGETHER)]
            terms = [self.task(merged, group) for group in groups]
        return terms[0]

    def array(
        self, calls: Sequence[tuple[Any, ...]], chunks: tuple[tuple[int, ...], ...], axis: int, dtype: Any
    ) -> Any:
        """A Dask array with these chunks, whose blocks, one after the other along an axis, are what calls return."""
        import dask.array
        import numpy

        name = f"microgrand-{uuid4().hex}"
        places = [[i if each == axis else 0 for each in range(len(chunks))] for i in range(len(calls))]
        layer = {(name, *place): call for place, call in zip(places, calls, strict=True)}
        return dask.array.Array(self._graph(name, layer), name, chunks, meta=numpy.empty((0,) * len(chunks), dtype))

    def computed(self, key: Key) -> Any:
        """What the task of this key returns, computed now, with the same bits in threads as on a cluster."""
        from dask.delayed import Delayed

        name = f"microgrand-{uuid4().hex}"
        with one_thread():
            return Delayed(name, self._graph(name, {name: key})).compute()

    def _graph(self, name: str, layer: dict[Key, Any]) -> Any:
        """All tasks, and those of one layer more."""
        from dask.highlevelgraph import HighLevelGraph

        graph = HighLevelGraph.from_collections(self.name, self.tasks, dependencies=self.below)
        return HighLevelGraph({**graph.layers, name: layer}, {**graph.dependencies, name: {self.name}})


class Chunks:
    """Arguments among which there are Dask arrays, chunk by chunk.

    lengths  how many lanes each chunk has; None where there are no lanes, and all is one task
    graph    where tasks on the chunks are added
    """

    def __init__(self, given: Arguments) -> None:
        require_workers()
        pieces = [piece for piece in given.pieces if piece.shape is not None]
        cut = [piece.data.chunks[0] for piece in pieces if piece.laned and is_dask(piece.data)]
        self.lengths: tuple[int, ...] | None = cut[0] if cut else None if given.lanes is None else (given.lanes,)
        self._columns = [self._column(piece) for piece in pieces]
        self._laned = [piece.laned for piece in pieces]
        self.graph = Graph([column for column in self._columns if column is not None])
        self._given = self.graph.held(given.with_arrays([
            piece.data if column is None else None for piece, column in zip(pieces, self._columns, strict=True)
        ]))  # fmt: skip

    def _column(self, piece: Piece) -> Any:
        """A piece as a Dask array with these chunks; None where it travels with the rest, as a plain array."""
        if not (piece.laned or is_dask(piece.data)):
            return None
        import dask.array

        array = piece.data if is_dask(piece.data) else dask.array.from_array(piece.data, chunks=-1, name=False)
        chunks: dict[int, Any] = dict.fromkeys(range(array.ndim), -1)
        return array.rechunk({**chunks, 0: self.lengths} if piece.laned else chunks)

    def tasks(self, function: Callable[..., Any], item: Any) -> list[Key]:
        """The keys of function(item, arguments of the chunk), one a chunk; errors tell the chunk, counted from 0."""
        held = self.graph.held(item)
        numbers = [None] if self.lengths is None else range(len(self.lengths))
        return [self.graph.task(_of_chunk, function, held, self._given, i, *self._blocks(i or 0)) for i in numbers]

    def _blocks(self, i: int) -> list[Key]:
        """The keys of the blocks of chunk number i; None for an array that travels with the rest."""
        return [
            None if column is None else (column.name, *[i if laned and axis == 0 else 0 for axis in range(column.ndim)])
            for column, laned in zip(self._columns, self._laned, strict=True)
        ]


def _of_chunk(function: Callable[..., Any], item: Any, given: Arguments, number: int | None, *blocks: Any) -> Any:
    plain = given.arrays()
    arrays = [plain[k] if block is None else block for k, block in enumerate(blocks)]
    with naming_chunk(number):
        return function(item, given.with_arrays(arrays))


@contextmanager
def naming_chunk(number: int | None) -> Iterator[None]:
    """Errors of numbers tell in which chunk they were met."""
    try:
        yield
    except (GuardError, NonFiniteError, DomainError) as error:
        if number is None:
            raise
        raise type(error)(f"chunk {number}: {error}") from None


def dask_library() -> Any:
    """The functions of Dask arrays."""
    import dask.array

    return dask.array


# ---- what a question's parts are, as Dask arrays ---------------------------------------------------------------------


class Job:
    """What is done with each chunk.

    answer   what gives the parts of the question for NumPy's arrays: answer(question, arguments, *settings)
    finite   raises an error unless sums over all chunks are finite
    """

    def __init__(self, answer: Any, finite: Any, question: Any, settings: tuple[Any, ...]) -> None:
        self.answer, self.finite, self.question, self.settings = answer, finite, question, settings


def by_chunks(job: Job, given: Arguments) -> list[Any]:
    """What each part of the question is, as a Dask array: lanes have the chunks of the arguments, sums have one."""
    import numpy

    chunks = Chunks(given)
    graph, parts = chunks.graph, job.question.parts
    tasks = chunks.tasks(_answered, job)
    summed = [k for k, part in enumerate(parts) if part.summed]
    sums = [graph.task(_items, task, summed) for task in tasks] if summed else []
    root = graph.task(_checked, graph.held(job), graph.reduced(_summed, sums)) if summed else None
    dtype = dtype_of([numpy.empty(0, array.dtype) for array in given.arrays()], numpy)
    found = []
    for k, part in enumerate(parts):
        size = (len(part.outputs),)
        if part.summed:
            found.append(graph.array([(operator.getitem, root, summed.index(k))], (size,), 0, dtype))
        else:
            blocks = [(operator.getitem, task, k) for task in tasks]
            found.append(graph.array(blocks, (size, chunks.lengths or (1,)), 1, dtype))
    return found


def _answered(job: Job, given: Arguments) -> list[Any]:
    found: list[Any] = job.answer(job.question, given, *job.settings)
    return found


def _items(found: list[Any], places: list[int]) -> list[Any]:
    return [found[k] for k in places]


def _summed(terms: list[list[Any]]) -> list[Any]:
    total: list[Any] = pairwise(terms, added)
    return total


def _checked(job: Job, sums: list[Any]) -> list[Any]:
    job.finite(sums, *job.settings)
    return sums
