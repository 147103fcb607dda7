"""What is done to many galaxies at once goes into the label log here, and comes out again.

Each deed is one transaction, told in one sentence that also says what was left out and why. A
galaxy picked by hand that is kept aside to judge the model is left out: picked labels would
flatter it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gzactive.errors import GzactiveError
from gzactive.project import Project
from gzactive.stores.labels import NewEvent
from gzactive.trees import DecisionTree

__all__ = ["AT_ONCE", "SELECTION", "Deed", "Deeds"]

#: How galaxies are chosen here, as the label log says it.
SELECTION = "explore"

#: More galaxies than these are not labelled by one key press.
AT_ONCE = 1000


@dataclass(frozen=True)
class Deed:
    """Something that was done.

    Parameters
    ----------
    kind
        ``label``, ``flag``, ``unflag`` or ``queue``.
    ids
        To which galaxies.
    sentence
        What to say about it.
    event_ids
        What it added to the log and can be taken back.
    """

    kind: str
    ids: tuple[str, ...]
    sentence: str
    event_ids: tuple[str, ...] = ()


class Deeds:
    """One labeller's hand in one project's log; slow enough for a thread that is not the window's.

    Parameters
    ----------
    project
        Whose log.
    labeller
        Who.
    """

    def __init__(self, project: Project, labeller: str) -> None:
        self._labels = project.labels
        self._tree: DecisionTree = project.tree
        self._labeller = labeller

    def label(
        self, ids: Sequence[str], reserved: set[str], answer: str, weights: dict[str, Any]
    ) -> Deed:
        """Give an answer to galaxies: one vote each on its question, and they are finished.

        Parameters
        ----------
        ids, reserved
            Which galaxies, and which of them judge the model.
        answer
            Column of the answer.
        weights
            ``weights_id`` and ``round`` of the model that was looked at.

        Raises
        ------
        GzactiveError
            If they are too many, or the log cannot be written.
        """
        _refuse_many(ids, "label")
        question, given = self._tree.locate(answer)
        fit, left_out = self._fit(ids, reserved)
        events = [
            self._event(id_str, kind, weights, question=asked, answer=said)
            for id_str in fit
            for kind, asked, said in (
                ("answer", question.name, given.name),
                ("finish", None, None),
            )
        ]
        stored = self._labels.append(events)
        said = f"{_galaxies(fit)} labelled “{given.text}”." if fit else "Nothing was labelled."
        return Deed("label", fit, f"{said}{left_out}", tuple(one.event_id for one in stored))

    def flag(self, ids: Sequence[str], weights: dict[str, Any]) -> Deed:
        """Flag galaxies; if all of them are flagged, take their flags off."""
        _refuse_many(ids, "flag")
        flagged = set(self._labels.marked("flag", self._labeller))
        fresh = tuple(one for one in ids if one not in flagged)
        if fresh:
            stored = self._labels.append([self._event(one, "flag", weights) for one in fresh])
            event_ids = tuple(one.event_id for one in stored)
            return Deed("flag", fresh, f"{_galaxies(fresh)} flagged.", event_ids)
        off = set(ids)
        events = self._labels.events(labeller=self._labeller, kinds=("flag",))
        self._labels.take_back(one.event_id for one in events if one.id_str in off)
        return Deed("unflag", tuple(ids), f"Flags taken off {_galaxies(ids)}.")

    def queue(self, ids: Sequence[str], reserved: set[str], weights: dict[str, Any]) -> Deed:
        """Record galaxies as issued, so that their labels will know how they were chosen."""
        _refuse_many(ids, "queue")
        fit, left_out = self._fit(ids, reserved)
        if fit:
            self._labels.record_issued(
                pd.DataFrame({"id_str": list(fit)}).assign(selection=SELECTION, **weights)
            )
        said = f"{_galaxies(fit)} put at the front of the queue." if fit else "Nothing was queued."
        return Deed("queue", fit, f"{said}{left_out}")

    def undo(self, deed: Deed) -> Deed:
        """Take a deed back; what it says of itself is then the undoing."""
        undone = {one.id_str for one in self._labels.take_back(deed.event_ids)}
        ids = tuple(one for one in deed.ids if one in undone)
        what = "Labels of" if deed.kind == "label" else "Flags of"
        return Deed(deed.kind, ids, f"{what} {_galaxies(ids)} taken back.")

    def standing(self) -> tuple[set[str], set[str]]:
        """Ids that the labeller has finished, and ids that they have flagged."""
        return (
            self._labels.finished(self._labeller),
            set(self._labels.marked("flag", self._labeller)),
        )

    def answers(self, id_str: str) -> dict[str, tuple[str, ...]]:
        """The labeller's own answers to a galaxy: question to the names of its answers."""
        steps = self._labels.steps(self._labeller, id_str, live=True)
        return {str(one.question): one.answers for one in steps if one.kind == "answer"}

    def _fit(self, ids: Sequence[str], reserved: set[str]) -> tuple[tuple[str, ...], str]:
        """Those that may be labelled here, and a sentence about the others."""
        finished = self._labels.finished(self._labeller)
        half_done = self._labels.half_done(self._labeller, self._tree)
        reasons = {
            "kept aside to judge the model": reserved,
            "labelled by you before": finished,
            "half done on the Label page": half_done,
        }
        left = list(dict.fromkeys(ids))
        told = []
        for reason, those in reasons.items():
            count = sum(one in those for one in left)
            left = [one for one in left if one not in those]
            if count:
                told.append(f"{count:,} {reason}")
        return tuple(left), f" Left out: {', '.join(told)}." if told else ""

    def _event(
        self,
        id_str: str,
        kind: str,
        weights: dict[str, Any],
        *,
        question: str | None = None,
        answer: str | None = None,
    ) -> NewEvent:
        return NewEvent(
            kind=kind,
            labeller=self._labeller,
            id_str=id_str,
            tree_id=self._tree.id,
            tree_hash=self._tree.hash,
            question=question,
            answer=answer,
            selection=SELECTION,
            blind=False,
            **weights,
        )


def _galaxies(ids: Sequence[str]) -> str:
    return "1 galaxy" if len(ids) == 1 else f"{len(ids):,} galaxies"


def _refuse_many(ids: Sequence[str], verb: str) -> None:
    if len(ids) > AT_ONCE:
        raise GzactiveError(
            f"{len(ids):,} galaxies are too many to {verb} at once: choose at most {AT_ONCE:,}."
        )
