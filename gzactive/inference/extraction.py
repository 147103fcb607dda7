"""Images through the network, once: decoding overlaps computing, and nothing done is lost.

This is the pipeline alone: galaxies in, part files and problems out. Which galaxies, which cache
and which network is decided in :mod:`gzactive.inference`.
"""

import os
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gzactive.images import ImageProblem, ImageSettings, load_unless_known
from gzactive.inference.changes import file_stamps, unchanged
from gzactive.progress import Cancelled, Progress, silent
from gzactive.stores.features import FeatureRows, FeatureStore
from gzactive.stores.problems import ProblemTable

__all__ = [
    "BATCH",
    "STAGE",
    "ExtractReport",
    "Network",
    "cores",
    "dihedral",
    "extract",
    "text_array",
]

#: Images a forward pass: larger ones gain nothing on a CPU, and answer a cancel later.
BATCH = 32
#: Name of this work in the table of problems.
STAGE = "features"

#: Galaxies a part file, and the longest time that computed features wait for theirs, so that a
#: kill costs at most so much.
_PART = 1000
_PART_SECONDS = 60.0
#: From so many part files on, they are merged at the end of a run.
_COMPACT_PARTS = 8
#: Batches that may be decoded ahead of the network; 6 MB each.
_AHEAD = 3
#: Seconds to wait for a slow drive before saying again how far it is, which is when to cancel.
_PATIENCE = 0.25


