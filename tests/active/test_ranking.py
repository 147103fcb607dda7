"""Scores belong to one head and one set of features, and lists are ordered by what they say."""

import subprocess
import sys
import time

import numpy as np
import pytest

from gzactive.active.acquisition import mutual_information, tree_mutual_information
from gzactive.active.ranking import current_scores, ranking, rescore, top
from gzactive.active.votes import fraction_spread, path_probabilities, vote_fractions
from gzactive.errors import GzactiveError
from gzactive.inference import feature_store
from gzactive.progress import Cancelled
from gzactive.stores.predictions import read_scores

from .conftest import ids_of, some_head


@pytest.fixture
def project(make_project, decals_sky):
    return make_project(decals_sky, head=some_head(decals_sky))


def passes(project, sky, scores):
    head = some_head(sky)
    return head.mc_concentrations(
        sky.features, int(scores.attrs["n_samples"]), int(scores.attrs["seed"])
    )


def test_scores_on_disk_are_what_the_passes_say(project, decals_sky):
    scores = rescore(project)
    concentrations = passes(project, decals_sky, scores)
    assert list(scores.id_str) == ids_of(decals_sky)
    tree = decals_sky.tree
    expected = {
        "fractions": vote_fractions(concentrations, tree),
        "spread": fraction_spread(concentrations, tree),
        "path_probability": path_probabilities(concentrations, tree),
        "mutual_information": np.stack(
            [mutual_information(concentrations, tree, one.name, 1) for one in tree.modelled], 1
        ),
        "tree_score": tree_mutual_information(concentrations, tree, 10),
    }
    stored = read_scores(project.scores_path)
    for name, values in expected.items():
        np.testing.assert_allclose(stored[name], values, atol=2e-6)
    assert stored["exact"].all()  # 400 galaxies are all among the best 2,000


def test_scores_say_what_they_were_made_with_and_repeat_themselves(project, decals_sky):
    scores = rescore(project)
    assert scores.attrs["head_id"] == some_head(decals_sky).id
    assert scores.attrs["round"] == 0
    assert scores.attrs["n_samples"] == 30
    assert scores.attrs["tree_hash"] == decals_sky.tree.hash
    again = rescore(project)
    for name, values in scores.arrays.items():
        np.testing.assert_array_equal(values, again.arrays[name])


def test_current_scores_are_read_until_something_changes(make_project, decals_sky):
    project = make_project(decals_sky, head=some_head(decals_sky), features=np.arange(300))
    assert len(current_scores(project)) == 300
    written = project.scores_path.stat().st_mtime_ns
    current_scores(project)
    assert project.scores_path.stat().st_mtime_ns == written
    feature_store(project).write_part(ids_of(decals_sky)[300:310], ["x"] * 10, np.ones((10, 1280)))
    assert len(current_scores(project)) == 310
    project.save_settings(samples=12)
    assert current_scores(project).attrs["n_samples"] == 12


def test_beyond_the_best_scores_are_estimates_on_the_same_scale(decals_sky):
    from gzactive.active.scoring import acquisition_scores, measure

    head, tree = some_head(decals_sky), decals_sky.tree
    found = measure(head, decals_sky.features, tree)
    part = acquisition_scores(found, head, decals_sky.features, tree, n_best=100)
    whole = acquisition_scores(found, head, decals_sky.features, tree, n_best=10_000)
    assert part.exact.sum() == 100
    single = found.single_vote_scores("mutual-information", "tree", tree)
    assert single[part.exact].min() >= single[~part.exact].max()
    np.testing.assert_allclose(part.score[part.exact], whole.score[part.exact], rtol=1e-6)
    ratio = part.score[~part.exact] / whole.score[~part.exact]
    assert 0.7 < np.median(ratio) < 1.4


