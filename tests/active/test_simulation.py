"""The loop replayed: labels help, reserved galaxies stay out, and equal seeds give equal rows."""

import numpy as np
import pytest

from gzactive.active.simulation import simulate, simulate_rounds
from gzactive.active.strategies import STRATEGIES
from gzactive.errors import GzactiveError
from gzactive.model.head import Head
from gzactive.model.training import HeadFit

QUICK = HeadFit(max_epochs=15)


@pytest.fixture
def reserved(decals_sky):
    return np.random.default_rng(7).random(len(decals_sky)) < 0.2


def replay(sky, reserved, strategy, rounds=2, batch=40, seed=0, **options):
    options = {"settings": QUICK, "n_samples": 10} | options
    base = Head.fresh(sky.tree)
    return simulate(
        sky.features, sky.votes, reserved, sky.tree, base, strategy, rounds, batch, seed, **options
    )


@pytest.mark.parametrize("name", STRATEGIES)
def test_labels_lower_the_held_out_loss_and_raise_the_accuracy(decals_sky, reserved, name):
    rows = replay(decals_sky, reserved, name)
    assert list(rows["round"]) == [0, 1, 2]
    assert list(rows["n_labels"]) == [0, 40, 80]
    assert rows["held_out_loss"].iloc[2] < 0.85 * rows["held_out_loss"].iloc[0]
    assert rows["accuracy"].iloc[2] > rows["accuracy"].iloc[0] + 0.1


def test_equal_seeds_give_equal_rows_and_others_differ(decals_sky, reserved):
    first, again = (replay(decals_sky, reserved, "mutual-information", 1) for _ in range(2))
    other = replay(decals_sky, reserved, "mutual-information", 1, seed=1)
    columns = ["n_labels", "held_out_loss", "accuracy"]
    assert first[columns].equals(again[columns])
    assert not first[columns].equals(other[columns])


def test_a_strategy_of_ones_own_sees_only_voted_unreserved_unlabelled_galaxies(
    decals_sky, reserved
):
    votes = decals_sky.votes.copy()
    votes[::3] = 0
    seen = []

    def first_ones(situation):
        seen.append(situation)
        return situation.candidates[: situation.n]

    sky = type(decals_sky)(decals_sky.tree, decals_sky.features, decals_sky.fractions, votes)
    rows = replay(sky, reserved, first_ones, rounds=3, batch=10)
    assert list(rows["n_labels"]) == [0, 10, 20, 30]
    for number, situation in enumerate(seen):
        assert not reserved[situation.candidates].any()
        assert (votes[situation.candidates].sum(axis=1) > 0).all()
        assert len(situation.labelled) == 10 * number
        assert not np.isin(situation.labelled, situation.candidates).any()


def test_it_ends_when_no_candidate_is_left(decals_sky, reserved):
    everyone = replay(decals_sky, reserved, "random", rounds=9, batch=300)
    assert everyone["n_labels"].iloc[-1] == np.count_nonzero(~reserved)
    assert len(everyone) == 3


def test_of_one_question_heads_are_judged_by_its_votes_alone(decals_sky, reserved):
    bar = decals_sky.tree.slice("bar")
    rows = replay(decals_sky, reserved, "mutual-information@4", question="bar")
    only = decals_sky.votes.copy()
    only[:, : bar.start] = only[:, bar.stop :] = 0
    sky = type(decals_sky)(decals_sky.tree, decals_sky.features, decals_sky.fractions, only)
    alone = replay(sky, reserved, "random", rounds=1)
    assert rows["held_out_loss"].iloc[0] == pytest.approx(alone["held_out_loss"].iloc[0])
    assert rows["held_out_loss"].iloc[2] < rows["held_out_loss"].iloc[0]


def test_rows_come_one_by_one_and_progress_is_told(decals_sky, reserved):
    base = Head.fresh(decals_sky.tree)
    steps = simulate_rounds(
        decals_sky.features, decals_sky.votes, reserved, decals_sky.tree, base, "random", 50, 40
    )
    assert next(steps)["n_labels"] == 0
    steps.close()
    told = []
    replay(decals_sky, reserved, "random", 1, progress=lambda *one: told.append(one))
    assert told == [("Simulating rounds", 0, 1), ("Simulating rounds", 1, 1)]


def test_what_cannot_be_replayed_is_refused(decals_sky, reserved):
    with pytest.raises(GzactiveError, match="No strategy 'best'"):
        replay(decals_sky, reserved, "best")
    with pytest.raises(GzactiveError, match="shape"):
        replay(decals_sky, reserved[:-1], "random")
    with pytest.raises(GzactiveError, match="No reserved galaxy has votes"):
        replay(decals_sky, np.zeros(len(decals_sky), bool), "random")
    with pytest.raises(GzactiveError, match="0 galaxies cannot"):
        replay(decals_sky, reserved, "random", batch=0)
    with pytest.raises(GzactiveError, match="not all candidates"):
        replay(decals_sky, reserved, lambda situation: np.flatnonzero(reserved)[:3])
