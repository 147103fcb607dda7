"""Volunteers for the simulated sky: each walks the tree, galaxy by galaxy, as people do.

What they are likely to answer is told in :mod:`gzactive.simulated.perception`; here they answer.
Volunteer number j says the same of a galaxy whatever else is in the table, so counts do not depend
on which galaxies are asked about, nor on their order.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from gzactive.errors import GzactiveError
from gzactive.simulated.perception import QUESTIONS, SAME_ANSWER, View
from gzactive.trees import DecisionTree, Question, Walk

__all__ = ["answer", "answer_chances", "tick_chances", "vote", "vote_probabilities"]

_Floats = npt.NDArray[np.float64]

#: Chance that a person ticks what is not there.
_SLIP = 0.01


def vote_probabilities(truth: pd.DataFrame, tree: DecisionTree) -> _Floats:
    """Chance of every answer, once its question is asked.

    Parameters
    ----------
    truth : DataFrame
        Rows of :func:`~gzactive.simulated.parameters.draw_parameters`; other columns are ignored.
    tree : DecisionTree

    Returns
    -------
    (n, answers) float64
        In the order of ``tree.columns``; sums to one within each question.

    Raises
    ------
    GzactiveError
        If the tree asks what simulated volunteers cannot answer, or ``truth`` lacks a parameter.
    """
    view = View(truth)
    chances = np.empty((len(truth), len(tree.columns)))
    for question in tree.modelled:
        chances[:, tree.slice(question.name)] = answer_chances(view, question, tree)
    return chances


def vote(
    truth: pd.DataFrame, tree: DecisionTree, n_volunteers: int = 40, seed: int = 0
) -> pd.DataFrame:
    """Let volunteers classify every galaxy.

    Parameters
    ----------
    truth : DataFrame
        With ``id_str`` and the parameters.
    tree : DecisionTree
    n_volunteers : int
        How many people a galaxy is shown to (40 in Walmsley et al. 2022).
    seed : int
        Another seed, other people; the first m of n people say the same for every n.

    Returns
    -------
    DataFrame
        ``id_str`` and one int64 column an answer: a question has as many votes as people were led
        to it.

    Raises
    ------
    GzactiveError
        As :func:`vote_probabilities`; also if ``n_volunteers`` or ``seed`` is negative.
    """
    if n_volunteers < 0 or seed < 0:
        raise GzactiveError(
            f"{n_volunteers} volunteers with seed {seed} cannot vote: use numbers of 0 or more."
        )
    chances = vote_probabilities(truth, tree)
    galaxies = View(truth).column("render_seed").to_numpy(dtype=np.uint64)
    here = {
        question.name: np.zeros((len(truth), n_volunteers), bool) for question in tree.questions
    }
    here[tree.root.name][:] = True
    counts = np.zeros(chances.shape, np.int64)
    for number, question in enumerate(tree.questions):  # each after all that lead to it
        asked = here[question.name]
        if question.kind == "checkboxes":
            if question.next is not None:
                here[question.next] |= asked
            continue
        columns = tree.slice(question.name)
        edges = np.cumsum(chances[:, columns], axis=1)
        picked = _uniform(galaxies, n_volunteers, seed, number)[:, :, None] > edges[:, None, :-1]
        said = picked.sum(axis=2)
        for place, choice in enumerate(question.answers):
            voted = asked & (said == place)
            counts[:, columns.start + place] = voted.sum(axis=1)
            if choice.next is not None:
                here[choice.next] |= voted
    table = pd.DataFrame(counts, columns=list(tree.columns))
    table.insert(0, "id_str", View(truth).column("id_str").to_numpy())
    return table


def answer(galaxy: pd.Series, tree: DecisionTree, rng: np.random.Generator) -> Walk:
    """Let one person classify one galaxy.

    Parameters
    ----------
    galaxy : Series
        One row of the truth.
    tree : DecisionTree
    rng : Generator

    Returns
    -------
    Walk
        Finished; its ``path`` holds the answers.

    Raises
    ------
    GzactiveError
        As :func:`vote_probabilities`.
    """
    view = View(galaxy.to_frame().T.infer_objects())
    walk = Walk(tree)
    while (question := walk.question) is not None:
        if question.kind == "checkboxes":
            walk.answer(_ticks(view, question, rng))
            continue
        chances = answer_chances(view, question, tree)[0]
        picked = rng.choice(len(question.answers), p=chances / chances.sum())
        walk.answer(question.answers[picked].name)
    return walk


def answer_chances(view: View, question: Question, tree: DecisionTree) -> _Floats:
    """Chances (n, answers of one question), which sum to one; errors as `vote_probabilities`."""
    if question.name not in QUESTIONS:
        raise GzactiveError(
            f"Simulated volunteers cannot answer '{question.name}' of the tree '{tree.id}': choose "
            "a tree of the gz-decals family, gz2 or rings for the simulated sky."
        )
    known = QUESTIONS[question.name](view)
    columns = []
    for choice in question.answers:
        meant = SAME_ANSWER.get((question.name, choice.name), (choice.name,))
        if not set(meant) <= set(known):
            raise GzactiveError(
                f"Simulated volunteers do not know the answer '{choice.name}' to '{question.name}' "
                f"of the tree '{tree.id}'; they know {', '.join(known)}."
            )
        columns.append(np.sum([known[name] for name in meant], axis=0))
    chances = np.clip(np.stack(columns, axis=1), 1e-6, None)
    return np.asarray(chances / chances.sum(axis=1, keepdims=True), float)


def _ticks(view: View, question: Question, rng: np.random.Generator) -> tuple[str, ...]:
    """Rare features that one person ticks: what is plainly there, and is among the answers."""
    seen = tick_chances(view)
    names = (choice.name for choice in question.answers)
    return tuple(
        name for name in names if rng.uniform() < (seen[name][0] if name in seen else _SLIP)
    )


def tick_chances(view: View) -> dict[str, _Floats]:
    """Chance (n,) that a person ticks each rare feature that the sky can show."""
    return {
        "ring": view.ring,
        "irregular": np.where(view.kind("irregular"), 0.8, 0.0),
        "dust-lane": view.strength("dust") * view.clarity * view.edge_on,
    }


def _uniform(galaxies: npt.NDArray[np.uint64], n: int, seed: int, question: int) -> _Floats:
    """Numbers in [0, 1), one a galaxy and volunteer: hashes, so nothing else changes them."""
    start = np.random.SeedSequence([seed, question]).generate_state(1, np.uint64)
    mixed = _mixed(galaxies + start)[:, None] + np.arange(1, n + 1, dtype=np.uint64)[None, :]
    return (_mixed(mixed) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Scramble 64 bits (the finalizer of SplitMix64: Steele, Lea & Flood 2014)."""
    values = values + np.uint64(0x9E3779B97F4A7C15)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
