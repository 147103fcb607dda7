"""The queue is honest: random ones are random, active ones train, nothing comes twice."""

import numpy as np
import pandas as pd
import pytest

from gzactive.active.niceness import niceness
from gzactive.active.queue import START_GALAXIES, build_queue
from gzactive.active.ranking import current_scores, ranking
from gzactive.errors import GzactiveError
from gzactive.stores.labels import NewEvent

from .conftest import finish, first_answers, ids_of, some_head, votes_table


@pytest.fixture
def project(make_project, decals_sky):
    return make_project(decals_sky, head=some_head(decals_sky))


def reserved_of(project, ids):
    return project.catalog.set_index("id_str")["reserved"].loc[list(ids)].to_numpy()


def skip(project, labeller, id_str):
    tree = project.tree
    event = NewEvent(kind="skip", labeller=labeller, id_str=id_str, tree_id=tree.id)
    project.labels.append(event)


def test_a_queue_mixes_active_choices_with_a_reserved_random_share(project):
    queue = build_queue(project, n=100)
    assert list(queue.columns) == ["rank", "id_str", "acquisition", "selection", "question"]
    assert list(queue["rank"]) == list(range(1, 101))
    assert queue["id_str"].is_unique
    assert set(queue["selection"]) == {"active", "random"}
    assert (queue["selection"] == "random").sum() in (20, 21)
    np.testing.assert_array_equal(
        reserved_of(project, queue["id_str"]), (queue["selection"] == "random").to_numpy()
    )
    assert np.isfinite(queue["acquisition"]).all()
    assert queue.attrs["statement"] == ""


def test_the_same_labels_give_the_same_queue_and_new_labels_another(project, decals_sky):
    first, again = build_queue(project, n=40), build_queue(project, n=40)
    pd.testing.assert_frame_equal(first, again)
    assert set(build_queue(project, n=40, seed=99)["id_str"]) != set(first["id_str"])
    assert set(build_queue(project, n=40, labeller="ada")["id_str"]) != set(first["id_str"])
    finish(project, "ada", first["id_str"][0], first_answers)
    assert build_queue(project, n=40)["id_str"].tolist() != first["id_str"].tolist()


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_the_share_can_be_chosen(project, share):
    queue = build_queue(project, n=20, random_share=share)
    assert reserved_of(project, queue["id_str"]).sum() == 20 * share


def test_infinite_beta_hands_out_the_ranking_itself(project, monkeypatch):
    monkeypatch.setattr("gzactive.active.queue_plan._FAR_POOL", 30)  # as in a large survey
    queue = build_queue(project, n=20, random_share=0, beta=np.inf)
    table = ranking(project)
    table = table[~table["reserved"]]
    assert queue["id_str"].tolist() == table["id_str"].head(20).tolist()
    np.testing.assert_allclose(queue["acquisition"], table["acquisition"].head(20))


def test_informative_galaxies_are_preferred_with_noise(project):
    scores = ranking(project).set_index("id_str")["acquisition"]
    queue = build_queue(project, n=40, random_share=0, beta=4)
    assert scores[queue["id_str"]].mean() > 1.3 * scores.mean()
    assert build_queue(project, n=40, question="bar")["question"].eq("bar").all()


def test_active_choices_can_be_limited_to_a_random_pool(project):
    best = set(ranking(project).query("not reserved")["id_str"].head(30))
    whole = build_queue(project, n=30, random_share=0, beta=np.inf)
    pooled = build_queue(project, n=30, random_share=0, beta=np.inf, pool=60)
    assert set(whole["id_str"]) == best
    assert len(set(pooled["id_str"]) & best) < 20
    project.save_settings(pool=60)
    assert set(build_queue(project, n=30, random_share=0, beta=np.inf)["id_str"]) == set(
        pooled["id_str"]
    )


def test_what_was_issued_is_on_record(project):
    queue = build_queue(project, n=30)
    issued = project.labels.issued(queue["id_str"])
    assert issued["selection"].to_dict() == queue.set_index("id_str")["selection"].to_dict()
    np.testing.assert_allclose(
        issued["acquisition"].loc[queue["id_str"]].to_numpy(), queue["acquisition"]
    )
    assert (issued["round"] == 0).all()
    assert (issued["weights_id"] == some_head_id(project)).all()


def some_head_id(project):
    from gzactive.inference import current_head

    return current_head(project)[1]


def test_scripted_labels_keep_the_selection_that_the_queue_gave(project, decals_sky):
    queue = build_queue(project, n=10)
    table = votes_table(decals_sky).set_index("id_str")
    others = [one for one in ids_of(decals_sky) if one not in set(queue["id_str"])][:3]
    rows = table.loc[[*queue["id_str"], *others]].reset_index()
    project.labels.add_scripted(rows, project.tree, "script", selection=None)
    events = project.labels.events(labeller="script")
    selections = {event.id_str: event.selection for event in events}
    expected = queue.set_index("id_str")["selection"].to_dict() | dict.fromkeys(others, "external")
    assert selections == expected


