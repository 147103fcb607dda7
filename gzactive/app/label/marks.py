"""Flags, notes and drafts of notes of one labeller: what is kept of a galaxy beside its answers."""

import json
from contextlib import suppress
from pathlib import Path

from gzactive.app.label.commit import Commit
from gzactive.app.label.upcoming import UpcomingGalaxy
from gzactive.paths import atomic_write
from gzactive.project import Project

__all__ = ["Marks"]

_DRAFTS = "note-drafts.json"


class Marks:
    """One labeller's marks in one project.

    Parameters
    ----------
    project
        Whose log is read and written, and in whose folder drafts lie.
    labeller
        Whose marks they are.
    commit
        Writes the log.
    """

    def __init__(self, project: Project, labeller: str, commit: Commit) -> None:
        self._project = project
        self._labeller = labeller
        self._commit = commit
        self._file: Path = project.path / _DRAFTS
        self._flags = set(project.labels.marked("flag", labeller))
        self._drafts: dict[str, str] = self._stored().get(labeller, {})
        self._unsaved = False

    def flagged(self, id_str: str) -> bool:
        """Whether a galaxy is flagged."""
        return id_str in self._flags

    def refresh(self) -> None:
        """Read the flags again: others may have written to the log."""
        self._flags = set(self._project.labels.marked("flag", self._labeller))

    def turn_flag(self, galaxy: UpcomingGalaxy, *, blind: bool) -> str:
        """Flag a galaxy, or take its flag off; what was done, as a sentence."""
        if galaxy.id_str not in self._flags:
            self._commit.mark(galaxy, "flag", blind=blind)
            self._flags.add(galaxy.id_str)
            return "Flagged."
        # This galaxy's own flag, however many others were flagged since.
        labels = self._project.labels
        set_here = labels.events(id_str=galaxy.id_str, labeller=self._labeller, kinds=("flag",))
        labels.take_back(one.event_id for one in set_here)
        self._flags.discard(galaxy.id_str)
        return "Flag taken off."

    def note(self, galaxy: UpcomingGalaxy, text: str, *, blind: bool) -> None:
        """Store a note; its draft is done with."""
        self._commit.mark(galaxy, "note", text=text, blind=blind)
        self.keep_draft(galaxy.id_str, "")
        self.flush()

    def draft(self, id_str: str) -> str:
        """What was typed of a note and not saved; empty if nothing was."""
        return self._drafts.get(id_str, "")

    def keep_draft(self, id_str: str, text: str) -> None:
        """Keep what is typed so far; :meth:`flush` brings it to the disk."""
        if text.strip() == self.draft(id_str).strip():
            return
        self._unsaved = True
        if text.strip():
            self._drafts[id_str] = text
        else:
            self._drafts.pop(id_str, None)

    def put_away(self, id_str: str, *, here: bool) -> str:
        """A note is closed unsaved: what becomes of it, as a sentence; empty if nothing was typed.

        ``here`` says whether its galaxy is still the one on the table.
        """
        self.flush()
        if not self.draft(id_str):
            return ""
        if here:
            return "Draft kept: N goes on with it."
        return f"The note about galaxy {id_str} was not saved: it is kept there as a draft."

    def flush(self) -> None:
        """Bring drafts to the disk."""
        if not self._unsaved:
            return
        others = {name: kept for name, kept in self._stored().items() if name != self._labeller}
        mine = {self._labeller: self._drafts} if self._drafts else {}
        # A draft is a courtesy of this window: where it cannot be written it lives as long as that.
        with suppress(OSError):
            atomic_write(self._file, json.dumps(others | mine, indent=1, ensure_ascii=False))
            self._unsaved = False

    def _stored(self) -> dict[str, dict[str, str]]:
        try:
            stored = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # none yet
        if not isinstance(stored, dict):
            return {}
        return {str(name): dict(kept) for name, kept in stored.items() if isinstance(kept, dict)}
