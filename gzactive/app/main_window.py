"""The window: pages, rail, menus and the line at its foot. It decides nothing about galaxies.

It is on screen before anything heavy is imported: the pages of a project are made when one opens.
"""

import logging
from pathlib import Path

from PySide6.QtCore import QTimer, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QPaintEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gzactive.app import work
from gzactive.app.action_set import ActionSet
from gzactive.app.actions import ACTIONS
from gzactive.app.icons import Icons
from gzactive.app.job import Job
from gzactive.app.jobs import ComputeThread
from gzactive.app.nav_rail import NavRail
from gzactive.app.recent import recent_projects, remember_project
from gzactive.app.session import ProjectSession
from gzactive.app.start.opening_page import OpeningPage
from gzactive.app.start.page import StartPage
from gzactive.app.status_strip import StatusStrip
from gzactive.app.theme import Theme

__all__ = ["MainWindow"]

_log = logging.getLogger(__name__)

_PAGES = tuple(
    (spec.id.removeprefix("go."), spec.text, spec.icon, f"{spec.tip} ({spec.keys[0]})")
    for spec in ACTIONS
    if spec.menu == "Go"
)


class MainWindow(QMainWindow):
    """The app's one window.

    Parameters
    ----------
    theme
        How the app is dressed.
    """

    #: Emitted once, when the window has been painted for the first time.
    painted = Signal()
    #: A project's pages are about to be shown.
    labelling = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._painted = False
        self.theme = theme
        self.icons = Icons(theme)
        self.actions_ = ActionSet(self, self.icons)
        self.compute = ComputeThread(self)
        self.session: ProjectSession | None = None
        self._page = ""
        self._views: dict[str, QWidget] = {}
        self._making_sky: Job | None = None
        self.setWindowTitle("gzactive")
        self.resize(1280, 800)
        self.setMinimumSize(900, 640)
        self.actions_.fill_menus(self.menuBar())
        self._build()
        self._connect()
        self._show_start()

    def open_project(self, path: Path) -> None:
        """Open a project; the one that is open is closed."""
        self.close_project()
        self.session = ProjectSession(path, self.compute, self)
        self.session.opened.connect(self._on_opened)
        self.session.ready.connect(self._on_ready)
        self.session.refused.connect(self._on_refused)
        self.session.said.connect(self._on_said)
        self.session.schedule_changed.connect(self._on_schedule)
        self._opening.begin(f"Opening {path.name}")
        self._go("opening")
        self.session.open().progress.connect(self._opening.show_progress)

    def close_project(self) -> None:
        """Back to the start page; what computes is cancelled, and every answer is saved."""
        if self.session is not None:
            self.session.close()
            self.session.deleteLater()
            self.session = None
        for view in self._views.values():
            self._stack.removeWidget(view)
            view.deleteLater()
        self._views = {}
        self._strip.schedule.setText("")
        self.setWindowTitle("gzactive")
        self._show_start()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._after_first_paint)

    def closeEvent(self, event: QCloseEvent) -> None:
        # Gone from the screen at once: a step under way may take a second to stop.
        self.hide()
        session = self.session
        self.close_project()
        self.compute.close()
        if session is not None:
            session.close_now()
        super().closeEvent(event)

    def _after_first_paint(self) -> None:
        """What the first picture does not show, and so need not wait for."""
        self.setWindowIcon(self.icons.app_icon())
        self.actions_.retint()
        self.painted.emit()

    # --- building -------------------------------------------------------------------------------

    def _build(self) -> None:
        self._rail = NavRail(_PAGES, self.icons, self)
        self._stack = QStackedWidget(self)
        self._strip = StatusStrip(self.actions_, self)
        self.start = StartPage(self.actions_, self.icons, self)
        self._opening = OpeningPage(self)
        self._stack.addWidget(self.start)
        self._stack.addWidget(self._opening)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._stack, 1)
        right.addWidget(self._strip)
        middle = QWidget(self)
        row = QHBoxLayout(middle)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._rail)
        row.addLayout(right, 1)
        self.setCentralWidget(middle)

    def _connect(self) -> None:
        self.theme.changed.connect(self.actions_.retint)
        self.compute.job_started.connect(self._on_job_started)
        self.compute.job_ended.connect(self._strip.leave)
        self.start.chosen.connect(self.open_project)
        self.start.sky_wanted.connect(self._make_sky)
        self._rail.chosen.connect(self._go)
        self._opening.skipped.connect(self._on_ready)
        self._opening.given_up.connect(self._give_up)
        self.actions_.connect(
            {
                "project.open": self._ask_for_project,
                "project.close": self.close_project,
                "app.quit": self.close,
                "go.label": lambda: self._go("label"),
                "go.train": lambda: self._go("train"),
                "view.theme": self.theme.toggle,
                "train.start": self._start_round,
                "train.cancel": self._cancel,
                "help.keys": self._show_keys,
                "help.log": self._show_log,
            }
        )

    # --- pages ----------------------------------------------------------------------------------

    def _show_start(self) -> None:
        self.start.show_recent(recent_projects())
        self._go("start")

    def _go(self, page: str) -> None:
        widgets = {"start": self.start, "opening": self._opening} | self._views
        if page not in widgets:
            return
        self._page = page
        self._stack.setCurrentWidget(widgets[page])
        working = page in self._views
        self._rail.setVisible(working)
        self._strip.setVisible(working)
        self._rail.mark(page)
        self.actions_.enable_page(page)
        for name, _, _, _ in _PAGES:
            self.actions_[f"go.{name}"].setEnabled(working)
        for name in ("project.close", "train.start", "train.cancel"):
            self.actions_[name].setEnabled(working)
        if working:
            widgets[page].setFocus()

    # --- a project ------------------------------------------------------------------------------

    def _on_opened(self) -> None:
        from gzactive.app.label.view import LabelView
        from gzactive.app.train.view import TrainView

        session = self.session
        if session is None or session.label is None or session.train is None:
            return
        label = LabelView(session.label, self.actions_, self.icons, self._stack)
        train = TrainView(session.train, self.actions_, self.icons, self._stack)
        self._views = {"label": label, "train": train}
        for view in self._views.values():
            self._stack.addWidget(view)
        remember_project(session.path)
        name = session.project.name if session.project is not None else session.path.name
        self.setWindowTitle(f"{name} – gzactive")
        self._opening.offer_skip()

    def _on_ready(self) -> None:
        if self._page == "opening" and self._views:
            self.labelling.emit()
            self._go("label")
            self._on_schedule()

    def _on_refused(self, sentence: str) -> None:
        self.close_project()
        if sentence:
            self.start.banner.say(sentence, fault=True)

    def _give_up(self) -> None:
        if self._making_sky is not None:
            self.compute.cancel(self._making_sky)
        self.close_project()

    def _on_said(self, sentence: str, fault: bool) -> None:
        self._strip.say(sentence)
        if fault and "label" in self._views:
            self.tell(sentence)

    def _on_schedule(self) -> None:
        if self.session is not None:
            self._strip.schedule.setText(self.session.schedule_words)

    def tell(self, sentence: str) -> None:
        """Show a fault on the page that is open."""
        view = self._views.get("label")
        banner = getattr(view, "banner", None) or self.start.banner
        banner.say(sentence, fault=True)

    # --- jobs -----------------------------------------------------------------------------------

    def _on_job_started(self, job: Job) -> None:
        self._strip.watch(job)
        if self._page == "opening":
            self._opening.show_progress(job.title, 0, 0)
            job.progress.connect(self._opening.show_progress)

    def _start_round(self) -> None:
        if self.session is not None:
            self.session.start_round()

    def _cancel(self) -> None:
        if self.session is not None:
            self.session.cancel()

    def _make_sky(self) -> None:
        import platformdirs

        folder = platformdirs.user_documents_path() / "gzactive-demo"
        job = self.compute.submit("Drawing the simulated sky", lambda p: work.make_sky(folder, p))
        self._making_sky = job
        job.finished.connect(self.open_project)
        job.failed.connect(self._on_refused)
        job.cancelled.connect(self._show_start)
        self._opening.begin("Drawing the simulated sky")
        self._go("opening")

    # --- small things ---------------------------------------------------------------------------

    def _ask_for_project(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Open a project folder", str(Path.home()))
        if folder:
            self.open_project(Path(folder))

    def _show_keys(self) -> None:
        from gzactive.app.keys_dialog import KeysDialog

        KeysDialog(self.actions_, self).open()

    def _show_log(self) -> None:
        from gzactive.logs import log_folder

        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder())))
