"""Features are written once, read back exactly, and damaged files are set aside."""

import logging
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from filelock import FileLock
from numpy.typing import NDArray

from gzactive.errors import GzactiveError
from gzactive.stores.feature_files import BLOCK
from gzactive.stores.features import FeatureStore

WIDTH = 16


def make(count: int, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=(count, WIDTH)).astype(np.float32)


def names(count: int, start: int = 0) -> list[str]:
    return [f"gálaxy-{i}" for i in range(start, start + count)]


@pytest.fixture
def store(tmp_path: Path) -> FeatureStore:
    return FeatureStore(tmp_path / "features" / "abc123", WIDTH)


def parts(store: FeatureStore) -> list[Path]:
    return sorted(store.folder.glob("part-*.h5"))


def fill(store: FeatureStore, counts: tuple[int, ...] = (30, 20, 10)) -> NDArray[np.float16]:
    start, written = 0, []
    for seed, count in enumerate(counts):
        values = make(count, seed)
        store.write_part(names(count, start), [f"h{i}" for i in range(count)], values)
        written.append(values.astype(np.float16))
        start += count
    return np.concatenate(written)


def flip_bit(path: Path, values: NDArray[np.float16]) -> None:
    """Flip one bit of the features inside a file, as a failing disk would."""
    data = bytearray(path.read_bytes())
    place = data.find(values.tobytes())
    assert place > 0
    data[place + 5] ^= 1
    path.write_bytes(bytes(data))


def test_features_come_back_as_float16_in_order(store: FeatureStore) -> None:
    values = fill(store)
    loaded = store.load()
    assert loaded.id_str.tolist() == names(60)
    assert loaded.image_hash[:2].tolist() == ["h0", "h1"]
    assert loaded.values.dtype == np.float16
    np.testing.assert_array_equal(loaded.values, values)
    assert len(store) == len(loaded) == 60


def test_an_empty_store_is_empty(store: FeatureStore) -> None:
    assert len(store) == 0
    assert store.load().values.shape == (0, WIDTH)
    assert store.load(["a"]).values.shape == (0, WIDTH)
    assert list(store.known().columns) == ["id_str", "image_hash", "image_stamp"]
    assert not store.compact()
    store.write_part([], [], np.empty((0, WIDTH)))
    assert not store.folder.exists()


def test_compacting_changes_nothing_but_the_number_of_files(store: FeatureStore) -> None:
    values = fill(store)
    assert store.compact()
    assert not store.compact()
    assert [path.name for path in store.folder.glob("*.h5")] == ["features.h5"]
    np.testing.assert_array_equal(store.load().values, values)
    store.write_part(["late"], ["h"], make(1))
    assert store.load().id_str.tolist() == [*names(60), "late"]
    assert store.compact()
    assert len(FeatureStore(store.folder, WIDTH)) == 61


def test_the_features_of_a_changed_image_replace_the_old_ones(store: FeatureStore) -> None:
    fill(store)
    for compact in (False, True, False):
        if compact:
            store.compact()
        seed = 7 + compact
        store.write_part(names(2), ["new0", "new1"], make(2, seed))
        loaded = store.load()
        assert sorted(loaded.id_str) == sorted(names(60))
        place = {id_str: i for i, id_str in enumerate(loaded.id_str)}
        for number, id_str in enumerate(names(2)):
            assert loaded.image_hash[place[id_str]] == f"new{number}"
            np.testing.assert_array_equal(
                loaded.values[place[id_str]], make(2, seed)[number].astype(np.float16)
            )
        np.testing.assert_array_equal(loaded.values[place["gálaxy-59"]], make(10, 2)[9].astype("e"))


def test_what_is_known_tells_hash_and_stamp(store: FeatureStore) -> None:
    store.write_part(["a", "b"], ["h1", "h2"], make(2), ["12:34", "56:78"])
    known = store.known().set_index("id_str")
    assert known.to_dict("index") == {
        "a": {"image_hash": "h1", "image_stamp": "12:34"},
        "b": {"image_hash": "h2", "image_stamp": "56:78"},
    }


def test_some_galaxies_are_loaded_in_the_order_asked(store: FeatureStore) -> None:
    values = fill(store)
    wanted = ["gálaxy-55", "unknown", "gálaxy-3", "gálaxy-31", "gálaxy-30"]
    loaded = store.load(wanted)
    assert loaded.id_str.tolist() == [wanted[0], *wanted[2:]]
    np.testing.assert_array_equal(loaded.values, values[[55, 3, 31, 30]])


