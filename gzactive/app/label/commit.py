"""What goes into the label log for one labeller: events with how each galaxy was chosen."""

from gzactive.app.label.upcoming import UpcomingGalaxy
from gzactive.project import Project
from gzactive.stores.labels import Event, NewEvent, join_answers
from gzactive.trees import Step

__all__ = ["Commit"]


class Commit:
    """Writes one labeller's events; each is on the disk when a method returns.

    Parameters
    ----------
    project
        Whose log is written.
    labeller
        Who did it.
    """

    def __init__(self, project: Project, labeller: str) -> None:
        self._labels = project.labels
        self._tree = project.tree
        self._labeller = labeller

    def answer(self, galaxy: UpcomingGalaxy, step: Step, *, finish: bool, blind: bool) -> None:
        """An answer; with ``finish``, in one transaction, that it was the galaxy's last."""
        events = [
            self._event(
                galaxy,
                "answer",
                blind,
                question=step.question,
                answer=join_answers(step.answers),
            )
        ]
        if finish:
            events.append(self._event(galaxy, "finish", blind))
        self._labels.append(events)

    def mark(
        self, galaxy: UpcomingGalaxy, kind: str, *, text: str | None = None, blind: bool
    ) -> None:
        """A restart, skip, flag or note."""
        self._labels.append(self._event(galaxy, kind, blind, text=text))

    def take_back(self) -> tuple[Event | None, Step | None]:
        """Undo the labeller's last step: what it was, and the answer in it; None if there is none.

        A finish is the echo of the last answer, since both were one key press: both are undone.
        """
        event = answer = self._labels.undo(self._labeller)
        if event is not None and event.kind == "finish":
            answer = self._labels.undo(self._labeller, kinds=("answer",))
        if answer is None or answer.question is None:
            return event, None
        return event, Step(answer.question, answer.answers)

    def issued(self, id_str: str) -> UpcomingGalaxy:
        """How a galaxy was chosen, from what the queue recorded when it issued it."""
        issued = self._labels.issued([id_str])
        if issued.empty:
            return UpcomingGalaxy(id_str, "external")
        row = issued.iloc[0]
        return UpcomingGalaxy.from_issue(id_str, {str(name): row[name] for name in row.index})

    def reopened(self, id_str: str, like: Event | None = None) -> tuple[UpcomingGalaxy, bool]:
        """How a galaxy that was begun had been chosen, and whether its model's view was shown.

        Parameters
        ----------
        id_str
            Which galaxy.
        like
            The step that was taken back, if that is how the galaxy came back.
        """
        steps = self._labels.steps(self._labeller, id_str)
        last = like or (steps[-1] if steps else None)
        if last is None or last.selection is None:
            galaxy = self.issued(id_str)
        else:
            galaxy = UpcomingGalaxy(
                id_str,
                last.selection,
                last.acquisition,
                weights_id=last.weights_id,
                round=last.round,
                repeat=last.repeat,
            )
        walked = [one for one in steps if one.repeat == galaxy.repeat]
        return galaxy, any(one.kind == "finish" or not one.blind for one in walked)

    def _event(
        self,
        galaxy: UpcomingGalaxy,
        kind: str,
        blind: bool,
        *,
        question: str | None = None,
        answer: str | None = None,
        text: str | None = None,
    ) -> NewEvent:
        return NewEvent(
            kind=kind,
            labeller=self._labeller,
            id_str=galaxy.id_str,
            tree_id=self._tree.id,
            tree_hash=self._tree.hash,
            question=question,
            answer=answer,
            text=text,
            round=galaxy.round,
            selection=galaxy.selection,
            acquisition=galaxy.acquisition,
            weights_id=galaxy.weights_id,
            blind=blind,
            repeat=galaxy.repeat,
        )