class Network(Protocol):
    """What :class:`gzactive.model.weights.GalaxyModel` does here."""

    def features(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, size, size, channels) in [0, 1] to (n, width)."""


@dataclass(frozen=True)
class ExtractReport:
    """What came of a run.

    Attributes
    ----------
    done
        Galaxies whose features were stored in this run.
    cached
        Galaxies whose features were there and whose image has not changed.
    problems
        Galaxies whose image cannot be used.
    seconds
        Duration of decoding, computing and storing; loading the network not counted.
    rate
        Galaxies done in a second.
    """

    done: int
    cached: int
    problems: int
    seconds: float
    rate: float


@dataclass(frozen=True, eq=False)
class _Decoded:
    """One image on its way: its array, or the stored row that holds its features, or why not."""

    row: int
    array: NDArray[np.float32] | None = None
    image_hash: str = ""
    reason: str = ""


@dataclass
class _Part:
    """Features that wait to be written."""

    rows: list[int] = field(default_factory=list)
    hashes: list[str] = field(default_factory=list)
    values: list[NDArray[Any]] = field(default_factory=list)
    problems: list[tuple[str, str, str, str]] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)

    def due(self) -> bool:
        waited = time.monotonic() - self.since > _PART_SECONDS
        return len(self.rows) >= _PART or (waited and bool(self.rows or self.problems))


def extract(
    id_str: Sequence[str],
    file_loc: Sequence[str],
    store: FeatureStore,
    problems: ProblemTable,
    load_network: Callable[[], Network],
    *,
    settings: ImageSettings,
    others: Sequence[FeatureStore] = (),
    stage: str = STAGE,
    view: int = 0,
    progress: Progress = silent,
    batch: int = BATCH,
    workers: int | None = None,
) -> ExtractReport:
    """Bring a feature store up to date with images.

    A galaxy is left alone if its file's size and time are those of the stored features. Else the
    file is read and hashed; features of the same content are copied, wherever they are stored,
    and only what is new is decoded and computed.

    On two cores the sum of both works is what counts: the network runs in this thread, with its
    own threads below, while ``workers`` threads decode at most three batches ahead. Pillow and
    TensorFlow let go of Python's lock, so that both cores are always busy. (Measured with
    EfficientNet-B0 on 2 cores: XLA, i.e. ``jit_compile``, is 12 times *slower* than the plain
    graph; batches above 32 gain nothing.)

    Parameters
    ----------
    id_str, file_loc
        n galaxies.
    store
        Where their features belong.
    problems
        Where unusable images are listed, and taken off the list once they are mended.
    load_network
        Called once, and only if something has to be computed.
    settings
        How files become arrays.
    others
        Stores of the same network in which features of the same content may be found.
    stage
        Name of this work in ``problems``.
    view
        How the network sees each image, see :func:`dihedral`; ``store`` is that view's own.
    batch
        Images a forward pass.
    workers
        Decoding threads; by default one a core.

    Raises
    ------
    gzactive.progress.Cancelled
        From ``progress``; what was computed is stored first.
    """
    started = time.monotonic()
    known_problems = _problem_ids(problems, stage)
    run = _Run(id_str, file_loc, store, problems, stage, known_problems)
    with ThreadPoolExecutor(workers or cores(), thread_name_prefix="decode") as pool:
        with store.open_rows() as rows:
            stamps, reasons = file_stamps(run.file_loc, pool, progress)
            for row, reason in reasons.items():
                run.fail(row, reason)
            current = unchanged(rows, run.id_str, stamps)
            unusable = stamps == ""
            run.clear(np.flatnonzero(current))
            todo = np.flatnonzero(~current & ~unusable)
            sources: list[FeatureRows] = []
            try:
                if len(todo):
                    sources = [rows, *(other.open_rows() for other in others)]
                    network = load_network()
                    started = time.monotonic()
                    _compute(
                        run, todo, stamps, sources, network, settings, pool, progress, batch, view
                    )
            finally:
                for source in sources[1:]:
                    source.close()
                pool.shutdown(cancel_futures=True)
        run.flush(stamps)
    seconds = time.monotonic() - started
    if run.done and sum(1 for _ in store.folder.glob("part-*.h5")) >= _COMPACT_PARTS:
        progress("Tidying the cache", 0, 0)
        store.compact()
    return ExtractReport(
        done=run.done,
        cached=int(current.sum()),
        problems=run.failed,
        seconds=seconds,
        rate=run.done / seconds if seconds else 0.0,
    )


class _Run:
    """Galaxies, where their results go, and what waits to be written."""

    def __init__(
        self,
        id_str: Sequence[str],
        file_loc: Sequence[str],
        store: FeatureStore,
        problems: ProblemTable,
        stage: str,
        known_problems: set[str],
    ) -> None:
        self.id_str = text_array(id_str)
        self.file_loc = text_array(file_loc)
        self.done = 0
        self.failed = 0
        self._store = store
        self._problems = problems
        self._stage = stage
        self._known_problems = known_problems
        self._part = _Part()

    def fail(self, row: int, reason: str) -> None:
        self.failed += 1
        told = (self.id_str[row], self.file_loc[row], self._stage, f"{reason}.")
        self._part.problems.append(told)

    def add(self, rows: Sequence[int], hashes: Sequence[str], values: NDArray[Any]) -> None:
        self._part.rows += rows
        self._part.hashes += hashes
        self._part.values.append(values)

    def clear(self, rows: Sequence[int] | NDArray[np.intp]) -> None:
        """Take galaxies off the list of problems."""
        if not self._known_problems:
            return
        mended = self._known_problems.intersection(self.id_str[rows])
        if mended:
            self._problems.clear(mended, self._stage)
            self._known_problems -= mended

    def flush(self, stamps: NDArray[np.object_], *, only_if_due: bool = False) -> None:
        """Write what waits: it survives a kill when this returns."""
        if only_if_due and not self._part.due():
            return
        part, self._part = self._part, _Part()
        if part.rows:
            self._store.write_part(
                self.id_str[part.rows].tolist(),
                part.hashes,
                np.concatenate(part.values),
                stamps[part.rows].tolist(),
            )
            self.done += len(part.rows)
            self.clear(part.rows)
        self._problems.record(part.problems)


def _compute(
    run: _Run,
    todo: NDArray[np.intp],
    stamps: NDArray[np.object_],
    sources: Sequence[FeatureRows],
    network: Network,
    settings: ImageSettings,
    pool: ThreadPoolExecutor,
    progress: Progress,
    batch: int,
    view: int,
) -> None:
    """Decode, compute and store; on cancel, store what is computed and pass it on."""
    known = _by_hash(sources)
    size = settings.crop
    images = np.empty((batch, size, size, settings.channels), dtype=np.float32)
    rows: list[int] = []
    hashes: list[str] = []
    reached = 0

    def forward() -> None:
        if rows:
            run.add(rows.copy(), hashes.copy(), network.features(images[: len(rows)]))
            rows.clear()
            hashes.clear()

    def tell() -> None:
        progress("Computing features", reached, len(todo))

    try:
        tell()
        images_in_order = _decoded(run, todo, known, settings, pool, batch, tell)
        for reached, one in enumerate(images_in_order, start=1):
            if one.reason:
                run.fail(one.row, one.reason)
            elif one.array is None:
                source, place = known[one.image_hash]
                run.add([one.row], [one.image_hash], sources[source].take(np.array([place])))
            else:
                images[len(rows)] = dihedral(one.array, view)
                rows.append(one.row)
                hashes.append(one.image_hash)
            if len(rows) == batch:
                forward()
            if not rows or reached % batch == 0:
                run.flush(stamps, only_if_due=True)
                tell()
        forward()
    except (Cancelled, KeyboardInterrupt):
        run.flush(stamps)
        raise
    run.flush(stamps)
    tell()


def _decoded(
    run: _Run,
    todo: NDArray[np.intp],
    known: Mapping[str, Any],
    settings: ImageSettings,
    pool: ThreadPoolExecutor,
    batch: int,
    tell: Callable[[], None],
) -> Iterator[_Decoded]:
    """Images in order, decoded ahead by a bounded number; ``tell`` is called while one is slow."""

    def decode(row: int) -> _Decoded:
        try:
            array, image_hash = load_unless_known(run.file_loc[row], settings, known)
        except ImageProblem as problem:
            return _Decoded(row, reason=problem.reason)
        return _Decoded(row, array, image_hash)

    def oldest() -> _Decoded:
        future = waiting.popleft()
        while not wait([future], timeout=_PATIENCE).done:
            tell()
        return future.result()

    waiting: deque[Future[_Decoded]] = deque()
    for row in todo.tolist():
        waiting.append(pool.submit(decode, row))
        if len(waiting) >= _AHEAD * batch:
            yield oldest()
    while waiting:
        yield oldest()


def _by_hash(sources: Sequence[FeatureRows]) -> dict[str, tuple[int, int]]:
    """Content of an image to the store and row that hold its features."""
    return {
        image_hash: (source, row)
        for source, rows in enumerate(sources)
        for row, image_hash in enumerate(rows.image_hash)
    }


def _problem_ids(problems: ProblemTable, stage: str) -> set[str]:
    frame = problems.frame()
    return set(frame["id_str"][frame["stage"] == stage])


def dihedral(image: NDArray[Any], view: int) -> NDArray[Any]:
    """Return one of the eight symmetric views of a square image, (size, size, channels).

    View 0 is the image itself, 1 to 3 are its quarter turns, 4 to 7 the same, mirrored. A galaxy is
    as likely to be seen in one as in another.
    """
    turned = np.rot90(image, view % 4)
    return turned[:, ::-1] if view >= 4 else turned


def text_array(texts: Sequence[str]) -> NDArray[np.object_]:
    """Texts as an array of objects, in which they are compared and picked fast."""
    array = np.empty(len(texts), dtype=object)
    array[:] = list(texts)
    return array


def cores() -> int:
    """Cores that this process may use: fewer than the machine's in a container."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