def test_rows_are_streamed_from_disk_in_slices_across_files(store: FeatureStore) -> None:
    values = fill(store)
    store.compact()
    store.write_part(["late"], ["h"], make(1, 9))
    with store.open_rows() as rows:
        assert rows.shape == (61, WIDTH)
        assert rows.dtype == np.float16
        np.testing.assert_array_equal(rows[25:59], values[25:59])
        np.testing.assert_array_equal(rows[59:][1], make(1, 9)[0].astype(np.float16))
        assert rows[5:5].shape == (0, WIDTH)
        assert rows[-1:].shape == (1, WIDTH)
        with pytest.raises(ValueError, match="step 1"):
            rows[::2]


def test_rows_that_are_open_outlive_a_compaction(store: FeatureStore) -> None:
    values = fill(store)
    with store.open_rows() as rows:
        store.compact()
        np.testing.assert_array_equal(rows[:], values)


def test_more_rows_than_one_block_are_checked_block_by_block(store: FeatureStore) -> None:
    count = 2 * BLOCK + 3
    values = make(count).astype(np.float16)
    store.write_part(names(count), ["h"] * count, values)
    store.compact()
    np.testing.assert_array_equal(store.load().values, values)


@pytest.mark.parametrize("kept", [0, 100, 2500])
def test_a_truncated_part_is_set_aside_and_its_galaxies_are_missing(
    store: FeatureStore, kept: int, caplog: pytest.LogCaptureFixture
) -> None:
    values = fill(store)
    bad = parts(store)[1]
    bad.write_bytes(bad.read_bytes()[:kept])
    with caplog.at_level(logging.WARNING):
        loaded = store.load()
    assert loaded.id_str.tolist() == names(30) + names(10, 50)
    np.testing.assert_array_equal(loaded.values[30:], values[50:])
    assert not bad.exists()
    assert [one.path.name for one in store.set_aside] == [f"{bad.name}.bad"]
    assert "computed again" in caplog.text
    store.write_part(names(20, 30), ["h"] * 20, make(20, 1))
    assert len(store) == 60


def test_a_flipped_bit_sets_a_part_aside(store: FeatureStore) -> None:
    values = fill(store)
    flip_bit(parts(store)[2], values[50:])
    assert store.load().id_str.tolist() == names(50)
    (aside,) = store.set_aside
    assert aside.galaxies == 10
    assert "checksum" in aside.reason
    assert aside.path.name.endswith(".bad")


def test_a_flipped_bit_in_an_id_sets_a_part_aside(store: FeatureStore) -> None:
    fill(store)
    bad = parts(store)[0]
    data = bad.read_bytes()
    place = data.find("gálaxy-7\0".encode())
    bad.write_bytes(data[:place] + b"G" + data[place + 1 :])
    assert store.load().id_str.tolist() == names(30, 30)


def test_a_flipped_bit_in_the_main_file_costs_one_block_only(store: FeatureStore) -> None:
    count = 3 * BLOCK
    values = make(count).astype(np.float16)
    store.write_part(names(count), ["h"] * count, values)
    store.compact()
    flip_bit(store.folder / "features.h5", values[BLOCK : BLOCK + 8])
    fresh = FeatureStore(store.folder, WIDTH)
    assert fresh.load().id_str.tolist() == names(BLOCK) + names(BLOCK, 2 * BLOCK)
    assert [one.galaxies for one in fresh.set_aside] == [BLOCK]
    again = names(BLOCK, BLOCK)
    fresh.write_part(again, ["h"] * BLOCK, values[BLOCK : 2 * BLOCK])
    assert fresh.compact()
    clean = FeatureStore(store.folder, WIDTH)
    assert sorted(clean.load().id_str) == sorted(names(count))
    assert clean.set_aside == []


def test_a_main_file_that_cannot_be_opened_is_set_aside(store: FeatureStore) -> None:
    fill(store)
    store.compact()
    store.write_part(["late"], ["h"], make(1))
    (store.folder / "features.h5").write_bytes(b"not HDF5 at all")
    fresh = FeatureStore(store.folder, WIDTH)
    assert fresh.load().id_str.tolist() == ["late"]
    assert (store.folder / "features.h5.bad").exists()


