"""What was closed refuses with a sentence; it never opens itself again behind anybody's back."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.errors import GzactiveError
from gzactive.project import Project
from gzactive.stores.labels import LabelError, LabelLog
from gzactive.stores.predictions import PREDICTION_SUFFIXES, PredictionWriter
from gzactive.stores.problems import ProblemTable
from gzactive.trees import DecisionTree

from .label_steps import classify, say

SMOOTH = "smooth-or-featured smooth"


@pytest.mark.parametrize(
    "use",
    [
        lambda log, tree: log.append(say(tree, "flag", "a")),
        lambda log, tree: log.undo("anna"),
        lambda log, tree: log.take_back(["x"]),
        lambda log, tree: log.record_seen("anna", ["a"]),
        lambda log, tree: log.position,
        lambda log, tree: log.votes(tree),
        lambda log, tree: log.from_elsewhere(),
        lambda log, tree: log.merge(log),
    ],
)
def test_a_closed_label_log_refuses_whatever_is_asked_of_it(
    log: LabelLog, decals: DecisionTree, use: Callable[[LabelLog, DecisionTree], object]
) -> None:
    log.close()
    log.close()
    with pytest.raises(LabelError, match=r"labels.sqlite' was closed, .*: open the project again"):
        use(log, decals)


def test_what_was_written_before_closing_is_there_and_nothing_after(
    tmp_path: Path, decals: DecisionTree
) -> None:
    path = tmp_path / "labels.sqlite"
    with LabelLog(path) as log:
        classify(log, decals, "a", SMOOTH)
    path.rename(tmp_path / "moved.sqlite")
    with pytest.raises(LabelError, match="was closed"):
        log.append(say(decals, "answer", "b", SMOOTH))
    assert not path.exists()  # no second log where the first one was
    with LabelLog(tmp_path / "moved.sqlite") as again:
        assert again.finished("anna") == {"a"}


def test_a_transaction_on_another_thread_comes_to_its_end(log: LabelLog, tmp_path: Path) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with log._writes.begin() as connection:
            connection.exec_driver_sql("UPDATE about SET value = 'kept' WHERE name = 'log_id'")
            begun.set()
            go_on.wait(5)

    writer = threading.Thread(target=write_slowly)
    writer.start()
    begun.wait(5)
    log.close()
    go_on.set()
    writer.join()
    with LabelLog(tmp_path / "labels.sqlite") as again:
        assert again.log_id == "kept"


def test_a_closed_table_of_problems_refuses(tmp_path: Path) -> None:
    with ProblemTable(tmp_path / "problems.sqlite") as problems:
        problems.record([("a", "a.png", "display", "it is empty")])
    for use in (problems.frame, problems.clear):
        with pytest.raises(GzactiveError, match=r"problems.sqlite' was closed"):
            use()


@pytest.mark.parametrize("suffix", PREDICTION_SUFFIXES)
def test_predictions_that_are_whole_take_no_more(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"p{suffix}"
    with PredictionWriter(path, ["a", "b"]) as writer:
        writer.write(["x"], np.ones((1, 2, 3)))
    before = path.read_bytes()
    with pytest.raises(GzactiveError, match="is closed"):
        writer.write(["y"], np.ones((1, 2, 3)))
    assert path.read_bytes() == before


def test_a_closed_project_opens_nothing_again(tmp_path: Path) -> None:
    catalog = pd.DataFrame({"id_str": ["a", "b"], "file_loc": ["a.png", "b.png"]})
    project = Project.create(tmp_path / "project", catalog, "rings")
    assert not project.labels.finished()
    project.close()
    for use in (
        lambda: project.labels,
        lambda: project.problems,
        lambda: project.save_settings(every=7),
        lambda: project.compute_lock("round"),
    ):
        with pytest.raises(GzactiveError, match=r"was closed: open it again"):
            use()
    with Project.open(project.path) as again:
        assert again.settings.every != 7
