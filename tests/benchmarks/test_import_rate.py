"""How fast, and in how much memory, a million galaxies' votes are imported."""

import resource
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.project import Project
from gzactive.trees import load_tree
from tests.benchmarks.watching import watched

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]
TREE = load_tree("gz-decals-dr5")
GALAXIES = 1_000_000

#: The least that must be done: read the table, put its counts into a database, keep the rest.
BARE = """
import sqlite3, sys
import pandas as pd
table = pd.read_csv(sys.argv[1], dtype={"objid": str})
votes = table.drop(columns=["ra", "dec", "sample"])
marks = ",".join("?" * len(votes.columns))
base = sqlite3.connect(sys.argv[2])
base.execute(f"create table v ({','.join(f'c{n}' for n in range(len(votes.columns)))})")
for start in range(0, len(votes), 20000):
    part = votes.iloc[start : start + 20000]
    base.executemany(f"insert into v values ({marks})", zip(*(part[c].tolist() for c in part)))
base.commit()
table[["objid", "ra", "dec", "sample"]].to_parquet(sys.argv[2] + ".parquet")
"""


def test_a_million_galaxies_come_in_within_two_gigabytes(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    ids = [str(1237648720000000000 + 7 * number) for number in range(GALAXIES)]
    counts = rng.integers(0, 40, (GALAXIES, len(TREE.columns)))
    table = pd.DataFrame(counts, columns=list(TREE.columns))
    table.insert(0, "objid", ids)
    table["ra"], table["dec"] = rng.uniform(0, 360, GALAXIES), rng.uniform(-30, 30, GALAXIES)
    table["sample"] = np.where(np.arange(GALAXIES) % 8, "original", "extra")
    table.to_csv(tmp_path / "votes.csv", index=False)
    catalog = pd.DataFrame({"id_str": ids, "file_loc": [f"/x/{one}.jpg" for one in ids]})
    Project.create(tmp_path / "project", catalog, TREE).close()
    del table, counts, catalog

    command = [sys.executable, "-m", "gzactive", "import", str(tmp_path / "project")]
    command += [str(tmp_path / "votes.csv")]
    bare = [sys.executable, "-c", BARE, str(tmp_path / "votes.csv"), str(tmp_path / "bare")]
    # The second import has the first one's votes to compare with.
    spent = [processor_seconds(one) for one in (command, command, bare)]
    (first, _), (again, _), (least, _) = spent
    memory = max(most for _, most in spent) / 1024
    print(
        f"\na million galaxies: {first:.0f} s of processor time, again {again:.0f} s; bare reading "
        f"and inserting {least:.0f} s ({first / least:.1f} times as much); {memory:.2f} GB at most"
    )
    assert memory < 2
    assert first < 8 * least


def processor_seconds(command: list[str]) -> tuple[float, float]:
    """Of a command, and the most memory that it held, MB."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    most = watched(command)[1]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, most
