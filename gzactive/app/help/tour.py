"""The tour of the Label page: a few callouts that point at what is really there.

It never stands in the way: keys that label go on labelling, and Esc ends it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, Signal
from PySide6.QtWidgets import QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.announce import announce
from gzactive.app.help.callout import Callout
from gzactive.app.theme import Theme

__all__ = ["Tour", "TourStep"]

_KEYS = ("tour.next", "tour.back", "tour.end")


@dataclass(frozen=True)
class TourStep:
    """One step.

    Attributes
    ----------
    heading, words
        What is said: a few words, and one or two sentences.
    about
        Finds the widgets that it is about; those that are hidden are left out.
    """

    heading: str
    words: str
    about: Callable[[], tuple[QWidget, ...]]


class Tour(QObject):
    """Shows step after step until the last or until it is ended.

    Parameters
    ----------
    steps
        At least one.
    page
        The page that they are about; the tour ends when it is left.
    actions
        Whose keys work while the tour is shown.
    theme
        Gives the colours.
    """

    ended = Signal()

    def __init__(
        self, steps: tuple[TourStep, ...], page: QWidget, actions: ActionSet, theme: Theme
    ) -> None:
        super().__init__(page)
        self._steps = steps
        self._page = page
        self._actions = actions
        self._window = page.window()
        self._number = 0
        self.callout = Callout(actions, theme, self._window)

    @property
    def number(self) -> int:
        """The step that is shown, from 1; 0 while none is."""
        return 0 if self.callout.isHidden() else self._number + 1

    def begin(self) -> None:
        """Show the first step."""
        self._number = 0
        self._window.installEventFilter(self)
        self._page.installEventFilter(self)
        self._offer(on=True)
        self._show()

    def next(self) -> None:
        """Show the next step; after the last the tour is over."""
        if self._number + 1 == len(self._steps):
            self.end()
        else:
            self._number += 1
            self._show()

    def back(self) -> None:
        """Show the step before."""
        self._number = max(0, self._number - 1)
        self._show()

    def end(self) -> None:
        """End it; its keys are free again."""
        if self.callout.isHidden():
            return
        self._window.removeEventFilter(self)
        self._page.removeEventFilter(self)
        self.callout.put_away()
        self._offer(on=False)
        self.ended.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._page and kind == QEvent.Type.Hide:
            self.end()
        elif kind in (QEvent.Type.Resize, QEvent.Type.LayoutRequest) and self.number:
            self._settle()
        return False

    def _show(self) -> None:
        step = self._steps[self._number]
        last = self._number + 1 == len(self._steps)
        self._actions["tour.next"].setText("Done" if last else "Next")
        self._actions["tour.next"].setIconText("Done" if last else "Next")
        self._actions["tour.back"].setEnabled(self._number > 0)
        self.callout.show_step(
            step.heading, step.words, f"{self._number + 1} of {len(self._steps)}"
        )
        self._settle()
        announce(self.callout, f"{step.heading}. {step.words}")

    def _settle(self) -> None:
        around = QRect()
        for widget in self._steps[self._number].about():
            if widget.isVisible():
                corner = widget.mapTo(self._window, widget.rect().topLeft())
                around = around.united(QRect(corner, widget.size()))
        self.callout.settle(around if not around.isNull() else self._page.geometry())

    def _offer(self, *, on: bool) -> None:
        for name in _KEYS:
            self._actions.lend(name, on=on)
