"""One row of the list of what can be drawn: a run, or a round, and how it stands."""

from dataclasses import dataclass
from pathlib import Path

from gzactive.inference.training_runs import TrainingRun

__all__ = ["RunEntry"]


@dataclass(frozen=True)
class RunEntry:
    """What is known of a run.

    Parameters
    ----------
    key
        Of the run, for ever.
    name
        For people.
    place
        Its colour and pattern, see :func:`gzactive.app.train.strokes.stroke`.
    shown
        Whether it is drawn.
    run
        What its folder tells; None if nothing can be read.
    fault
        Why not, as a sentence.
    folder
        Where it lies; None for a round.
    own
        Whether it lies in the project.
    running
        Whether it is trained by this window right now.
    resumable
        Whether this app can go on with it.
    is_round
        Whether it is a round of the head.
    """

    key: str
    name: str
    place: int
    shown: bool = False
    run: TrainingRun | None = None
    fault: str = ""
    folder: Path | None = None
    own: bool = False
    running: bool = False
    resumable: bool = False
    is_round: bool = False

    @property
    def finished(self) -> bool:
        """Whether there are weights that it came to."""
        return self.run is not None and self.run.weights is not None

    @property
    def words(self) -> str:
        """How it stands, in a few words."""
        if self.fault:
            return "cannot be read"
        if self.is_round or self.run is None:
            return "of the head" if self.is_round else ""
        epochs = self.run.epochs
        done = "1 epoch" if epochs == 1 else f"{epochs:,} epochs"
        best = ""
        if self.run.best:
            loss = self.run.curves["validation_loss"][self.run.best - 1]
            best = f", best {loss:.3f} at {self.run.best}"
        if self.running:
            return f"learning: {done}{best}" if epochs else "learning: its first epoch"
        if self.finished:
            return f"finished: {done}{best}"
        if not epochs:
            return "stopped before its first epoch had ended"
        return f"stopped: {done}{best}" if self.resumable else f"{done}{best}"

    @property
    def remark(self) -> str:
        """What of its history cannot be read, as a sentence, or nothing."""
        return "" if self.run is None else self.run.remark

    @property
    def tip(self) -> str:
        """All that is known, for the tooltip."""
        return "\n".join(filter(None, [str(self.folder or ""), self.fault, self.remark]))
