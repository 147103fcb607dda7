"""The page that matches the project with another catalogue: choices, separations, sky, votes."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QWidget,
)

from gzactive.app.file_kinds import TABLE_FILES
from gzactive.app.icons import Icons
from gzactive.app.menu_box import MenuBox
from gzactive.app.number_boxes import inset
from gzactive.app.project.match_controller import MatchController, Matched
from gzactive.app.project.match_plot import MatchPlot
from gzactive.app.project.rows_table import RowsTable
from gzactive.app.project.sky_map import SkyMap
from gzactive.app.project.task_page import TaskPage
from gzactive.app.save_name import ask_save_name
from gzactive.app.tokens import SPACE
from gzactive.app.wizard.panel import Panel

__all__ = ["MatchView"]

_ABOUT = (
    "Galaxies that lie at the same place in the sky are the same galaxy: which ones another survey "
    "has too, how well their places agree, and what is said of them in both."
)
_NONE = "A table with ids and coordinates, or another project. Nothing of it is changed."
_WRITTEN = "CSV (*.csv);;Parquet (*.parquet);;FITS (*.fits);;VOTable (*.vot)"
_NOTHING = (
    "There is nothing to compare: the catalogues share no answers with enough votes on matched "
    "galaxies."
)
_HEADINGS = ("Answer", "Galaxies", "Mean here", "Mean there", "Difference")
_PLOT = 230
#: Narrower pages have one part below the other.
_BESIDE = 1000


class MatchView(TaskPage):
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
        self, controller: MatchController, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(controller, "Match with another catalogue", _ABOUT, "Match", icons, parent)
        self._controller = controller
        self._shown: Matched | None = None
        #: Ask for a table, a folder and a file's name; tests put theirs here.
        self.ask_table: Callable[[], str] = self._ask_table
        self.ask_folder: Callable[[], str] = self._ask_folder
        self.ask_name: Callable[[str, str], str] = self._ask_name
        self._make_choices(icons)
        self._make_results(icons)
        self.column.addWidget(self.other)
        self.column.addWidget(self.results)
        self.column.addWidget(self.said)
        self.column.addStretch(1)
        self.act.setToolTip("Find the pairs; the files are not changed")
        self.act.clicked.connect(controller.run)
        self.refresh()

    def begin(self) -> None:
        """The latest match stays; the keys go where the next press is useful."""
        (self.act if self._controller.ready else self.table).setFocus()

    def set_source(self, source: str) -> None:
        """Choose the other catalogue."""
        self._controller.choose(source=source)
        if self._controller.ready:
            self.act.setFocus()

    def refresh(self) -> None:
        """Show what is chosen, and what was found."""
        super().refresh()
        it = self._controller
        self.source.setText(it.wanted.source or _NONE)
        for widget, value in ((self.every, it.wanted.every), (self.what, it.wanted.predictions)):
            with QSignalBlocker(widget):
                widget.setCurrentIndex(int(value))
        with QSignalBlocker(self.radius):
            self.radius.setValue(it.wanted.radius)
        found = it.found
        self.results.setVisible(found is not None)
        self.said.setVisible(found is not None)
        for button in (self.save, self.report):
            button.setEnabled(found is not None and not it.busy)
        self.beside.setEnabled(found is not None and found.pictured)
        if found is not None and found is not self._shown:
            self._shown = found
            self._show(found)

    @property
    def ready(self) -> bool:
        """Whether a match can begin."""
        return self._controller.ready

    @property
    def summary(self) -> str:
        """What was found."""
        return self._controller.summary

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _BESIDE
        ways = QBoxLayout.Direction
        for row in self._rows:
            row.setDirection(ways.LeftToRight if wide else ways.TopToBottom)

    # --- inside -----------------------------------------------------------------------------------

    def _make_choices(self, icons: Icons) -> None:
        self.other = Panel("The other catalogue", icons, self)
        self.table = self.other.button("Table…", "table", "Choose a table with coordinates")
        self.table.clicked.connect(lambda: self._chosen(self.ask_table()))
        self.folder = self.other.button("Project…", "open", "Choose another project's folder")
        self.folder.clicked.connect(lambda: self._chosen(self.ask_folder()))
        self.source = self.other.label("muted", _NONE)
        self.source.setTextFormat(Qt.TextFormat.PlainText)
        self.radius = QDoubleSpinBox(self)
        self.radius.setRange(0.01, 1800.0)
        self.radius.setDecimals(2)
        self.radius.setSuffix(" ″")
        self.radius.setKeyboardTracking(False)
        self.radius.setProperty("role", "plain")
        inset(self.radius)
        self.radius.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.radius.valueChanged.connect(lambda value: self._controller.choose(radius=value))
        self.every = self._menu(icons, "One to one, the closest first", "All pairs within")
        self.every.currentIndexChanged.connect(
            lambda index: self._controller.choose(every=bool(index))
        )
        self.what = self._menu(icons, "Votes", "What models predict")
        self.what.currentIndexChanged.connect(
            lambda index: self._controller.choose(predictions=bool(index))
        )
        form = QFormLayout()
        form.setHorizontalSpacing(SPACE.large)
        form.setVerticalSpacing(SPACE.small)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        for text, field, tip in (
            ("Radius", self.radius, "Galaxies no further apart than this are the same"),
            ("Pairs", self.every, "Each galaxy once at most, or every pair within the radius"),
            (
                "Compare",
                self.what,
                "Of tables, the votes; of projects, their votes or what their models predict",
            ),
        ):
            field.setToolTip(tip)
            field.setAccessibleName(text)
            field.setAccessibleDescription(tip)
            label = QLabel(text, self)
            label.setProperty("role", "muted")
            label.setBuddy(field)
            label.setMinimumHeight(field.sizeHint().height())
            form.addRow(label, field)
        self.other.column.addLayout(form)

    def _menu(self, icons: Icons, *choices: str) -> MenuBox:
        menu = MenuBox(icons, self)
        menu.setMinimumContentsLength(28)
        for words in choices:
            menu.addItem(words)
        return menu

    def _make_results(self, icons: Icons) -> None:
        self.results = Panel("Pairs", icons, self)
        self.save = self.results.button("Save table…", "export", "Write the pairs as a table")
        self.save.clicked.connect(self._save)
        self.report = self.results.button(
            "Save report…", "evaluate", "Write a page with the sky, separations and votes"
        )
        self.report.clicked.connect(self._report)
        self.beside = self.results.button(
            "Show beside in Explore",
            "side-by-side",
            "Show the other catalogue's images beside these, within this radius",
        )
        self.beside.clicked.connect(self._controller.show_beside)
        self.remarks = self.results.label("small")
        self.apart = MatchPlot(icons.theme, "How far apart", self)
        self.map = SkyMap(icons.theme, self)
        for part in (self.apart, self.map):
            part.setMinimumHeight(_PLOT)
        self._rows = [self._row((self.apart, 1), (self.map, 1))]
        self.results.column.addLayout(self._rows[0])
        self.said = Panel("What both say of the same galaxies", icons, self)
        self.nothing = self.said.label("muted", _NOTHING)
        self.answers = RowsTable("Answers in both", _HEADINGS, (1, 2, 3, 4), wide=0, parent=self)
        self.answers.setToolTip("Choose an answer to see it galaxy by galaxy")
        self.answers.selectionModel().currentRowChanged.connect(self._on_answer)
        self.fractions = MatchPlot(icons.theme, "Galaxy by galaxy", self)
        self.fractions.setMinimumHeight(_PLOT)
        self._rows.append(self._row((self.answers, 3), (self.fractions, 2)))
        self.said.column.addLayout(self._rows[1])

    def _row(self, *parts: tuple[QWidget, int]) -> QBoxLayout:
        """Parts beside each other, or below where there is little room."""
        row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        row.setSpacing(SPACE.large)
        for part, share in parts:
            row.addWidget(part, share)
        return row

    def _show(self, found: Matched) -> None:
        match = found.match
        self.remarks.setText("\n".join(match.remarks))
        self.remarks.setVisible(bool(match.remarks))
        if len(match.pairs):
            self.apart.show_separations(found.counts, found.edges, f"{match.words}.")
        else:
            self.apart.clear("No galaxy is within this radius of one here: try a larger one.")
        self.map.show_places(match.first.ra, match.first.dec)
        self.map.show_under(*found.under, (match.first.name, match.second.name))
        rows = [
            (
                answer,
                f"{galaxies:,}",
                f"{here:.3f}",
                f"{there:.3f}",
                _off(difference, error),
            )
            for answer, galaxies, here, there, difference, error in found.answers
        ]
        self.answers.rows.show_rows(rows)
        self.nothing.setVisible(not rows)
        self.answers.setVisible(bool(rows))
        self.fractions.setVisible(bool(rows))
        if rows:
            self.answers.selectRow(0)

    def _on_answer(self) -> None:
        found, row = self._controller.found, self.answers.currentIndex().row()
        if found is None or not 0 <= row < len(found.answers):
            return
        answer = found.answers[row][0]
        comparison = found.match.comparison
        one, other = comparison.fractions[answer]
        self.fractions.show_fractions(
            one,
            other,
            (comparison.first, comparison.second),
            f"{answer}: each dot is a galaxy; on the dashed line both say the same.",
        )

    def _chosen(self, source: str) -> None:
        if source:
            self.set_source(source)

    def _save(self) -> None:
        match = self._controller.found
        if match is not None:
            name = f"{match.match.first.name}-{match.match.second.name}.csv"
            path = self.ask_name(name, _WRITTEN)
            if path:
                self._controller.save(Path(path))

    def _report(self) -> None:
        match = self._controller.found
        if match is not None:
            name = f"{match.match.first.name}-{match.match.second.name}.html"
            path = self.ask_name(name, "Pages (*.html)")
            if path:
                self._controller.report(Path(path))

    def _ask_table(self) -> str:
        home = str(Path.home())
        return QFileDialog.getOpenFileName(self, "Another catalogue", home, TABLE_FILES)[0]

    def _ask_folder(self) -> str:
        start = str(self._controller.project.path.parent)
        return QFileDialog.getExistingDirectory(self, "Another project", start)

    def _ask_name(self, name: str, pattern: str) -> str:
        start = self._controller.project.path.parent / name
        return ask_save_name("Save", start, pattern, self)


def _off(difference: float, error: float) -> str:
    told = f"{difference:+.3f}".replace("-", "−")
    return told + (f" ± {error:.3f}" if error == error else "")
