"""Every labeller of a project: how far the answers agree with others' and with their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gzactive.active.agreement import self_agreement
from gzactive.evaluation.labellers import LabellerFigures, LabellerVotes, labeller_figures
from gzactive.project import Project

__all__ = ["LabellerLine", "assess_labellers"]


@dataclass(frozen=True)
class LabellerLine:
    """One labeller: figures among the others, and agreement with earlier answers of their own.

    Attributes
    ----------
    name
        Who.
    figures
        Among the other labellers.
    repeated, steady
        Answers that were asked for twice, and the share of the same answers; NaN without any.
    changed
        Of an outlying labeller: galaxies whose leading answer to the first question is another
        without these votes.
    """

    name: str
    figures: LabellerFigures
    repeated: int
    steady: float
    changed: int = 0

    @property
    def note(self) -> str:
        """What stands out; empty if nothing does."""
        if not self.figures.outlying:
            return ""
        what = "galaxy has" if self.changed == 1 else "galaxies have"
        return (
            f"calls very many artifacts; without these votes {self.changed:,} {what} another "
            "leading answer"
        )


def assess_labellers(project: Project) -> tuple[LabellerLine, ...]:
    """Every labeller's figures, by name; catalogue votes, which have no names, take no part."""
    tree = project.tree
    table = project.labels.votes_by_labeller(tree)
    names, ids = (table.index.get_level_values(level) for level in ("labeller", "id_str"))
    votes = LabellerVotes(names.to_numpy(), ids.to_numpy(), table.to_numpy())
    steady = self_agreement(project)
    repeated, share = steady["answers"].to_dict(), steady["share"].to_dict()
    root = tree.slice(tree.root.name) if tree.root.modelled else slice(0)
    leading = _leading(votes.consensus()[:, root])
    lines = []
    for name, figures in labeller_figures(votes, tree).items():
        changed = 0
        if figures.outlying:
            rest = votes.consensus(without=[name])[:, root]
            changed = int(((_leading(rest) != leading) & (rest.sum(axis=1) > 0)).sum())
        lines.append(
            LabellerLine(
                name, figures, repeated.get(name, 0), share.get(name, float("nan")), changed
            )
        )
    return tuple(lines)


def _leading(votes: NDArray[np.float64]) -> NDArray[np.intp]:
    """The answer with the most votes, (galaxies,)."""
    return votes.argmax(axis=1) if votes.shape[1] else np.zeros(len(votes), dtype=np.intp)
