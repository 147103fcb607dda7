"""What an export may be told, and what it tells when it is done."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["RETIREMENT", "Exported", "Options"]

#: Galaxy Zoo DECaLS retired a galaxy after so many classifications (W+22).
RETIREMENT = 40


@dataclass(frozen=True)
class Options:
    """Choices; each format uses those that mean something to it.

    Attributes
    ----------
    votes
        Which votes count, see :data:`gzactive.survey.exporters.galaxies.VOTES`.
    labelled_only
        Leave out galaxies without a vote.
    volunteers
        How many people expected votes are of.
    samples
        How often the head is sampled; 0 for the project's own setting.
    repeats
        Also what a labeller said of a galaxy when asked again.
    images, features
        Whether an archive holds the images, and the cached features.
    """

    votes: str = "project"
    labelled_only: bool = False
    volunteers: int = RETIREMENT
    samples: int = 0
    repeats: bool = False
    images: bool = True
    features: bool = False


@dataclass(frozen=True)
class Exported:
    """What was written: so many of what, where, and sentences about what was left out."""

    path: Path
    count: int
    noun: str
    remarks: tuple[str, ...] = ()
