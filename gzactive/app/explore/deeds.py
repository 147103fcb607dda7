"""What is done to many galaxies at once goes into the label log here, and comes out again.

Each deed is one transaction, told in one sentence that also says what was left out and why. A
galaxy picked by hand that is kept aside to judge the model is left out: picked labels would
flatter it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
    issues
        How queued galaxies had been issued before, as :meth:`LabelLog.issued` tells it.
    """

    kind: str
    ids: tuple[str, ...]
    sentence: str
    event_ids: tuple[str, ...] = ()
    issues: pd.DataFrame | None = None


class Deeds:
    """One labeller's hand in one project's log; slow enough for a thread that is not the window's.

    All of it is for one thread: what was done last is then what is taken back first, also while
    more is asked for than was done.

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
        self._done: list[Deed] = []

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
        return self._did(
            Deed("label", fit, f"{said}{left_out}", tuple(one.event_id for one in stored))
        )

    def flag(self, ids: Sequence[str], weights: dict[str, Any]) -> Deed:
        """Flag galaxies; if all of them are flagged, take their flags off."""
        _refuse_many(ids, "flag")
        flagged = set(self._labels.marked("flag", self._labeller))
        fresh = tuple(one for one in ids if one not in flagged)
        if fresh:
            stored = self._labels.append([self._event(one, "flag", weights) for one in fresh])
            event_ids = tuple(one.event_id for one in stored)
            return self._did(Deed("flag", fresh, f"{_galaxies(fresh)} flagged.", event_ids))
        off = set(ids)
        events = self._labels.events(labeller=self._labeller, kinds=("flag",))
        self._labels.take_back(one.event_id for one in events if one.id_str in off)
        return self._did(Deed("unflag", tuple(ids), f"Flags taken off {_galaxies(ids)}."))

    def queue(self, ids: Sequence[str], reserved: set[str], weights: dict[str, Any]) -> Deed:
        """Record galaxies as issued, so that their labels will know how they were chosen."""
        _refuse_many(ids, "queue")
        fit, left_out = self._fit(ids, reserved)
        before = self._labels.issued(fit) if fit else None
        if fit:
            self._labels.record_issued(
                pd.DataFrame({"id_str": list(fit)}).assign(selection=SELECTION, **weights)
            )
        said = f"{_galaxies(fit)} put at the front of the queue." if fit else "Nothing was queued."
        return self._did(Deed("queue", fit, f"{said}{left_out}", issues=before))

    def undo(self) -> Deed | None:
        """Take the last deed back, if there is one; what it says of itself is then the undoing.

        A deed that could not be taken back is the last one still.
        """
        if not self._done:
            return None
        take_back = {"queue": self._unqueue, "unflag": self._flag_again}
        undone = take_back.get(self._done[-1].kind, self._take_back)(self._done[-1])
        self._done.pop()
        return undone

    def _did(self, deed: Deed) -> Deed:
        if deed.ids:
            self._done.append(deed)
        return deed

    def _take_back(self, deed: Deed) -> Deed:
        undone = {one.id_str for one in self._labels.take_back(deed.event_ids)}
        ids = tuple(one for one in deed.ids if one in undone)
        what = "Labels of" if deed.kind == "label" else "Flags of"
        return Deed(deed.kind, ids, f"{what} {_galaxies(ids)} taken back.")

    def _flag_again(self, deed: Deed) -> Deed:
        flagged = set(self._labels.marked("flag", self._labeller))
        ids = tuple(one for one in deed.ids if one not in flagged)
        events = self._labels.append([self._event(one, "flag", {}) for one in ids])
        # These flags stand for those that earlier deeds had set.
        for place, earlier in enumerate(self._done[:-1]):
            if earlier.kind == "flag":
                its = tuple(one.event_id for one in events if one.id_str in earlier.ids)
                self._done[place] = replace(earlier, event_ids=earlier.event_ids + its)
        return Deed(deed.kind, ids, f"{_galaxies(ids)} flagged again.")

    def _unqueue(self, deed: Deed) -> Deed:
        """Let galaxies be as they were issued before; those labelled meanwhile stay as they are."""
        finished = self._labels.finished(self._labeller)
        ids = tuple(one for one in deed.ids if one not in finished)
        if deed.issues is not None:
            before = deed.issues[deed.issues.index.isin(ids)]
            self._labels.record_issued(before.drop(columns="time").reset_index())
        left = len(deed.ids) - len(ids)
        rest = f" {left:,} had been labelled by then." if left else ""
        return Deed("queue", ids, f"{_galaxies(ids)} back in their old places.{rest}")

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
