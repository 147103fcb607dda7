"""A small project with real files, whose labellers answer at random, to take elsewhere."""

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from gzactive.inference import feature_store
from gzactive.project import Project
from gzactive.stores.labels import LabelLog, NewEvent, join_answers
from gzactive.trees import DecisionTree, Walk

#: Beyond what a 64-bit float tells apart, and one that a spreadsheet would take for a number.
IDS = ["588017702391578633", "588017702391578634", "1e5", "J0001-02", "naïve ɣ", "007"]


def make_project(
    folder: Path, tree: str = "gz-decals-dr5", ids: list[str] | None = None
) -> Project:
    """A project whose images lie in two folders, some with the same name."""
    ids = IDS if ids is None else ids
    images = folder / "images"
    rng = np.random.default_rng(5)
    places = []
    for number in range(len(ids)):
        place = images / ("north" if number % 2 else "south") / f"galaxy{number // 2}.png"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (32, 32), np.uint8)).save(place)
        places.append(str(place))
    catalog = pd.DataFrame(
        {
            "id_str": ids,
            "file_loc": places,
            "ra": np.linspace(0, 359, len(ids)),
            "dec": np.linspace(-80, 80, len(ids)),
            "objid": 588017702391578633 + np.arange(len(ids)),
            "redshift": [0.1, np.nan] * (len(ids) // 2) + [0.2] * (len(ids) % 2),
            "clean": [True, False] * (len(ids) // 2) + [True] * (len(ids) % 2),
        }
    )
    return Project.create(folder / "project", catalog, tree)


def give_features(project: Project) -> None:
    """Made-up features, so that no network has to run."""
    ids = project.catalog["id_str"].to_list()
    values = np.clip(np.random.default_rng(3).normal(0, 0.5, (len(ids), 1280)), 0, None)
    feature_store(project).write_part(ids, ["made-up"] * len(ids), values)


def classify(
    log: LabelLog,
    tree: DecisionTree,
    id_str: str,
    labeller: str,
    rng: np.random.Generator,
    *,
    repeat: bool = False,
) -> dict[str, tuple[str, ...]]:
    """Walk the tree at random to its end; the answers given."""
    walk = Walk(tree)
    said: dict[str, tuple[str, ...]] = {}

    def event(kind: str, **more: object) -> NewEvent:
        return NewEvent(
            kind=kind,
            labeller=labeller,
            id_str=id_str,
            tree_id=tree.id,
            tree_hash=tree.hash,
            repeat=repeat,
            selection="active",
            acquisition=0.25,
            weights_id="w0",
            round=2,
            **more,
        )

    events = []
    while (question := walk.question) is not None:
        names = [answer.name for answer in question.answers]
        if question.kind == "checkboxes":
            given = tuple(name for name in names if rng.random() < 0.3)
        else:
            given = (names[rng.integers(len(names))],)
        said[question.name] = given
        events.append(event("answer", question=question.name, answer=join_answers(given)))
        walk.answer(given)
    log.append([*events, event("finish")])
    return said
