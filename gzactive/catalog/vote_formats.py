"""The forms in which surveys publish votes: found by a table's columns, read as counts.

A form gives, for each answer of a tree, one number a row: people who gave it. Where a table has
fractions alone, a nominal number of people stands in for those who were asked, and the votes are
pseudo-votes. Faulty numbers come out as NaN; what becomes of them is told in
:mod:`gzactive.catalog.survey_votes`.

- counts under an answer's own name, or under those of any scheme that the tree knows: Galaxy Zoo 2
  (Willett+13, Hart+16), Galaxy Zoo DECaLS, Zoobot's catalogues;
- fractions with a question's total votes: Galaxy Zoo: Hubble and CANDELS;
- the solutions of the Kaggle challenge (kaggle.com/c/galaxy-zoo-the-galaxy-challenge): columns
  ``Class1.1`` to ``Class11.6``, each the probability that a person reaches and gives an answer;
- Galaxy Zoo 1 (Lintott+11): the class that most people chose, by name or by the fractions P_EL ….
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.columns import guess_votes, total_of
from gzactive.errors import GzactiveError
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DERIVED", "PEOPLE", "PLURALITY", "Counts", "find_format", "numbers"]

PEOPLE = 40  #: nominal number of people where a table has fractions alone
PLURALITY = 10  #: the same where it has only the class that most of them chose

#: Endings of columns that repeat a question's votes in another form.
DERIVED = ("_fraction", "_debiased", "_weight", "_weighted_fraction", "_flag", "_total-votes")

_KAGGLE = re.compile(r"Class(\d{1,2})\.(\d)")
_TASK = re.compile(r"t(\d\d)_.*_a(\d\d)_")
_GZ1_FRACTIONS = ("P_EL", "P_CW", "P_ACW", "P_EDGE", "P_MG")
_GZ1_CLASS = re.compile(r"gz1.*class|^class_name$", re.IGNORECASE)

#: Class of Galaxy Zoo 1 → what it says of a galaxy, under the names that trees have for it.
_GZ1: dict[str, tuple[tuple[str, ...], ...]] = {
    "elliptical": (("smooth-or-featured_smooth",),),
    "edge_on": (
        ("smooth-or-featured_featured-or-disk", "smooth-or-featured_features"),
        ("disk-edge-on_yes",),
    ),
    "spiral": (
        ("smooth-or-featured_featured-or-disk", "smooth-or-featured_features"),
        ("disk-edge-on_no",),
        ("has-spiral-arms_yes",),
    ),
    "merger": (("merging_merger",),),
    "star_dont_know": (),
}
for _sense in ("clockwise", "anticlockwise", "spiral_clockwise", "spiral_anticlockwise"):
    _GZ1[_sense] = _GZ1["spiral"]
_GZ1["edge"] = _GZ1["edge_on"]
_GZ1["star"] = _GZ1["uncertain"] = _GZ1["star_dont_know"]


@dataclass
class Counts:
    """Votes as a table gives them, before they are checked."""

    counts: dict[str, NDArray[np.float64]] = field(
        default_factory=dict
    )  #: answer → (n,); NaN: none
    names: dict[str, str] = field(default_factory=dict)  #: answer → the table's column
    used: set[str] = field(default_factory=set)  #: the table's columns that are votes
    remarks: list[str] = field(default_factory=list)
    people: int = 0  #: nominal number of people; 0 where the votes are counts


#: What a form's reader is given: table, tree, nominal people or None.
_Reader = Callable[["pd.DataFrame", DecisionTree, int | None], Counts]


def find_format(columns: Iterable[str], tree: DecisionTree) -> tuple[str, _Reader] | None:
    """The form of a table's votes: its name for people and its reader; None if there are none."""
    names = list(map(str, columns))
    if guess_votes(names, tree) or _fractions_without_total(names, tree):
        return _scheme_name(names, tree), _read_columns
    if _kaggle_columns(names, tree):
        return "Kaggle Galaxy Zoo solutions", _read_kaggle
    first = _gz1_class(names) is not None or set(_GZ1_FRACTIONS) <= set(names)
    if first and any(_gz1_answers(kind, tree) for kind in _GZ1):
        return "Galaxy Zoo 1 classes", _read_gz1
    return None


def numbers(column: pd.Series[Any]) -> NDArray[np.float64]:
    """A column as float64, NaN where it has no number."""
    import pandas as pd

    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def _scheme_name(names: Sequence[str], tree: DecisionTree) -> str:
    """What people call the columns: by the scheme that names most of them."""
    present = set(names)
    own = len(present & {*tree.columns, *tree.unmodelled_columns})
    best, most = "", own
    for scheme in tree.schemes:
        known = len(present & set(tree.column_names(scheme).values()))
        if known > most:
            best, most = scheme, known
    told = {
        "": "counts under the tree's own names",
        "zoobot": "columns as in Zoobot's catalogues",
        "zoobot-v2": "columns as in Zoobot's catalogues",
        "gz-catalogue": "columns as in its catalogue",
    }
    return f"{tree.title}, {told.get(best, f'columns as in {best}')}"


def _fractions_without_total(names: Sequence[str], tree: DecisionTree) -> dict[str, str]:
    """Answer → column of fractions whose question's total is not among the columns."""
    present, found = set(names), {}
    for scheme in tree.fraction_schemes:
        for column, name in tree.column_names(scheme).items():
            total = tree.locate(column)[0].names.get(scheme)
            if name in present and total not in present:
                found[column] = name
    return found


