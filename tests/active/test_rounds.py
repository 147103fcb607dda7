"""A round fits what it should and is judged on what never trains."""

import numpy as np
import pytest

from gzactive.active import round_labels
from gzactive.active.rounds import (
    current_round,
    held_out_votes,
    promote,
    rounds,
    run_round,
    training_votes,
)
from gzactive.errors import GzactiveError
from gzactive.inference import base_head, current_head
from gzactive.model.head import Head
from gzactive.model.training import fit_head

from .conftest import (
    QUICK,
    finish,
    first_answers,
    ids_of,
    label,
    rows_of,
    some_head,
    votes_table,
    walk_votes,
)


@pytest.fixture(scope="module")
def trained_head(decals_sky):
    """What can be learned from all the votes there are."""
    fresh = Head.fresh(decals_sky.tree)
    return fit_head(
        decals_sky.features, decals_sky.votes, decals_sky.tree, fresh, settings=QUICK
    ).head


# ---- what is fitted --------------------------------------------------------------------------


def test_reserved_galaxies_never_train(make_project, ring_sky):
    heads = []
    for number, wrong in enumerate((False, True)):
        project = make_project(ring_sky, name=f"project-{number}")
        votes = ring_sky.votes.copy()
        if wrong:  # other votes on reserved galaxies must make no difference to the head
            reserved = project.catalog["reserved"].to_numpy()
            votes[reserved] = votes[reserved][:, ::-1]
        label(project, ring_sky, range(200), votes)
        trained = set(training_votes(project).index)
        held_out = set(held_out_votes(project).index)
        assert trained.isdisjoint(held_out)
        assert trained | held_out == set(ids_of(ring_sky)[:200])
        made = run_round(project, settings=QUICK)
        assert made.n_training == len(trained)
        assert made.n_held_out == len(held_out)
        heads.append(made)
    assert heads[0].head.id == heads[1].head.id
    assert heads[0].loss < heads[1].loss
    assert heads[0].manifest["data_hash"] != heads[1].manifest["data_hash"]


def test_votes_are_catalogue_counts_plus_first_classifications_times_weight(
    make_project, decals_sky
):
    project = make_project(decals_sky)
    tree = decals_sky.tree
    row = int(rows_of(project, False, 1)[0])
    id_str = ids_of(decals_sky)[row]
    catalogue = votes_table(decals_sky, [row, int(rows_of(project, True, 1)[0])])
    project.labels.set_catalogue_votes(catalogue, tree, source="test")
    finish(project, "ada", id_str, first_answers)
    finish(project, "bob", id_str, first_answers)
    first = tree.columns.index(f"{tree.root.name}_{tree.root.answers[0].name}")
    counted = training_votes(project).loc[id_str].to_numpy()
    assert counted[first] == decals_sky.votes[row][first] + 2
    project.save_settings(label_weights={"bob": 0.5})
    assert training_votes(project).loc[id_str].to_numpy()[first] == counted[first] - 0.5
    assert len(held_out_votes(project)) == 1
    project.save_settings(catalogue_votes=False)
    assert training_votes(project).loc[id_str].to_numpy()[first] == 1.5
    assert held_out_votes(project).empty


def test_only_galaxies_of_this_catalogue_with_votes_count(make_project, ring_sky):
    project = make_project(ring_sky)
    table = votes_table(ring_sky, range(30))
    table.loc[29, "id_str"] = "from-another-project"
    project.labels.add_scripted(table, project.tree, "script")
    assert len(training_votes(project)) + len(held_out_votes(project)) == 29


def test_every_round_starts_from_the_base_head(make_project, ring_sky):
    project = make_project(ring_sky)
    label(project, ring_sky, range(150))
    first = run_round(project, seed=5, settings=QUICK)
    second = run_round(project, seed=5, settings=QUICK)
    assert current_head(project)[2] == 2
    assert first.head.id == second.head.id
    assert second.manifest["heads"]["base"] == base_head(project).id
    assert second.manifest["heads"]["previous"] == first.head.id


