"""The Train page: start a round, see what rounds came to, and choose which is in use."""

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.action_set import ActionSet
from gzactive.app.handing_on import hand_on
from gzactive.app.icons import Icons
from gzactive.app.menu_box import MenuBox
from gzactive.app.tokens import SPACE
from gzactive.app.train.controller import TrainController
from gzactive.app.train.loss_curve import LossCurve
from gzactive.app.train.networks_page import NetworksPage
from gzactive.app.train.rounds_model import RoundsModel

__all__ = ["TrainView"]

#: What learns in a round that is started by hand: words, and blocks of the network.
_DEPTHS = (
    ("The head: seconds", None),
    ("Last block too: minutes", 1),
    ("Last 2 blocks too: minutes", 2),
    ("Last 3 blocks too", 3),
    ("Last 5 blocks too", 5),
    ("The whole network: longest", 7),
)

#: The two halves of the page.
_HALVES = (
    ("Rounds", "What the model has learnt from your labels: seconds a round"),
    ("Networks", "Trainings of whole networks, which take hours, and their curves"),
)

_USE_TIP = "Rank with the chosen round from now on; the others are kept."


class TrainView(QWidget):
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

    def __init__(
        self,
        controller: TrainController,
        actions: ActionSet,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self._actions = actions
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = QLabel("Train", self)
        title.setProperty("role", "title")
        self._schedule = QLabel(self)
        self._schedule.setProperty("role", "muted")
        self.told = QLabel(controller.sentence, self)
        self.told.setWordWrap(True)
        self._start = QPushButton("Start a round now", self)
        self._start.setProperty("role", "primary")
        self._start_tip = actions["train.start"].toolTip()
        self.learns = MenuBox(icons, self)
        self.learns.setAccessibleName("What learns")
        self.learns.setToolTip(
            "The head learns in seconds. Blocks of the network learn in minutes to hours (how long "
            "is measured and told at the start), and the network then looks at all galaxies again; "
            "it pays from about a thousand labels on."
        )
        self.learns.setMinimumContentsLength(max(len(words) for words, _ in _DEPTHS))
        for words, blocks in _DEPTHS:
            self.learns.addItem(words, blocks)
        self._start.clicked.connect(lambda: controller.start(self.learns.currentData()))
        self._cancel = QPushButton("Cancel", self)
        self._cancel.setToolTip(actions["train.cancel"].toolTip())
        self._cancel.clicked.connect(actions["train.cancel"].trigger)
        self._rows = RoundsModel(controller, icons, self)
        self.table = QTableView(self)
        self.table.setModel(self._rows)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setWordWrap(True)
        self.table.setAlternatingRowColors(True)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.setAccessibleName("Rounds")
        self.table.setToolTip("The latest round first; choose one to see its losses")
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._use = QPushButton("Put this round in use", self)
        self._use.clicked.connect(lambda: controller.promote(self._selected()))
        self._back = QPushButton("Roll back", self)
        self._back.setToolTip("Put the weights in use that were in use before.")
        self._back.clicked.connect(controller.roll_back)
        self.curve = LossCurve(icons.theme, self)
        self.networks = NetworksPage(controller.networks, icons, self)
        self._stack = QStackedWidget(self)
        self._curve_title = QLabel(self)
        self._curve_title.setProperty("role", "heading")
        self._lay_out(title)
        hand_on(self._start, self._cancel, self.table)
        hand_on(self._cancel, self._start, self.table)
        hand_on(self._use, self.table)
        hand_on(self._back, self.table)
        controller.changed.connect(self._refresh)
        controller.told.connect(self.told.setText)
        controller.asked.connect(self._ask)
        controller.live_changed.connect(self._show_curve)
        controller.session.schedule_changed.connect(self._show_schedule)
        icons.theme.changed.connect(self.table.viewport().update)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self._refresh()

    def _lay_out(self, title: QLabel) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE.medium)
        head.addWidget(title)
        head.addSpacing(SPACE.large)
        self._halves = QButtonGroup(self)
        for place, (words, tip) in enumerate(_HALVES):
            half = QToolButton(self)
            half.setText(words)
            half.setToolTip(tip)
            half.setAccessibleDescription(tip)
            half.setCheckable(True)
            half.setProperty("role", "choice")
            half.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._halves.addButton(half, place)
            head.addWidget(half)
        head.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(SPACE.medium)
        top.addWidget(self._start)
        top.addWidget(self.learns)
        top.addWidget(self._cancel)
        top.addWidget(self._schedule)
        top.addStretch(1)
        below = QHBoxLayout()
        below.addWidget(self._use)
        below.addWidget(self._back)
        below.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(SPACE.medium)
        left.addWidget(self.table, 1)
        left.addLayout(below)
        right = QVBoxLayout()
        right.setSpacing(SPACE.small)
        right.addWidget(self._curve_title)
        right.addWidget(self.curve, 1)
        middle = QHBoxLayout()
        middle.setSpacing(SPACE.huge)
        middle.addLayout(left, 6)
        middle.addLayout(right, 5)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, SPACE.medium)
        column.setSpacing(SPACE.medium)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        inside = QWidget(self)
        rounds = QVBoxLayout(inside)
        rounds.setContentsMargins(0, 0, 0, 0)
        rounds.setSpacing(SPACE.medium)
        rounds.addLayout(top)
        rounds.addWidget(self.told)
        rounds.addLayout(middle, 1)
        self._stack.addWidget(inside)
        self._stack.addWidget(self.networks)
        self._halves.idClicked.connect(self._stack.setCurrentIndex)
        self._halves.button(0).setChecked(True)

    def show_rounds(self) -> None:
        """Show the rounds of the head."""
        self._halves.button(0).click()

    def show_networks(self) -> None:
        """Show the runs of whole networks."""
        self._halves.button(1).click()

    def _refresh(self) -> None:
        self.table.selectRow(self._rows.row_of(self.controller.current))
        self._show_schedule()
        self._on_row()

    def _show_schedule(self) -> None:
        session = self.controller.session
        self._start.setEnabled(not (session.round_running or session.read_only))
        self._start.setToolTip(session.read_only or self._start_tip)
        self._cancel.setEnabled(session.busy)
        self._schedule.setText(session.schedule_words)

    def _ask(self, sentence: str) -> None:
        """There is nothing new to learn: make a round all the same?"""
        box = QMessageBox(
            QMessageBox.Icon.Question, "Nothing new to learn", sentence, parent=self.window()
        )
        go = box.addButton("Make one all the same", QMessageBox.ButtonRole.AcceptRole)
        go.clicked.connect(lambda: self.controller.start(again=True))
        box.setDefaultButton(box.addButton("Not now", QMessageBox.ButtonRole.RejectRole))
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _on_row(
        self, current: QModelIndex | None = None, previous: QModelIndex | None = None
    ) -> None:
        number = self._selected()
        reason = self.controller.session.read_only
        self._use.setEnabled(number != self.controller.current and not reason)
        self._use.setToolTip(reason or _USE_TIP)
        self._use.setText(f"Put round {number} in use" if number else "Put the start in use")
        self._back.setEnabled(self.controller.current > 0 and not reason)
        self._show_curve()

    def _show_curve(self) -> None:
        """The round that runs, while one does; else the one that is chosen."""
        it = self.controller
        if it.running:
            self._curve_title.setText(f"Round {it.running}, as it learns")
            self.curve.show_curves(it.live, it.behind(it.running))
            return
        number = self._selected()
        self._curve_title.setText(
            f"How round {number} was fitted" if number else "The weights from the start"
        )
        self.curve.show_curves(it.curves(number), it.behind(number) if number else ())

    def _selected(self) -> int:
        row = self.table.currentIndex().row()
        return self._rows.number_at(max(0, row))
