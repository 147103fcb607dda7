"""Whole networks: their runs, what is drawn of them, and a new training."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHideEvent, QIcon, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.icons import Icons
from gzactive.app.menu_box import MenuBox
from gzactive.app.project.about_panel import show_folder
from gzactive.app.save_name import ask_save_name
from gzactive.app.tokens import SPACE
from gzactive.app.train.loss_curve import CurveLine, LossCurve
from gzactive.app.train.networks import NetworksController
from gzactive.app.train.run_entry import RunEntry
from gzactive.app.train.shards_dialog import ShardsDialog
from gzactive.app.train.strokes import stroke
from gzactive.app.train.training_dialog import TrainingDialog
from gzactive.evaluation.run_figures import QUANTITIES

__all__ = ["NetworksPage"]

_KEY = Qt.ItemDataRole.UserRole
_SAMPLE = QSize(34, 16)
_EMPTY = (
    "No network yet. “Train a network…” begins one on this project's galaxies with votes, “Add "
    "a run…” lists one of the terminal (gzactive train) or of another program."
)
_QUIET = "No network is being trained."
_CHOOSE = "Tick runs in the list to draw them over one another."
_NONE = "None of the ticked runs has such a curve yet: it grows with the first epoch."
_FIGURES = "Scalable (*.svg);;Picture (*.png);;PDF (*.pdf)"


class NetworksPage(QWidget):
    """Widgets of this half of the Train page; what happens is the controller's.

    Parameters
    ----------
    controller
        What it shows and steers.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    def __init__(
        self, controller: NetworksController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self._icons = icons
        #: Ask for the folder of a run, and for the file of a figure; "" if none was chosen.
        self.ask_run: Callable[[], str] = self._ask_run
        self.ask_figure: Callable[[], str] = self._ask_figure
        self.train = self._button("Train a network…", "Train all of a network, in hours", "primary")
        self.train.clicked.connect(self.open_training)
        self.shards = self._button(
            "Make shards…", "Pack images and votes for a training on another machine"
        )
        self.shards.clicked.connect(self.open_shards)
        self.cancel = self._button("Cancel", "Stop; every whole epoch and every shard is kept")
        self.cancel.clicked.connect(controller.cancel)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the training")
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setProperty("role", "answers")
        self.list.setIconSize(_SAMPLE)
        self.list.setWordWrap(True)
        self.list.setAccessibleName("Runs")
        self.list.setToolTip("Tick with Space what is drawn")
        self.list.itemChanged.connect(self._on_ticked)
        self.list.currentItemChanged.connect(self._show_deeds)
        self.empty = QLabel(_EMPTY, self)
        self.empty.setProperty("role", "muted")
        self.empty.setWordWrap(True)
        self.detail = QLabel(self)
        self.detail.setProperty("role", "fault")
        self.detail.setWordWrap(True)
        self.add = self._button("Add a run…", "List a run from any folder")
        self.add.clicked.connect(self._add)
        self.go_on = self._button("Go on", "Continue from its last whole epoch")
        self.go_on.clicked.connect(lambda: controller.go_on(self._chosen_key()))
        self.use = self._button("New project…", "Make a project that starts from its weights")
        self.use.clicked.connect(lambda: controller.use_in_project(self._chosen_key()))
        self.open_folder = self._button("Open its folder", "Its weights, log and figures lie there")
        self.open_folder.clicked.connect(self._open)
        self.take_off = self._button("Take off", "List it no more; its folder stays as it is")
        self.take_off.clicked.connect(lambda: controller.take_off(self._chosen_key()))
        self.quantity = MenuBox(icons, self)
        self.quantity.setMinimumContentsLength(8)
        self.quantity.setAccessibleName("What is drawn")
        for name in QUANTITIES:
            self.quantity.addItem(name.capitalize(), name)
        self.quantity.setToolTip("Accuracy: how often the likeliest answer is the most voted one")
        self.quantity.currentIndexChanged.connect(self._show_curves)
        self.thin = self._box("Training", "Galaxies it learns from: thin lines")
        self.bold = self._box("Validation", "Galaxies it is kept from: bold lines, the best marked")
        self.save = self._button("Save figure…", "Save what is drawn as SVG, PNG or PDF")
        self.save.clicked.connect(self._save)
        self.curve = LossCurve(icons.theme, self)
        self._filling = False
        self._lay_out()
        controller.changed.connect(self.refresh)
        controller.told.connect(self._show_told)
        icons.theme.changed.connect(self._fill)
        self.refresh()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE.medium)
        for each in (self.train, self.shards, self.cancel):
            top.addWidget(each)
        top.addWidget(self._bar, 1)
        for shy in (self.cancel, self._bar):
            # Nothing moves when they come: laying out and painting the plot anew takes a frame.
            policy = shy.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            shy.setSizePolicy(policy)
        deeds = QHBoxLayout()
        deeds.setSpacing(SPACE.small)
        for each in (self.go_on, self.use, self.open_folder, self.take_off):
            deeds.addWidget(each)
        deeds.addStretch(1)
        heading = QLabel("Runs", self)
        heading.setProperty("role", "heading")
        head = QHBoxLayout()
        head.addWidget(heading, 1)
        head.addWidget(self.add)
        left = QVBoxLayout()
        left.setSpacing(SPACE.small)
        left.addLayout(head)
        left.addWidget(self.empty)
        left.addWidget(self.list, 1)
        left.addWidget(self.detail)
        left.addLayout(deeds)
        how = QHBoxLayout()
        how.setSpacing(SPACE.medium)
        how.addWidget(self.quantity)
        how.addWidget(self.bold)
        how.addWidget(self.thin)
        how.addStretch(1)
        how.addWidget(self.save)
        right = QVBoxLayout()
        right.setSpacing(SPACE.small)
        right.addLayout(how)
        right.addWidget(self.curve, 1)
        middle = QHBoxLayout()
        middle.setSpacing(SPACE.huge)
        middle.addLayout(left, 4)
        middle.addLayout(right, 6)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.medium)
        column.addLayout(top)
        column.addWidget(self.told)
        column.addLayout(middle, 1)

    # --- what can be opened ---------------------------------------------------------------------

    def open_training(self) -> TrainingDialog:
        """Ask how a network is to be trained."""
        dialog = TrainingDialog(self.controller, self._icons, self.window())
        dialog.open()
        return dialog

    def open_shards(self) -> ShardsDialog:
        """Ask how shards are to be made."""
        dialog = ShardsDialog(self.controller, self._icons, self.window())
        dialog.open()
        return dialog

    # --- Qt -------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.controller.wake()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.controller.sleep()

    # --- what is shown --------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show runs, curves and what runs."""
        self._fill()
        self._show_curves()
        self._show_told()

    def _fill(self) -> None:
        """The list, as it is now; what is chosen stays chosen, unless a run has come."""
        entries = self.controller.entries
        keys = [self.list.item(row).data(_KEY) for row in range(self.list.count())]
        self._filling = True
        if keys != [entry.key for entry in entries]:
            chosen = self._chosen_key()
            come = [one.key for one in entries if one.folder is not None and one.key not in keys]
            if keys and come:
                chosen = come[-1]  # what can be done with it is what is told next
            self.list.clear()
            for entry in entries:
                item = QListWidgetItem(self.list)
                item.setData(_KEY, entry.key)
                if entry.key == chosen:
                    self.list.setCurrentItem(item)
            if self.list.currentItem() is None and entries:
                self.list.setCurrentRow(0)
        for row, entry in enumerate(entries):
            self._fill_item(self.list.item(row), entry)
        self._filling = False
        self.empty.setVisible(not any(entry.folder for entry in entries))
        self.list.setVisible(bool(entries))
        self._show_deeds()

    def _fill_item(self, item: QListWidgetItem, entry: RunEntry) -> None:
        item.setText(f"{entry.name}\n{entry.words}")
        item.setToolTip(entry.tip)
        if entry.run is not None:
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if entry.shown else Qt.CheckState.Unchecked)
        if entry.place >= 0 and entry.shown and entry.run is not None:
            sample = stroke(entry.place, self._icons.theme).sample(self.devicePixelRatioF())
        else:
            sample = _blank()
        item.setIcon(sample)

    def _show_curves(self) -> None:
        quantity = str(self.quantity.currentData())
        lines = self._lines()
        if lines:
            both = self.bold.isChecked() and self.thin.isChecked()
            words = "bold: validation, its best epoch marked · thin: training" if both else ""
        else:
            shown = any(entry.shown for entry in self.controller.entries)
            words = _NONE if shown else _CHOOSE
        self.curve.show_lines(self._lines, QUANTITIES[quantity][2], words)
        self.save.setEnabled(bool(lines))

    def _lines(self) -> list[CurveLine]:
        quantity = str(self.quantity.currentData())
        thin, bold, _ = QUANTITIES[quantity]
        lines = []
        for entry in self.controller.entries:
            if not entry.shown or entry.run is None:
                continue
            drawn = stroke(entry.place, self._icons.theme)
            curves = entry.run.curves
            if self.thin.isChecked() and curves.get(thin):
                name = f"{entry.name}, training" if self.bold.isChecked() else entry.name
                lines.append(CurveLine(name, curves[thin], drawn, bold=False))
            if self.bold.isChecked() and curves.get(bold):
                best = _best(curves[bold], least=quantity == "loss")
                lines.append(CurveLine(entry.name, curves[bold], drawn, best=best))
        return lines

    def _show_told(self) -> None:
        it = self.controller
        running = it.training or it.making_shards
        reason = it.read_only
        self.train.setEnabled(it.training is None and not reason)
        self.train.setToolTip(reason or "Train all of a network, in hours")
        self.shards.setEnabled(it.making_shards is None)
        self.cancel.setVisible(running is not None)
        self._bar.setVisible(running is not None)
        if running is not None:
            _, done, total = running.latest
            self._bar.setRange(0, total)
            self._bar.setValue(done)
        role = "fault" if it.fault else "plain"
        if self.told.property("role") != role:
            self.told.setProperty("role", role)
            self.told.style().unpolish(self.told)
            self.told.style().polish(self.told)
        self.told.setText(it.sentence or _QUIET)

    def _show_deeds(self) -> None:
        """What can be done with the run that is chosen."""
        it, entry = self.controller, self._chosen()
        here = entry is not None and entry.folder is not None
        self.go_on.setVisible(entry is not None and entry.resumable)
        self.go_on.setEnabled(it.training is None and not it.read_only)
        self.use.setVisible(entry is not None and here and entry.finished)
        self.detail.setText("" if entry is None else entry.fault or entry.remark)
        self.detail.setVisible(bool(self.detail.text()))
        self.open_folder.setVisible(here)
        self.take_off.setVisible(entry is not None and here and not entry.own)

    # --- what is done ---------------------------------------------------------------------------

    def _on_ticked(self, item: QListWidgetItem) -> None:
        if not self._filling:
            shown = item.checkState() == Qt.CheckState.Checked
            self.controller.show(str(item.data(_KEY)), shown)

    def _chosen_key(self) -> str:
        item = self.list.currentItem()
        return "" if item is None else str(item.data(_KEY))

    def _chosen(self) -> RunEntry | None:
        key = self._chosen_key()
        return next((entry for entry in self.controller.entries if entry.key == key), None)

    def _add(self) -> None:
        answer = self.ask_run()
        if answer:
            self.controller.add(Path(answer))

    def _open(self) -> None:
        entry = self._chosen()
        if entry is not None and entry.folder is not None:
            show_folder(entry.folder)

    def _save(self) -> None:
        answer = self.ask_figure()
        if answer:
            self.controller.save_figure(
                Path(answer),
                str(self.quantity.currentData()),
                training=self.thin.isChecked(),
                validation=self.bold.isChecked(),
            )

    def _ask_run(self) -> str:
        start = str(self.controller.project.path.parent)
        return QFileDialog.getExistingDirectory(self, "The folder of a run", start)

    def _ask_figure(self) -> str:
        start = self.controller.project.path.parent / f"{self.quantity.currentData()}.svg"
        return ask_save_name("Save figure", start, _FIGURES, self)

    # --- making ---------------------------------------------------------------------------------

    def _button(self, text: str, tip: str, role: str = "") -> QPushButton:
        made = QPushButton(text, self)
        made.setToolTip(tip)
        made.setAccessibleDescription(tip)
        if role:
            made.setProperty("role", role)
        return made

    def _box(self, text: str, tip: str) -> QCheckBox:
        made = QCheckBox(text, self)
        made.setToolTip(tip)
        made.setChecked(True)
        made.toggled.connect(self._show_curves)
        return made


def _blank() -> QIcon:
    """As wide as a sample of a line, so that the names stand under one another."""
    picture = QPixmap(_SAMPLE)
    picture.fill(Qt.GlobalColor.transparent)
    return QIcon(picture)


def _best(values: tuple[float, ...], *, least: bool) -> int:
    """The epoch of the best value, from 1 on; 0 where none is a number."""
    whole = [(value if least else -value, epoch) for epoch, value in enumerate(values, 1)]
    found = [each for each in whole if each[0] == each[0]]
    return min(found)[1] if found else 0
