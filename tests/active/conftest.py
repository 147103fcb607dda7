"""Galaxies of known truth: features and votes drawn from one linear model, so learning shows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from gzactive.active.votes import vote_fractions
from gzactive.inference import feature_store
from gzactive.model.head import Head
from gzactive.model.training import HeadFit
from gzactive.model.weights_file import write_weights
from gzactive.project import Project
from gzactive.stores.labels import NewEvent, join_answers
from gzactive.trees import DecisionTree, Walk, load_tree

WIDTH = 1280
#: A fit that is over in a moment.
QUICK = HeadFit(max_epochs=12)


@dataclass(frozen=True, eq=False)
class Sky:
    """Features (n, 1280) float16, the true vote fractions, and votes drawn from them."""

    tree: DecisionTree
    features: np.ndarray
    fractions: np.ndarray
    votes: np.ndarray

    def __len__(self) -> int:
        return len(self.features)


def walk_votes(tree, fractions, n_volunteers, rng):
    """Votes of volunteers who all walk the tree: nobody is asked what is off their path."""
    votes = np.zeros(fractions.shape, dtype=np.int64)
    for question in tree.questions:
        if not question.modelled:
            continue
        parents = tree.parents(question.name)
        asked = np.full(len(fractions), n_volunteers)
        if parents:
            columns = [tree.columns.index(f"{name}_{answer}") for name, answer in parents]
            asked = votes[:, columns].sum(axis=1)
        part = tree.slice(question.name)
        shares = fractions[:, part] / fractions[:, part].sum(axis=1, keepdims=True)
        votes[:, part] = rng.multinomial(asked, shares)
    return votes


def make_sky(tree_id="gz-decals-dr5", n=400, n_volunteers=20, seed=0):
    tree = load_tree(tree_id)
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n, 8))
    mixing = rng.normal(size=(8, WIDTH)) / 4
    features = np.maximum(latent @ mixing + 0.2 * rng.normal(size=(n, WIDTH)), 0)
    logits = latent @ rng.normal(0, 1.5, (8, len(tree.columns))) - 2
    alpha = 1 + 100 / (1 + np.exp(-logits))
    fractions = vote_fractions(alpha[:, :, None], tree)
    votes = walk_votes(tree, fractions, n_volunteers, rng)
    return Sky(tree, features.astype(np.float16), fractions, votes)


@pytest.fixture(scope="session")
def decals_sky():
    return make_sky()


@pytest.fixture(scope="session")
def ring_sky():
    return make_sky("rings", n=300)


def ids_of(sky):
    return [f"g{row:05d}" for row in range(len(sky))]


def votes_table(sky, rows=None, votes=None):
    """A table of votes as people import it, of some galaxies of a sky."""
    rows = np.arange(len(sky)) if rows is None else np.asarray(rows)
    counts = (sky.votes if votes is None else votes)[rows]
    table = pd.DataFrame(counts, columns=list(sky.tree.columns))
    table.insert(0, "id_str", np.array(ids_of(sky))[rows])
    return table


def label(project, sky, rows, votes=None, labeller="script"):
    """One labeller gives the votes of some galaxies of a sky."""
    table = votes_table(sky, rows, votes)
    return project.labels.add_scripted(table, project.tree, labeller)


def rows_of(project, reserved, n):
    """The first galaxies of a project that are held out, or that are not."""
    return np.flatnonzero(project.catalog["reserved"].to_numpy() == reserved)[:n]


@pytest.fixture
def make_project(tmp_path):
    """Make projects on a sky, with cached features and a weights file; closed at the end."""
    opened = []

    def make(sky, *, head=None, features=True, seed=0, name="project"):
        weights = tmp_path / f"{name}.safetensors"
        columns = sky.tree.columns if head is not None else ()
        write_weights(
            weights,
            {"stem/kernel": np.ones((3, 3))},
            head=head,
            tree_id=sky.tree.id if head is not None else None,
            columns=columns,
            channels=1,
            card={},
            dtype="float32",
        )
        ids = ids_of(sky)
        catalog = pd.DataFrame({"id_str": ids, "file_loc": [f"/images/{one}.png" for one in ids]})
        project = Project.create(tmp_path / name, catalog, sky.tree, weights=weights, seed=seed)
        opened.append(project)
        if features is not False:
            rows = np.arange(len(sky)) if features is True else np.asarray(features)
            feature_store(project).write_part(
                np.array(ids)[rows].tolist(), [f"hash-{row}" for row in rows], sky.features[rows]
            )
        return project

    yield make
    for project in opened:
        project.close()


def some_head(sky, seed=0):
    """A head that tells galaxies apart, though wrongly."""
    rng = np.random.default_rng(seed)
    return Head(rng.normal(0, 0.05, (WIDTH, len(sky.tree.columns))), np.full(34, -2.0))


def finish(project, labeller, id_str, answers, **context):
    """One person walks the tree for one galaxy, event by event."""
    tree = project.tree
    walk = Walk(tree)
    given = {
        "labeller": labeller,
        "id_str": id_str,
        "tree_id": tree.id,
        "tree_hash": tree.hash,
        **context,
    }
    while not walk.finished:
        question = walk.question
        chosen = answers(question)
        step = walk.answer(chosen)
        project.labels.append(
            NewEvent(
                kind="answer", question=step.question, answer=join_answers(step.answers), **given
            )
        )
    project.labels.append(NewEvent(kind="finish", **given))


def first_answers(question):
    """The person who always takes the first answer, and ticks nothing."""
    return [] if question.kind == "checkboxes" else question.answers[0].name
