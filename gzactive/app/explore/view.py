"""The Explore page: widgets only. What happens is the controller's; what it looks like is here."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFocusEvent, QGuiApplication, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.action_set import ActionSet
from gzactive.app.banner import Banner
from gzactive.app.explore.answer_list import AnswerList
from gzactive.app.explore.controller import ExploreController
from gzactive.app.explore.elsewhere_button import ElsewhereButton
from gzactive.app.explore.galaxies_model import GalaxiesModel
from gzactive.app.explore.galaxy_menu import GalaxyMenu
from gzactive.app.explore.galaxy_page import GalaxyPage
from gzactive.app.explore.grid import GalaxyGrid
from gzactive.app.explore.look_bar import LookBar
from gzactive.app.explore.tight_row import TightRow
from gzactive.app.file_kinds import TABLES
from gzactive.app.icons import Icons
from gzactive.app.label.look_keeper import LookKeeper
from gzactive.app.passing_line import PassingLine
from gzactive.app.tokens import SPACE

__all__ = ["ExploreView"]

_ANSWERS = 232
_ROOMY = 1000
#: Actions for the grid only, for one galaxy only, and for whatever is chosen on either.
_GRID = (
    *("open", "select-all", "select-none", "answer-before", "answer-after"),
    *("confident", "unsure", "disagree", "alike"),
)
_GALAXY = (
    *("previous", "next", "compare"),
    *("fit", "zoom-in", "zoom-out", "one-to-one", "invert", "grey", "stretch", "levels", "reset"),
)
_CHOSEN = ("label", "flag", "more-like", "ask", "queue", "copy-ids", "send-image")
_ON_SKY = ("copy-places", "simbad", "legacy", "point")
#: Formats to export to, and the endings that name them.
_KINDS = {
    "CSV (*.csv)": ".csv",
    "Parquet (*.parquet)": ".parquet",
    "FITS table (*.fits)": ".fits",
    "VOTable (*.vot)": ".vot",
}
_SURVEYS = f"Projects and tables (project.toml {TABLES})"


class ExploreView(QWidget):
    """Answers on the left, galaxies on the right, what to do with them below.

    Parameters
    ----------
    controller
        What it shows and steers.
    actions
        The app's actions; those of this page are connected here.
    icons
        Draws icons and gives the theme.
    look
        How galaxies are looked at, on this page and on others.
    parent
        The window.
    """

    #: A question of one's own is to be asked; ids (list of str) of galaxies that are a yes to it.
    asked = Signal(list)

    def __init__(
        self,
        controller: ExploreController,
        actions: ActionSet,
        icons: Icons,
        look: LookKeeper,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self._actions = actions
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.banner = Banner(icons, self)
        self.answers = AnswerList(controller.tree, icons, self)
        self.answers.setFixedWidth(_ANSWERS)
        self.look = LookBar(controller, actions, icons, self)
        self.model = GalaxiesModel(controller, self)
        self.grid = GalaxyGrid(icons, self)
        self.grid.setModel(self.model)
        self.grid.setToolTip("Return opens a galaxy, Space selects it")
        self.galaxy = GalaxyPage(controller, actions, icons, look, self)
        self.stack = QStackedWidget(self)
        self._row = 0
        self._row_before = 0  # where one was in the list that one comes back to
        self._query = controller.listing.query
        self.said = PassingLine(self)
        self._chosen = QLabel(self)
        self._chosen.setProperty("role", "strong")
        # Its place stays, so that the buttons beside it do not move under the pointer.
        self._chosen.setMinimumWidth(
            self._chosen.fontMetrics().horizontalAdvance("0,000 selected ")
        )
        self._lay_out(icons)
        self._connect()
        self._on_query()
        self._on_listing()

    @property
    def chosen(self) -> list[int]:
        """What actions are about: the open galaxy, else the selected ones, else the current one."""
        if self.controller.position is not None:
            return [self.controller.position]
        if self.grid.count_selected:
            return self.grid.selected
        row = self.grid.currentIndex().row()
        return [row] if row >= 0 else []

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.controller.thumbnails.side = self.grid.picture_side
        self.controller.wake()
        self._offer()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._offer()
        if self.controller.position is None:
            self.grid.setFocus()

    # --- building -------------------------------------------------------------------------------

    def _lay_out(self, icons: Icons) -> None:
        browse = QWidget(self)
        right = QVBoxLayout()
        right.setSpacing(SPACE.small)
        right.addWidget(self.look)
        right.addWidget(self.grid, 1)
        row = QHBoxLayout(browse)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE.large)
        row.addWidget(self.answers)
        row.addLayout(right, 1)
        self.stack.addWidget(browse)
        self.stack.addWidget(self.galaxy)
        deeds = QHBoxLayout()
        deeds.setSpacing(SPACE.tight)
        deeds.addWidget(self._chosen)
        deeds.addSpacing(SPACE.medium)
        names = ("label", "flag", "more-like", "queue", "export")
        worded = [self._actions.button(f"explore.{name}", self, text=True) for name in names]
        for button in worded:
            deeds.addWidget(button)
        TightRow(self, worded[1:], _ROOMY)
        deeds.addStretch(1)
        for name in ("ask", "undo", "copy-ids"):
            deeds.addWidget(self._actions.button(f"explore.{name}", self))
        deeds.addWidget(ElsewhereButton(self._actions, icons, self))  # last by the Tab key too
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, SPACE.tight)
        column.setSpacing(SPACE.small)
        column.addWidget(self.banner)
        column.addWidget(self.stack, 1)
        column.addLayout(deeds)
        column.addWidget(self.said)  # its place stays, so that nothing jumps

    def _connect(self) -> None:
        it = self.controller
        it.query_changed.connect(self._on_query)
        it.listing_changed.connect(self._on_listing)
        it.opened_changed.connect(self._on_opened)
        it.hand.marks_changed.connect(self.grid.viewport().update)
        it.said.connect(self._on_said)
        it.hand.did.connect(self._on_did)
        self.answers.chosen.connect(it.choose)
        self.grid.chosen.connect(it.open)
        self.grid.rested.connect(it.look_at)
        self.grid.focus_changed.connect(self._actions["explore.select"].setEnabled)
        self.grid.selectionModel().selectionChanged.connect(self._offer)
        self.grid.selectionModel().currentChanged.connect(self._on_row)
        handlers = {
            "confident": lambda: it.set_order("confident"),
            "unsure": lambda: it.set_order("unsure"),
            "disagree": lambda: it.set_order("disagree"),
            "alike": lambda: it.set_order("alike"),
            "more-like": lambda: it.trail.more_like(self.chosen, self._row),
            "ask": lambda: self.asked.emit(it.ids_text(self.chosen).splitlines()),
            "cut": it.toggle_cut,
            "answer-before": lambda: it.step_answer(-1),
            "answer-after": lambda: it.step_answer(1),
            "open": lambda: it.open(self.grid.currentIndex().row()),
            "back": self._go_back,
            "previous": lambda: it.step(-1),
            "next": lambda: it.step(1),
            "select": lambda: self.grid.toggle(self.grid.currentIndex().row()),
            "select-all": self.grid.select_all,
            "select-none": self.grid.clearSelection,
            "label": lambda: it.label(self.chosen),
            "flag": lambda: it.flag(self.chosen),
            "queue": lambda: it.queue(self.chosen),
            "export": self._export,
            "copy-ids": lambda: self._copy(it.ids_text(self.chosen), "Ids"),
            "copy-places": lambda: self._copy(it.sky.text(self._rows()), "Coordinates"),
            "simbad": lambda: self._browse(it.sky.simbad),
            "legacy": lambda: self._browse(it.sky.legacy_viewer),
            "point": lambda: self._with_first(it.sky.point),
            "send-image": lambda: self._with_first(it.sky.send_image),
            "compare": self._compare,
            "send-table": lambda: it.send_table(self._some),
            "undo": it.hand.undo,
        }
        self._actions.connect({f"explore.{name}": do for name, do in handlers.items()})
        GalaxyMenu(self.grid, self._actions)

    # --- showing --------------------------------------------------------------------------------

    def _on_query(self) -> None:
        self.answers.mark(self.controller.query.answer)
        self.look.refresh()
        self._offer()

    def _on_listing(self) -> None:
        self.look.refresh()
        query = self.controller.listing.query
        # The same list in a new order is gone through from where one is; another from its start.
        start, self._row_before = self._row_before, 0
        if query != self._query:
            self.grid.verticalScrollBar().setValue(0)
        self.grid.go_on_at(self._row if query == self._query else start)
        self._query = query
        self._offer()

    def _on_row(self, current: QModelIndex) -> None:
        if current.isValid():
            self._row = current.row()
        self._offer()

    def _on_opened(self) -> None:
        position = self.controller.position
        single = position is not None
        self.stack.setCurrentIndex(int(single))
        if position is not None:
            self.galaxy.refresh()
            self.grid.go_to(position)  # the way back leads to where one has got
            self.setFocus()
        else:
            self.grid.setFocus()
        self._offer()

    def _offer(self) -> None:
        """Let the keys work that mean something now, and say what they are about."""
        if not self.isVisible():
            return
        it, chosen = self.controller, self._count_chosen()
        single = it.position is not None
        for name in _GRID:
            self._enable(name, not single)
        for name in _GALAXY:
            self._enable(name, single)
        for name in _CHOSEN:
            self._enable(name, chosen > 0)
        for name in ("export", "send-table"):
            self._enable(name, len(it.listing) > 0)
        self._enable("back", single or it.trail.leads_back)
        self._enable("select", self.grid.hasFocus())
        reason = it.sky.unknown()
        for name in _ON_SKY:
            self._enable(name, chosen > 0 and not reason)
            self._actions.explain(f"explore.{name}", reason)
        self._enable("compare", single and not reason)
        self._actions.explain("explore.compare", reason)
        text = f"Label “{it.answer_words}”"
        self._actions["explore.label"].setText(text)
        self._actions["explore.label"].setIconText(f" {text}")
        selected = self.grid.count_selected
        self._chosen.setText(f"{selected:,} selected" if selected and not single else "")

    def _count_chosen(self) -> int:
        if self.controller.position is not None:
            return 1
        return self.grid.count_selected or int(self.grid.currentIndex().isValid())

    def _enable(self, name: str, enabled: bool) -> None:
        self._actions[f"explore.{name}"].setEnabled(enabled)

    def _on_said(self, sentence: str, fault: bool) -> None:
        if fault:
            self.banner.say(sentence, fault=True)
        else:
            self.said.say(sentence)

    def _on_did(self, sentence: str) -> None:
        key = self._actions.key("explore.undo")
        self.said.say(f"{sentence} {key} takes it back." if key else sentence)

    # --- doing ----------------------------------------------------------------------------------

    @property
    def _some(self) -> list[int] | None:
        """Galaxies that a table is of; None for all that are listed."""
        return self.chosen if self.grid.count_selected or self.galaxy_open else None

    @property
    def examples(self) -> list[str]:
        """Ids of the galaxies that are seen to be selected, or of the one that is open."""
        some = self._some if self.isVisible() else None
        return [] if some is None else self.controller.ids_text(some).splitlines()

    @property
    def galaxy_open(self) -> bool:
        """Whether one galaxy is looked at on its own."""
        return self.controller.position is not None

    def _rows(self) -> list[int]:
        return [self.controller.row_at(one) for one in self.chosen]

    def _with_first(self, do: Callable[[int], object]) -> None:
        for row in self._rows()[:1]:
            do(row)

    def _go_back(self) -> None:
        """From a galaxy to the grid, else from a selection to none, else to the list before."""
        it = self.controller
        if it.position is not None:
            it.leave()
        elif self.grid.count_selected:
            self.grid.clearSelection()
        elif it.trail.leads_back:
            self._row_before = it.trail.back()

    def _export(self) -> None:
        it = self.controller
        folder = it.project.exports_path
        start = folder if folder.is_dir() else Path.home()
        path, kind = QFileDialog.getSaveFileName(
            self,
            "Export galaxies",
            str(start / f"{it.query.answer}.csv"),
            ";;".join(_KINDS),
        )
        if path:
            chosen = Path(path)
            if not chosen.suffix:
                chosen = chosen.with_name(chosen.name + _KINDS.get(kind, ".csv"))
            it.export(chosen, self._some)

    def _compare(self) -> None:
        """Choose the survey whose pictures stand beside, or let it go."""
        it = self.controller
        if it.companions.source:
            it.compare_with("")
            return
        path, _ = QFileDialog.getOpenFileName(
            self, "Compare with a project (its project.toml) or a table", str(Path.home()), _SURVEYS
        )
        if path:
            chosen = Path(path)
            it.compare_with(str(chosen.parent if chosen.name == "project.toml" else chosen))

    def _copy(self, text: str, what: str) -> None:
        if text:
            QGuiApplication.clipboard().setText(text)
            count = text.count("\n") + 1
            self.said.say(f"{what} of {count:,} {'galaxy' if count == 1 else 'galaxies'} copied.")

    def _browse(self, address: Callable[[int], str]) -> None:
        for row in self._rows()[:1]:
            place = address(row)
            if place:
                QDesktopServices.openUrl(QUrl(place))
            else:
                self.said.say("This galaxy has no coordinates in the catalogue.")
