"""The same galaxy in other surveys: who lies where it lies, with picture, scale and vote fractions.

Catalogues are ordered by declination once; after that a place is answered by looking at a strip of
the sky as high as the radius, so that nothing is indexed for a galaxy or two.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog import load_catalog, read_table, read_votes
from gzactive.catalog.columns import best_tree, guess_columns, guess_votes
from gzactive.catalog.coordinates import scales
from gzactive.errors import GzactiveError
from gzactive.survey.crossmatch import RADIUS
from gzactive.survey.positions import positions_in
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Counterpart", "OtherSurvey", "Shares", "question_shares", "read_survey"]


@dataclass(frozen=True)
class Shares:
    """Vote fractions on one question.

    Attributes
    ----------
    question
        Its name; empty if nothing is known.
    answers
        Each answer in words, with its share of the votes, 0 to 1, in the tree's order.
    """

    question: str = ""
    answers: tuple[tuple[str, float], ...] = ()

    @property
    def words(self) -> str:
        """All in one line, the highest share first; empty if nothing is known."""
        if not self.answers:
            return ""
        ranked = sorted(self.answers, key=lambda one: -one[1])
        told = " · ".join(f"{text} {100 * share:.0f} %" for text, share in ranked)
        return f"{self.question.replace('-', ' ').capitalize()}: {told}"


@dataclass(frozen=True)
class Counterpart:
    """A galaxy that another survey has at a place.

    Attributes
    ----------
    survey
        Which, in words.
    id_str, file_loc
        Its name there, and its image.
    separation
        Arc seconds from the place.
    scale
        Arc seconds a pixel of the image; None if that is not known.
    shares
        Vote fractions on the question asked for, or else on the first question.
    """

    survey: str
    id_str: str
    file_loc: str
    separation: float
    scale: float | None = None
    shares: Shares = Shares()


class OtherSurvey:
    """Galaxies of one survey, found by place.

    Parameters
    ----------
    name
        What to call it.
    id_str, file_loc
        Texts, (n,).
    ra, dec
        ICRS degrees, (n,); NaN where unknown.
    scale
        A row's arc seconds a pixel, or None.
    shares
        A row's vote fractions on a question, by the question's name.
    """

    def __init__(
        self,
        name: str,
        id_str: NDArray[Any],
        file_loc: NDArray[Any],
        ra: NDArray[np.float64],
        dec: NDArray[np.float64],
        scale: Callable[[int], float | None],
        shares: Callable[[int, str], Shares],
    ) -> None:
        self.name = name
        self._id_str, self._file_loc = id_str, file_loc
        self._scale, self._shares = scale, shares
        placed = np.flatnonzero(np.isfinite(ra) & np.isfinite(dec))
        self._rows = placed[np.argsort(dec[placed], kind="stable")]
        self._ra, self._dec = ra[self._rows], dec[self._rows]

    def __len__(self) -> int:
        return len(self._rows)

    def near(
        self, ra: float, dec: float, question: str, radius: float = RADIUS, *, but: str = ""
    ) -> list[Counterpart]:
        """Galaxies within a radius of a place, the nearest first.

        Parameters
        ----------
        ra, dec
            ICRS degrees.
        question
            Whose vote fractions to tell, by its name in our trees.
        radius
            Arc seconds.
        but
            Leave out the galaxy of this id.
        """
        high = radius / 3600
        strip = slice(*np.searchsorted(self._dec, (dec - high, dec + high + 1e-12)))
        apart = _separation(ra, dec, self._ra[strip], self._dec[strip])
        found = []
        for place in np.argsort(apart, kind="stable"):
            row = int(self._rows[strip][place])
            if apart[place] > radius:
                break
            if str(self._id_str[row]) != but:
                found.append(
                    Counterpart(
                        self.name,
                        str(self._id_str[row]),
                        str(self._file_loc[row]),
                        float(apart[place]),
                        self._scale(row),
                        self._shares(row, question),
                    )
                )
        return found


def read_survey(source: str | Path) -> OtherSurvey:
    """Read another survey: a project's folder, or a table with images and coordinates.

    A project tells what its model predicts; a table tells its votes, if it has any.

    Raises
    ------
    GzactiveError
        If it cannot be read, or tells no images or no coordinates.
    """
    path = Path(source).expanduser()
    if path.is_dir() or path.name == "project.toml":
        return _project(path)

    table = read_table(path)
    meanings = {meaning: name for name, meaning in guess_columns(table, _tree(table)).items()}
    if "file_loc" not in meanings:
        raise GzactiveError(
            f"'{path}' tells no images: give it a column file_loc with their paths, or choose a "
            "project's folder."
        )
    if meanings["file_loc"] == "file_loc" and meanings.get("id_str"):
        table = load_catalog(path, id_column=meanings["id_str"])
    return _from_table(table, path.name.partition(".")[0], 0.0, _votes_of(table))


def _project(path: Path) -> OtherSurvey:
    from gzactive.project import Project
    from gzactive.stores.predictions import read_scores

    with Project.open(path, read_only="It is only looked at.") as project:
        catalog, tree = project.catalog, project.tree
        shares = _votes_of(catalog)
        if project.scores_path.is_file():
            scores = read_scores(project.scores_path, ["fractions"])
            row_of = {id_str: row for row, id_str in enumerate(scores.id_str)}
            ids = catalog["id_str"].to_numpy(dtype=object)
            values = scores["fractions"]

            def predicted(row: int, question: str) -> Shares:
                place = row_of.get(ids[row])
                return Shares() if place is None else question_shares(values[place], tree, question)

            shares = predicted
        return _from_table(catalog, project.name, project.settings.pixel_scale, shares)


def _from_table(
    table: "pd.DataFrame", name: str, scale: float, shares: Callable[[int, str], Shares]
) -> OtherSurvey:
    positions = positions_in(table, name)
    meanings = {meaning: column for column, meaning in guess_columns(table, _tree(table)).items()}
    known = (
        scales(table[meanings["pixel_scale"]], "pixel_scale")[0]
        if "pixel_scale" in meanings
        else np.full(len(table), np.nan)
    )

    def scale_of(row: int) -> float | None:
        return float(known[row]) if np.isfinite(known[row]) else scale or None

    return OtherSurvey(
        name,
        positions.id_str,
        table[meanings["file_loc"]].to_numpy(dtype=object),
        positions.ra,
        positions.dec,
        scale_of,
        shares,
    )


def _tree(table: "pd.DataFrame") -> DecisionTree:
    return best_tree(table.columns)


def _votes_of(table: "pd.DataFrame") -> Callable[[int, str], Shares]:
    """What a table's own columns of votes say of a row."""
    tree = _tree(table)
    if not set(guess_votes(map(str, table.columns), tree)) & set(tree.columns):
        return lambda row, question: Shares()

    def voted(row: int, question: str) -> Shares:
        votes = read_votes(table.iloc[[row]].assign(id_str=str(row)), tree)
        counts = votes[list(tree.columns)].to_numpy(dtype=np.float64)[0]
        return question_shares(counts, tree, question)

    return voted


def question_shares(values: NDArray[Any], tree: DecisionTree, question: str) -> Shares:
    """A question's answers with their shares; without votes on it, the first question's.

    Parameters
    ----------
    values
        Fractions or counts, (answers,), in the order of the tree's columns.
    tree
        Their tree.
    question
        By its name.
    """
    named = {one.name: one for one in tree.modelled}
    for name in dict.fromkeys((question, tree.modelled[0].name)):
        if name in named:
            some = values[tree.slice(name)]
            total = float(some.sum())
            if total > 0:
                shares = zip(named[name].answers, some, strict=True)
                return Shares(name, tuple((one.text, float(part) / total) for one, part in shares))
    return Shares()


def _separation(
    ra: float, dec: float, others_ra: NDArray[np.float64], others_dec: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Arc seconds between a place and others, (n,): the haversine, exact for small angles."""
    one, other = np.radians(dec), np.radians(others_dec)
    across = np.sin(np.radians(others_ra - ra) / 2) ** 2
    square = np.sin((other - one) / 2) ** 2 + np.cos(one) * np.cos(other) * across
    angle: NDArray[np.float64] = np.degrees(2 * np.arcsin(np.sqrt(np.clip(square, 0, 1)))) * 3600
    return angle