def test_a_finished_galaxy_is_not_handed_to_the_same_labeller_again(project):
    first = build_queue(project, n=20, labeller="ada")["id_str"]
    for id_str in first:
        finish(project, "ada", id_str, first_answers)
    everything = build_queue(project, n=1000, labeller="ada")["id_str"]
    assert set(everything).isdisjoint(first)
    assert len(everything) == 380
    assert set(first) <= set(build_queue(project, n=1000, labeller="bob")["id_str"])
    assert set(build_queue(project, n=1000)["id_str"]).isdisjoint(first)


def test_scripted_labels_count_as_done_for_their_labeller(project, decals_sky):
    project.labels.add_scripted(votes_table(decals_sky, range(50)), project.tree, "script")
    done = set(ids_of(decals_sky)[:50])
    assert set(build_queue(project, n=1000, labeller="script")["id_str"]).isdisjoint(done)
    assert set(build_queue(project, n=1000)["id_str"]).isdisjoint(done)
    assert done <= set(build_queue(project, n=1000, labeller="ada")["id_str"])


def test_galaxies_whose_image_cannot_be_read_are_never_handed_out(project):
    catalog = project.catalog.set_index("id_str")["file_loc"]
    bad = list(catalog.index[:5])
    project.problems.record([(one, catalog[one], "features", "truncated") for one in bad])
    # A problem with another file of that name, in another catalogue, is not this galaxy's.
    project.problems.record([(catalog.index[7], "/elsewhere.png", "predict", "truncated")])
    ids = set(build_queue(project, n=1000)["id_str"])
    assert ids.isdisjoint(bad)
    assert len(ids) == 395


def test_skipped_galaxies_come_back_once_at_the_end(project):
    first = build_queue(project, n=20, labeller="ada")
    skipped = first["id_str"].tolist()[:2]
    for id_str in skipped:
        skip(project, "ada", id_str)
    queue = build_queue(project, n=20, labeller="ada")
    assert queue["id_str"].tolist()[-2:] == skipped
    assert queue["selection"].tolist()[-2:] == first["selection"].tolist()[:2]
    for id_str in skipped:
        skip(project, "ada", id_str)
    assert set(build_queue(project, n=1000, labeller="ada")["id_str"]).isdisjoint(skipped)
    assert set(skipped) <= set(build_queue(project, n=1000, labeller="bob")["id_str"])


def test_many_skipped_galaxies_do_not_crowd_out_new_ones(project):
    for id_str in build_queue(project, n=30, labeller="ada")["id_str"]:
        skip(project, "ada", id_str)
    queue = build_queue(project, n=20, labeller="ada")
    skipped = set(project.labels.skipped("ada"))
    assert [one in skipped for one in queue["id_str"]] == [False] * 16 + [True] * 4
    assert len(build_queue(project, n=1000, labeller="ada")) == 400


def test_when_galaxies_to_train_on_run_out_reserved_ones_follow_and_it_is_said(project, decals_sky):
    queue = build_queue(project, n=1000)
    assert len(queue) == 400
    assert set(queue["selection"]) == {"active", "random"}
    active = queue["id_str"][queue["selection"] == "active"]
    rows = [ids_of(decals_sky).index(one) for one in active[:250]]
    project.labels.add_scripted(votes_table(decals_sky, rows), project.tree, "script")
    short = build_queue(project, n=120)
    assert "rest are reserved" in short.attrs["statement"]
    assert len(short) == 120
    assert (short["selection"] == "active").sum() == len(active) - 250


def test_when_reserved_galaxies_run_out_the_random_share_shrinks_and_it_is_said(
    project, decals_sky
):
    rows = np.flatnonzero(project.catalog["reserved"])[:-5]
    project.labels.add_scripted(votes_table(decals_sky, rows), project.tree, "script")
    queue = build_queue(project, n=100)
    assert "Only 5 reserved galaxies are left" in queue.attrs["statement"]
    assert queue["selection"].value_counts().to_dict() == {"active": 95, "random": 5}


def test_when_all_is_labelled_the_queue_is_empty(project, decals_sky):
    project.labels.add_scripted(votes_table(decals_sky), project.tree, "script")
    queue = build_queue(project, n=10)
    assert queue.empty
    assert list(queue.columns) == ["rank", "id_str", "acquisition", "selection", "question"]


def test_before_any_features_galaxies_are_random_and_it_is_said(make_project, decals_sky):
    project = make_project(decals_sky, head=some_head(decals_sky), features=False)
    queue = build_queue(project, n=50)
    assert "No galaxy has features yet" in queue.attrs["statement"]
    assert set(queue["selection"]) == {"random", "start-random"}
    assert queue["acquisition"].isna().all()
    reserved = reserved_of(project, queue["id_str"])
    np.testing.assert_array_equal(reserved, (queue["selection"] == "random").to_numpy())