@pytest.mark.parametrize("by", ["mutual-information", "predictive-information", "entropy"])
@pytest.mark.parametrize("question", ["tree", "bar"])
def test_the_ranking_is_ordered_by_the_acquisition(project, decals_sky, by, question):
    table = ranking(project, by, question)
    assert list(table["rank"]) == list(range(1, 401))
    assert table["acquisition"].is_monotonic_decreasing
    assert set(table["id_str"]) == set(ids_of(decals_sky))
    reserved = project.catalog.set_index("id_str")["reserved"]
    assert (reserved.loc[table["id_str"]].to_numpy() == table["reserved"].to_numpy()).all()
    if (by, question) == ("mutual-information", "bar"):
        concentrations = passes(project, decals_sky, current_scores(project))
        tree = decals_sky.tree
        asked = [one.name for one in tree.modelled].index("bar")
        score = mutual_information(concentrations, tree, "bar", 10)
        score *= path_probabilities(concentrations, tree)[:, asked]  # few are asked of a bar
        assert table["id_str"].iloc[0] == ids_of(decals_sky)[score.argmax()]


def test_a_random_ranking_needs_no_features_and_repeats_itself(make_project, decals_sky):
    project = make_project(decals_sky, features=False)
    table = ranking(project, "random")
    assert table["id_str"].tolist() == ranking(project, "random")["id_str"].tolist()
    assert table["id_str"].tolist() != ids_of(decals_sky)
    assert set(table["id_str"]) == set(ids_of(decals_sky))


def test_the_top_is_weighted_by_the_path_to_the_question(project, decals_sky):
    table = top(project, "has-spiral-arms_yes", 25)
    assert list(table.columns) == ["rank", "id_str", "fraction", "path_probability", "score"]
    np.testing.assert_allclose(table["score"], table["fraction"] * table["path_probability"])
    assert table["score"].is_monotonic_decreasing
    concentrations = passes(project, decals_sky, current_scores(project))
    fractions = vote_fractions(concentrations, decals_sky.tree)
    names = [one.name for one in decals_sky.tree.modelled]
    paths = path_probabilities(concentrations, decals_sky.tree)[:, names.index("has-spiral-arms")]
    score = fractions[:, decals_sky.tree.columns.index("has-spiral-arms_yes")] * paths
    np.testing.assert_allclose(table["score"], np.sort(score)[::-1][:25], rtol=1e-4)


def test_asking_for_more_than_there_are_gives_all(project):
    assert len(top(project, "bar_strong", 9999)) == 400


def test_what_cannot_be_ranked_is_refused_in_plain_words(project, make_project, decals_sky):
    with pytest.raises(GzactiveError, match="how-rounded"):
        ranking(project, "mutual-information", "rings")
    with pytest.raises(GzactiveError, match="predictive-information, entropy, random"):
        ranking(project, "beauty")
    with pytest.raises(GzactiveError, match="models no answer 'bar_maybe'"):
        top(project, "bar_maybe")
    with pytest.raises(GzactiveError, match="at least 1"):
        top(project, "bar_strong", 0)
    empty = make_project(decals_sky, features=False, name="empty")
    with pytest.raises(GzactiveError, match="No galaxy of this project has features"):
        ranking(empty)
    with pytest.raises(GzactiveError, match="No galaxy of this project has features"):
        top(empty, "bar_strong")


def test_cancelling_leaves_the_old_scores(project):
    rescore(project)
    before = project.scores_path.read_bytes()

    def cancel(stage, done, total):
        raise Cancelled

    with pytest.raises(Cancelled):
        rescore(project, progress=cancel, n_samples=7)
    assert project.scores_path.read_bytes() == before


def test_scoring_a_project_imports_neither_keras_nor_tensorflow(project):
    script = (
        "import sys\n"
        "from gzactive.project import Project\n"
        "from gzactive.active.ranking import rescore, ranking, top\n"
        "from gzactive.active.queue import build_queue\n"
        "with Project.open(sys.argv[1]) as project:\n"
        "    rescore(project); ranking(project); top(project, 'bar_strong')\n"
        "    build_queue(project, n=10)\n"
        "print([name for name in sys.modules if name in ('keras', 'tensorflow')])\n"
    )
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", script, str(project.path)], capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr
    assert time.perf_counter() - started < 30
