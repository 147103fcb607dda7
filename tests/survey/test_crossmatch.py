"""Which galaxies of two catalogues are the same, and what their volunteers say of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gzactive.errors import GzactiveError
from gzactive.progress import Cancelled
from gzactive.survey.crossmatch import Pairs, cross_match, matched_table, one_to_one
from gzactive.survey.positions import positions_in, read_positions
from gzactive.survey.vote_comparison import compare_votes, shared_answers

ARCSEC = 1 / 3600


def crowd(n: int, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Galaxies so close together that many have several neighbours."""
    rng = np.random.default_rng(seed)
    return 150 + rng.uniform(0, 60, n) * ARCSEC, 2 + rng.uniform(0, 60, n) * ARCSEC


def greedy(pairs: Pairs) -> set[tuple[int, int]]:
    """The definition, one pair after another."""
    found: set[tuple[int, int]] = set()
    used: tuple[set[int], set[int]] = (set(), set())
    for one, other in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True):
        if one not in used[0] and other not in used[1]:
            found.add((one, other))
            used[0].add(one)
            used[1].add(other)
    return found


def test_one_to_one_takes_the_closest_pair_that_is_free_again_and_again() -> None:
    first, second = crowd(120), crowd(150, seed=3)
    every = cross_match(first, second, 6, every=True)
    pairs = cross_match(first, second, 6)
    assert set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == greedy(every)
    assert len(np.unique(pairs.first)) == len(np.unique(pairs.second)) == len(pairs) > 60
    other = cross_match(second, first, 6)
    assert set(zip(other.second.tolist(), other.first.tolist(), strict=True)) == greedy(every)


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), unique=True, max_size=40))
def test_any_pairs_are_matched_as_one_after_another_would_be(some: list[tuple[int, int]]) -> None:
    first, second = (np.array([pair[side] for pair in some], np.intp) for side in (0, 1))
    pairs = Pairs(first, second, np.arange(len(some), dtype=float))
    left = one_to_one(pairs)
    assert set(zip(left.first.tolist(), left.second.tolist(), strict=True)) == greedy(pairs)


def test_separations_are_arc_seconds_on_the_sphere_also_over_zero_and_at_a_pole() -> None:
    first = ([359.9999, 10.0, 0.0], [0.0, 60.0, 89.9999])
    second = ([0.0001, 10.0 + 2 * ARCSEC, 180.0], [0.0, 60.0, 89.9999])
    pairs = cross_match(first, second, 1.01)
    by_row = dict(zip(pairs.first.tolist(), pairs.separation, strict=True))
    assert by_row[0] == pytest.approx(0.72)
    assert by_row[1] == pytest.approx(1.0, abs=1e-6)
    assert by_row[2] == pytest.approx(0.72, abs=1e-6)


def test_what_has_no_place_matches_nothing_and_no_radius_is_refused() -> None:
    assert len(cross_match(([np.nan], [1.0]), ([1.0], [1.0]))) == 0
    assert len(cross_match(([], []), ([1.0], [1.0]))) == 0
    for radius in (0, -1, 4000, float("nan")):
        with pytest.raises(GzactiveError, match="radius"):
            cross_match(([1.0], [1.0]), ([1.0], [1.0]), radius)


