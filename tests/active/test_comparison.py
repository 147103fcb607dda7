"""Ways of choosing are compared on equal terms, and a killed comparison goes on."""

import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from gzactive.active.comparison import CURVES, Comparison, KnownGalaxies, compare, known_galaxies
from gzactive.active.oracle import Retirement
from gzactive.catalog.vote_tables import read_votes
from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.progress import Cancelled

from .conftest import votes_table

SMALL = {"rounds": 2, "batch": 10, "initial": 15, "seeds": 2, "n_samples": 5}
PROGRAM = """
import sys
import numpy as np
from pathlib import Path
from gzactive.active.comparison import Comparison, KnownGalaxies, compare
from gzactive.model.head import Head
from gzactive.trees import load_tree
tree = load_tree("rings")
data = np.load(sys.argv[1])
known = KnownGalaxies(tree, Head.fresh(tree), data["f"], data["v"], data["r"])
several = Comparison(("random", "diverse"), rounds=2, batch=10, initial=15, seeds=5, n_samples=5)
compare(known, several, Path(sys.argv[2]))
"""


@pytest.fixture
def known(ring_sky):
    reserved = np.random.default_rng(3).random(len(ring_sky)) < 0.3
    features = ring_sky.features.astype(np.float32)
    return KnownGalaxies(
        ring_sky.tree, Head.fresh(ring_sky.tree), features, ring_sky.votes, reserved
    )


def test_all_strategies_start_from_the_same_galaxies_and_take_as_many(known, tmp_path):
    names = ("mutual-information@4", "core-set", "random")
    table = compare(known, Comparison(names, **SMALL), tmp_path)
    assert len(table) == 3 * 2 * 3
    assert sorted(table["n_labels"].unique()) == [0, 15, 25]
    first = table[table["round"] == 1].groupby("seed")["held_out_loss"]
    assert (first.nunique() == 1).all()
    assert table[table["round"] == 1]["held_out_loss"].nunique() == 2  # of two seeds
    assert table[table["round"] == 2]["held_out_loss"].nunique() == 6


def test_fewer_votes_a_galaxy_teach_less(known, tmp_path):
    many = compare(known, Comparison(("random",), **SMALL), tmp_path / "many")
    single = Comparison(("random",), retirement=Retirement(1), **SMALL)
    few = compare(known, single, tmp_path / "few")
    assert few["n_votes"].max() == few["n_labels"].max()
    assert many["n_votes"].max() == 20 * many["n_labels"].max()
    last = [one[one["round"] == 2]["held_out_loss"].mean() for one in (many, few)]
    assert last[0] < last[1]


def test_a_killed_comparison_goes_on_and_ends_as_an_undisturbed_one(known, tmp_path):
    np.savez(tmp_path / "sky.npz", f=known.features, v=known.votes, r=known.reserved)
    command = [sys.executable, "-c", PROGRAM, tmp_path / "sky.npz", tmp_path / "killed"]
    process = subprocess.Popen(list(map(str, command)))
    curves, deadline = tmp_path / "killed" / CURVES, time.monotonic() + 60
    while not curves.exists() and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    process.wait()
    done = pd.read_csv(curves)[["strategy", "seed"]].drop_duplicates()
    assert 0 < len(done) < 10
    told = []
    several = SMALL | {"seeds": 5}
    comparison = Comparison(("random", "diverse"), **several)
    gone_on = compare(
        known, comparison, tmp_path / "killed", progress=lambda _, done, total: told.append(done)
    )
    assert min(told) >= 3 * len(done)
    whole = compare(known, comparison, tmp_path / "whole")
    columns = ["strategy", "seed", "n_labels", "held_out_loss", "accuracy"]
    pd.testing.assert_frame_equal(gone_on[columns], whole[columns], check_exact=False)


def test_cancelling_keeps_the_curves_that_are_done_and_more_may_be_asked_for(known, tmp_path):
    def cancel(stage, done, total):
        if done >= 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        compare(known, Comparison(("random",), **SMALL), tmp_path, progress=cancel)
    assert len(pd.read_csv(tmp_path / CURVES)) == 3
    more = compare(known, Comparison(("random", "diverse"), **SMALL), tmp_path)
    assert len(more) == 12


def test_a_folder_of_another_comparison_is_not_gone_on_with(known, tmp_path):
    compare(known, Comparison(("random",), **SMALL), tmp_path)
    with pytest.raises(GzactiveError, match="with another start: name another folder"):
        compare(known, Comparison(("random",), start="fresh", **SMALL), tmp_path)


def test_galaxies_of_a_project_are_those_with_features_and_votes(make_project, ring_sky):
    project = make_project(ring_sky, features=range(200))
    votes = read_votes(votes_table(ring_sky, range(100, 300)), ring_sky.tree)
    found = known_galaxies(project, votes)
    assert found.votes.shape == (100, 2)
    np.testing.assert_array_equal(found.votes, ring_sky.votes[100:200])
    np.testing.assert_array_equal(found.reserved, project.catalog["reserved"].to_numpy()[100:200])
    with pytest.raises(GzactiveError, match="has features in this project"):
        known_galaxies(project, votes[-100:])


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(GzactiveError, match="name each once"):
        Comparison(("random", "random"))
    with pytest.raises(GzactiveError, match="No strategy 'best'"):
        Comparison(("best",))
    with pytest.raises(GzactiveError, match="no exponent after the @"):
        Comparison(("entropy@high",))
    with pytest.raises(GzactiveError, match="at least 1 of each"):
        Comparison(batch=0)
    with pytest.raises(GzactiveError, match="No start 'other'"):
        Comparison(start="other")
