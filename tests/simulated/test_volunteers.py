import numpy as np
import pandas as pd
import pytest

from gzactive.errors import GzactiveError
from gzactive.simulated.parameters import draw_parameters
from gzactive.simulated.volunteers import answer, vote, vote_probabilities
from gzactive.trees import load_tree

TREES = ("gz-decals-dr5", "gz-decals-dr8", "gz-decals-dr12", "gz2", "rings")


@pytest.fixture(scope="module")
def sky():
    return draw_parameters(1500, seed=21)


@pytest.fixture(scope="module")
def tree():
    return load_tree("gz-decals-dr5")


@pytest.fixture(scope="module")
def spiral(sky):
    """A clear spiral from above."""
    return sky.iloc[[0]].assign(
        kind="disc",
        edge_on=False,
        axis_ratio=0.9,
        inclination=25.0,
        bulge_fraction=0.12,
        arm_number=2,
        arm_strength=0.8,
        pitch_angle=18.0,
        flocculence=0.1,
        bar="none",
        bar_strength=0.0,
        inner_ring=0.0,
        outer_ring=0.0,
        interaction="none",
        disturbance=0.02,
        tail_strength=0.0,
        shell_strength=0.0,
        companion_ratio=0.0,
        defect="none",
        signal_to_noise=200.0,
        resolution=12.0,
    )


def along(row, tree, column, parameter, values):
    """Chance of one answer as one parameter of a galaxy changes."""
    rows = pd.concat([row] * len(values), ignore_index=True).assign(**{parameter: values})
    return vote_probabilities(rows, tree)[:, tree.columns.index(column)]


@pytest.mark.parametrize("name", TREES)
def test_chances_of_each_question_sum_to_one(name, sky):
    tree = load_tree(name)
    chances = vote_probabilities(sky, tree)
    assert chances.shape == (len(sky), len(tree.columns))
    assert chances.min() > 0
    for question in tree.modelled:
        np.testing.assert_allclose(chances[:, tree.slice(question.name)].sum(axis=1), 1)


@pytest.mark.parametrize("name", TREES)
def test_a_question_gets_as_many_votes_as_people_were_led_to_it(name, sky):
    tree = load_tree(name)
    votes = vote(sky, tree, n_volunteers=17, seed=3)
    assert votes.columns.tolist() == ["id_str", *tree.columns]
    assert (votes.dtypes.iloc[1:] == np.int64).all()
    for question in tree.modelled:
        got = votes[[choice.column for choice in question.answers]].to_numpy().sum(axis=1)
        parents = tree.parents(question.name)
        led = votes[[tree.question(q).answer(a).column for q, a in parents]].to_numpy().sum(axis=1)
        np.testing.assert_array_equal(got, led if parents else 17)


def test_votes_follow_the_chances(spiral, tree):
    crowd = vote(spiral, tree, n_volunteers=20_000, seed=0)
    chances = vote_probabilities(spiral, tree)[0]
    for question in tree.modelled:
        columns = tree.slice(question.name)
        counts = crowd.iloc[0, 1:].to_numpy(float)[columns]
        if counts.sum() > 1000:
            spread = np.sqrt(chances[columns] * (1 - chances[columns]) / counts.sum())
            assert (np.abs(counts / counts.sum() - chances[columns]) < 5 * spread + 1e-4).all()


def test_votes_are_the_same_for_a_seed_and_differ_between_seeds(sky, tree):
    first = vote(sky, tree, seed=1)
    pd.testing.assert_frame_equal(first, vote(sky, tree, seed=1))
    assert not first.equals(vote(sky, tree, seed=2))


def test_votes_for_a_galaxy_do_not_depend_on_the_others_nor_on_the_order(sky, tree):
    whole = vote(sky, tree, seed=1).set_index("id_str")
    part = sky.sample(100, random_state=0)
    pd.testing.assert_frame_equal(
        vote(part, tree, seed=1).set_index("id_str"), whole.loc[part["id_str"]]
    )


def test_more_volunteers_only_add_votes(sky, tree):
    few, many = (vote(sky, tree, n, seed=1).iloc[:, 1:].to_numpy() for n in (10, 40))
    assert (many >= few).all()


def test_loose_arms_are_called_loose(spiral, tree):
    loose = along(spiral, tree, "spiral-winding_loose", "pitch_angle", [6.0, 14.0, 22.0, 34.0])
    tight = along(spiral, tree, "spiral-winding_tight", "pitch_angle", [6.0, 14.0, 22.0, 34.0])
    assert (np.diff(loose) > 0).all()
    assert (np.diff(tight) < 0).all()
    assert loose[-1] > 0.8
    assert tight[0] > 0.8


