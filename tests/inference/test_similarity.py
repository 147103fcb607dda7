"""Searching by example: exact over the cached features, and honest about what it cannot find."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.errors import GzactiveError
from gzactive.inference import feature_store
from gzactive.inference.similarity import (
    Direction,
    find_similar,
    likeness,
    likeness_of,
    towards,
)
from gzactive.progress import Cancelled
from gzactive.project import Project
from gzactive.stores.features import FeatureStore

WIDTH = 1280


def features(n: int, rare: list[int], seed: int = 0) -> np.ndarray:
    """Galaxies that differ much in two ways, and rare ones that share a small third."""
    rng = np.random.default_rng(seed)
    values = 0.02 * rng.standard_normal((n, WIDTH))
    values += rng.standard_normal((n, 2)) @ rng.standard_normal((2, WIDTH))
    values[rare] += 0.1 * rng.standard_normal(WIDTH)
    return values.astype(np.float16)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    ids = [f"G{number:03d}" for number in range(300)]
    catalog = pd.DataFrame({"id_str": ids, "file_loc": [f"/images/{one}.png" for one in ids]})
    with Project.create(tmp_path / "project", catalog, "rings") as made:
        stored = ids[:-1]  # the last one has no features
        values = features(len(stored), rare=list(range(20)))
        store = feature_store(made)
        store.write_part(stored[:150], ["x"] * 150, values[:150])
        store.write_part(stored[150:], ["x"] * 149, values[150:])
        yield made


def test_the_rare_ones_are_found_from_a_few_of_them(project: Project) -> None:
    found = find_similar(project, ["G003", "G007", "G011"], n=17)
    assert list(found.columns) == ["rank", "id_str", "similarity"]
    rare = {f"G{number:03d}" for number in range(20)} - {"G003", "G007", "G011"}
    assert len(set(found["id_str"]) & rare) >= 16
    assert found["similarity"].is_monotonic_decreasing
    assert found["rank"].tolist() == list(range(1, 18))


def test_what_is_unlike_is_pushed_down(project: Project) -> None:
    before = likeness(project, ["G003"])
    after = likeness(project, ["G003"], ["G200"])
    row = before.id_str.tolist().index("G200")
    assert after.score[row] < before.score[row] - 0.2


def test_scores_are_standard_deviations_of_the_catalogue(project: Project) -> None:
    score = likeness(project, ["G003", "G004"]).score
    assert abs(score.mean()) < 1e-3
    assert abs(score.std() - 1) < 1e-3


@pytest.mark.parametrize("n", [1, 255, 257, 5000])
def test_streaming_float16_gives_the_plain_product(n: int) -> None:
    rng = np.random.default_rng(n)
    values = (10.0 ** rng.uniform(-7, 3, (n, WIDTH)) * rng.choice([-1, 1], (n, WIDTH))).astype(
        np.float16
    )
    values[0, :3] = [0.0, 65504.0, -6e-8]  # nothing, the largest and the smallest there is
    weights = rng.standard_normal(WIDTH).astype(np.float32)
    expected = values.astype(np.float64) @ weights.astype(np.float64) + 0.5
    found = likeness_of(values, Direction(weights, 0.5))
    size = np.abs(values.astype(np.float64)) @ np.abs(weights)
    assert (np.abs(found - expected) <= 1e-5 * size).all()


def test_a_search_can_be_cancelled(project: Project) -> None:
    told: list[int] = []

    def cancel(stage: str, done: int, total: int) -> None:
        told.append(done)
        raise Cancelled

    with pytest.raises(Cancelled):
        find_similar(project, ["G001"], progress=cancel)
    assert told == [0]


def test_a_direction_from_one_galaxy_only_is_finite() -> None:
    values = features(5, rare=[])
    found = towards(values[:1], values[:1])
    assert np.isfinite(found.weights).all()


@pytest.mark.parametrize(
    ("like", "unlike", "sentence"),
    [
        ([], [], "give at least one example"),
        (["G001"], ["G001"], "cannot be both"),
        (["nobody", "nor-me"], [], "no galaxy 'nobody' in this project \\(nor have 1 others\\)"),
        (["G001", "G299"], [], "'G299' has no features"),
    ],
)
def test_what_cannot_be_an_example_is_told_in_a_sentence(
    project: Project, like: list[str], unlike: list[str], sentence: str
) -> None:
    with pytest.raises(GzactiveError, match=sentence):
        find_similar(project, like, unlike)


def test_a_search_for_no_galaxies_is_refused(project: Project) -> None:
    with pytest.raises(GzactiveError, match="at least 1"):
        find_similar(project, ["G001"], n=0)


def test_damaged_features_are_never_shown(project: Project) -> None:
    folder = feature_store(project).folder
    first = sorted(folder.glob("part-*.h5"))[0]
    damaged = bytearray(first.read_bytes())
    stored = feature_store(project).load(["G005"]).values.tobytes()
    place = bytes(damaged).find(stored)
    # The bytes of a galaxy that is sure to be found: it now looks more like the examples still.
    damaged[place : place + 2000] = b"\x00\x7a" * 1000
    first.write_bytes(bytes(damaged))
    with Project.open(project.path) as opened:
        found = find_similar(opened, ["G200", "G201"], n=300)
    assert "G005" not in set(found["id_str"])
    assert len(found) == 147


def test_a_damaged_sample_does_not_hide_the_others(project: Project) -> None:
    folder = feature_store(project).folder
    first = sorted(folder.glob("part-*.h5"))[0]
    damaged = bytearray(first.read_bytes())
    stored = feature_store(project).load(["G005"]).values.tobytes()
    place = bytes(damaged).find(stored)
    damaged[place : place + 2000] = b"\x00\x7e" * 1000  # none of these is a number
    first.write_bytes(bytes(damaged))
    with Project.open(project.path) as opened:
        found = find_similar(opened, ["G200", "G201"], n=5)
    assert len(found) == 5
    assert np.isfinite(found["similarity"]).all()


def test_a_store_that_was_not_checked_tells_which_rows_are_sound(tmp_path: Path) -> None:
    store = FeatureStore(tmp_path / "features", width=4)
    ids = [f"G{number}" for number in range(3000)]
    store.write_part(ids, [""] * 3000, np.arange(12000, dtype=np.float16).reshape(3000, 4) / 100)
    (path,) = store.folder.glob("part-*.h5")
    data = bytearray(path.read_bytes())
    row = (np.arange(4 * 2050, 4 * 2051, dtype=np.float16) / 100).tobytes()
    data[bytes(data).find(row)] ^= 1
    path.write_bytes(bytes(data))
    with FeatureStore(tmp_path / "features", width=4).open_rows(check=False) as rows:
        assert len(rows) == 3000
        places = rows.places(["G2047", "G2048", "G0", "nobody"])
        assert places.tolist() == [2047, 2048, 0, -1]
        assert rows.sound(places[:3]).tolist() == [True, False, True]
