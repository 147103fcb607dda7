"""The Project page: a panel for each thing that concerns the project as a whole."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.action_set import ActionSet
from gzactive.app.announce import announce
from gzactive.app.banner import Banner
from gzactive.app.icons import Icons
from gzactive.app.project.about_panel import AboutPanel
from gzactive.app.project.controller import ProjectController
from gzactive.app.project.disk_panel import DiskPanel
from gzactive.app.project.export_panel import ExportPanel
from gzactive.app.project.images_panel import ImagesPanel
from gzactive.app.project.labels_panel import LabelsPanel
from gzactive.app.project.match_view import MatchView
from gzactive.app.project.settings_panel import SettingsPanel
from gzactive.app.project.sky_panel import SkyPanel
from gzactive.app.project.task_page import TaskPage
from gzactive.app.project.votes_view import VotesView
from gzactive.app.recent import recent_projects
from gzactive.app.toast import Toast
from gzactive.app.tokens import SPACE

__all__ = ["ProjectView"]

#: Narrower pages have one column.
_TWO_COLUMNS = 980
_WIDEST = 1400
#: Pages of larger tasks, made when they are first wanted.
_TASKS: dict[str, Callable[[ProjectController, Icons, QWidget], TaskPage]] = {
    "match": lambda it, icons, page: MatchView(it.match, icons, page),
    "votes": lambda it, icons, page: VotesView(it.votes, icons, page),
}
#: Beside what has been done.
_SIGN = "done"


class ProjectView(QWidget):
    """Widgets of the page; what happens is the controller's.

    Parameters
    ----------
    controller
        What it shows and steers.
    actions
        The app's actions.
    icons
        Draws icons and gives the theme.
    parent
        The window.
    """

    #: Another project was chosen.
    chosen = Signal(Path)
    #: A task of this page was chosen in the menu, while another page is seen.
    wanted = Signal()

    def __init__(
        self,
        controller: ProjectController,
        actions: ActionSet,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self.banner = Banner(icons, self)
        self.about = AboutPanel(controller, icons, self)
        self.images = ImagesPanel(controller, icons, self)
        self.labels = LabelsPanel(controller, icons, self)
        self.sky = SkyPanel(controller, icons, self)
        self.out = ExportPanel(controller, icons, self)
        self.disk = DiskPanel(controller, icons, self)
        self.settings = SettingsPanel(controller, icons, self)
        self.recent = QToolButton(self)
        self.recent.setText("Recent ▾")
        self.recent.setAccessibleName("Recent projects")
        self.recent.setProperty("role", "quiet")
        self.recent.setToolTip("Open a project that was open lately; this one is closed")
        self.recent.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.recent.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._menu = QMenu(self.recent)
        self._menu.aboutToShow.connect(self._fill_recent)
        self.recent.setMenu(self._menu)
        self._icons = icons
        self._tasks: dict[str, TaskPage] = {}
        self._stack = QStackedWidget(self)
        self._begun_by: QWidget | None = None
        self._lay_out(actions, icons)
        actions.connect({f"project.{one}": partial(self._from_menu, one) for one in _TASKS})
        controller.task_wanted.connect(self.begin)
        controller.told.connect(self._on_told)
        controller.reopen_wanted.connect(lambda: self.chosen.emit(controller.project.path))
        controller.saved.connect(self._show_name)
        controller.measured.connect(self._order_tabs)
        self._show_name()

    def _lay_out(self, actions: ActionSet, icons: Icons) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE.small)
        head.addWidget(self._title, 1)
        head.addWidget(self.recent)
        head.addWidget(actions.button("project.open", self, text=True))
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        for column in (self._left, self._right):
            column.setSpacing(SPACE.large)
        self._columns = QHBoxLayout()
        self._columns.setContentsMargins(SPACE.large, 0, SPACE.large, SPACE.large)
        self._columns.setSpacing(SPACE.large)
        self._columns.addLayout(self._left, 1)
        self._columns.addLayout(self._right, 1)
        inside = QWidget(self)
        inside.setMaximumWidth(_WIDEST)
        inside.setLayout(self._columns)
        self._area = QScrollArea(self)
        self._area.setWidget(inside)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.toast = Toast(icons, self._area, self)
        above = QWidget(self)
        above.setMaximumWidth(_WIDEST)
        top = QVBoxLayout(above)
        top.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, 0)
        top.setSpacing(SPACE.medium)
        top.addLayout(head)
        top.addWidget(self.banner)
        front = QWidget(self)
        column = QVBoxLayout(front)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.medium)
        column.addWidget(above)
        column.addWidget(self._area, 1)
        self._stack.addWidget(front)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        self._two: bool | None = None
        self._arrange(two=True)

    def _arrange(self, *, two: bool) -> None:
        """Put the panels into one column or two, in the order in which Tab walks."""
        if two == self._two:
            return
        self._two = two
        left = [self.about, self.labels, self.images, self.disk]
        right = [self.out, self.sky, self.settings]
        if not two:
            left = [self.about, self.labels, self.out, self.images, self.sky, self.disk]
            left, right = [*left, self.settings], []
        # Not takeAt: an item that outlives its place in the layout keeps the next one of the same
        # panel from ever hearing that the panel has grown.
        for panel in (*left, *right):
            self._left.removeWidget(panel)
            self._right.removeWidget(panel)
        for column, panels in ((self._left, left), (self._right, right)):
            while column.count():
                column.takeAt(0)
            for panel in panels:
                column.addWidget(panel)
            column.addStretch(1)
        self._columns.setStretch(1, 1 if two else 0)
        self._panels = [*left, *right]
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Tab walks down the columns, panel by panel."""
        stops = [stop for panel in self._panels for stop in _tabbed(panel)]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    # --- larger tasks -----------------------------------------------------------------------------

    @property
    def task(self) -> TaskPage | None:
        """The task whose page is open."""
        shown = self._stack.currentWidget()
        return shown if isinstance(shown, TaskPage) else None

    def begin(self, name: str) -> None:
        """Open the page of a task: anew, or as it is if it is at work."""
        if name not in self._tasks:
            task = _TASKS[name](self.controller, self._icons, self)
            task.left.connect(self._leave_task)
            self._tasks[name] = task
            self._stack.addWidget(task)
        task = self._tasks[name]
        if self.task is None:
            self._begun_by = self.focusWidget()
        at_work = task.busy
        self._stack.setCurrentWidget(task)
        if not at_work:
            task.begin()

    def _from_menu(self, name: str) -> None:
        self.wanted.emit()
        self.begin(name)

    def _leave_task(self) -> None:
        """Back to the panels; the keys go where they came from."""
        self._stack.setCurrentIndex(0)
        (self._begun_by or self.about.open_folder).setFocus()

    # --- Qt ---------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.settings.refresh()
        self.controller.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(two=self.width() >= _TWO_COLUMNS)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self.task is not None:
            self.task.back.setFocus(event.reason())
        else:
            self.about.open_folder.setFocus(event.reason())

    # --- inside -----------------------------------------------------------------------------------

    def _show_name(self) -> None:
        self._title.setText(self.controller.project.name)

    def _on_told(self, sentence: str, fault: bool) -> None:
        if self.task is not None:
            self.task.banner.say(sentence, fault=fault, sign="warning" if fault else _SIGN)
            announce(self, sentence)
        elif fault:
            self.banner.say(sentence, fault=True)
            announce(self, sentence)
        else:
            self.toast.say(sentence, _SIGN)

    def _fill_recent(self) -> None:
        self._menu.clear()
        here = self.controller.project.path
        for project in recent_projects():
            if project.path == here or project.missing:
                continue
            action = self._menu.addAction(project.name)
            action.setToolTip(str(project.path))
            action.triggered.connect(
                lambda _checked=False, path=project.path: self.chosen.emit(path)
            )
        if self._menu.isEmpty():
            self._menu.addAction("No other project was open lately").setEnabled(False)


def _tabbed(panel: QWidget) -> list[QWidget]:
    """What Tab stops at in a panel, in order; lists that pop up are windows of their own."""
    return [
        each
        for each in panel.findChildren(QWidget)
        if each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.window() is panel.window()
    ]
