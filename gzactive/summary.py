"""What a project holds, as small tables for people: the `info` command and the Project page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gzactive.active.agreement import self_agreement
from gzactive.active.round_files import current_round, rounds
from gzactive.inference import current_head, feature_store, read_serving
from gzactive.project import Project
from gzactive.teams import place_of_labels

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Summary", "summarise"]


@dataclass(frozen=True)
class Summary:
    """Tables about a project.

    Attributes
    ----------
    facts
        Two columns: what, and how much or where.
    rounds
        One row a round, with what it was fitted to and how it was judged.
    problems
        Images that cannot be read, with the reason.
    """

    facts: pd.DataFrame
    rounds: pd.DataFrame
    problems: pd.DataFrame


def summarise(project: Project) -> Summary:
    """Count what a project holds; seconds on a million galaxies."""
    import pandas as pd

    tree, catalog, labels = project.tree, project.catalog, project.labels
    total, reserved = len(catalog), int(catalog["reserved"].sum())
    people = labels.labellers
    source = labels.catalogue_source(tree)
    with_votes = len(labels.catalogue_votes(tree)) if source else 0
    _, weights_id, number = current_head(project)
    facts = [
        ("folder", str(project.path)),
        ("tree", f"{tree.id}: {tree.title}"),
        ("galaxies", f"{total:,}, of which {reserved:,} are reserved and never train"),
        ("features", f"{len(feature_store(project)):,} of {total:,} computed"),
        ("labels", place_of_labels(project)),
        ("finished", f"{labels.finished_count():,} classifications by hand"),
        ("labellers", ", ".join(people) or "nobody yet"),
        ("steadiness", _steadiness(project)),
        ("labelled", f"{len(labels.votes(tree)):,} galaxies, scripted labels included"),
        (
            "catalogue votes",
            f"{with_votes:,} galaxies, from {source['source']}" if source else "none",
        ),
        ("head in use", f"round {number} ({weights_id})" if number else f"start ({weights_id})"),
        ("network", _network(project)),
        ("disk", f"{_size(project):.1f} MB"),
    ]
    current = current_round(project)
    table = pd.DataFrame(
        [
            (made.number, made.n_training, made.n_held_out, made.loss, made.previous_loss)
            for made in rounds(project)
        ],
        columns=["round", "trained on", "judged on", "held-out loss", "before"],
    )
    table["in use"] = ["←" if number == current else "" for number in table["round"]]
    problems = project.problems.frame()[["id_str", "reason", "file_loc"]]
    return Summary(pd.DataFrame(facts, columns=["what", "value"]), table, problems)


def _steadiness(project: Project) -> str:
    """How often labellers agreed with themselves on galaxies that were shown to them again."""
    told = [
        f"{name}: {row['share']:.0%} of {int(row['answers']):,} answers on "
        f"{int(row['galaxies']):,} {'galaxy' if row['galaxies'] == 1 else 'galaxies'} shown again"
        for name, row in self_agreement(project).iterrows()
    ]
    return "; ".join(told).replace("%", " %") or "no galaxy shown again yet"


def _network(project: Project) -> str:
    """Whose features serve, and whose are being computed."""
    serving = read_serving(project)
    fingerprint = feature_store(project).folder.name
    told = f"round {serving.backbone}" if serving.backbone else "start"
    told += f" ({fingerprint})"
    if serving.next:
        seen = len(feature_store(project, backbone=serving.next))
        told += (
            f"; that of round {serving.next} takes over when it has seen all galaxies: {seen:,} of "
            f"{len(project.catalog):,}, `gzactive features {project.path}` goes on"
        )
    return told


def _size(project: Project) -> float:
    """Megabytes on disk."""
    files = (path for path in project.path.rglob("*") if path.is_file())
    return sum(path.stat().st_size for path in files) / 1e6