def _read_columns(table: pd.DataFrame, tree: DecisionTree, people: int | None) -> Counts:
    read = Counts()
    guessed = guess_votes(table.columns, tree)
    schemes = [tree.column_names(scheme).values() for scheme in tree.fraction_schemes]
    fractions = {name for names in schemes for name in names}
    without = _fractions_without_total(list(table.columns), tree)
    for column in (*tree.columns, *tree.unmodelled_columns):
        name = guessed.get(column) or without.get(column)
        if name is None:
            continue
        counts = numbers(table[name])
        if column not in guessed:
            if people is None:
                question = tree.locate(column)[0]
                total = next(question.names[s] for s in tree.fraction_schemes)
                raise GzactiveError(
                    f"The fractions in '{name}' cannot become votes without the question's total "
                    f"in a column '{total}': add it, or give a nominal number of people "
                    f"(in the terminal: --pseudo-votes {PEOPLE})."
                )
            counts = np.rint(counts * people)
            read.people = people
        elif name in fractions:
            total = guessed[total_of(tree.locate(column)[0].name)]
            counts = np.rint(counts * numbers(table[total]))
            read.used.add(total)
        read.counts[column], read.names[column] = counts, name
        read.used.add(name)
    return read


def _kaggle_columns(names: Iterable[str], tree: DecisionTree) -> dict[str, str]:
    """Answer → Kaggle's column: its numbers are those of the tasks of Galaxy Zoo 2's catalogue."""
    present = set(names)
    tasks: dict[int, list[tuple[int, str]]] = {}
    for column, name in tree.column_names("gz-catalogue").items():
        if (match := _TASK.match(name)) and name.endswith("_count"):
            tasks.setdefault(int(match[1]), []).append((int(match[2]), column))
    found = {}
    for task, answers in tasks.items():
        for number, (_, column) in enumerate(sorted(answers), start=1):
            if f"Class{task}.{number}" in present:
                found[column] = f"Class{task}.{number}"
    return found


def _read_kaggle(table: pd.DataFrame, tree: DecisionTree, people: int | None) -> Counts:
    """Of so many people, those who reach a question, shared out by its fractions.

    The probabilities are cumulative: a question's answers sum to the probability of reaching it.
    """
    people = people or PEOPLE
    read = Counts(names=_kaggle_columns(table.columns, tree), people=people)
    read.used = {name for name in table.columns if _KAGGLE.fullmatch(str(name))}
    for question in tree.questions:
        answers = [answer.column for answer in question.answers if answer.column in read.names]
        if not answers:
            continue
        reached = np.column_stack([numbers(table[read.names[column]]) for column in answers])
        for column, counts in zip(answers, _shared_out(reached, people).T, strict=True):
            read.counts[column] = counts
    read.remarks.append(
        f"The fractions of each question became pseudo-votes of those of {people} nominal people "
        "who reach it."
    )
    return read


def _shared_out(reached: NDArray[np.float64], people: int) -> NDArray[np.float64]:
    """Whole votes (n, answers), by largest remainder: they sum to those who reach the question."""
    exact = np.where(reached > 0, reached, 0.0) * people
    whole = np.floor(exact)
    asked = np.rint(exact.sum(axis=1))
    missing = (asked - whole.sum(axis=1)).astype(int)
    rank = np.argsort(np.argsort(-(exact - whole), axis=1, kind="stable"), axis=1, kind="stable")
    counts = whole + (rank < missing[:, None])
    return np.where(
        np.isfinite(reached) & (reached >= 0), counts, np.where(reached < 0, -1, np.nan)
    )


def _gz1_class(names: Iterable[str]) -> str | None:
    return next((name for name in names if _GZ1_CLASS.search(str(name))), None)


def _gz1_answers(kind: str, tree: DecisionTree) -> list[str]:
    known = set(tree.columns)
    chosen = (next((name for name in names if name in known), None) for names in _GZ1[kind])
    return [name for name in chosen if name is not None]


def _read_gz1(table: pd.DataFrame, tree: DecisionTree, people: int | None) -> Counts:
    people = people or PLURALITY
    name = _gz1_class(table.columns)
    if name is not None:
        words = table[name].astype("str").str.strip().str.lower()
        kinds = words.str.replace(r"[ \-]", "_", regex=True).to_numpy(dtype=object)
        read = Counts(people=people, used={name})
    else:
        name = "P_EL"
        shares = np.column_stack(
            [
                numbers(table["P_EL"]),
                numbers(table["P_CW"]) + numbers(table["P_ACW"]),
                *(numbers(table[column]) for column in ("P_EDGE", "P_MG")),
                numbers(table["P_DK"]) if "P_DK" in table else np.zeros(len(table)),
            ]
        )
        order = np.array(["elliptical", "spiral", "edge_on", "merger", "star_dont_know"])
        kinds = order[np.nan_to_num(shares, nan=-1.0).argmax(axis=1)].astype(object)
        read = Counts(people=people, used={c for c in map(str, table) if c.startswith("P_")})
    answers = {answer for kind in _GZ1 for answer in _gz1_answers(kind, tree)}
    for column in sorted(answers, key=tree.columns.index):
        fits = [kind for kind in _GZ1 if column in _gz1_answers(kind, tree)]
        read.counts[column] = np.where(np.isin(kinds, fits), float(people), 0.0)
        read.names[column] = name
    unknown = sorted(set(kinds.tolist()) - set(_GZ1))
    if unknown:
        lost = int(np.isin(kinds, unknown).sum())
        read.remarks.append(
            f"{lost:,} rows have a class that Galaxy Zoo 1 does not know, such as '{unknown[0]}': "
            "they have no votes."
        )
    read.remarks.append(
        f"The class that most people chose became {people} pseudo-votes on the questions that it "
        "answers; the others have none."
    )
    return read
