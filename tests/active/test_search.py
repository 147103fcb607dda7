"""A question of one's own: from examples to a queue, on shared features; labels make it better."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.active.asking import OwnQuestion, ask, own_tree
from gzactive.active.queue import build_queue
from gzactive.active.rounds import run_round
from gzactive.active.search import alike_by_labels, labelled_examples, sought
from gzactive.errors import GzactiveError
from gzactive.inference import extract_features, feature_store, features_complete
from gzactive.progress import Cancelled
from gzactive.project import Project
from gzactive.trees import load_tree

IDS = [f"G{number:03d}" for number in range(200)]
RARE = IDS[:24]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Two hundred galaxies; the first ones share what others only half have."""
    catalog = pd.DataFrame(
        {"id_str": IDS, "file_loc": [f"/images/{one}.png" for one in IDS], "z": 0.1}
    )
    with Project.create(tmp_path / "survey", catalog, "gz-decals-dr5") as made:
        made.save_settings(labeller="ada", pixel_scale=0.262)
        rng = np.random.default_rng(2)
        values = 0.3 * rng.standard_normal((200, 1280))
        values[:24] += 0.1 * rng.standard_normal(1280)
        feature_store(made).write_part(IDS, ["x"] * 200, values)
        yield made


def give(project: Project, answers: dict[str, str]) -> None:
    """One labeller's answers to the project's only question."""
    tree = project.tree
    columns = [answer.column for answer in tree.modelled[0].answers]
    table = pd.DataFrame(0, index=range(len(answers)), columns=columns)
    table.insert(0, "id_str", list(answers))
    for row, answer in enumerate(answers.values()):
        table.loc[row, f"{tree.modelled[0].name}_{answer}"] = 1
    project.labels.add_scripted(table, tree, "ada", selection=None)


def test_a_question_is_asked_of_the_same_galaxies_without_looking_again(
    project: Project, tmp_path: Path
) -> None:
    project.problems.record([("G199", "/images/G199.png", "features", "it is cut short")])
    made = ask(project, tmp_path / "rings", OwnQuestion("Outer rings"), RARE[:5], IDS[100:102])
    with made:
        assert made.name == "survey: Outer rings"
        assert made.tree.columns == ("outer-rings_yes", "outer-rings_no")
        assert made.tree.questions[0].text == "Does the galaxy have Outer rings?"
        assert made.settings.pixel_scale == 0.262
        assert made.settings.by == "alike"
        assert made.catalog["z"].tolist() == [0.1] * 200
        assert features_complete(made)
        assert made.problems.frame()["reason"].tolist() == ["it is cut short"]
        assert labelled_examples(made, "outer-rings_yes") == (RARE[:5], IDS[100:102])
        reserved = made.catalog[made.catalog["reserved"]]
        assert not set(reserved["id_str"]) & {*RARE[:5], *IDS[100:102]}
        assert 20 <= len(reserved) <= 60
        # Nothing is computed, and what one project merges or loses is still the other's.
        (linked,) = feature_store(made).folder.glob("*.h5")
        assert linked.stat().st_nlink == 2
        feature_store(made).compact()
        assert len(feature_store(project).load()) == 200
    with Project.open(tmp_path / "rings") as again:
        assert again.tree.id == "find-outer-rings"
        assert again.labels.finished("ada") == {*RARE[:5], *IDS[100:102]}


def test_the_queue_begins_with_what_is_like_the_examples(project: Project, tmp_path: Path) -> None:
    with ask(project, tmp_path / "new", OwnQuestion("tails"), RARE[:10]) as made:
        queue = build_queue(made, n=10, random_share=0.0)
        assert set(build_queue(made, n=10, by="alike", random_share=0.0)["selection"]) == {"alike"}
        found = build_queue(made, n=10, by="alike", random_share=0.0)
        assert len(set(found["id_str"]) & set(RARE)) >= 8
        assert not set(found["id_str"]) & set(RARE[:10])
        assert found["acquisition"].is_monotonic_decreasing
        assert len(set(queue["id_str"]) & set(RARE)) < 8
        half = build_queue(made, n=20, by="alike-and-unsure", random_share=0.0)
        assert (half["selection"] == "alike").sum() == 10
        assert set(half["selection"].iloc[:4]) != {"alike"}  # in turns


def test_without_a_yes_the_queue_says_what_is_missing(project: Project, tmp_path: Path) -> None:
    with ask(project, tmp_path / "new", OwnQuestion("tails")) as made:
        queue = build_queue(made, n=10, by="alike")
        assert len(queue) == 10
        assert "No galaxy is labelled “Yes” yet" in queue.attrs["statement"]
        assert alike_by_labels(made, "tails_yes") is None


