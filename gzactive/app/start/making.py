"""Projects that the start page offers to make: the simulated sky, and a sample that is fetched."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gzactive.app import work
from gzactive.app.job import Job
from gzactive.app.jobs import ComputeThread

__all__ = ["ProjectMaker"]

_KINDS = {
    "sky": ("Drawing the simulated sky", "gzactive-demo", work.make_sky),
    "sample": ("Downloading well-known galaxies", "gzactive-sample", work.fetch_sample),
}


class ProjectMaker(QObject):
    """Makes a project among the person's documents, as a job.

    Parameters
    ----------
    compute
        The app's compute thread.
    parent
        The window.
    """

    made = Signal(Path)
    refused = Signal(str)
    cancelled = Signal()

    def __init__(self, compute: ComputeThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._compute = compute
        self._job: Job | None = None

    @staticmethod
    def title(kind: str) -> str:
        """What making ``sky`` or ``sample`` is called."""
        return _KINDS[kind][0]

    def make(self, kind: str) -> None:
        """Begin to make ``sky`` or ``sample``; a signal tells what came of it."""
        import platformdirs

        title, name, make = _KINDS[kind]
        folder = platformdirs.user_documents_path() / name
        self._job = self._compute.submit(title, lambda progress: make(folder, progress))
        self._job.finished.connect(self.made)
        self._job.failed.connect(self.refused)
        self._job.cancelled.connect(self.cancelled)

    def cancel(self) -> None:
        """Stop making, if anything is being made."""
        if self._job is not None:
            self._compute.cancel(self._job)
