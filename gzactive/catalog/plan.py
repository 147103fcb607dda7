"""From images and a table to a catalogue and its votes, with everything on the way accounted for.

What may be wrong with the rows becomes a :class:`~gzactive.catalog.findings.Finding`: counted, with
examples and what to do. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.catalog.columns import KEPT, PLACES, check_columns, guess_columns, total_of
from gzactive.catalog.coordinates import degrees, scales
from gzactive.catalog.findings import Finding, Level, by_gravity, counted, examples
from gzactive.catalog.material import Look, Material
from gzactive.catalog.near_misses import near_misses
from gzactive.catalog.plan_votes import has_no_galaxies, other_votes, votes_of_answers
from gzactive.catalog.rows import Refused, aside, from_table, joined
from gzactive.catalog.vote_tables import read_votes
from gzactive.errors import GzactiveError
from gzactive.progress import Progress, silent
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Plan", "plan_catalog"]


@dataclass(frozen=True)
class Plan:
    """What a project would be made of.

    Attributes
    ----------
    catalog
        ``id_str``, ``file_loc``, then what else is known of each galaxy; None where it is refused.
    votes
        Of the galaxies that came with some: ``id_str`` and the tree's columns; None without any.
    columns
        The table's columns and their meanings.
    findings
        What is worth knowing, the gravest first.
    """

    catalog: pd.DataFrame | None
    votes: pd.DataFrame | None
    columns: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """What must be settled before a project can be made."""
        return tuple(one for one in self.findings if one.level is Level.REFUSED)

    def seen(self, look: Look) -> Plan:
        """The same with what a look at some of its images told."""
        return replace(self, findings=by_gravity([*self.findings, *look.findings]))


def plan_catalog(
    material: Material,
    tree: DecisionTree,
    columns: Mapping[str, str] | None = None,
    *,
    keep_first: bool = False,
    progress: Progress = silent,
) -> Plan:
    """Bring images and a table together.

    Parameters
    ----------
    material
        What there is.
    tree
        Whose answers' votes are looked for.
    columns
        Meanings of the table's columns; those that are not named are guessed.
    keep_first
        Of rows with the same id keep the first, instead of refusing them.
    progress
        Told what is done; may cancel.
    """
    findings = list(material.findings)
    if material.table is None:
        return Plan(material.images, None, {}, by_gravity(findings))
    progress("Reading the columns", 0, 0)
    if has_no_galaxies(material.table):
        unknown = dict.fromkeys(map(str, material.table.columns), KEPT)
        try:
            images, said = votes_of_answers(material, tree, findings, progress)
        except Refused as refused:
            return Plan(None, None, unknown, by_gravity([*findings, refused.finding]))
        return Plan(images, said, unknown, by_gravity(findings))
    known = guess_columns(material.table, tree, material.images)
    if columns is not None:
        given = check_columns(columns, material.table, tree)
        taken = set(filter(None, given.values()))
        known = {name: "" if what in taken else what for name, what in known.items()} | given
    bearer = {meaning: name for name, meaning in known.items() if meaning}
    progress("Bringing rows and images together", 0, 0)
    votes = None
    catalog = None
    try:
        if material.images is None:
            catalog = from_table(material, bearer, keep_first, findings, progress)
        else:
            catalog = joined(material, bearer, keep_first, findings)
        progress("Reading the votes", 0, 0)
        votes = _votes(catalog, bearer, tree, findings)
        catalog = _placed(catalog, bearer, findings)
    except Refused as refused:
        findings.append(refused.finding)
        catalog = votes = None
    except GzactiveError as error:
        findings.append(Finding("refused", Level.REFUSED, str(error)))
        catalog = votes = None
    findings += [
        Finding("misspelt", Level.AMISS, miss, "To have it counted, choose what it means.")
        for miss in near_misses([name for name, what in known.items() if not what], tree)
    ]
    return Plan(catalog, votes, known, by_gravity(findings))


# --- what is known of each galaxy ---------------------------------------------------------------


def _votes(
    catalog: pd.DataFrame,
    bearer: Mapping[str, str],
    tree: DecisionTree,
    findings: list[Finding],
) -> pd.DataFrame | None:
    """The votes that came with the galaxies."""
    import pandas as pd

    answers = {column: bearer[column] for column in _answers(tree) if column in bearer}
    answers = {column: name for column, name in answers.items() if name in catalog.columns}
    if not answers:
        return other_votes(catalog, tree, findings)
    frame: dict[str, Any] = {"id_str": catalog["id_str"]}
    blank = np.zeros(len(catalog), dtype=bool)
    for column, name in answers.items():
        counts = catalog[name]
        blank |= counts.isna().to_numpy()
        total = bearer.get(total_of(tree.locate(column)[0].name))
        if total is not None:
            fractions = pd.to_numeric(counts, errors="coerce")
            counts = (fractions * pd.to_numeric(catalog[total], errors="coerce")).round()
        frame[column] = counts
    try:
        votes = read_votes(pd.DataFrame(frame), tree)
    except GzactiveError as error:
        kept = "Correct the table, or choose 'Kept as it is' for columns that are no votes."
        raise Refused(Finding("votes", Level.REFUSED, str(error), kept)) from error
    modelled = [column for column in votes.columns if column in tree.columns]
    voted = votes[modelled].sum(axis=1).to_numpy() > 0
    if blank.any():
        rows = np.flatnonzero(blank)
        findings.append(
            Finding(
                "blank-votes",
                Level.AMISS,
                f"{counted(rows.size, 'row has', 'rows have')} no number in a column of votes: "
                "counted as no vote.",
                rows=examples(rows, catalog["id_str"].to_numpy()),
            )
        )
    findings += _one_sided(answers, tree)
    told = counted(int(voted.sum()), "galaxy", "galaxies")
    findings.append(
        Finding("votes", Level.NOTE, f"{told} came with votes, kept as catalogue votes.")
    )
    return votes if voted.any() else None


def _one_sided(answers: Mapping[str, str], tree: DecisionTree) -> list[Finding]:
    """Questions of which some answers have a column of votes and others have none."""
    found = []
    for question in tree.questions:
        having = [answers[one.column] for one in question.answers if one.column in answers]
        lacking = [one.column for one in question.answers if one.column not in answers]
        if not question.modelled or not having or not lacking:
            continue
        count = "counts" if len(lacking) == 1 else "count"
        found.append(
            Finding(
                "one-sided-votes",
                Level.AMISS,
                f"No column holds votes for {', '.join(lacking)}, which {count} as never chosen; "
                f"votes on that question are in {', '.join(having)}.",
                "Choose the columns that hold them, or 'Kept as it is' for columns that are no "
                "votes.",
            )
        )
    return found


def _placed(
    catalog: pd.DataFrame, bearer: Mapping[str, str], findings: list[Finding]
) -> pd.DataFrame:
    """The catalogue with coordinates in degrees and scales in arc seconds, under their names."""
    known = {m: bearer[m] for m in ("ra", "dec", "pixel_scale") if bearer.get(m) in catalog.columns}
    if ("ra" in known) != ("dec" in known):
        missing = "Declination" if "ra" in known else "Right ascension"
        findings.append(
            Finding(
                "coordinates",
                Level.AMISS,
                f"{missing} is not known, so no galaxy has a place in the sky.",
                "Choose the column that holds it.",
            )
        )
    ids = catalog["id_str"].to_numpy()
    values: dict[str, NDArray[np.float64]] = {}
    for meaning, name in known.items():
        read = scales if meaning == "pixel_scale" else degrees
        values[meaning], bad, why = read(catalog[name], meaning)
        if bad.size:
            shown = catalog[name].to_numpy(dtype=object)
            findings.append(
                Finding(
                    "coordinates" if meaning != "pixel_scale" else "scale",
                    Level.AMISS,
                    f"{counted(bad.size, 'row has', 'rows have')} no usable "
                    f"{PLACES[meaning].lower()} in '{name}': {why}.",
                    "The galaxies come along without it.",
                    tuple(f"row {row + 1:,} ({ids[row]}): {shown[row]}" for row in bad[:5]),
                )
            )
    if "ra" in values and "dec" in values:
        nowhere = int((~np.isfinite(values["ra"]) | ~np.isfinite(values["dec"])).sum())
        if nowhere:
            findings.append(
                Finding(
                    "nowhere",
                    Level.NOTE,
                    f"{counted(nowhere, 'galaxy has', 'galaxies have')} no place in the sky.",
                    "Sky map and viewers leave them out; all else works.",
                )
            )
    catalog = aside(
        catalog.drop(columns=list(known.values())), ("ra", "dec", "pixel_scale", "reserved")
    )
    for position, (meaning, numbers) in enumerate(values.items(), start=2):
        catalog.insert(position, meaning, numbers)
    return catalog


def _answers(tree: DecisionTree) -> tuple[str, ...]:
    return (*tree.columns, *tree.unmodelled_columns)