def test_a_part_of_another_backbone_or_width_is_set_aside(
    store: FeatureStore, tmp_path: Path
) -> None:
    fill(store)
    other = FeatureStore(tmp_path / "other", WIDTH)
    other.write_part(["x"], ["h"], make(1))
    wider = FeatureStore(tmp_path / "abc123", WIDTH + 1)
    wider.write_part(["y"], ["h"], np.ones((1, WIDTH + 1)))
    for number, source in enumerate((other, wider)):
        parts(source)[0].rename(store.folder / f"part-0000009{number}-aa.h5")
    with h5py.File(store.folder / "part-00000099-aa.h5", "w") as file:
        file["something"] = 1
    assert len(store) == 60
    reasons = sorted(one.reason.split(" (")[0] for one in store.set_aside)
    assert reasons[0] == "it cannot be read"
    assert reasons[1] == "it is of the backbone other, not abc123"
    assert reasons[2].startswith("its features are float16")


def test_a_compaction_killed_before_it_removed_the_parts_costs_nothing(
    store: FeatureStore,
) -> None:
    values = fill(store)
    kept = {path: path.read_bytes() for path in parts(store)}
    store.compact()
    store.write_part(names(1), ["new"], make(1, 5))
    store.compact()
    for path, data in kept.items():  # as if they had never been removed
        path.write_bytes(data)
    fresh = FeatureStore(store.folder, WIDTH)
    fresh.compact()
    loaded = fresh.load()
    np.testing.assert_array_equal(loaded.values[loaded.id_str == "gálaxy-59"][0], values[59])
    assert len(loaded) == 60


def test_half_written_files_of_killed_processes_are_removed_when_old(
    store: FeatureStore,
) -> None:
    import os

    fill(store)
    old, young = store.folder / ".1-aa.h5.tmp", store.folder / ".1-bb.h5.tmp"
    for path in (old, young):
        path.write_bytes(b"half")
    hours_ago = time.time() - 2 * 3600
    os.utime(old, (hours_ago, hours_ago))
    store.compact()
    assert not old.exists()
    assert young.exists()  # perhaps somebody is writing it


def test_only_one_process_compacts_at_a_time(store: FeatureStore) -> None:
    fill(store)
    with FileLock(store.folder / ".compact.lock"):
        assert not store.compact()
        assert len(parts(store)) == 3
    assert store.compact()


def test_a_part_merged_while_files_are_being_opened_is_found_in_the_main_file(
    store: FeatureStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = fill(store)
    reader = FeatureStore(store.folder, WIDTH)
    listed = reader._parts

    def slow() -> list[Path]:
        found = listed()
        store.compact()  # between listing the files and opening them
        return found

    monkeypatch.setattr(reader, "_parts", slow)
    np.testing.assert_array_equal(reader.load().values, values)


@pytest.mark.parametrize(
    ("ids", "features", "message"),
    [
        (["a"], np.ones((1, WIDTH + 1)), "16 features each"),
        (["a", "b"], np.ones((1, WIDTH)), "2 galaxies"),
        (["a"], np.full((1, WIDTH), np.nan), "'a' are not finite"),
        (["a"], np.full((1, WIDTH), 1e6), "not finite in float16"),
    ],
)
def test_features_that_make_no_sense_are_refused(
    store: FeatureStore, ids: list[str], features: NDArray[np.float64], message: str
) -> None:
    with pytest.raises(GzactiveError, match=message):
        store.write_part(ids, ["h"] * len(ids), features)
    assert not store.folder.exists()


def test_a_folder_that_cannot_be_made_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "features").write_text("a file")
    store = FeatureStore(tmp_path / "features" / "abc", WIDTH)
    with pytest.raises(GzactiveError, match="cannot be written"):
        store.write_part(["a"], ["h"], make(1))


@pytest.mark.parametrize("step", [1, 3, 40])
def test_scattered_rows_come_as_they_lie_wherever_one_reading_ends(store, step: int) -> None:
    values = make(10_000).astype(np.float16)
    ids = names(10_000)
    for part in (slice(0, 5000), slice(5000, None)):  # two files, and several readings of each
        store.write_part(ids[part], ids[part], values[part])
    wanted = np.arange(0, 10_000, step)
    mixed = np.random.default_rng(0).permutation(np.concatenate([wanted, wanted[:7]]))
    assert np.array_equal(store.load([ids[row] for row in wanted]).values, values[wanted])
    with store.open_rows() as rows:
        found = rows.take(rows.places([ids[row] for row in mixed]))
    assert np.array_equal(found, values[mixed])
