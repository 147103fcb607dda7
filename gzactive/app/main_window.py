"""The window: menus, and which of start page, opening page and work area is seen.

It is on screen before anything heavy is imported: whatever the first picture does not show is made
afterwards, and what belongs to a project when one opens.
"""

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QMainWindow, QStackedWidget, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.icons import Icons
from gzactive.app.theme import Theme

if TYPE_CHECKING:
    from gzactive.app.background.controller import JobsController
    from gzactive.app.dialogs import Dialogs
    from gzactive.app.drop_target import DropTarget
    from gzactive.app.help.desk import HelpDesk
    from gzactive.app.job import Job
    from gzactive.app.jobs import ComputeThread
    from gzactive.app.session import ProjectSession
    from gzactive.app.start.making import ProjectMaker
    from gzactive.app.start.opening_page import OpeningPage
    from gzactive.app.start.page import StartPage
    from gzactive.app.wizard.desk import ImportDesk
    from gzactive.app.work_area import WorkArea

__all__ = ["MainWindow"]

_PAGES = ("label", "explore", "train", "evaluate", "project")


class MainWindow(QMainWindow):
    """The app's one window.

    Parameters
    ----------
    theme
        How the app is dressed.
    opening
        The project that will be opened once the window is on screen, if any.
    """

    #: Emitted once, when the window has been painted for the first time.
    painted = Signal()
    #: Emitted once, when the first page has been painted too.
    seen = Signal()
    #: A project's pages are about to be shown.
    labelling = Signal()

    def __init__(self, theme: Theme, opening: Path | None = None) -> None:
        super().__init__()
        self._painted = False
        self._page = ""
        self.theme = theme
        self.icons = Icons(theme)
        self.actions_ = ActionSet(self, self.icons)
        self.session: ProjectSession | None = None
        self._leaving: list[ProjectSession] = []
        self.area: WorkArea | None = None
        self.setWindowTitle("gzactive")
        self.resize(1280, 800)
        self.setMinimumSize(900, 640)
        self.actions_.add_menus(self.menuBar())
        self._stack = QStackedWidget(self)
        self.setCentralWidget(self._stack)
        self._connect()
        if opening is not None:
            self._show_opening(f"Opening {opening.name}")

    @cached_property
    def start(self) -> "StartPage":
        """The page that offers projects."""
        from gzactive.app.start.page import StartPage

        page = StartPage(self.actions_, self.icons, self)
        page.chosen.connect(self.open_project)
        page.forgotten.connect(self._forget)
        self._stack.addWidget(page)
        return page

    @cached_property
    def opening(self) -> "OpeningPage":
        """The page that is seen while a project opens."""
        from gzactive.app.start.opening_page import OpeningPage

        page = OpeningPage(self)
        page.skipped.connect(self._on_ready)
        page.given_up.connect(self._give_up)
        self._stack.addWidget(page)
        return page

    @cached_property
    def jobs(self) -> "JobsController":
        """What runs in the background, what waits and what is over."""
        from gzactive.app.background.controller import JobsController

        return JobsController(self.compute, self)

    @cached_property
    def dialogs(self) -> "Dialogs":
        """The app's small windows."""
        from gzactive.app.dialogs import Dialogs

        return Dialogs(self)

    @cached_property
    def drops(self) -> "DropTarget":
        """Takes files that are dropped on the window."""
        from gzactive.app.drop_target import DropTarget

        drops = DropTarget(self)
        drops.dropped.connect(self.take_in)
        return drops

    @cached_property
    def intake(self) -> "ImportDesk":
        """The import wizard."""
        from gzactive.app.wizard.desk import ImportDesk

        desk = ImportDesk(self.icons, self)
        desk.made.connect(self.open_project)
        desk.left.connect(self._leave_intake)
        self._stack.addWidget(desk.view)
        return desk

    @cached_property
    def compute(self) -> "ComputeThread":
        """The app's one compute thread."""
        from gzactive.app.jobs import ComputeThread

        thread = ComputeThread(self)
        thread.job_started.connect(self._on_job_started)
        return thread

    @cached_property
    def maker(self) -> "ProjectMaker":
        """Makes the simulated sky and the sample."""
        from gzactive.app.start.making import ProjectMaker

        maker = ProjectMaker(self.compute, self)
        maker.made.connect(self._on_made)
        maker.refused.connect(self._on_refused)
        maker.cancelled.connect(self._on_not_made)
        return maker

    @cached_property
    def help(self) -> "HelpDesk":
        """The guide, the field guide and the tour."""
        from gzactive.app.help.desk import HelpDesk

        return HelpDesk(self)

    # --- projects -------------------------------------------------------------------------------

    def open_project(self, path: Path) -> None:
        """Open a project; the one that is open is closed."""
        from gzactive.app.session import ProjectSession

        self.close_project()
        self._show_opening(f"Opening {path.name}")
        session = ProjectSession(path, self.compute, self)
        self.session = session
        session.opened.connect(self._on_opened)
        session.ready.connect(self._on_ready)
        session.refused.connect(self._on_refused)
        self._begin()

    def close_project(self) -> None:
        """Back to the start page; what computes is cancelled, and every answer is saved."""
        # Closing waits for what writes, and events go on meanwhile: nobody closes it twice.
        session, self.session = self.session, None
        if session is not None:
            from gzactive.app.recent import note_progress

            note_progress(session)
            self._leaving.append(session)
            session.closed.connect(partial(self._on_left, session))
            session.close()
        if "help" in vars(self):
            self.help.use(None)
        area, self.area = self.area, None
        if area is not None:
            self._stack.removeWidget(area)
            area.deleteLater()
        self.setWindowTitle("gzactive")
        self._show_start()

    def take_in(self, paths: list[Path], weights: Path | None = None) -> None:
        """Show the import wizard with these images and tables; open what is a project already."""
        if len(paths) == 1 and (paths[0] / "project.toml").is_file():
            self.open_project(paths[0])
            return
        if self._waiting:
            self._give_up()  # what was being opened or drawn is not wanted any more
        self.intake.open(paths, weights)
        self._show(self.intake.view)

    def go(self, page: str) -> None:
        """Open a page of the project."""
        if self.area is not None:
            self._show(self.area, page)
            self.area.show_page(page)

    def tell(self, sentence: str) -> None:
        """Show a fault where it is seen."""
        if self.area is not None:
            self.area.tell(sentence)
        else:
            self.start.banner.say(sentence, fault=True)

    # --- Qt -------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._after_first_paint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return presses the button in use, as Space does."""
        used = self.focusWidget()
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.isAutoRepeat() and isinstance(used, QAbstractButton):
            used.click()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        # Gone from the screen at once: a step under way may take a second to stop.
        self.hide()
        self.close_project()
        if "help" in vars(self):
            self.help.close()
        if "intake" in vars(self):
            self.intake.close()
        self.compute.close()
        for session in list(self._leaving):
            session.close_now()
        super().closeEvent(event)

    def _after_first_paint(self) -> None:
        """What the first picture need not wait for: the start page, a frame later, and the rest."""
        self.painted.emit()
        if self._stack.currentWidget() in (None, vars(self).get("start")):
            self._show_start()
            self.repaint()
        self.seen.emit()
        self.actions_.complete()
        self.setWindowIcon(self.icons.app_icon())
        self.actions_.retint()
        self.drops.listen()
        self.dialogs.keys.load()
        if self._stack.currentWidget() is self.start:
            self._tell_of_keys()

    # --- inside ---------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.theme.changed.connect(self.actions_.retint)
        self.actions_.connect(
            {
                "project.import": lambda: self.take_in([]),
                "project.open": self._ask_for_project,
                "project.sky": lambda: self._make("sky"),
                "project.sample": lambda: self._make("sample"),
                "project.close": self.close_project,
                "app.quit": self.close,
                **{f"go.{page}": partial(self.go, page) for page in _PAGES},
                "view.theme": self.theme.toggle,
                "view.jobs": lambda: self.dialogs.show_jobs(),
                "train.start": self._start_round,
                "train.cancel": self._cancel,
                "help.guide": lambda: self.help.show_for(self._page),
                "help.field-guide": lambda: self.help.show_question(self.session),
                "help.tour": lambda: self.help.begin_tour(),
                "help.keys": lambda: self.dialogs.show_keys(),
                "help.log": lambda: self.dialogs.show_log(),
                "help.about": lambda: self.dialogs.show_about(),
            }
        )

    def _show(self, widget: QWidget, page: str = "") -> None:
        self._page = page
        self._stack.setCurrentWidget(widget)
        self.actions_.enable_page(page)

    def _show_start(self) -> None:
        from gzactive.app.recent import recent_projects

        self.start.show_recent(recent_projects())
        self._show(self.start)

    def _leave_intake(self) -> None:
        """Back from the wizard to where the person came from."""
        if self.area is not None:
            self._show(self.area, self.area.page)
        else:
            self._show_start()

    def _show_opening(self, title: str) -> None:
        self.opening.begin(title)
        self._show(self.opening)

    @property
    def _waiting(self) -> bool:
        return "opening" in vars(self) and self._stack.currentWidget() is self.opening

    def _begin(self) -> None:
        """Open the project that is wanted, once the one before has let go: it may be the same."""
        if self.session is not None and not self._leaving:
            self.session.open()

    def _on_left(self, session: "ProjectSession") -> None:
        self._leaving.remove(session)
        session.deleteLater()
        self._begin()

    def _on_opened(self) -> None:
        from gzactive.app.recent import remember_project
        from gzactive.app.work_area import WorkArea

        session = self.session
        if session is None or session.project is None or session.whole is None:
            return
        self.area = WorkArea(session, self.compute, self.actions_, self.icons, self)
        self.area.page_chosen.connect(self.go)
        self.area.project_chosen.connect(self.open_project)
        self.area.weights_taken.connect(self.take_in)
        self.area.process_started.connect(self.compute.follow)
        self._stack.addWidget(self.area)
        self.help.use(session)
        remember_project(
            session.path,
            session.project.name,
            galaxies=len(session.project.catalog),
            finished=session.project.labels.finished_count(),
        )
        self._tell_of_keys()
        self._show_title()
        session.whole.saved.connect(self._show_title)
        self.opening.offer_skip()

    def _show_title(self) -> None:
        if self.session is not None and self.session.project is not None:
            how = " (read-only)" if self.session.read_only else ""
            self.setWindowTitle(f"{self.session.project.name}{how} – gzactive")

    def _tell_of_keys(self) -> None:
        """Say what is wrong with the file of the person's own keys, if anything is."""
        if fault := self.dialogs.keys.fault:
            self.tell(fault)

    def _forget(self, path: Path) -> None:
        from gzactive.app.recent import forget_project

        forget_project(path)
        self._show_start()

    def _on_ready(self) -> None:
        if self._waiting and self.area is not None:
            self.labelling.emit()
            self.go("label")
            self.help.offer_tour()

    def _on_refused(self, sentence: str) -> None:
        self.close_project()
        if sentence:
            self.start.banner.say(sentence, fault=True)

    def _give_up(self) -> None:
        if "maker" in vars(self):
            self.maker.cancel()
        self.close_project()

    def _on_job_started(self, job: "Job") -> None:
        if self._waiting:
            self.opening.show_progress(job.title, 0, 0)
            job.progress.connect(self.opening.show_progress)

    def _start_round(self) -> None:
        if self.session is not None and self.session.train is not None:
            self.session.train.start()

    def _cancel(self) -> None:
        if self.session is not None:
            self.session.cancel()

    def _make(self, kind: str) -> None:
        """Make a project in the background, then open it, unless something else is wanted."""
        self.close_project()
        self._show_opening(self.maker.title(kind))
        self.maker.make(kind)

    def _on_made(self, path: Path) -> None:
        if self._waiting:
            self.open_project(path)

    def _on_not_made(self) -> None:
        if self._waiting:
            self._show_start()

    def _ask_for_project(self) -> None:
        if (folder := self.dialogs.ask_for_project()) is not None:
            self.open_project(folder)
