"""How galaxies are looked at: stretch, levels, inverted, grey. It stays until it is changed.

A look is kept in a small file of the person's own, since it suits a screen and a pair of eyes more
than a project.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from gzactive.paths import atomic_write

__all__ = ["STRETCHES", "Look", "load_look", "save_look"]

#: Stretches in the order of their key: the picture as the model sees it first.
STRETCHES = ("as it is", "linear", "asinh", "log", "zscale")


@dataclass(frozen=True)
class Look:
    """One way of looking.

    Attributes
    ----------
    stretch
        One of ``STRETCHES``.
    black, white
        What of the stretched brightness, 0 to 1, is shown as black and as white.
    inverted
        Whether light is shown as dark.
    grey
        Whether colour is left out.
    """

    stretch: str = STRETCHES[0]
    black: float = 0.0
    white: float = 1.0
    inverted: bool = False
    grey: bool = False

    @property
    def plain(self) -> bool:
        """Whether a picture is shown as it is."""
        return self == Look()

    @property
    def words(self) -> str:
        """What differs from the picture as it is; empty if nothing does."""
        told = [] if self.stretch == STRETCHES[0] else [self.stretch]
        if (self.black, self.white) != (0.0, 1.0):
            told.append(f"levels {self.black:.0%}–{self.white:.0%}".replace("%", " %"))
        told += ["inverted"] * self.inverted + ["grey"] * self.grey
        return " · ".join(told)


def load_look() -> Look:
    """The look of the last session; the plain one if there is none, or none that makes sense."""
    try:
        stored = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Look()
    return _sensible(stored) if isinstance(stored, dict) else Look()


def save_look(look: Look) -> None:
    """Keep a look for the next session.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(file, json.dumps(asdict(look), indent=1))


def _sensible(stored: dict[str, Any]) -> Look:
    try:
        look = Look(**stored)
        fits = look.stretch in STRETCHES and 0 <= look.black < look.white <= 1
    except TypeError:
        return Look()
    return look if fits else Look()


def _file() -> Path:
    import platformdirs

    return platformdirs.user_config_path("gzactive") / "look.json"
