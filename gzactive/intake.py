"""What comes into a project: images and tables become a catalogue, vote tables become labels.

The command line and the import wizard both go through here, so that both report the same
remainders in the same words.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gzactive.catalog import (
    find_images,
    join_images,
    load_catalog,
    read_table,
    read_votes,
)
from gzactive.errors import GzactiveError
from gzactive.project import Project
from gzactive.trees import DecisionTree, load_tree

__all__ = ["AddedLabels", "NewProject", "add_labels", "new_project"]


@dataclass(frozen=True)
class NewProject:
    """A project just made, open, and sentences on what was left out or taken along."""

    project: Project
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class AddedLabels:
    """How much a table of labels added, and sentences on what was left out."""

    galaxies: int
    votes: int
    remarks: tuple[str, ...]


def new_project(
    path: Path,
    *,
    images: Sequence[Path] = (),
    catalog: Path | None = None,
    match: str | None = None,
    tree: str = "gz-decals-dr5",
    name: str | None = None,
    weights: str | None = None,
    seed: int = 0,
) -> NewProject:
    """Make a project from images, from a table, or from both joined by file stem.

    Parameters
    ----------
    path
        The folder to make.
    images
        Folders and ZIPs of images. Alone, the file stem is the galaxy's id.
    catalog
        A table with ``id_str`` and, without ``images``, ``file_loc``. Columns that are answers of
        the tree, with counts, are kept as catalogue votes.
    match
        The catalogue's column that equals the images' stems; by default found by content.
    tree
        A shipped tree's id or a TOML file.
    name, weights, seed
        See :meth:`gzactive.project.Project.create`.

    Raises
    ------
    GzactiveError
        If there is nothing to make a project from, or the input is malformed.
    """
    decision_tree = load_tree(tree)
    remarks: list[str] = []
    if catalog is None and not images:
        raise GzactiveError(
            "A project needs galaxies: give --images with a folder or ZIP, --catalog with a "
            "table, or both."
        )
    if match is not None and (catalog is None or not images):
        raise GzactiveError("--match joins a table to images: give --catalog and --images with it.")
    if catalog is None:
        table = find_images(images)
        remarks += table.attrs.get("remarks", [])
    elif not images:
        table = load_catalog(catalog)
        remarks += table.attrs.get("remarks", [])
    else:
        found = find_images(images)
        join = join_images(read_table(catalog), found, match)
        table = join.catalog
        remarks += found.attrs.get("remarks", [])
        remarks += _remainders(len(join.rows_without_image), "row", "no image")
        remarks += _remainders(len(join.images_without_row), "image", "no row in the table")
    votes = None
    if catalog is not None and _has_votes(table.columns, decision_tree):
        votes = read_votes(table, decision_tree)
    project = Project.create(path, table, decision_tree, name=name, weights=weights, seed=seed)
    if votes is not None and catalog is not None:
        project.labels.set_catalogue_votes(votes, decision_tree, source=catalog.name)
        voted = int((votes[list(decision_tree.columns)].sum(axis=1) > 0).sum())
        remarks.append(f"{voted:,} galaxies came with votes, kept as catalogue votes.")
    return NewProject(project, tuple(remarks))


def add_labels(project: Project, votes: Path, *, labeller: str) -> AddedLabels:
    """Add scripted labels from a table of ``id_str`` and answer columns with counts.

    A label of a galaxy that the queue handed out keeps the queue's selection; any other is
    ``external``. Galaxies that the project does not have are reported and left out.

    Raises
    ------
    GzactiveError
        If the table has no answer of the project's tree or no galaxy of the project.
    """
    tree = project.tree
    raw = read_table(votes)
    table = read_votes(raw, tree)
    known = table["id_str"].isin(project.catalog["id_str"])
    columns = list(tree.columns)
    voted = table[columns].sum(axis=1) > 0
    remarks = _remainders(int((~known).sum()), "galaxy", "not in this project", "galaxies")
    remarks += _remainders(int((known & ~voted).sum()), "galaxy", "without any vote", "galaxies")
    remarks += _near_misses(raw.columns, tree)
    table = table[known & voted]
    if table.empty:
        why = (
            f"its id_str must be the project's, for instance {project.catalog['id_str'].iloc[0]}"
            if not known.any()
            else "all its votes are empty"
        )
        raise GzactiveError(
            " ".join([f"{votes} has no votes for a galaxy of this project: {why}.", *remarks])
        )
    stored = project.labels.add_scripted(table, tree, labeller, selection=None)
    if stored < len(table):
        remarks += _remainders(len(table) - stored, "galaxy", "said so already", "galaxies")
    return AddedLabels(
        stored, int(table[columns].to_numpy().sum()) if stored else 0, tuple(remarks)
    )


def _near_misses(columns: Iterable[str], tree: DecisionTree) -> list[str]:
    """Say which columns look like misspelt answers: a vote must not be dropped in silence."""
    questions = tuple(f"{question.name}_" for question in tree.questions)
    known = {*tree.columns, *tree.unmodelled_columns}
    return [
        f"Column '{name}' is no answer of tree '{tree.id}' and was ignored; did you mean "
        f"'{difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]}'?"
        for name in columns
        if name not in known
        and name.startswith(questions)
        and not name.endswith(("_total-votes", "_fraction", "_debiased"))
    ]


def _has_votes(columns: Iterable[str], tree: DecisionTree) -> bool:
    """Whether a table speaks of votes at all, under any name that the tree knows."""
    names = set(tree.columns).union(
        *(tree.column_names(scheme).values() for scheme in tree.schemes)
    )
    return not names.isdisjoint(columns)


def _remainders(count: int, noun: str, why: str, plural: str | None = None) -> list[str]:
    if count == 0:
        return []
    return [f"{count:,} {noun if count == 1 else plural or noun + 's'} left out: {why}."]
