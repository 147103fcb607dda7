"""The Help window: contents or what a search found on the left, a page on the right."""

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFont, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.action_set import ActionSet
from gzactive.app.help.guide_view import GuideView
from gzactive.app.help.library import Library
from gzactive.app.help.pictures import HelpPictures
from gzactive.app.icons import Icons
from gzactive.app.passing_line import PassingLine
from gzactive.app.tokens import SPACE
from gzactive.guide import INDEX
from gzactive.guide.field_guide import FIELD_GUIDE, page_name

__all__ = ["HelpWindow"]

_NAME = Qt.ItemDataRole.UserRole
_ANCHOR = Qt.ItemDataRole.UserRole + 1
_ACTIONS = ("help.back", "help.forward", "help.search", "help.close")


class HelpWindow(QWidget):
    """A window beside the app's, so that one can read and label at once.

    Parameters
    ----------
    library
        Its pages.
    pictures
        The field guide's pictures.
    actions
        The app's actions; those of Help work while this window is active.
    icons
        Draws icons and gives the theme.
    parent
        The app's window.
    """

    #: A link to something that the app does was followed.
    wanted = Signal(str)

    def __init__(
        self,
        library: Library,
        pictures: HelpPictures,
        actions: ActionSet,
        icons: Icons,
        parent: QWidget,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._library = library
        self._actions = actions
        self._entries: dict[str, QTreeWidgetItem] = {}
        self.setWindowTitle("Help – gzactive")
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.resize(1080, 760)
        self.setMinimumSize(640, 420)
        self.page = GuideView(library, pictures, icons, self)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search the guide")
        self.search.setAccessibleName("Search the guide")
        actions.tell_on(self.search, "help.search", "Words that a page must hold, in any order")
        self.search.setClearButtonEnabled(True)
        self.contents = QTreeWidget(self)
        self.contents.setProperty("role", "contents")
        self.contents.setHeaderHidden(True)
        self.contents.setIndentation(SPACE.large)
        self.contents.setRootIsDecorated(False)
        self.contents.setAccessibleName("Contents of the guide")
        self.contents.setToolTip("The pages of the guide")
        self.contents.setVerticalScrollMode(QTreeWidget.ScrollMode.ScrollPerPixel)
        self.contents.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.found = QListWidget(self)
        self.found.setProperty("role", "contents")
        self.found.setWordWrap(True)
        self.found.setAccessibleName("Pages that were found")
        self.found.setToolTip("Where the words stand, headings first")
        self.found.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.said = PassingLine(self)
        self.said.setProperty("role", "small")
        self._count = QLabel(self)
        self._count.setProperty("role", "small")
        self._count.setWordWrap(True)
        self._count.hide()
        self._lay_out()
        self._connect()
        self.fill_contents()

    def open(self, name: str, anchor: str = "") -> None:
        """Show a page, and the window before all others."""
        self.page.open(name if self._library.has(name) else INDEX, anchor)
        self.show()
        self.raise_()
        self.activateWindow()
        self.page.setFocus()

    def fill_contents(self) -> None:
        """List all pages; again when another project brings another tree."""
        self._entries.clear()
        self.contents.clear()
        welcome = self._library.guide.page(INDEX)
        self._entry(self.contents.invisibleRootItem(), welcome.title, INDEX)
        for part, pages in self._library.guide.parts.items():
            heading = self._entry(self.contents.invisibleRootItem(), part, "")
            for page in pages:
                entry = self._entry(heading, page.title, page.name)
                if page.name == FIELD_GUIDE:
                    self._list_trees(entry)
            heading.setExpanded(True)
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
            bold = self.contents.font()
            bold.setWeight(QFont.Weight.DemiBold)
            heading.setFont(0, bold)
        self._mark(self.page.page)

    # --- Qt -------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self._offer(self.isActiveWindow())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus() and self.found.count():
            self.found.setFocus()
            self.found.setCurrentRow(0)
            return
        super().keyPressEvent(event)

    # --- inside ---------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(SPACE.medium, SPACE.medium, SPACE.small, SPACE.medium)
        column.setSpacing(SPACE.small)
        self._places = QStackedWidget(self)
        self._places.addWidget(self.contents)
        self._places.addWidget(self.found)
        column.addWidget(self.search)
        column.addWidget(self._count)
        column.addWidget(self._places, 1)
        right = QWidget(self)
        tools = QHBoxLayout()
        tools.setSpacing(SPACE.tight)
        for name in ("help.back", "help.forward"):
            tools.addWidget(self._actions.button(name, self))
        tools.addStretch(1)
        for name in ("help.tour", "help.keys"):
            tools.addWidget(self._actions.button(name, self, text=True))
        column = QVBoxLayout(right)
        column.setContentsMargins(SPACE.small, SPACE.medium, SPACE.medium, SPACE.medium)
        column.setSpacing(SPACE.small)
        column.addLayout(tools)
        column.addWidget(self.page, 1)
        column.addWidget(self.said)
        parts = QSplitter(self)
        parts.addWidget(left)
        parts.addWidget(right)
        parts.setSizes([290, 790])
        parts.setStretchFactor(1, 1)
        parts.setChildrenCollapsible(False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(parts)

    def _connect(self) -> None:
        for name in (*_ACTIONS, "view.theme"):
            self.addAction(self._actions[name])
        self._actions.connect(
            {
                "help.back": self.page.backward,
                "help.forward": self.page.forward,
                "help.search": self._begin_search,
                "help.close": self._leave,
            }
        )
        self.page.turned.connect(self._on_turned)
        self.page.wanted.connect(self.wanted)
        self.page.left.connect(_open_outside)
        self.page.historyChanged.connect(lambda: self._offer(self.isActiveWindow()))
        self.contents.itemClicked.connect(self._on_entry)
        self.contents.itemActivated.connect(self._on_entry)
        self.search.textChanged.connect(self._on_search)
        self.search.returnPressed.connect(self._open_first)
        self.found.itemClicked.connect(self._on_found)
        self.found.itemActivated.connect(self._on_found)

    def _offer(self, active: bool) -> None:
        for name in ("help.search", "help.close"):
            self._actions[name].setEnabled(active)
        self._actions["help.back"].setEnabled(active and self.page.isBackwardAvailable())
        self._actions["help.forward"].setEnabled(active and self.page.isForwardAvailable())

    def _entry(self, above: QTreeWidgetItem, text: str, name: str) -> QTreeWidgetItem:
        entry = QTreeWidgetItem(above, [text])
        entry.setData(0, _NAME, name)
        entry.setToolTip(0, text)
        if name:
            self._entries[name] = entry
        return entry

    def _list_trees(self, above: QTreeWidgetItem) -> None:
        for tree in self._library.trees:
            entry = self._entry(above, tree.title, page_name(tree))
            for question in tree.questions:
                short = question.name.replace("-", " ").capitalize()
                self._entry(entry, short, page_name(tree, question)).setToolTip(0, question.text)

    def _mark(self, name: str) -> None:
        if name in self._entries:
            self.contents.setCurrentItem(self._entries[name])
            self._entries[name].setExpanded(True)
            self.contents.scrollToItem(self._entries[name])

    def _on_turned(self, name: str) -> None:
        self._mark(name)
        self.setWindowTitle(f"{self._library.title(name)} – Help – gzactive")

    def _on_entry(self, entry: QTreeWidgetItem) -> None:
        name = entry.data(0, _NAME)
        if name:
            self.page.open(name)

    # --- search ---------------------------------------------------------------------------------

    def _begin_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _on_search(self, text: str) -> None:
        self.found.clear()
        looking = bool(text.strip())
        self._places.setCurrentWidget(self.found if looking else self.contents)
        self._count.setVisible(looking)
        if not looking:
            return
        places = self._library.search(text)
        for each in places:
            where = each.heading if each.heading == each.title else f"{each.title}: {each.heading}"
            item = QListWidgetItem(f"{where}\n{each.excerpt}", self.found)
            item.setData(_NAME, each.page)
            item.setData(_ANCHOR, each.anchor)
            item.setToolTip(where)
        self._count.setText(
            f"{len(places)} found" if places else f"Nothing matches “{text}”: try another word."
        )

    def _on_found(self, item: QListWidgetItem) -> None:
        self.page.open(item.data(_NAME), item.data(_ANCHOR))

    def _open_first(self) -> None:
        if self.found.count():
            self.found.setCurrentRow(0)
            self._on_found(self.found.item(0))

    def _leave(self) -> None:
        """Out of the search first, then out of the window."""
        if self.search.text():
            self.search.clear()
            self.page.setFocus()
        else:
            self.close()


def _open_outside(url: QUrl) -> None:
    QDesktopServices.openUrl(url)