def test_labels_make_the_list_better_and_a_round_learns_from_them(
    project: Project, tmp_path: Path
) -> None:
    with ask(project, tmp_path / "new", OwnQuestion("tails"), RARE[:3]) as made:
        before = alike_by_labels(made, "tails_yes")
        for _ in range(3):
            queue = build_queue(made, n=10, by="alike", random_share=0.0)
            give(made, {one: "yes" if one in RARE else "no" for one in queue["id_str"]})
        after = alike_by_labels(made, "tails_yes")
        assert before is not None
        assert after is not None
        rare = np.isin(before.id_str, RARE)

        def gap(score: np.ndarray) -> float:
            return float(score[rare].mean() - score[~rare].mean())

        assert gap(after.score) > gap(before.score)
        made_round = run_round(made)
        assert made_round.n_training >= 30
        assert build_queue(made, n=5, by="alike")["selection"].isin(["alike", "random"]).all()


def test_those_who_are_unsure_say_neither(project: Project, tmp_path: Path) -> None:
    with ask(project, tmp_path / "new", OwnQuestion("tails", unsure=True), RARE[:2]) as made:
        assert made.tree.columns == ("tails_yes", "tails_no", "tails_unsure")
        free = made.catalog["id_str"][~made.catalog["reserved"]].tolist()[30:33]
        give(made, {free[0]: "unsure", free[1]: "no"})
        assert labelled_examples(made, "tails_yes") == (RARE[:2], [free[1]])


def test_what_is_sought_is_the_first_answer(project: Project) -> None:
    assert sought(project.tree) == "smooth-or-featured_smooth"
    assert sought(project.tree, "bar") == "bar_strong"


@pytest.mark.parametrize(
    ("feature", "text", "name"),
    [
        ("Außen-Ringe (groß)", 'Is it "big"?\n\x7f \\ 🌀', "auen-ringe-gro"),
        ("a" * 60, "", "a" * 40),
        ("3 arms", "", "3-arms"),
        ("an outer ring", "", "outer-ring"),
    ],
)
def test_any_words_make_a_tree(tmp_path: Path, feature: str, text: str, name: str) -> None:
    question = OwnQuestion(feature, text)
    (tmp_path / "tree.toml").write_text(own_tree(question), encoding="utf-8")
    tree = load_tree(tmp_path / "tree.toml")
    assert tree.questions[0].name == name
    assert tree.title == feature
    if text:
        assert tree.questions[0].text == 'Is it "big"? \\ 🌀'


def test_what_cannot_be_asked_is_told_in_a_sentence(project: Project, tmp_path: Path) -> None:
    with pytest.raises(GzactiveError, match="call it by a word"):
        OwnQuestion("🌀")
    with pytest.raises(GzactiveError, match="no galaxy 'nobody'"):
        ask(project, tmp_path / "new", OwnQuestion("tails"), ["nobody"])
    with pytest.raises(GzactiveError, match="both yes and no"):
        ask(project, tmp_path / "new", OwnQuestion("tails"), ["G001"], ["G001"])
    with pytest.raises(GzactiveError):
        ask(project, project.path, OwnQuestion("tails"))
    assert not (tmp_path / "new").exists()


def test_a_project_that_cannot_be_finished_is_not_left_behind(
    project: Project, tmp_path: Path
) -> None:
    def cancel(stage: str, done: int, total: int) -> None:
        if stage == "Sharing the features":
            assert (tmp_path / "new").exists()
            raise Cancelled

    with pytest.raises(Cancelled):
        ask(project, tmp_path / "new", OwnQuestion("tails"), RARE[:2], progress=cancel)
    assert not (tmp_path / "new").exists()


def test_features_are_copied_where_links_are_not_possible(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path, target: Path) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    with ask(project, tmp_path / "new", OwnQuestion("tails")) as made:
        assert len(feature_store(made).load()) == 200
        assert not list(feature_store(made).folder.glob(".*.tmp"))


def test_features_of_a_folder_that_may_only_be_read_are_shared(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = feature_store(project).folder / ".compact.lock"
    monkeypatch.setattr("gzactive.stores.features.os.access", lambda path, mode: False)
    with (
        Project.open(project.path, read_only="It is another's.") as theirs,
        ask(theirs, tmp_path / "new", OwnQuestion("tails"), RARE[:2]) as made,
    ):
        assert len(feature_store(made).load()) == 200
        assert made.labels.finished("ada") == set(RARE[:2])
    assert not lock.exists()


def test_nothing_is_computed_again_by_an_ordinary_run(project: Project, tmp_path: Path) -> None:
    with ask(project, tmp_path / "new", OwnQuestion("tails")) as made:
        # These images do not exist: nobody looks for them, the stored features stand.
        report = extract_features(made)
        assert report.done == 0
        assert len(feature_store(made).load()) == 200
