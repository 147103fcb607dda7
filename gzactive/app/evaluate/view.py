"""The Evaluate page: widgets only. What happens is the controller's."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from gzactive.app.action_set import ActionSet
from gzactive.app.banner import Banner
from gzactive.app.evaluate.chooser import Chooser
from gzactive.app.evaluate.controller import ALL, LABELLERS, EvaluateController
from gzactive.app.evaluate.labellers_page import LabellersPage
from gzactive.app.evaluate.overview import Overview
from gzactive.app.evaluate.question_page import QuestionPage
from gzactive.app.icons import Icons
from gzactive.app.passing_line import PassingLine
from gzactive.app.save_name import ask_save_name
from gzactive.app.tokens import SPACE

__all__ = ["EvaluateView"]

_CHOOSER = 196


class EvaluateView(QWidget):
    """Questions on the left, the figures of one of them on the right.

    Parameters
    ----------
    controller
        What it shows and steers.
    actions
        The app's actions; those of this page are connected here.
    icons
        Draws icons and gives the theme.
    parent
        The window.
    """

    def __init__(
        self,
        controller: EvaluateController,
        actions: ActionSet,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self._actions = actions
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.banner = Banner(icons, self)
        self.chooser = Chooser(controller.choices, self)
        self.chooser.setFixedWidth(_CHOOSER)
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self.overview = Overview(controller, icons.theme, self)
        self.question = QuestionPage(controller, icons, self)
        self.labellers = LabellersPage(controller, self)
        self.nothing = QLabel(self)
        self.nothing.setProperty("role", "muted")
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedWidget(self)
        for page in (self.nothing, self.overview, self.question, self.labellers):
            self.stack.addWidget(page)
        self.said = PassingLine(self)
        self._lay_out()
        self.chooser.chosen.connect(controller.choose)
        self.overview.opened.connect(controller.choose)
        controller.changed.connect(self._refresh)
        controller.chosen_changed.connect(self._refresh)
        controller.said.connect(self._on_said)
        actions.connect(
            {
                "evaluate.before": lambda: controller.step(-1),
                "evaluate.after": lambda: controller.step(1),
                "evaluate.again": controller.judge,
                "evaluate.report": self._export,
            }
        )
        self._refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.controller.wake()
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.controller.sleep()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._offer()
        self.chooser.setFocus()

    # --- inside ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        title = QLabel("Evaluate", self)
        title.setProperty("role", "title")
        top = QHBoxLayout()
        top.setSpacing(SPACE.medium)
        top.addWidget(title)
        top.addStretch(1)
        top.addWidget(self._actions.button("evaluate.again", self, text=True))
        top.addWidget(self._actions.button("evaluate.report", self, text=True))
        row = QHBoxLayout()
        row.setSpacing(SPACE.large)
        row.addWidget(self.chooser)
        row.addWidget(self.stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, SPACE.medium)
        column.setSpacing(SPACE.small)
        column.addWidget(self.banner)
        column.addLayout(top)
        column.addWidget(self.told)
        column.addLayout(row, 1)
        column.addWidget(self.said)  # its place stays, so that nothing jumps

    def _refresh(self) -> None:
        it = self.controller
        self.told.setText(it.sentence)
        self.chooser.mark(it.chosen)
        self._offer()
        known = it.assessment is not None and it.assessment.judgement is not None
        if it.chosen == LABELLERS and it.assessment is not None:
            page: QWidget = self.labellers
        elif not known:
            page = self.nothing
        else:
            page = self.overview if it.chosen == ALL else self.question
        self.nothing.setText("" if it.assessment is None else it.assessment.empty)
        self.told.setVisible(page is not self.nothing or it.assessment is None)
        if page is not self.nothing:
            page.refresh()  # type: ignore[attr-defined]
        self.stack.setCurrentWidget(page)

    def _offer(self) -> None:
        if self.isVisible():
            self._actions["evaluate.again"].setEnabled(not self.controller.judging)
            self._actions["evaluate.report"].setEnabled(self.controller.assessment is not None)

    def _on_said(self, sentence: str, fault: bool) -> None:
        if fault:
            self.banner.say(sentence, fault=True)
        else:
            self.said.say(sentence)

    def _export(self) -> None:
        it = self.controller
        folder = it.project.exports_path
        start = folder if folder.is_dir() else Path.home()
        path = ask_save_name("Write the report", start / "report.html", "Web pages (*.html)", self)
        if path:
            it.export(Path(path))