def test_faint_or_small_spirals_look_smooth(spiral, tree):
    column = "smooth-or-featured_featured-or-disk"
    for parameter, values in {
        "signal_to_noise": [2.0, 10.0, 40.0, 200.0],
        "resolution": [1.5, 3.0, 6.0, 12.0],
    }.items():
        featured = along(spiral, tree, column, parameter, values)
        assert (np.diff(featured) > 0).all()
        assert featured[0] < 0.5 < 0.85 < featured[-1]


def test_arms_cannot_be_counted_where_they_are_faint_or_flocculent(spiral, tree):
    column = "spiral-arm-count_cant-tell"
    assert (np.diff(along(spiral, tree, column, "signal_to_noise", [200.0, 30.0, 5.0])) > 0).all()
    assert (np.diff(along(spiral, tree, column, "flocculence", [0.0, 0.4, 0.9])) > 0).all()


@pytest.mark.parametrize(
    ("number", "name"), [(1, "1"), (2, "2"), (3, "3"), (4, "4"), (6, "more-than-4")]
)
def test_clear_arms_are_counted_right_by_most_who_count(spiral, tree, number, name):
    chances = vote_probabilities(spiral.assign(arm_number=number, flocculence=0.0), tree)[0]
    part = tree.slice("spiral-arm-count")
    counted = dict(zip(["1", "2", "3", "4", "more-than-4"], chances[part][:5], strict=True))
    assert max(counted, key=counted.get) == name


def test_stronger_bars_flatter_discs_and_larger_bulges_are_seen(spiral, tree):
    assert (np.diff(along(spiral, tree, "bar_strong", "bar_strength", [0.0, 0.4, 0.9])) > 0).all()
    assert (
        np.diff(along(spiral, tree, "disk-edge-on_yes", "axis_ratio", [0.8, 0.3, 0.1])) > 0
    ).all()
    bulge = along(spiral, tree, "bulge-size_none", "bulge_fraction", [0.6, 0.2, 0.0])
    assert (np.diff(bulge) > 0).all()


def test_weak_bars_divide_people(spiral, tree):
    chances = vote_probabilities(spiral.assign(bar="weak", bar_strength=0.38), tree)[0]
    strong, weak, no = chances[tree.slice("bar")]
    assert weak > max(strong, no)
    assert min(strong, no) > 0.05


def test_mergers_and_rings_are_seen(spiral, tree):
    pair = spiral.assign(
        interaction="merger", companion_ratio=0.9, companion_distance=0.5, disturbance=0.7
    )
    column = tree.columns.index("merging_merger")
    assert vote_probabilities(pair, tree)[0, column] > 0.5
    assert vote_probabilities(spiral, tree)[0, column] < 0.1
    rings = load_tree("rings")
    assert vote_probabilities(spiral.assign(inner_ring=0.9), rings)[0, 0] > 0.8
    assert vote_probabilities(spiral, rings)[0, 0] < 0.15


def test_stars_and_spoiled_frames_are_called_artifacts(sky, tree):
    artifact = vote_probabilities(sky, tree)[:, tree.columns.index("smooth-or-featured_artifact")]
    spoiled = sky["kind"].isin(["star", "artifact"]).to_numpy()
    assert artifact[spoiled].min() > 0.5 > artifact[~spoiled].max()


@pytest.mark.parametrize("name", TREES)
def test_one_person_walks_the_tree_to_its_end(name, sky):
    tree, rng = load_tree(name), np.random.default_rng(0)
    walks = [answer(sky.iloc[number], tree, rng) for number in range(25)]
    assert all(walk.finished for walk in walks)
    if name != "rings":
        assert len({walk.path for walk in walks}) > 5


@pytest.mark.parametrize("name", ["gz-hubble", "gz-candels"])
def test_a_question_that_they_cannot_answer_is_named(name, sky):
    with pytest.raises(GzactiveError, match=r"'clumpy-appearance' of the tree 'gz-"):
        vote(sky, load_tree(name))


def test_a_table_without_the_truth_is_refused_in_a_sentence(sky, tree):
    with pytest.raises(GzactiveError, match="no column 'kind'"):
        vote(sky.drop(columns="kind"), tree)
    with pytest.raises(GzactiveError, match="no column 'render_seed'"):
        vote(sky.drop(columns="render_seed"), tree)


def test_negative_numbers_of_volunteers_are_refused(sky, tree):
    with pytest.raises(GzactiveError, match="-1 volunteers"):
        vote(sky, tree, n_volunteers=-1)


@pytest.mark.real_data
def test_mean_answers_resemble_the_published_ones(real_data, sky, tree):
    real = pd.read_csv(real_data / "votes" / "gz_decals_full_tree_votes.csv")
    votes = vote(sky, tree)
    for question in tree.modelled:
        if question.name == "merging":  # its answers were others then
            continue
        columns = [choice.column for choice in question.answers]
        published, simulated = (
            table[columns].sum() / table[columns].to_numpy().sum() for table in (real, votes)
        )
        assert np.abs(published - simulated).max() < 0.12
