"""How galaxies are chosen and shown: the settings of labelling, a key press away from it."""

from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.icons import Icons
from gzactive.app.label.choice import Choice
from gzactive.app.label.selection import RANKED_BY, VARIED_BY, of_a_hundred
from gzactive.app.menu_box import MenuBox
from gzactive.app.number_boxes import inset
from gzactive.app.tokens import SPACE
from gzactive.stores.settings import Settings

__all__ = ["ChoicePanel"]

_WIDTH = 400
_FIELD = 80
_MENU = 300
_STEPS = 10


class ChoicePanel(QFrame):
    """Opens below its button; what was changed is stored when it closes.

    Parameters
    ----------
    choice
        The settings.
    icons
        Draws the arrow of the menu.
    parent
        The Label page.
    """

    def __init__(self, choice: Choice, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._choice = choice
        self._help = {one.name: one.help for one in Settings.registry()}
        self.setProperty("role", "popup")
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName("Labelling settings")
        self.by = MenuBox(icons, self)
        self.by.setFixedWidth(_MENU)
        for value, words in RANKED_BY.items():
            self.by.addItem(words, value)
        self._named(self.by, "by", "What galaxies are chosen by")
        self.variety = MenuBox(icons, self)
        self.variety.setFixedWidth(_MENU)
        for value, words in VARIED_BY.items():
            self.variety.addItem(words, value)
        self._named(self.variety, "variety", "How galaxies chosen together differ")
        self.nice = QSlider(Qt.Orientation.Horizontal, self)
        self.nice.setRange(0, _STEPS)
        self.nice.setPageStep(2)
        self._named(self.nice, "nice_share", "From teaching the model to galaxies nice to look at")
        self.random = self._percent("random_share", "Share at random")
        self.repeats = self._percent("repeat_share", "Share shown again")
        self.blind = self._box("blind", "Hide the model's view until I have answered")
        self.pause = self._box("pause_on_card", "Pause on the model's view after each galaxy")
        self.scale = QDoubleSpinBox(self)
        self.scale.setRange(0.0, 36_000.0)
        self.scale.setDecimals(4)
        self.scale.setProperty("role", "plain")
        inset(self.scale)
        self.scale.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.scale.setFixedWidth(2 * _FIELD)
        self.scale.setSuffix(" ″ a pixel")
        self.scale.setSpecialValueText("not known")
        self._named(self.scale, "pixel_scale", "Pixel scale")
        self.north = self._box("north_up", "North is up and east left in my images")
        self._mix = self._words()
        self.by.currentIndexChanged.connect(self._describe)
        self.nice.valueChanged.connect(self._describe)
        self.random.valueChanged.connect(self._describe)
        self.repeats.valueChanged.connect(self._describe)
        self._lay_out()

    def open_below(self, widget: QWidget) -> None:
        """Show the settings as they are, below a widget and inside its window."""
        settings = self._choice.settings
        self.by.setCurrentIndex(self.by.findData(settings.by))
        self.variety.setCurrentIndex(self.variety.findData(settings.variety))
        self.nice.setValue(round(settings.nice_share * _STEPS))
        self.random.setValue(round(100 * settings.random_share))
        self.repeats.setValue(round(100 * settings.repeat_share))
        self.blind.setChecked(settings.blind)
        self.pause.setChecked(settings.pause_on_card)
        self.scale.setValue(settings.pixel_scale)
        self.north.setChecked(settings.north_up)
        self._describe()
        self.adjustSize()
        corner = widget.mapToGlobal(QPoint(widget.width(), widget.height() + SPACE.tight))
        left_edge = widget.window().mapToGlobal(QPoint(0, 0)).x()
        self.move(max(left_edge, corner.x() - self.width()), corner.y())
        self.show()
        self.by.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if changed := self._changed():
            self._choice.change(**changed)

    def _changed(self) -> dict[str, Any]:
        """What differs from the settings; what was not touched keeps its finer value."""
        settings = self._choice.settings
        found: dict[str, Any] = {}
        for name, menu in (("by", self.by), ("variety", self.variety)):
            if menu.currentData() != getattr(settings, name):
                found[name] = menu.currentData()
        for name, value, step in (
            ("nice_share", self.nice.value() / _STEPS, 1 / _STEPS),
            ("random_share", self.random.value() / 100, 0.01),
            ("repeat_share", self.repeats.value() / 100, 0.01),
            ("pixel_scale", self.scale.value(), 0.0001),
        ):
            if abs(value - getattr(settings, name)) > step / 2 + 1e-9:
                found[name] = value
        for name, box in (
            ("blind", self.blind),
            ("pause_on_card", self.pause),
            ("north_up", self.north),
        ):
            if box.isChecked() != getattr(settings, name):
                found[name] = box.isChecked()
        return found

    def _describe(self) -> None:
        self._mix.setText(
            of_a_hundred(
                self.random.value() / 100,
                self.nice.value() / _STEPS,
                self.repeats.value() / 100,
                self.by.currentData(),
            )
        )

    # --- building -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        ends = QHBoxLayout()
        ends.addWidget(self._words("Teach the model"))
        ends.addStretch(1)
        ends.addWidget(self._words("Show me nice ones"))
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, SPACE.large)
        column.setSpacing(SPACE.small)
        column.addWidget(self._heading("How galaxies are chosen"))
        column.addLayout(self._row("By", self.by))
        column.addLayout(self._row("Variety", self.variety))
        column.addWidget(self.nice)
        column.addLayout(ends)
        column.addLayout(self._row("At random, to judge the model", self.random))
        column.addLayout(self._row("Shown again, to see how steady I am", self.repeats))
        column.addWidget(self._mix)
        column.addSpacing(SPACE.small)
        column.addWidget(self._heading("How they are shown"))
        column.addWidget(self.blind)
        column.addWidget(self.pause)
        column.addWidget(self.north)
        column.addLayout(self._row("Pixel scale", self.scale))

    def _row(self, text: str, field: QWidget) -> QHBoxLayout:
        """Words on the left, a field at the right edge."""
        row = QHBoxLayout()
        label = QLabel(text, self)
        label.setBuddy(field)
        row.addWidget(label)
        row.addStretch(1)
        row.addWidget(field)
        return row

    def _heading(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", "strong")
        return label

    def _words(self, text: str = "") -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", "small")
        label.setWordWrap(not text)
        return label

    def _named(self, widget: QWidget, setting: str, name: str) -> None:
        widget.setAccessibleName(name)
        widget.setToolTip(self._help[setting])

    def _percent(self, setting: str, name: str) -> QSpinBox:
        field = next(one for one in Settings.registry() if one.name == setting)
        box = QSpinBox(self)
        box.setRange(round(100 * (field.minimum or 0)), round(100 * (field.maximum or 1)))
        box.setSuffix(" %")
        box.setProperty("role", "plain")
        inset(box)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.setFixedWidth(_FIELD)
        box.setSingleStep(5)
        self._named(box, setting, name)
        return box

    def _box(self, setting: str, text: str) -> QCheckBox:
        box = QCheckBox(text, self)
        self._named(box, setting, text)
        return box
