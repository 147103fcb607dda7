"""The pages of an open project between the rail and the line at the foot."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.actions import ACTIONS
from gzactive.app.asking.desk import AskingDesk
from gzactive.app.evaluate.view import EvaluateView
from gzactive.app.explore.view import ExploreView
from gzactive.app.icons import Icons
from gzactive.app.job import Job
from gzactive.app.jobs import ComputeThread
from gzactive.app.label.look_keeper import LookKeeper
from gzactive.app.label.view import LabelView
from gzactive.app.nav_rail import NavRail
from gzactive.app.project.view import ProjectView
from gzactive.app.session import ProjectSession
from gzactive.app.status_strip import StatusStrip
from gzactive.app.train.view import TrainView
from gzactive.stores.catalog_file import NAME as CATALOG

__all__ = ["WorkArea"]

_PAGES = tuple(
    (spec.id.removeprefix("go."), spec.text, spec.icon) for spec in ACTIONS if spec.menu == "Go"
)


class WorkArea(QWidget):
    """Made when a project opens and thrown away when it closes.

    Parameters
    ----------
    session
        The open project, with its controllers.
    compute
        Whose jobs the foot line shows.
    actions
        The app's actions.
    icons
        Draws icons and gives the theme.
    parent
        The window.
    """

    #: A page was chosen on the rail.
    page_chosen = Signal(str)
    #: Another project was chosen on the Project page.
    project_chosen = Signal(Path)
    #: A process of hours has begun.
    process_started = Signal(object)
    #: A project is to be made of these sources, with the weights of a training.
    weights_taken = Signal(list, Path)

    def __init__(
        self,
        session: ProjectSession,
        compute: ComputeThread,
        actions: ActionSet,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if (
            session.label is None
            or session.explore is None
            or session.train is None
            or session.evaluate is None
            or session.whole is None
        ):
            raise RuntimeError("the project is not open yet")
        self._session = session
        look = LookKeeper(self)
        self.label = LabelView(session.label, actions, icons, look, self)
        self.explore = ExploreView(session.explore, actions, icons, look, self)
        self.train = TrainView(session.train, actions, icons, self)
        self.evaluate = EvaluateView(session.evaluate, actions, icons, self)
        self.project = ProjectView(session.whole, actions, icons, self)
        self.project.chosen.connect(self.project_chosen)
        self.asking = AskingDesk(session, actions, lambda: self.explore.examples, self)
        self.explore.asked.connect(self.asking.begin)
        self.asking.made.connect(self.project_chosen)
        self.project.wanted.connect(lambda: self.page_chosen.emit("project"))
        self._pages: dict[str, QWidget] = {
            "label": self.label,
            "explore": self.explore,
            "train": self.train,
            "evaluate": self.evaluate,
            "project": self.project,
        }
        self.rail = NavRail(_PAGES, actions, icons, self)
        self.rail.chosen.connect(self.page_chosen)
        self.strip = StatusStrip(actions, self)
        self._stack = QStackedWidget(self)
        for page in self._pages.values():
            self._stack.addWidget(page)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._stack, 1)
        right.addWidget(self.strip)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(right, 1)
        compute.job_started.connect(self._on_job_started)
        compute.job_ended.connect(self.strip.leave)
        session.said.connect(self._on_said)
        session.news.told.connect(self.label.toast.say)
        session.team_told.connect(self._on_team_told)
        session.schedule_changed.connect(self._on_schedule)
        networks = session.train.networks
        networks.job_started.connect(self.strip.watch)
        networks.job_started.connect(self.process_started)
        networks.job_ended.connect(self.strip.leave)
        # The same galaxies, those without votes too.
        sources = [session.path / CATALOG]
        networks.project_wanted.connect(lambda weights: self.weights_taken.emit(sources, weights))
        actions.connect(
            {
                "train.network": lambda: self._on_networks(self.train.networks.open_training),
                "project.shards": lambda: self._on_networks(self.train.networks.open_shards),
                "train.cancel": self._cancel,
            }
        )
        self._on_schedule()

    @property
    def page(self) -> str:
        """The name of the page that is seen."""
        shown = self._stack.currentWidget()
        return next(name for name, page in self._pages.items() if page is shown)

    def show_page(self, page: str) -> None:
        """Open one of the pages."""
        self._stack.setCurrentWidget(self._pages[page])
        self.rail.mark(page)
        self._pages[page].setFocus()

    def tell(self, sentence: str) -> None:
        """Show a fault until it is put away."""
        self.label.banner.say(sentence, fault=True)

    def _on_networks(self, ask: Callable[[], object]) -> None:
        """Ask where what came of it will be seen."""
        self.page_chosen.emit("train")
        self.train.show_networks()
        ask()

    def _cancel(self) -> None:
        """What the line at the foot shows: jobs of seconds first, then a process of hours."""
        if self._session.busy:
            self._session.cancel()
        elif self._session.train is not None:
            self._session.train.networks.cancel()

    def _on_job_started(self, job: Job) -> None:
        self.strip.watch(job)

    def _on_said(self, sentence: str, fault: bool) -> None:
        self.strip.say(sentence)
        if fault:
            self.tell(sentence)

    def _on_team_told(self, sentence: str, fault: bool) -> None:
        self.label.banner.say(sentence, fault=fault)

    def _on_schedule(self) -> None:
        self.strip.schedule.setText(self._session.schedule_words)
