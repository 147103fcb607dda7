"""What comes into a project: images and tables become a catalogue, vote tables become labels.

The command line and the import wizard both go through here, so that both report the same
remainders in the same words.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gzactive.catalog import read_table, read_votes
from gzactive.catalog.columns import best_tree
from gzactive.catalog.findings import Finding
from gzactive.catalog.material import look_at_some, read_material, unused_tables
from gzactive.catalog.near_misses import near_misses
from gzactive.catalog.plan import Plan, plan_catalog
from gzactive.errors import GzactiveError
from gzactive.model.weights_file import find_weights
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.stores.project_file import refuse_taken
from gzactive.teams import Moved, check_server, move_labels
from gzactive.trees import DecisionTree, load_tree

if TYPE_CHECKING:
    from gzactive.stores.labels import LabelLog

__all__ = ["AddedLabels", "NewProject", "add_labels", "make_project", "new_project"]


@dataclass(frozen=True)
class NewProject:
    """A project just made, open, and what was found on the way to it."""

    project: Project
    findings: tuple[Finding, ...] = ()
    moved: Moved | None = None  #: what came of sharing its labels with a team, if that was wanted

    @property
    def remarks(self) -> tuple[str, ...]:
        """The findings as sentences on what was left out or taken along, and what to do."""
        told = tuple(finding.told for finding in self.findings)
        if self.moved is not None:
            told += (f"Its labels are shared on {self.moved.place}.", *self.moved.remarks)
        return told


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
    columns: Mapping[str, str] | None = None,
    keep_first: bool = False,
    tree: str | Path | None = None,
    name: str | None = None,
    weights: str | None = None,
    seed: int = 0,
    labels: str | None = None,
    progress: Progress = silent,
) -> NewProject:
    """Make a project from images, from a table, or from both joined by file stem.

    Parameters
    ----------
    path
        The folder to make.
    images
        Folders and ZIPs of images. Alone, the file stem is the galaxy's id.
    catalog
        A table with ids and, without ``images``, the images' paths. Columns that are answers of
        the tree, with counts, are kept as catalogue votes.
    match
        The catalogue's column that equals the images' stems; by default found by content.
    columns
        What columns of the table mean, see :mod:`gzactive.catalog.columns`; by default guessed.
    keep_first
        Of rows with the same id keep the first, instead of refusing them.
    tree
        A shipped tree's id or a TOML file; by default the one that the table's columns speak of.
    name, weights, seed
        See :meth:`gzactive.project.Project.create`.
    labels
        Address of a team's label database, see :func:`gzactive.teams.move_labels`; by default the
        labels lie in the project's folder.
    progress
        Told what is done; may cancel, and then nothing is left behind.

    Raises
    ------
    GzactiveError
        If there is something at ``path`` already, nothing to make a project from, or the input is
        malformed.
    """
    if match is not None and (catalog is None or not images):
        raise GzactiveError("--match joins a table to images: give --catalog and --images with it.")
    if labels is not None:
        check_server(labels)  # before the work of reading images and tables
    refuse_taken(Path(path).expanduser().absolute())  # before the work of looking at images
    if weights:
        find_weights(weights)
    material = read_material(images, catalog, progress)
    if catalog is None:
        material = replace(material, findings=(*material.findings, *unused_tables(images)))
    columns = dict(columns or {}) | ({match: "id_str"} if match is not None else {})
    names = () if material.table is None else material.table.columns
    chosen = load_tree(tree) if tree is not None else best_tree(names)
    plan = plan_catalog(material, chosen, columns, keep_first=keep_first, progress=progress)
    if plan.catalog is not None:
        look = look_at_some(plan.catalog["file_loc"].to_list(), progress=progress)
        plan = plan.seen(look)
    source = catalog.name if catalog is not None else ""
    return make_project(
        path,
        plan,
        chosen,
        source,
        name=name,
        weights=weights,
        seed=seed,
        labels=labels,
        progress=progress,
    )


def make_project(
    path: Path,
    plan: Plan,
    tree: DecisionTree,
    source: str = "",
    *,
    name: str | None = None,
    weights: str | None = None,
    seed: int = 0,
    labels: str | None = None,
    progress: Progress = silent,
) -> NewProject:
    """Make a project as planned, its votes with it; it is there whole or not at all.

    Parameters
    ----------
    path
        The folder to make.
    plan
        What :func:`gzactive.catalog.plan.plan_catalog` found.
    tree
        Asked of people, and read by the plan.
    source
        What the table with the votes is called.
    name, weights, seed
        See :meth:`gzactive.project.Project.create`.
    labels
        Address of a team's label database, see :func:`gzactive.teams.move_labels`; by default the
        labels lie in the project's folder.
    progress
        Told what is done; may cancel, and then nothing is left behind.

    Raises
    ------
    GzactiveError
        If the plan is refused, or the place, the weights or the label server are unfit.
    """
    if plan.catalog is None:
        raise GzactiveError(" ".join(finding.told for finding in plan.refusals))
    if labels is not None:
        progress("Asking the label server", 0, 0)
        check_server(labels, tree)
    progress("Writing the catalogue", 0, 0)

    def fill(log: LabelLog) -> None:
        progress("Writing the votes", 0, 0)
        if plan.votes is not None:
            log.set_catalogue_votes(plan.votes, tree, source=source)
        progress("Finishing", 0, 0)

    project = Project.create(
        path, plan.catalog, tree, name=name, weights=weights, seed=seed, fill=fill
    )
    if labels is None:
        return NewProject(project, plan.findings)
    try:
        return NewProject(project, plan.findings, move_labels(project, labels, progress=progress))
    except BaseException:
        project.close()
        shutil.rmtree(project.path, ignore_errors=True)
        raise


def add_labels(
    project: Project, votes: Path, *, labeller: str, selection: str | None = None
) -> AddedLabels:
    """Add scripted labels from a table of ``id_str`` and answer columns with counts.

    ``selection`` says how the galaxies were chosen; where it does not, a label of a galaxy that the
    queue handed out keeps the queue's selection, and any other is ``external``. Galaxies that the
    project does not have are reported and left out.

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
    remarks += near_misses(raw.columns, tree)
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
    stored = project.labels.add_scripted(table, tree, labeller, selection)
    if stored < len(table):
        remarks += _remainders(len(table) - stored, "galaxy", "said so already", "galaxies")
    return AddedLabels(
        stored, int(table[columns].to_numpy().sum()) if stored else 0, tuple(remarks)
    )


def _remainders(count: int, noun: str, why: str, plural: str | None = None) -> list[str]:
    if count == 0:
        return []
    return [f"{count:,} {noun if count == 1 else plural or noun + 's'} left out: {why}."]