def test_single_votes_do_not_make_the_evidence_drift(make_project, decals_sky, trained_head):
    base = trained_head
    project = make_project(decals_sky, head=base)
    tree = decals_sky.tree
    votes = walk_votes(tree, decals_sky.fractions, 1, np.random.default_rng(0))
    parts = [tree.slice(question.name) for question in tree.modelled]
    asked = np.stack([votes[:, part].any(axis=1) for part in parts], axis=1)
    before = evidence(base, decals_sky)
    trained = rows_of(project, False, 300)
    drifts = []
    for n in (100, 200, 300):
        label(project, decals_sky, trained[:n], votes)
        made = run_round(project)
        assert made.head.id != base.id
        change = np.log(evidence(made.head, decals_sky) / before)
        drifts.append(np.where(asked, change, np.nan)[trained[:n]])
    for drift in drifts:
        assert np.abs(np.nanmedian(drift)) < 0.05
        often = np.isfinite(drift).sum(axis=0) > 20
        assert np.abs(np.nanmedian(drift[:, often], axis=0)).max() < 0.2
    # Nor does it add up from round to round.
    assert np.abs(np.nanmean(drifts[2])) < np.abs(np.nanmean(drifts[0])) + 0.05


def evidence(head, sky):
    alpha = head.concentrations(sky.features)
    starts = [sky.tree.slice(question.name).start for question in sky.tree.modelled]
    return np.add.reduceat(alpha, starts, axis=1)


def test_a_tree_without_a_head_learns_in_its_first_round(make_project, ring_sky):
    project = make_project(ring_sky)
    label(project, ring_sky, range(250))
    made = run_round(project)
    assert made.judged
    assert made.promoted
    assert made.loss < 0.8 * made.previous_loss
    assert made.manifest["metrics"]["accuracy"] > 0.7


def test_labelled_galaxies_without_features_are_left_out_and_counted(make_project, ring_sky):
    project = make_project(ring_sky, features=np.arange(100))
    label(project, ring_sky, range(150))
    made = run_round(project, settings=QUICK)
    counts = made.manifest["counts"]
    assert made.n_training + made.n_held_out == 100
    assert counts["training_without_features"] + counts["held_out_without_features"] == 50
    assert "have no features yet" in made.sentence


def test_too_few_labels_are_refused_with_their_number_and_the_remedy(make_project, ring_sky):
    project = make_project(ring_sky)
    with pytest.raises(GzactiveError, match=r"0 labelled galaxies .* label 10 more"):
        run_round(project)
    label(project, ring_sky, rows_of(project, False, 7))
    label(project, ring_sky, rows_of(project, True, 40), labeller="other")
    with pytest.raises(GzactiveError, match=r"7 labelled galaxies .* label 3 more"):
        run_round(project)
    assert rounds(project) == []


def test_labels_without_features_are_refused_with_the_remedy(make_project, ring_sky):
    project = make_project(ring_sky, features=False)
    label(project, ring_sky, range(60))
    with pytest.raises(GzactiveError, match="compute the features first"):
        run_round(project)


# ---- how it is judged ------------------------------------------------------------------------


def test_a_worse_round_is_kept_but_not_put_in_use(make_project, decals_sky, trained_head):
    project = make_project(decals_sky, head=trained_head)
    wrong = np.roll(decals_sky.votes, 57, axis=0)
    label(project, decals_sky, rows_of(project, False, 200), wrong)
    label(project, decals_sky, rows_of(project, True, 40), labeller="other")
    made = run_round(project)
    assert made.judged
    assert not made.promoted
    assert made.loss > made.previous_loss
    assert made.manifest["metrics"]["probability_worse"] >= 0.9
    assert "not put in use" in made.sentence
    assert current_round(project) == 0
    assert current_head(project)[0].id == base_head(project).id
    assert [one.number for one in rounds(project)] == [1]
    promote(project, 1)  # a person may overrule
    assert current_head(project)[0].id == made.head.id