def test_a_match_can_be_cancelled() -> None:
    def cancel(stage: str, done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        cross_match(crowd(5), crowd(5), progress=cancel)


def test_ids_stay_text_and_rows_without_a_place_are_told(tmp_path: Path) -> None:
    path = tmp_path / "gz2.csv"
    path.write_text(
        "dr7objid,RA,Dec,petroR90_r\n"
        "587722981741363294,160.1,-1.01,3.2\n"
        "587722981741363295,,2.0,4.0\n"
        "587722981741363296,361.5,2.0,4.0\n"
    )
    survey = read_positions(path)
    assert survey.name == "gz2"
    assert survey.id_str.tolist()[0] == "587722981741363294"
    assert survey.placed.tolist() == [0]
    assert "not a coordinate in row 3" in survey.remarks[0]
    assert survey.remarks[1] == "'gz2': 2 of 3 galaxies have no place in the sky and are left out."


def test_a_table_without_coordinates_says_what_it_has_and_one_without_ids_counts_rows() -> None:
    with pytest.raises(GzactiveError, match="no column ra and dec"):
        positions_in(pd.DataFrame({"iauname": ["a"], "z": [0.1]}), "some")
    survey = positions_in(pd.DataFrame({"ra": [1.0, 2.0], "dec": [1.0, 2.0]}), "some")
    assert survey.id_str.tolist() == ["1", "2"]
    assert "named by their rows" in survey.remarks[0]


def test_the_table_of_pairs_keeps_the_columns_of_both_when_told() -> None:
    one = positions_in(
        pd.DataFrame({"objid": ["9" * 18, "8" * 18], "ra": [1.0, 2.0], "dec": 0.5, "z": [3, 4]}),
        "one",
    )
    other = positions_in(
        pd.DataFrame({"iauname": ["J1", "J2"], "ra": [2.0, 1.0], "dec": 0.5, "z": [5, 6]}), "other"
    )
    pairs = cross_match((one.ra, one.dec), (other.ra, other.dec))
    table = matched_table(one, other, pairs)
    assert table["id_str_1"].tolist() == ["9" * 18, "8" * 18]
    assert table["id_str_2"].tolist() == ["J2", "J1"]
    wide = matched_table(one, other, pairs, columns=True)
    assert wide[["z_1", "z_2"]].to_numpy().tolist() == [[3, 6], [4, 5]]
    assert not wide.columns.duplicated().any()


def surveys(n: int = 40, more: float = 0.15):
    """The same galaxies in two surveys of two trees; those of the second are more featured."""
    rng = np.random.default_rng(6)
    ra, dec = rng.uniform(0, 20, n), rng.uniform(-5, 5, n)
    share = rng.uniform(0.1, 0.7, n)
    counts = [rng.binomial(40, share), rng.binomial(40, share + more)]
    gz2 = pd.DataFrame(
        {
            "dr7objid": [str(10**17 + k) for k in range(n)],
            "ra": ra,
            "dec": dec,
            "t01_smooth_or_features_a01_smooth_count": 40 - counts[0],
            "t01_smooth_or_features_a02_features_or_disk_count": counts[0],
            "t01_smooth_or_features_a03_star_or_artifact_count": 0,
        }
    )
    decals = pd.DataFrame(
        {
            "iauname": [f"J{k}" for k in range(n)],
            "ra": ra,
            "dec": dec + 0.3 * ARCSEC,
            "smooth-or-featured_smooth": 40 - counts[1],
            "smooth-or-featured_featured-or-disk": counts[1],
            "smooth-or-featured_artifact": 0,
        }
    )
    decals.loc[0, "smooth-or-featured_featured-or-disk"] = 0
    decals.loc[0, "smooth-or-featured_smooth"] = 5
    return positions_in(gz2, "GZ2"), positions_in(decals.iloc[::-1], "DECaLS")


def test_votes_are_compared_by_meaning_over_trees_where_both_have_enough() -> None:
    one, other = surveys()
    pairs = cross_match((one.ra, one.dec), (other.ra, other.dec))
    assert "smooth-or-featured_featured-or-disk" in shared_answers(one, other)
    comparison = compare_votes(one, other, pairs)
    table = comparison.table().set_index("answer")
    featured = table.loc["smooth-or-featured_featured-or-disk"]
    assert featured["galaxies"] == 39  # one has five votes only
    assert featured["difference"] == pytest.approx(0.15, abs=0.04)
    assert featured["error"] < 0.03
    assert featured["higher_in_2"] > 0.8
    assert featured["correlation"] > 0.7
    assert len(compare_votes(one, other, pairs, least=3).fractions[featured.name][0]) == 40


def test_without_shared_votes_there_is_nothing_to_compare() -> None:
    one, _ = surveys()
    other = positions_in(
        pd.DataFrame({"iauname": ["a"], "ra": one.ra[:1], "dec": one.dec[:1]}), "b"
    )
    pairs = cross_match((one.ra, one.dec), (other.ra, other.dec))
    assert len(pairs) == 1
    assert compare_votes(one, other, pairs).fractions == {}


@pytest.mark.real_data
def test_real_galaxies_of_stripe_82_are_found_in_decals(real_data: Path) -> None:
    """Ids of 64 bits, under each survey's own names; more featured in DECaLS (W+22)."""
    one = read_positions(real_data / "votes" / "gz2_stripe82_votes.csv.gz")
    other = read_positions(real_data / "votes" / "gz_decals_full_tree_votes.csv")
    pairs = cross_match((one.ra, one.dec), (other.ra, other.dec))
    assert len(pairs) == 32
    assert np.median(pairs.separation) < 0.2
    table = compare_votes(one, other, pairs).table().set_index("answer")
    assert table.loc["smooth-or-featured_featured-or-disk", "correlation"] > 0.7


@pytest.mark.benchmark
def test_240k_against_340k_in_under_a_minute() -> None:
    import time

    rng = np.random.default_rng(0)

    def cap(n: int) -> tuple[np.ndarray, np.ndarray]:
        return rng.uniform(110, 260, n), np.degrees(np.arcsin(rng.uniform(-0.05, 0.9, n)))

    first, second = cap(240_000), cap(340_000)
    same = rng.permutation(240_000)[:132_722]
    for side in (0, 1):
        second[side][: len(same)] = first[side][same] + rng.normal(0, 0.2 * ARCSEC, len(same))
    began = time.perf_counter()
    pairs = cross_match(first, second)
    took = time.perf_counter() - began
    began = time.perf_counter()
    every = cross_match(first, second, every=True)
    both = time.perf_counter() - began
    print(
        f"\n240,000 × 340,000 galaxies within 2 arc seconds: one to one {took:.1f} s "
        f"({len(pairs):,} pairs), all {both:.1f} s ({len(every):,} pairs)"
    )
    assert len(pairs) >= len(same) * 0.99
    assert took < 60
