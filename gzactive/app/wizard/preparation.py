"""What the import wizard computes, as plain functions for its thread: no Qt, no widgets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gzactive.progress import Progress

if TYPE_CHECKING:
    from gzactive.catalog.material import Look, Material
    from gzactive.catalog.plan import Plan
    from gzactive.model.weights_file import WeightsHeader
    from gzactive.trees import DecisionTree

__all__ = [
    "Choices",
    "Fetched",
    "Preparation",
    "fetch",
    "free_place",
    "make",
    "prepare",
    "project_name",
    "read_weights",
]

#: Names of folders that say nothing of what lies in them.
_PLAIN = {"images", "image", "img", "pictures", "cutouts", "data", "jpg", "png", "fits", "labels"}


@dataclass(frozen=True)
class Choices:
    """What a person has chosen so far.

    Attributes
    ----------
    given
        Folders, ZIPs, images and tables.
    left
        Tables beside images that are not wanted.
    tree
        A shipped tree's id or a file; empty for the one that the table's columns speak of.
    columns
        Meanings of columns that were changed by hand.
    keep_first
        Whether the first of several rows with one id is kept.
    """

    given: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()
    tree: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    keep_first: bool = False


@dataclass(frozen=True)
class Preparation:
    """What came of the choices.

    Attributes
    ----------
    choices
        These.
    images, table
        Places of images, and the table that is used.
    material
        What was read from them.
    tree
        The tree to ask.
    plan
        What the project would be made of.
    look
        What a look at some of its images told; None where there was none to look at.
    """

    choices: Choices
    images: tuple[Path, ...]
    table: Path | None
    material: Material
    tree: DecisionTree
    plan: Plan
    look: Look | None = None


def prepare(choices: Choices, before: Preparation | None, progress: Progress) -> Preparation:
    """Read what is new, bring it together, and look at some of the images.

    Parameters
    ----------
    choices
        What is wanted.
    before
        What was prepared last: what still holds is not read again.
    progress
        Told what is done; may cancel.

    Raises
    ------
    GzactiveError
        If something given cannot be read, or a tree is malformed.
    """
    from gzactive.catalog.columns import best_tree
    from gzactive.catalog.material import look_at_some, read_material, sort_sources
    from gzactive.catalog.plan import plan_catalog
    from gzactive.trees import load_tree

    same = before is not None and (before.choices.given, before.choices.left) == (
        choices.given,
        choices.left,
    )
    if before is not None and same:
        images, table, material, look = before.images, before.table, before.material, before.look
    else:
        places, tables, remarks = sort_sources(choices.given)
        wanted = [one for one in tables if one not in choices.left]
        images, table, look = tuple(places), (wanted[0] if wanted else None), None
        material = read_material(images, table, progress)
        material = replace(material, findings=(*remarks, *material.findings))
    names = [] if material.table is None else list(material.table.columns)
    tree = load_tree(choices.tree) if choices.tree else best_tree(names)
    columns = _still_fit(dict(choices.columns), names, tree)
    plan = plan_catalog(material, tree, columns, keep_first=choices.keep_first, progress=progress)
    if look is None and plan.catalog is not None:
        look = look_at_some(plan.catalog["file_loc"].to_list(), progress=progress)
    if look is not None:
        plan = plan.seen(look)
    return Preparation(choices, images, table, material, tree, plan, look)


def make(
    preparation: Preparation,
    place: Path,
    name: str,
    weights: str,
    labels: str,
    progress: Progress,
) -> Path:
    """Make the project; its folder. Nothing is left where it is cancelled or refused.

    ``labels`` is the address of a team's label server; empty for the project's folder.
    """
    from gzactive.intake import make_project

    made = make_project(
        place,
        preparation.plan,
        preparation.tree,
        preparation.table.name if preparation.table is not None else "",
        name=name or None,
        weights=weights or None,
        labels=labels or None,
        progress=progress,
    )
    made.project.close()
    return made.project.path


@dataclass(frozen=True)
class Fetched:
    """Cutouts that were fetched.

    Attributes
    ----------
    catalog
        The table of those that came.
    sentence
        On the others; empty where all came.
    failures
        The others: galaxy, and why.
    """

    catalog: Path
    sentence: str
    failures: tuple[tuple[str, str], ...] = ()


def fetch(table: Path, out: Path, survey: str, scale: str, progress: Progress) -> Fetched:
    """Fetch a cutout of each galaxy of a table; what came is kept where it is cancelled.

    Raises
    ------
    GzactiveError
        If the service cannot be reached or gave up, or nothing came.
    """
    from gzactive.errors import GzactiveError
    from gzactive.survey.cutouts import fetch_cutouts
    from gzactive.survey.services import called

    report = fetch_cutouts(table, out, survey=survey, scale=scale or None, progress=progress)
    here = report.fetched + report.present
    if report.unreachable:
        raise GzactiveError(
            f"The server of {called(survey)} cannot be reached: check the network and fetch again."
        )
    if report.stopped:
        raise GzactiveError(
            f"The server of {called(survey)} was given up ({report.stopped}) after {here:,} "
            "images: fetch again later, which goes on from here."
        )
    failed = len(report.failures)
    if not here:
        why = report.failures["why"].mode().iloc[0]
        raise GzactiveError(f"None of {failed:,} images came ({why}): try another survey.")
    told = f"{failed:,} of {here + failed:,} images did not come: {out / 'failures.csv'} says why."
    rows = report.failures[["id_str", "why"]].astype(str).itertuples(index=False, name=None)
    return Fetched(report.catalog, told if failed else "", tuple(rows))


def read_weights(more: Sequence[str], progress: Progress) -> list[tuple[str, WeightsHeader]]:
    """All weights that can be chosen, the default first, and files named: key and header.

    The key is what a project is told: a name, or the path of a file.

    Raises
    ------
    GzactiveError
        If a file named is no weights file; those that are installed and broken are left out.
    """
    from gzactive.errors import GzactiveError
    from gzactive.model.weights_file import available_weights, default_weights, read_header

    found = [(one, read_header(one)) for one in dict.fromkeys(more)]
    names = sorted(available_weights(), key=lambda name: name != default_weights())
    installed = []
    for name in names:
        progress("Reading the weights", 0, 0)
        try:
            installed.append((name, read_header(name)))
        except GzactiveError:
            if name == default_weights():
                raise
    return [*installed, *found]


def project_name(given: Sequence[Path]) -> str:
    """A name for a project of these: the first folder or file whose name says something."""
    for path in given:
        stem = path.name if path.is_dir() else re.sub(r"(\.csv|\.tsv)?\.\w+$", "", path.name)
        for name in (stem, path.parent.name):
            if name and name.lower() not in _PLAIN:
                return name
    return "galaxies"


def free_place(parent: Path, name: str) -> Path:
    """A folder in ``parent`` that does not exist yet, called like the project."""
    plain = re.sub(r"[^\w.+ -]+", "-", name).strip(" .-") or "galaxies"
    place, number = parent / plain, 1
    while place.exists():
        number += 1
        place = parent / f"{plain}-{number}"
    return place


def _still_fit(
    columns: Mapping[str, str], names: Sequence[str], tree: DecisionTree
) -> dict[str, str]:
    """Meanings chosen by hand that this table and this tree still know."""
    from gzactive.catalog.columns import meanings

    known = meanings(tree)
    return {name: what for name, what in columns.items() if name in names and what in known}
