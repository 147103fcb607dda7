"""The part of the Project page with the project's settings, drawn from their registry."""

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from gzactive.app.icons import Icons
from gzactive.app.label.selection import RANKED_BY, VARIED_BY
from gzactive.app.menu_box import MenuBox
from gzactive.app.number_boxes import inset
from gzactive.app.project.controller import ProjectController
from gzactive.app.tokens import SPACE
from gzactive.app.wizard.panel import Panel
from gzactive.stores.settings import SettingField, Settings

__all__ = ["SettingsPanel"]

#: Those that a person changes in a project's life; all are in ``project.toml``.
_SHOWN = (
    *("labeller", "automatic", "every", "by", "variety"),
    *("random_share", "repeat_share", "nice_share"),
    "retire_after",
    *("blind", "pause_on_card", "catalogue_votes"),
)
#: What nought is called, where it is no number.
_NOUGHT = {"retire_after": "no limit"}
_AT_OPENING = ("labeller",)
#: What may be chosen, for people.
_CHOICES = {"by": RANKED_BY, "variety": VARIED_BY}
_MENU = 300


class SettingsPanel(Panel):
    """A field for each setting; a change is saved at once.

    Parameters
    ----------
    controller
        Whose project.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    def __init__(
        self, controller: ProjectController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__("Settings", icons, parent)
        self._controller, self._icons = controller, icons
        self.fields: dict[str, QWidget] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE.large)
        form.setVerticalSpacing(SPACE.small)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        self._add(form, "name", "Name of the project", "What people call it.", self._line("name"))
        known = {one.name: one for one in Settings.registry()}
        for name in _SHOWN:
            one = known.get(name)
            if one is not None:
                later = " It counts from the next opening on." if name in _AT_OPENING else ""
                field = self._field(one)
                text = "" if isinstance(field, QCheckBox) else one.label
                self._add(form, name, text, f"{one.help}{later}", field, one.label)
        self.column.addLayout(form)
        controller.saved.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the settings as they are saved."""
        settings = self._controller.project.settings
        for name, field in self.fields.items():
            with QSignalBlocker(field):
                if isinstance(field, QLineEdit):
                    here = self._controller.project.name if name == "name" else None
                    field.setText(here or getattr(settings, name, ""))
                elif isinstance(field, QCheckBox):
                    field.setChecked(getattr(settings, name))
                elif isinstance(field, QComboBox):
                    field.setCurrentIndex(field.findData(getattr(settings, name)))
                elif isinstance(field, QSpinBox):
                    value = getattr(settings, name)
                    field.setValue(round(100 * value) if isinstance(value, float) else value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the wheel scroll the page, not change a field that it happens to pass over."""
        field = watched if isinstance(watched, QSpinBox | QComboBox) else None
        if event.type() == QEvent.Type.Wheel and field is not None and not field.hasFocus():
            event.ignore()
            return True
        return False

    def _add(
        self,
        form: QFormLayout,
        name: str,
        text: str,
        tip: str,
        field: QWidget,
        spoken: str = "",
    ) -> None:
        field.setToolTip(self._controller.read_only or tip)
        field.setAccessibleName(spoken or text)
        field.setAccessibleDescription(tip)
        field.setEnabled(not self._controller.read_only)
        self.fields[name] = field
        label = QLabel(text, self)
        label.setProperty("role", "muted")
        label.setToolTip(tip)
        label.setBuddy(field)
        # A form aligns at the top, and a field is higher than a line of text.
        label.setMinimumHeight(field.sizeHint().height())
        form.addRow(label, field)

    def _field(self, one: SettingField) -> QWidget:
        if one.kind is bool:
            box = QCheckBox(one.label, self)
            box.toggled.connect(partial(self._save, one.name))
            return box
        if one.kind in (int, float):
            share = one.kind is float
            number = QSpinBox(self)
            # A number is saved when it is whole, not at each digit of it.
            number.setKeyboardTracking(False)
            number.setProperty("role", "plain")
            inset(number)
            number.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            number.installEventFilter(self)
            scale = 100 if share else 1
            number.setRange(round((one.minimum or 0) * scale), round((one.maximum or 0) * scale))
            number.setSuffix(" %" if share else "")
            number.setSpecialValueText(_NOUGHT.get(one.name, ""))
            save = partial(self._save_share if share else self._save, one.name)
            number.valueChanged.connect(save)
            return number
        if one.name in _CHOICES:
            return self._menu(one.name)
        return self._line(one.name)

    def _menu(self, name: str) -> MenuBox:
        menu = MenuBox(self._icons, self)
        menu.setFixedWidth(_MENU)
        menu.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        menu.installEventFilter(self)
        for value, words in _CHOICES[name].items():
            menu.addItem(words, value)
        menu.activated.connect(lambda _: self._save(name, menu.currentData()))
        return menu

    def _line(self, name: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setMinimumWidth(220)
        line.editingFinished.connect(lambda: self._on_line(name, line))
        return line

    def _on_line(self, name: str, line: QLineEdit) -> None:
        project = self._controller.project
        now = project.name if name == "name" else getattr(project.settings, name)
        text = line.text().strip()
        if not text:
            self.refresh()
        elif text != now:
            self._save(name, text)

    def _save_share(self, name: str, percent: int) -> None:
        self._save(name, percent / 100)

    def _save(self, name: str, value: Any) -> None:
        self._controller.save(**{name: value})
