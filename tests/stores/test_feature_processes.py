"""The feature cache stays whole while processes are killed, read and compact at the same time."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from gzactive.stores.features import FeatureStore

WRITE_FOREVER = """
import sys
from pathlib import Path
import numpy as np
from gzactive.stores.features import FeatureStore

store = FeatureStore(Path(sys.argv[1]), 1280)
start, rows, compact = int(sys.argv[2]), 200, int(sys.argv[3])
print("ready", flush=True)
while True:
    values = np.arange(start, start + rows)[:, None] % 100 + np.zeros((1, 1280))
    store.write_part([str(i) for i in range(start, start + rows)], ["h"] * rows, values)
    print(start + rows, flush=True)
    start += rows
    if compact and start % (rows * compact) == 0:
        store.compact()
"""


def writer(folder: Path, start: int, compact: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITE_FOREVER, str(folder), str(start), str(compact)],
        stdout=subprocess.PIPE,
        text=True,
    )


def whole(store: FeatureStore) -> int:
    """Number of galaxies, each with its own values."""
    loaded = store.load()
    numbers = loaded.id_str.astype(int)
    np.testing.assert_array_equal(loaded.values, (numbers % 100)[:, None] + np.zeros((1, 1280)))
    assert len(set(numbers)) == len(numbers)
    assert store.set_aside == []
    return len(numbers)


def test_a_writer_killed_at_any_moment_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    folder = tmp_path / "abc"
    acknowledged = 0
    for attempt, lines in enumerate((1, 4, 9, 3)):
        with writer(folder, acknowledged, compact=2) as process:
            assert process.stdout is not None
            told = [process.stdout.readline() for _ in range(lines)]
            time.sleep(0.003 * attempt)  # not always at the same place
            process.kill()
            told += process.stdout.readlines()
        done = [int(line) for line in told if line.strip().isdigit()]
        acknowledged = max([acknowledged, *done])
        stored = whole(FeatureStore(folder))
        assert acknowledged <= stored <= acknowledged + 200
        acknowledged = stored
    store = FeatureStore(folder)
    store.compact()
    assert whole(store) == acknowledged


def test_readers_find_whole_parts_while_another_process_writes_and_compacts(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "abc"
    with writer(folder, 0, compact=3) as process:
        assert process.stdout is not None
        process.stdout.readline()
        store, counts = FeatureStore(folder), []
        deadline = time.monotonic() + 20
        while len(counts) < 12 or (counts[-1] < 2000 and time.monotonic() < deadline):
            counts.append(whole(store))
        process.kill()
        process.stdout.read()
    assert counts == sorted(counts)  # a galaxy that was there stays there
    assert counts[-1] > counts[0]


def test_two_writers_do_not_overwrite_each_other(tmp_path: Path) -> None:
    folder = tmp_path / "abc"
    told = []
    with writer(folder, 0, compact=2) as one, writer(folder, 10**6, compact=3) as two:
        for process in (one, two):
            assert process.stdout is not None
            told.append([process.stdout.readline() for _ in range(8)][-1])
        for process in (one, two):
            process.kill()
            assert process.stdout is not None
            process.stdout.read()
    stored = set(FeatureStore(folder).load().id_str.astype(int))
    assert stored >= set(range(int(told[0])))
    assert stored >= set(range(10**6, int(told[1])))
    assert whole(FeatureStore(folder)) == len(stored)
