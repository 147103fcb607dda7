"""The projects opened lately, in a small file of the person's own."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gzactive.errors import GzactiveError
from gzactive.paths import atomic_write

if TYPE_CHECKING:
    from gzactive.app.session import ProjectSession

__all__ = [
    "RecentProject",
    "forget_project",
    "note_progress",
    "recent_projects",
    "remember_project",
    "update_project",
]

_MOST = 8
_PROJECT_FILE = "project.toml"


@dataclass(frozen=True)
class RecentProject:
    """What the start page tells of a project without opening it.

    Parameters
    ----------
    path
        Its folder.
    name
        What its people call it.
    galaxies, finished
        How many it had, and how many were finished, when it was open last; None if unknown.
    opened
        When that was, in seconds since 1970; 0 if unknown.
    """

    path: Path
    name: str
    galaxies: int | None = None
    finished: int | None = None
    opened: float = 0.0

    @property
    def missing(self) -> str:
        """Why it cannot be opened, as a clause; empty if it is there."""
        try:
            if (self.path / _PROJECT_FILE).is_file():
                return ""
            if self.path.is_dir():
                return "no project is in this folder any more"
            if not self.path.parent.is_dir():
                return "its drive or folder is not there"
        except OSError as error:
            return f"it cannot be read ({error.strerror})"
        return "it was moved or deleted"

    def counts(self) -> str:
        """Galaxies and labels in words; empty if unknown."""
        if self.galaxies is None:
            return ""
        galaxies = "1 galaxy" if self.galaxies == 1 else f"{self.galaxies:,} galaxies"
        return f"{galaxies}, {self.finished or 0:,} finished"

    def last(self, now: float | None = None) -> str:
        """When it was open last, in words; empty if unknown."""
        if not self.opened:
            return ""
        now = time.time() if now is None else now
        then, today = time.localtime(self.opened), time.localtime(now)
        if then[:3] == today[:3]:
            return time.strftime("today, %H:%M", then)
        if time.localtime(now - 86_400)[:3] == then[:3]:
            return time.strftime("yesterday, %H:%M", then)
        return time.strftime("%d %B %Y", then).lstrip("0")


def recent_projects() -> list[RecentProject]:
    """Projects that were opened lately, the latest first, those that are missing now too."""
    try:
        stored = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []  # none yet, or a file damaged by others: a convenience, not data
    if not isinstance(stored, list):
        return []
    return [found for each in stored if (found := _project(each)) is not None]


def remember_project(
    path: Path,
    name: str | None = None,
    *,
    galaxies: int | None = None,
    finished: int | None = None,
) -> None:
    """Put a project first in the list, with what is known of it."""
    path = path.resolve()
    known = RecentProject(path, name or path.name, galaxies, finished, time.time())
    _change(lambda listed: [known, *(each for each in listed if each.path != path)])


def update_project(path: Path, finished: int) -> None:
    """Note how many galaxies are finished, where the project stands in the list."""
    path = path.resolve()
    _change(
        lambda listed: [
            replace(each, finished=finished) if each.path == path else each for each in listed
        ]
    )


def note_progress(session: "ProjectSession") -> None:
    """Note how far a project is that is about to close; the start page tells it."""
    if session.project is not None and session.label is not None:
        with suppress(GzactiveError):  # its drive may be gone by now
            update_project(session.path, session.project.labels.finished_count())


def forget_project(path: Path) -> None:
    """Take a project off the list; its folder is left alone."""
    _change(lambda listed: [each for each in listed if each.path != path])


def _change(change: Callable[[list[RecentProject]], list[RecentProject]]) -> None:
    """Change the list; a disk that cannot be written to is no fault: it is a convenience."""
    rows = [asdict(each) | {"path": str(each.path)} for each in change(recent_projects())[:_MOST]]
    file = _file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(file, json.dumps(rows, indent=1))
    except OSError:
        return


def _project(stored: Any) -> RecentProject | None:
    """A row of the list; those of earlier versions were paths only."""
    if isinstance(stored, str):
        return RecentProject(Path(stored), Path(stored).name)
    try:
        return RecentProject(**stored | {"path": Path(stored["path"])})
    except (TypeError, KeyError):
        return None


def _file() -> Path:
    import platformdirs

    return platformdirs.user_config_path("gzactive") / "recent.json"
