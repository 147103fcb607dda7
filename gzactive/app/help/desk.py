"""The help desk: what of Help is open, which page is wanted, and what its links do in the app."""

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gzactive.app.help.library import Library
from gzactive.app.help.pictures import HelpPictures
from gzactive.guide import INDEX
from gzactive.guide.field_guide import FIELD_GUIDE, page_name

if TYPE_CHECKING:
    from gzactive.app.help.help_window import HelpWindow
    from gzactive.app.help.tour import Tour
    from gzactive.app.main_window import MainWindow
    from gzactive.app.session import ProjectSession

__all__ = ["HelpDesk"]

#: The page of the guide on each page of the app.
_PAGES = {
    "": INDEX,
    "label": "labelling",
    "explore": "exploring",
    "train": "rounds",
    "evaluate": "evaluating",
    "project": "project",
}


class HelpDesk(QObject):
    """Made when a project opens or help is first asked for.

    Parameters
    ----------
    window
        The app's window.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._app = window
        self.library = Library(window.actions_.sheet)
        self.pictures = HelpPictures(self)
        self.tour: Tour | None = None
        window.actions_.connect(
            {
                f"tour.{step}": lambda step=step: self._step(step)  # type: ignore[misc]
                for step in ("next", "back", "end")
            }
        )

    @cached_property
    def window(self) -> "HelpWindow":
        """The Help window."""
        from gzactive.app.help.help_window import HelpWindow

        made = HelpWindow(
            self.library, self.pictures, self._app.actions_, self._app.icons, self._app
        )
        made.wanted.connect(self._do)
        return made

    def use(self, session: "ProjectSession | None") -> None:
        """Speak of a project's tree and galaxies from now on, or of none."""
        if self.tour is not None:
            self.tour.end()
            self.tour = None
        project = session.project if session is not None else None
        self.library.tree = project.tree if project is not None else None
        self.pictures.use(session.explore if session is not None else None)
        if project is not None and self._app.area is not None:
            self._app.area.label.help.use(self.pictures, project.tree)
        if "window" in vars(self):
            self.window.fill_contents()

    def show_for(self, page: str) -> None:
        """Open the guide at what it says of a page of the app."""
        self.window.open(_PAGES.get(page, INDEX))

    def show_question(self, session: "ProjectSession | None") -> None:
        """Open the field guide at the question that is asked; without one, at its beginning."""
        label = session.label if session is not None else None
        if label is not None and label.question is not None:
            self.window.open(page_name(label.tree, label.question))
        else:
            self.window.open(FIELD_GUIDE)

    # --- the tour -------------------------------------------------------------------------------

    def offer_tour(self) -> None:
        """Begin the tour if it was never shown here, and there is something to label."""
        from gzactive.app.help.first_run import tour_seen

        session = self._app.session
        if session is None or session.label is None or session.read_only:
            return
        if session.label.question is not None and not tour_seen():
            self.begin_tour()

    def begin_tour(self) -> None:
        """Show the tour on the Label page; without a project, say what is needed."""
        from gzactive.app.help.first_run import note_tour_seen
        from gzactive.app.help.label_tour import label_tour
        from gzactive.app.help.tour import Tour

        area, session = self._app.area, self._app.session
        if area is None or session is None or session.project is None:
            self._app.start.banner.say(
                "The tour shows the Label page: open a project, or try the simulated sky, first."
            )
            return
        self._app.go("label")
        self._app.activateWindow()
        if self.tour is not None:
            self.tour.end()
        steps = label_tour(area, session.project.settings, self._app.actions_.key)
        self.tour = Tour(steps, area.label, self._app.actions_, self._app.theme)
        self.tour.begin()
        note_tour_seen()

    def _step(self, step: str) -> None:
        if self.tour is not None:
            {"next": self.tour.next, "back": self.tour.back, "end": self.tour.end}[step]()

    def close(self) -> None:
        """Let go of what is drawn."""
        if "window" in vars(self):
            self.window.close()
        self.pictures.close()

    def _do(self, what: str) -> None:
        """Follow a link to something that the app does."""
        name, _, column = what.partition("/")
        session = self._app.session
        if name == "explore":
            if session is not None and session.explore is not None:
                session.explore.choose(column)
                self._app.go("explore")
                self._app.activateWindow()
            return
        action = self._app.actions_[name]
        if action.isEnabled():
            self._app.activateWindow()
            action.trigger()
        else:
            self.window.said.say("Open a project first.")
