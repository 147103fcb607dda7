"""The declared actions as living QActions, with their menus, keys and the shortcut sheet's rows."""

from collections.abc import Callable, Iterable
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu, QMenuBar, QToolButton, QWidget

from gzactive.app.actions import ACTIONS, GESTURES, ActionSpec
from gzactive.app.icons import Icons

__all__ = ["ActionSet"]

_NUMBER_PAD = "Num+"
_OF_TRAINING = ("project.shards", "train.start", "train.network", "train.cancel")


class ActionSet:
    """One QAction for each declared action, all children of one window.

    An action is made when somebody asks for it; :meth:`complete` makes the others, their keys and
    the entries of the menus, and :meth:`retint` draws their icons: both can wait until the window
    is on screen.

    Parameters
    ----------
    window
        Owns the actions; their keys work while it is active.
    icons
        Draws their icons.
    actions
        The declarations; :meth:`remap` gives them other keys.
    """

    def __init__(
        self, window: QWidget, icons: Icons, actions: tuple[ActionSpec, ...] = ACTIONS
    ) -> None:
        #: Its signal ``keys_changed`` tells that actions have other keys.
        self.news = _News(window)
        self._specs = {spec.id: spec for spec in actions}
        self._icons = icons
        self._window = window
        self._page = ""
        self._menus: dict[str, QMenu] = {}
        self._actions: dict[str, QAction] = {}
        self._lent: set[str] = set()
        self._reasons: dict[str, str] = {}
        self._barred: dict[str, list[QShortcut]] = {}
        self._handlers: dict[str, Callable[[], object]] = {}

    def __getitem__(self, name: str) -> QAction:
        return self._actions.get(name) or self._make(self._specs[name])

    @property
    def of_projects(self) -> tuple[str, ...]:
        """Actions that mean something only while a project is open, whatever its page."""
        pages = tuple(name for name, spec in self._specs.items() if spec.menu == "Go")
        tasks = ("project.votes", "project.match", "project.ask")
        return (*pages, *tasks, "project.close", *_OF_TRAINING)

    def connect(self, handlers: dict[str, Callable[[], object]]) -> None:
        """Say what actions do from now on, and no more what they did before.

        The actions live as long as the window, the pages that they work on only as long as their
        project: the page of a project that was closed must not hear of a key press any more.
        """
        unknown = set(handlers) - set(self._specs)
        if unknown:
            raise KeyError(f"no such actions: {', '.join(sorted(unknown))}")
        self._handlers.update(handlers)

    def enable_page(self, page: str) -> None:
        """Let the keys of one page work, and no other page's; ``""`` is none."""
        self._page = page
        for name, action in self._actions.items():
            if self._specs[name].page or name in self.of_projects:
                action.setEnabled(self._can(self._specs[name]))
        for name, keys in self._barred.items():
            for shortcut in keys:
                shortcut.setEnabled(self._specs[name].page == page)

    def lend(self, name: str, *, on: bool) -> None:
        """Let an action of another page work on whatever page there is, or no longer."""
        (self._lent.add if on else self._lent.discard)(name)
        self[name].setEnabled(on and name not in self._barred)

    def add_menus(self, bar: QMenuBar) -> None:
        """Make the menus, in the order in which the actions are declared, yet without entries."""
        for spec in self._specs.values():
            if spec.menu and spec.menu not in self._menus:
                self._menus[spec.menu] = bar.addMenu(spec.menu)
        self._name_menus()

    def complete(self) -> None:
        """Make what was not needed yet: all actions, with their keys and entries in the menus."""
        for name, spec in self._specs.items():
            action = self[name]
            if spec.menu in self._menus:
                self._menus[spec.menu].addAction(action)

    def _name_menus(self) -> None:
        """Mark in each title the letter that opens it with Alt; keys of a person's own go first."""
        keys = (key for spec in self._specs.values() for key in spec.keys)
        taken = {key.removeprefix("Alt+").lower() for key in keys if key.startswith("Alt+")}
        for title, menu in self._menus.items():
            menu.setTitle(_with_letter(title, taken))

    def button(self, name: str, parent: QWidget, *, text: bool = False) -> QToolButton:
        """A quiet button for an action; its text is its accessible name where it has no room."""
        button = QToolButton(parent)
        button.setDefaultAction(self[name])
        button.setProperty("role", "quiet")
        button.setAccessibleName(self._specs[name].text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            if text
            else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        return button

    def explain(self, name: str, reason: str) -> None:
        """Say in an action's tip why it cannot be used now; without a reason, what it does."""
        spec = self._specs[name]
        self._reasons[name] = reason
        self[name].setToolTip(f"{spec.text}: {reason}" if reason else _tip(spec))

    def bar(self, names: Iterable[str], reason: str) -> None:
        """Switch actions off on every page, and say why; without a reason, on again.

        Their keys still reach who would do it, who says why it is not done.
        """
        for name in names:
            spec = self._specs[name]
            for shortcut in self._barred.pop(name, ()):
                shortcut.deleteLater()
            if reason:
                keys = [QShortcut(QKeySequence(key), self._window) for key in spec.keys]
                for shortcut in keys:
                    shortcut.setEnabled(spec.page == self._page)
                    shortcut.activated.connect(partial(self._do, name))
                self._barred[name] = keys
            self.explain(name, reason)
            self[name].setEnabled(self._can(spec))

    def tell_on(self, widget: QWidget, name: str, words: str = "") -> None:
        """Let a widget that does the same as an action have its tip, with its keys of the day.

        The ``words`` stand before the key instead of what the action says of itself.
        """
        _Tip(widget, self, name, words).show()

    def remap(self, actions: tuple[ActionSpec, ...]) -> None:
        """Give the actions the keys of these declarations."""
        for spec in actions:
            if spec != self._specs[spec.id]:
                self._specs[spec.id] = spec
                _give_keys(self[spec.id], spec)
                self.explain(spec.id, self._reasons.get(spec.id, ""))
                if spec.id in self._barred:
                    self.bar([spec.id], self._reasons[spec.id])
        self._name_menus()
        self.news.keys_changed.emit()

    def key(self, name: str) -> str:
        """The first key of an action as this platform writes it; empty if it has none."""
        keys = self._specs[name].keys
        return shown_key(keys[0]) if keys else ""

    def sheet(self) -> list[tuple[str, str, str, str]]:
        """Rows of the shortcut sheet: (where, what, keys, tip), gestures of the mouse at the end.

        What has no key of its own says in which menu it is.
        """
        rows = []
        for spec in self._specs.values():
            keys = "   ".join(shown_key(key) for key in spec.keys)
            menu, page = spec.menu, spec.page.capitalize()
            where = f"{menu} ({page})" if menu and page and menu != page else menu or page
            rows.append((where, spec.text, keys or f"menu {spec.menu}", spec.tip))
        return rows + list(GESTURES)

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """Ids of the actions in the first rows of :meth:`sheet`."""
        return tuple(self._specs)

    def retint(self) -> None:
        """Draw the icons, for the first time or after the theme has changed."""
        for name, spec in self._specs.items():
            if spec.icon:
                self[name].setIcon(self._icons.icon(spec.icon))

    def _make(self, spec: ActionSpec) -> QAction:
        action = QAction(spec.text, self._window)
        _give_keys(action, spec)
        action.setStatusTip(spec.tip)
        action.setObjectName(spec.id)
        # Qt leaves no space between an icon and the text beside it.
        action.setIconText(f" {spec.text}")
        action.setEnabled(self._can(spec))
        self._window.addAction(action)
        action.triggered.connect(lambda _checked=False, name=spec.id: self._do(name))
        self._actions[spec.id] = action
        return action

    def _can(self, spec: ActionSpec) -> bool:
        """Whether an action means something on the page that is seen."""
        if spec.id in self._barred:
            return False
        if spec.page:
            return spec.page == self._page or spec.id in self._lent
        return bool(self._page) or spec.id not in self.of_projects

    def _do(self, name: str) -> None:
        handler = self._handlers.get(name)
        if handler is not None:
            handler()


class _News(QObject):
    """What an ActionSet tells."""

    keys_changed = Signal()


class _Tip(QObject):
    """Keeps a widget's tip that of an action; a child of the widget, so that it ends with it."""

    def __init__(self, widget: QWidget, actions: ActionSet, name: str, words: str) -> None:
        super().__init__(widget)
        self._widget = widget
        self._actions = actions
        self._name = name
        self._words = words
        actions[name].changed.connect(self.show)

    def show(self) -> None:
        tip = self._actions[self._name].toolTip()
        if self._words:
            key = self._actions.key(self._name)
            tip = f"{self._words} ({key})" if key else self._words
        self._widget.setToolTip(tip)
        self._widget.setAccessibleDescription(tip)


def _give_keys(action: QAction, spec: ActionSpec) -> None:
    action.setShortcuts([QKeySequence(key) for key in spec.keys])
    action.setToolTip(_tip(spec))


def _tip(spec: ActionSpec) -> str:
    keys = " or ".join(shown_key(key) for key in spec.keys[:2])
    return f"{spec.tip} ({keys})" if keys else spec.tip


def shown_key(key: str) -> str:
    """A key as this platform writes it."""
    if key.startswith(_NUMBER_PAD):
        return f"pad {key.removeprefix(_NUMBER_PAD)}"
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _with_letter(title: str, taken: set[str]) -> str:
    """A menu's title with the letter that opens it with Alt: the first that no other menu has."""
    for place, letter in enumerate(title.lower()):
        if letter not in taken:
            taken.add(letter)
            return f"{title[:place]}&{title[place:]}"
    return title
