"""How the galaxies are looked at: which answer, in which order, above which cut."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.elided_label import ElidedLabel
from gzactive.app.explore.controller import ExploreController
from gzactive.app.explore.cut_slider import CutSlider
from gzactive.app.explore.listing import ORDERS
from gzactive.app.explore.tight_row import TightRow
from gzactive.app.icons import Icons
from gzactive.app.tokens import SPACE

__all__ = ["LookBar"]

_SIGN = 34
_ROOMY = 760
_NAMED = 2  # examples whose names a title has room for


class LookBar(QWidget):
    """The head of the page: the answer in words, the orders to choose from, the cut.

    Parameters
    ----------
    controller
        What it shows and steers.
    actions
        The app's actions.
    icons
        Draws icons and gives the theme.
    parent
        The page.
    """

    def __init__(
        self,
        controller: ExploreController,
        actions: ActionSet,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._actions = actions
        self._icons = icons
        self._sign = QLabel(self)
        self._sign.setFixedSize(_SIGN, _SIGN)
        self._back = actions.button("explore.back", self, text=True)
        self._answer = ElidedLabel("question", self)
        self._question = ElidedLabel("small", self)
        self._count = self._label("small")
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.words = self._label("muted")
        self.words.setWordWrap(True)
        self.slider = CutSlider(icons.theme, self)
        self.slider.valueChanged.connect(self._on_slider)
        orders = QHBoxLayout()
        orders.setSpacing(SPACE.tight)
        # Of actions, not of buttons: a group of buttons refuses to let go of the one before.
        group = QActionGroup(self)
        self._orders = {}
        buttons = []
        for order in ORDERS:
            action = actions[f"explore.{order}"]
            action.setCheckable(True)
            group.addAction(action)
            button = actions.button(f"explore.{order}", self, text=True)
            button.setProperty("role", "choice")
            orders.addWidget(button)
            self._orders[order] = action
            buttons.append(button)
        orders.addStretch(1)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._question)
        names.addWidget(self._answer)
        cut = QVBoxLayout()
        cut.setSpacing(0)
        cut.addWidget(self.slider)
        cut.addWidget(self._count)
        top = QHBoxLayout()
        top.setSpacing(SPACE.medium)
        top.addWidget(self._back)
        top.addWidget(self._sign)
        top.addLayout(names, 1)
        top.addSpacing(SPACE.large)
        top.addLayout(cut)
        cutting = actions.button("explore.cut", self, text=True)
        orders.addWidget(cutting)
        self._tight = TightRow(self, [*buttons, cutting], _ROOMY)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE.small)
        column.addLayout(top)
        column.addLayout(orders)
        column.addWidget(self.words)
        icons.theme.changed.connect(self.refresh)

    def refresh(self) -> None:
        """Show the query, and what is known of the listing."""
        it = self._controller
        query, listing = it.query, it.listing
        question, answer = it.tree.locate(query.answer)
        ratio, colour = self.devicePixelRatioF(), self._icons.theme.colours.accent
        sign = "alike" if query.like else answer.icon
        self._sign.setPixmap(self._icons.pixmap(sign, _SIGN, colour, ratio))
        told = _examples(query.like)
        self._answer.setText(told or answer.text)
        self._question.setText("Galaxies most like" if told else question.text)
        self._back.setVisible(it.trail.leads_back)
        self._orders[query.order].setChecked(True)
        self._tight.refresh()
        cutting = query.order == "confident" and bool(len(listing.histogram))
        self.slider.setEnabled(cutting)
        self.slider.blockSignals(True)
        self.slider.setValue(round(100 * query.cut) if cutting else 0)
        self.slider.blockSignals(False)
        self.slider.show_histogram(listing.histogram, it.published_cut)
        self._actions["explore.cut"].setEnabled(cutting)
        at_cut = query.cut == it.published_cut
        text = "Show all" if at_cut else f"Published cut: {100 * it.published_cut:.0f} %"
        self._actions["explore.cut"].setText(text)
        self._actions["explore.cut"].setIconText(f" {text}")
        self._count.setText(it.listing.count_words)
        self.words.setText(listing.words)
        self.words.setVisible(bool(listing.words))

    def _label(self, role: str) -> QLabel:
        label = QLabel(self)
        label.setProperty("role", role)
        return label

    def _on_slider(self, value: int) -> None:
        self._controller.set_cut(value / 100)


def _examples(ids: tuple[str, ...]) -> str:
    """Which galaxies others are like, in a title's length."""
    if len(ids) <= _NAMED:
        return " and ".join(filter(None, (", ".join(ids[:-1]), *ids[-1:])))
    return f"{', '.join(ids[:_NAMED])} and {len(ids) - _NAMED} more"
