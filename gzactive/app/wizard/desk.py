"""The import wizard as the window uses it: made when first wanted, closed with the window."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gzactive.app.icons import Icons
from gzactive.app.thumbnails.folder import ThumbnailFolder
from gzactive.app.thumbnails.loader import ThumbnailLoader
from gzactive.app.wizard.controller import ImportController
from gzactive.app.wizard.view import ImportView

__all__ = ["ImportDesk"]

_MEGABYTE = 2**20


class ImportDesk(QObject):
    """Owns the wizard's controller, page and thumbnails.

    Parameters
    ----------
    icons
        Draws icons and gives the theme.
    window
        The window.
    """

    #: A project was made (its folder).
    made = Signal(Path)
    #: The person goes back without one.
    left = Signal()

    def __init__(self, icons: Icons, window: QWidget) -> None:
        super().__init__(window)
        import platformdirs

        folder = platformdirs.user_cache_path("gzactive") / "thumbnails"
        self._loader = ThumbnailLoader(
            ThumbnailFolder(folder, 64 * _MEGABYTE), limit=16 * _MEGABYTE, parent=self
        )
        self.controller = ImportController(self)
        self.view = ImportView(self.controller, self._loader, icons, window)
        self.controller.made.connect(self.made)
        self.view.left.connect(self.left)

    def open(self, paths: list[Path], weights: Path | None = None) -> None:
        """Show the page with these sources; they join what is there if the page is open.

        The project will start from the ``weights``, if any are given.
        """
        if not self.view.isVisible():
            self.view.begin()
        if paths:
            self.controller.add(paths)
        if weights is not None:
            self.controller.add_weights(weights)

    def close(self) -> None:
        """Stop everything."""
        self.controller.close()
        self._loader.close()
