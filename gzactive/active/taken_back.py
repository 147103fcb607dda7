"""Rounds whose labels were taken back: which round still stands, and back to it where need be.

A round stands on the labels up to its place in this computer's log. Where one of those answers was
taken back since, it knows something that nobody says any more.
"""

from dataclasses import dataclass

from gzactive.active.round_files import Round, current_round, promote, rounds
from gzactive.active.round_labels import MIN_TRAINING, training_votes
from gzactive.inference import read_serving
from gzactive.project import Project

__all__ = ["FallenBack", "fall_back", "last_standing", "stands"]


@dataclass(frozen=True)
class FallenBack:
    """What became of the round in use.

    Attributes
    ----------
    before
        The round that was in use; 0 is the base head.
    now
        The round that is.
    waits
        Whether its network must look at all galaxies first.
    stood
        Whether every label stands that the round before learnt from.
    left
        Galaxies that a round could be fitted to now.
    """

    before: int
    now: int
    waits: bool
    stood: bool
    left: int

    @property
    def enough(self) -> bool:
        """Whether another round can be made."""
        return self.left >= MIN_TRAINING


def stands(project: Project, made: Round) -> bool:
    """Whether no answer that a round could learn from was taken back since it was made.

    Only this computer's log is asked: what others take back reaches it with the next round.
    """
    labels = project.labels
    read_up_to = made.read_up_to(labels.log_id)
    since = labels.events(since_sequence=read_up_to, kinds=("answer", "undo"))
    answered = {one.event_id for one in since if one.kind == "answer"}
    # An undo repeats what it takes back; of an answer that is its question.
    undone = (one.undoes for one in since if one.kind == "undo" and one.question is not None)
    return read_up_to == 0 or all(one in answered for one in undone)


def last_standing(project: Project, before: int) -> int:
    """The last round before one that was put in use and still stands; 0 is the base head."""
    usable = [
        made.number
        for made in rounds(project)
        if made.promoted
        and made.number < before
        and made.manifest["tree"]["hash"] == project.tree.hash
        and stands(project, made)
    ]
    return max(usable, default=0)


def fall_back(project: Project) -> FallenBack:
    """After labels were taken back: where too few are left for a round, one that stands serves.

    Where enough are left nothing is changed, since a new round can be made of them.
    """
    before = current_round(project)
    left = len(training_votes(project))
    made = next((one for one in rounds(project) if one.number == before), None)
    if made is None or stands(project, made):
        return FallenBack(before, before, waits=False, stood=True, left=left)
    if left >= MIN_TRAINING:
        return FallenBack(before, before, waits=False, stood=False, left=left)
    now = last_standing(project, before)
    promote(project, now)
    waits = read_serving(project).next == now != 0
    return FallenBack(before, now, waits=waits, stood=False, left=left)
