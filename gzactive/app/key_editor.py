"""Gives one action other keys: what is pressed, whether it can be, and the usual keys again."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget

from gzactive.app.action_set import ActionSet, shown_key
from gzactive.app.announce import announce
from gzactive.app.key_field import KeyField
from gzactive.app.key_map import KeyMap, portable_key
from gzactive.app.tokens import SPACE
from gzactive.errors import GzactiveError

__all__ = ["KeyEditor"]

_IDLE = "Choose a row to give it other keys."
_FIXED = "The mouse and the keys within a field stay as they are."


class KeyEditor(QWidget):
    """The lower part of the sheet of keys; what is chosen above is changed here.

    Parameters
    ----------
    keys
        The person's own keys.
    actions
        The app's actions.
    parent
        The sheet.
    """

    #: The person is done with the field: the keys go back to the table.
    left = Signal()

    def __init__(self, keys: KeyMap, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._keys = keys
        self._actions = actions
        self._name = ""
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = QLabel(self)
        self.title.setProperty("role", "heading")
        self.title.setWordWrap(True)
        self.field = KeyField(self)
        self.instead = self._button("Use instead", "Let the action have this key only")
        self.as_well = self._button("Use as well", "Let the action have this key, too")
        self.none = self._button("No key", "Take the action's keys away; its menu entry stays")
        self.usual = self._button("Usual keys", "Give the action the keys that it came with")
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(SPACE.small)
        for widget in (self.field, self.instead, self.as_well, self.none, self.usual):
            row.addWidget(widget, 1 if widget is self.field else 0)
        lines = QGridLayout(self)
        lines.setContentsMargins(SPACE.medium, SPACE.medium, SPACE.medium, SPACE.medium)
        lines.setVerticalSpacing(SPACE.small)
        lines.addWidget(self.title, 0, 0)
        lines.addLayout(row, 1, 0)
        lines.addWidget(self.sentence, 2, 0)
        self.field.pressed.connect(self._on_pressed)
        self.field.left.connect(self._on_left)
        self.instead.clicked.connect(lambda: self._give(self.field.key))
        self.as_well.clicked.connect(
            lambda: self._give(*self._keys.keys(self._name), self.field.key)
        )
        self.none.clicked.connect(self._give)
        self.usual.clicked.connect(lambda: self._do(lambda: self._keys.restore(self._name)))
        keys.changed.connect(self._show)
        self.edit("")
        if keys.fault:
            self.say(keys.fault, fault=True)

    @property
    def name(self) -> str:
        """The action whose keys are changed; empty if none is chosen."""
        return self._name

    def edit(self, name: str, *, fixed: bool = False) -> None:
        """Change an action's keys; without a name, nothing can be changed."""
        self._name = name
        self.field.clear()
        self._show()
        self.say(_FIXED if fixed else "" if name else _IDLE)

    def say(self, sentence: str, *, fault: bool = False) -> None:
        """Show a sentence below the field."""
        self.sentence.setProperty("role", "fault" if fault else "small")
        self.sentence.style().unpolish(self.sentence)
        self.sentence.style().polish(self.sentence)
        self.sentence.setText(sentence)
        if sentence and self.isVisible():
            announce(self.sentence, sentence)

    def restore_all(self) -> None:
        """Give every action its usual keys again."""
        self._do(self._keys.restore_all)

    # --- inside ---------------------------------------------------------------------------------

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        button.setAutoDefault(True)  # Return presses it where it has the focus
        return button

    def _show(self) -> None:
        """The action's keys, and what can be done with them."""
        name = self._name
        self.field.setEnabled(bool(name))
        spec_keys = self._keys.keys(name) if name else ()
        shown = "   ".join(shown_key(key) for key in spec_keys) or "no key"
        self.title.setText(f"{self._actions[name].text()}: {shown}" if name else "Keys of your own")
        self.usual.setEnabled(bool(name) and self._keys.is_own(name))
        self.none.setEnabled(bool(name) and bool(spec_keys))
        self._offer(can=False)

    def _offer(self, *, can: bool) -> None:
        self.instead.setEnabled(can)
        self.as_well.setEnabled(can)

    def _on_pressed(self, pressed: str) -> None:
        """Say at once whether the key can be had."""
        # The field tells of its key once more when it is left: a button must not go off and on
        # then, or the focus would pass it by.
        self._offer(can=bool(pressed and self._name) and self._can_have(pressed))

    def _can_have(self, pressed: str) -> bool:
        try:
            key = portable_key(pressed)
            if key in self._keys.keys(self._name):
                self.say("It has this key already.")
                return False
            self._keys.check(self._name, (key,))
        except GzactiveError as error:
            self.say(str(error), fault=True)
            return False
        self.say(f"'{shown_key(key)}' is free.")
        return True

    def _on_left(self) -> None:
        self.say("")
        self.left.emit()

    def _give(self, *keys: str) -> None:
        self._do(lambda: self._keys.change(self._name, keys))

    def _do(self, change: Callable[[], str]) -> None:
        """Change keys and say what came of it; whoever pressed a button goes on at the field."""
        try:
            aside = change()
        except GzactiveError as error:
            self.say(str(error), fault=True)
            return
        self.field.clear()
        self.say(aside or "Done; it holds from now on and after a restart.")
        self.field.setFocus()
