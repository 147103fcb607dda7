"""The page that brings survey votes in: files, which rows, what was understood, what is amiss."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QFormLayout, QLabel, QLineEdit, QSpinBox, QWidget

from gzactive.app.announce import announce
from gzactive.app.file_kinds import TABLE_FILES
from gzactive.app.handing_on import hand_on
from gzactive.app.icons import Icons
from gzactive.app.number_boxes import inset
from gzactive.app.project.rows_table import RowsTable
from gzactive.app.project.task_page import TaskPage
from gzactive.app.project.votes_controller import VotesController
from gzactive.app.project.words import count
from gzactive.app.tokens import SPACE
from gzactive.app.wizard.finding_list import FindingList
from gzactive.app.wizard.panel import Panel

__all__ = ["VotesView"]

_ABOUT = (
    "What a survey's volunteers said of these galaxies, in whatever form it was published. The "
    "votes lie beside the labels of people and rounds learn from both."
)
_NONE = (
    "Galaxy Zoo 1, 2, DECaLS, Hubble, CANDELS, Kaggle's solutions, Zoobot's catalogues, your own "
    "counts, Zooniverse's exports and reductions: the form is found by the columns."
)
_MOST_PEOPLE = 1000


class VotesView(TaskPage):
    """Widgets of the page; what happens is the controller's.

    Parameters
    ----------
    controller
        What it shows and steers.
    icons
        Draws icons and gives the theme.
    parent
        The Project page.
    """

    def __init__(
        self, controller: VotesController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(controller, "Import votes", _ABOUT, "Import", icons, parent)
        self._controller = controller
        #: Asks for files; tests put theirs here.
        self.ask: Callable[[], list[str]] = self._ask
        self.source = Panel("Tables", icons, self)
        self.choose = self.source.button("Choose…", "table", "Choose one or more tables of votes")
        self.choose.clicked.connect(self._choose)
        self.told = self.source.label("muted", _NONE)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self._fields()
        self.findings_panel = Panel("Worth knowing", icons, self)
        self.fine = self.findings_panel.label("muted", "Everything fits together.")
        self.findings = FindingList(icons, self)
        self.findings_panel.column.addWidget(self.findings)
        self.answers_panel = Panel("What columns mean", icons, self)
        self.answers = RowsTable(
            "Answers and the columns that hold their votes",
            ("Answer", "Column", "Votes"),
            (2,),
            wide=0,
            parent=self,
        )
        self.answers_panel.column.addWidget(self.answers)
        for panel in (self.source, self.findings_panel, self.answers_panel):
            self.column.addWidget(panel)
        self.column.addStretch(1)
        self.act.setToolTip("Keep these votes in the project; importing again changes nothing")
        self.act.clicked.connect(controller.run)
        for one in (self.choose, self.where, self.ids, self.people):
            hand_on(one, self.back)
        controller.imported.connect(lambda _: announce(self, controller.summary))
        self.refresh()

    def begin(self) -> None:
        """Start anew; the keys go where the next press is useful."""
        for line in (self.where, self.ids):
            line.clear()
        self.people.setValue(0)
        self._controller.begin()
        self.choose.setFocus()

    def refresh(self) -> None:
        """Show what was found."""
        super().refresh()
        it = self._controller
        plan, done = it.plan, it.done
        files = it.wanted.files
        for each in (self.choose, self.where, self.ids, self.people):
            each.setEnabled(not it.doing.startswith("Importing"))
        if plan is not None:
            self.told.setText(
                "\n".join(
                    f"{one.name}: {one.format}; ids in ‘{one.ids}’; "
                    f"{count(one.galaxies, 'galaxy', 'galaxies')} of this project with votes"
                    + (f"; pseudo-votes of {one.people} nominal people." if one.people else ".")
                    for one in plan.files
                )
            )
        elif files:
            self.told.setText("\n".join(str(one) for one in files))
        else:
            self.told.setText(_NONE if done is None else _learnt(it))
        self.findings_panel.setVisible(plan is not None)
        self.answers_panel.setVisible(plan is not None)
        found = it.findings
        self.fine.setVisible(not found)
        self.findings.setVisible(bool(found))
        self.findings.show_findings(found)
        self.answers.rows.show_rows(it.answers)
        if it.ready and not self.act.hasFocus() and self.focusWidget() in (None, self.choose):
            self.act.setFocus()

    @property
    def ready(self) -> bool:
        """Whether there is something to import."""
        return self._controller.ready

    @property
    def summary(self) -> str:
        """What would come in."""
        it = self._controller
        return it.read_only or ("" if it.done is not None else it.summary)

    # --- inside -----------------------------------------------------------------------------------

    def _fields(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE.large)
        form.setVerticalSpacing(SPACE.small)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.where = self._line(
            form,
            "Only rows where",
            "sample == 'original'",
            "A condition on the table's columns, as pandas queries have it; all rows without one",
        )
        self.where.editingFinished.connect(
            lambda: self._controller.choose(where=self.where.text().strip())
        )
        self.ids = self._line(
            form,
            "Ids in column",
            "found by itself",
            "The column with the galaxies' ids; by default the one that has most of this project's",
        )
        self.ids.editingFinished.connect(
            lambda: self._controller.choose(ids=self.ids.text().strip())
        )
        self.people = QSpinBox(self)
        self.people.setRange(0, _MOST_PEOPLE)
        self.people.setSpecialValueText("none: votes are counts")
        self.people.setProperty("role", "plain")
        inset(self.people)
        self.people.setKeyboardTracking(False)
        self.people.setMinimumWidth(150)
        self.people.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.people.setAccessibleName("Nominal people")
        self.people.valueChanged.connect(lambda people: self._controller.choose(people=people))
        tip = (
            "Where a table has fractions without totals (Kaggle's has, and needs nothing here): "
            "they become votes of so many nominal people, 40 for instance"
        )
        self._row(form, "People behind fractions", self.people, tip)
        self.source.column.addLayout(form)

    def _line(self, form: QFormLayout, text: str, example: str, tip: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setPlaceholderText(example)
        line.setAccessibleName(text)
        self._row(form, text, line, tip)
        return line

    def _row(self, form: QFormLayout, text: str, field: QWidget, tip: str) -> None:
        field.setToolTip(tip)
        field.setAccessibleDescription(tip)
        label = QLabel(text, self)
        label.setProperty("role", "muted")
        label.setToolTip(tip)
        label.setBuddy(field)
        label.setMinimumHeight(field.sizeHint().height())
        form.addRow(label, field)

    def _choose(self) -> None:
        files = self.ask()
        if files:
            self._controller.choose(files=tuple(Path(one) for one in files))

    def _ask(self) -> list[str]:
        start = self._controller.wanted.files
        folder = str(start[0].parent if start else Path.home())
        return QFileDialog.getOpenFileNames(self, "Tables of votes", folder, TABLE_FILES)[0]


def _learnt(controller: VotesController) -> str:
    done = controller.done
    if done is None:
        return ""
    told = [f"{controller.summary} The next round learns from them (Train ▸ Start a round)."]
    if done.columns:
        shown = ", ".join(done.columns[:8]) + (" …" if len(done.columns) > 8 else "")
        told.append(f"{count(len(done.columns), 'column')} kept in the catalogue: {shown}.")
    return "\n".join(told)