def test_with_few_held_out_galaxies_it_is_put_in_use_unjudged(
    make_project, decals_sky, trained_head
):
    project = make_project(decals_sky, head=trained_head)
    wrong = np.roll(decals_sky.votes, 57, axis=0)
    label(project, decals_sky, rows_of(project, False, 100), wrong)
    made = run_round(project, settings=QUICK)
    assert (made.promoted, made.judged, made.loss) == (True, False, None)
    assert "not yet judged" in made.sentence
    label(project, decals_sky, rows_of(project, True, 29), labeller="other")
    made = run_round(project, settings=QUICK)
    assert (made.promoted, made.judged, made.n_held_out) == (True, False, 29)
    assert made.loss is not None
    assert current_round(project) == 2


def test_more_labels_make_better_rounds(make_project, decals_sky):
    project = make_project(decals_sky)
    label(project, decals_sky, rows_of(project, True, 80))
    losses = []
    for n in (40, 120, 320):
        label(project, decals_sky, rows_of(project, False, n))
        losses.append(run_round(project, settings=QUICK).loss)
    assert losses[0] > losses[1] > losses[2]
    assert all(made.promoted for made in rounds(project))


def test_a_round_is_repeatable_from_its_seed(make_project, ring_sky):
    made = []
    for number in range(2):
        project = make_project(ring_sky, name=f"project-{number}")
        label(project, ring_sky, range(100))
        made.append(run_round(project, settings=QUICK))
    assert made[0].head.id == made[1].head.id
    assert made[0].manifest["seed"] == made[1].manifest["seed"]
    assert made[0].manifest["data_hash"] == made[1].manifest["data_hash"]


def test_labels_that_arrive_while_they_are_read_are_read_again(make_project, ring_sky, monkeypatch):
    project = make_project(ring_sky)
    label(project, ring_sky, range(60))
    read = round_labels._all_votes
    arrived = []

    def read_slowly(project):
        found = read(project)
        if not arrived:
            arrived.append(label(project, ring_sky, range(60, 80), labeller="late"))
        return found

    monkeypatch.setattr(round_labels, "_all_votes", read_slowly)
    made = run_round(project, settings=QUICK)
    assert made.n_training + made.n_held_out == 80
    assert made.manifest["label_log"]["sequence"] == project.labels.position[1]


def test_a_round_of_the_decals_tree_moves_the_ranking_and_says_so(make_project, decals_sky):
    project = make_project(decals_sky, head=some_head(decals_sky))
    label(project, decals_sky, range(200))
    change = run_round(project, settings=QUICK).manifest["ranking_change"]
    assert change["galaxies"] == 400
    assert -1 < change["rank_correlation"] < 1
    assert 0 < change["new_in_top_tenth"] <= 1


def test_a_round_may_fit_only_some_galaxies_and_is_judged_on_all(make_project, ring_sky):
    project = make_project(ring_sky)
    label(project, ring_sky, range(200))
    everything = run_round(project, settings=QUICK)
    clear = "ring_yes >= 15 or `ring_no` >= 15"
    made = run_round(project, settings=QUICK, where=clear)
    table = training_votes(project)
    assert made.n_training == int((table.max(axis=1) >= 15).sum()) < everything.n_training
    assert made.n_held_out == everything.n_held_out
    assert made.manifest["chosen"]["where"] == clear


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        ("ring_yes >", "no query that rows can be chosen by"),
        ("magnitude < 17", r"'magnitude' is not defined.* among 'ring_yes', 'file_loc'"),
        ("ring_yes + 1", "neither true nor false"),
        ("@project.path == 1", "no query"),
        ("ring_yes > 1000", "holds for 0 of .* labelled galaxies"),
    ],
)
def test_a_query_that_is_none_is_told_in_one_sentence(make_project, ring_sky, where, sentence):
    project = make_project(ring_sky)
    label(project, ring_sky, range(100))
    with pytest.raises(GzactiveError, match=sentence) as told:
        run_round(project, settings=QUICK, where=where)
    assert "\n" not in str(told.value)