def test_galaxies_without_features_are_not_active_choices(make_project, decals_sky):
    project = make_project(decals_sky, head=some_head(decals_sky), features=np.arange(100))
    queue = build_queue(project, n=60)
    assert "have no features yet" in queue.attrs["statement"]
    active = queue["id_str"][queue["selection"] == "active"]
    assert set(active) <= set(ids_of(decals_sky)[:100])
    assert len(active) in (47, 48)
    everything = build_queue(project, n=400)
    assert len(everything) == 400
    assert "start-random" in set(everything["selection"])


def test_a_tree_without_a_head_works_from_its_first_galaxy(make_project, ring_sky):
    project = make_project(ring_sky)
    queue = build_queue(project, n=50, labeller="ada")
    kinds = queue["selection"].value_counts()
    assert kinds["start-diverse"] == 25
    assert kinds["random"] + kinds["start-random"] == 25
    assert kinds["random"] == 10
    np.testing.assert_array_equal(
        reserved_of(project, queue["id_str"]), (queue["selection"] == "random").to_numpy()
    )
    assert queue["acquisition"].isna().all()
    # Stopping half-way leaves about half of each.
    half = queue["selection"].head(25).value_counts()
    assert 9 <= half["start-diverse"] <= 16


def test_the_first_fifty_stay_half_diverse_after_a_first_round(make_project, ring_sky):
    from gzactive.active.rounds import run_round

    project = make_project(ring_sky)
    first = build_queue(project, n=30)
    table = votes_table(ring_sky).set_index("id_str")

    def label(ids):
        project.labels.add_scripted(
            table.loc[ids].reset_index(), project.tree, "script", selection=None
        )

    label(first["id_str"])
    run_round(project)
    queue = build_queue(project, n=40, labeller="script")
    kinds = queue["selection"].value_counts()
    assert kinds["start-diverse"] == 10
    assert kinds["active"] >= 15
    starts = queue["selection"].str.startswith("start").to_numpy()
    assert np.flatnonzero(starts).max() < np.flatnonzero(queue["selection"] == "active").min()
    label(queue["id_str"])
    assert START_GALAXIES < 70
    kinds = set(build_queue(project, n=40)["selection"])
    assert kinds == {"active", "random"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"n": 0}, "at least 1"),
        ({"n": 5, "random_share": 1.5}, "between 0 and 1"),
        ({"n": 5, "by": "beauty"}, "random"),
        ({"n": 5, "question": "rings"}, "how-rounded"),
        ({"n": 5, "beta": -1}, "beta"),
    ],
)
def test_a_queue_that_makes_no_sense_is_refused(project, wrong, told):
    with pytest.raises(GzactiveError, match=told):
        build_queue(project, **wrong)


def finish_many(project, labeller, ids):
    for id_str in ids:
        finish(project, labeller, id_str, first_answers)


def test_galaxies_come_back_fifty_later_as_repeats_and_once(project):
    project.save_settings(repeat_share=0.2)
    ids = build_queue(project, n=60, labeller="ada")["id_str"].tolist()
    finish_many(project, "ada", ids[:50])
    early = build_queue(project, n=60, labeller="ada", repeats=True)
    assert "repeat" not in set(early["selection"])
    finish_many(project, "ada", ids[50:])
    queue = build_queue(project, n=60, labeller="ada", repeats=True)
    again = queue.loc[queue["selection"] == "repeat", "id_str"]
    assert set(again) == set(ids[:10])
    assert len(queue) == 60
    for id_str in again[:4]:
        finish(project, "ada", id_str, first_answers, repeat=True)
    later = build_queue(project, n=60, labeller="ada", repeats=True)
    left = set(later.loc[later["selection"] == "repeat", "id_str"])
    assert left == set(ids[:10]) - set(again[:4])


def test_a_repeat_keeps_how_its_galaxy_was_chosen_at_first(project):
    project.save_settings(repeat_share=0.5)
    first = build_queue(project, n=60, labeller="ada").set_index("id_str")["selection"]
    finish_many(project, "ada", first.index)
    build_queue(project, n=60, labeller="ada", repeats=True)
    issued = project.labels.issued(first.index)["selection"]
    assert issued.loc[first.index].tolist() == first.tolist()


def test_no_repeats_without_a_share_or_without_a_labeller(project):
    ids = build_queue(project, n=60, labeller="ada")["id_str"]
    finish_many(project, "ada", ids)
    project.save_settings(repeat_share=0.0)
    none = build_queue(project, n=60, labeller="ada", repeats=True)
    project.save_settings(repeat_share=0.5)
    for queue in (none, build_queue(project, n=60, repeats=True)):
        assert "repeat" not in set(queue["selection"])


def test_part_of_the_choices_can_be_galaxies_with_much_to_see(project):
    plain = build_queue(project, n=50)
    project.save_settings(nice_share=0.5)
    queue = build_queue(project, n=50)
    nice = queue[queue["selection"] == "nice"]
    assert len(nice) == 20
    assert "nice" not in set(plain["selection"])
    assert not reserved_of(project, nice["id_str"]).any()
    scores = current_scores(project)
    seen = pd.Series(niceness(scores, project.tree), index=scores.id_str)
    assert seen[nice["id_str"]].mean() > np.percentile(seen, 80)
