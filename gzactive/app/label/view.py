"""The Label page: widgets only. What happens is the controller's; what it looks like is here."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gzactive.app.action_set import ActionSet
from gzactive.app.actions import ANSWER_KEYS
from gzactive.app.banner import Banner
from gzactive.app.icons import Icons
from gzactive.app.label.answer_grid import AnswerGrid
from gzactive.app.label.breadcrumb import Breadcrumb
from gzactive.app.label.controller import LabelController
from gzactive.app.label.header import Header
from gzactive.app.label.image_view import GalaxyView
from gzactive.app.label.look_keeper import LookKeeper
from gzactive.app.label.note_field import NoteField
from gzactive.app.label.plates import Plates
from gzactive.app.label.reveal import Reveal
from gzactive.app.label.selection import mix
from gzactive.app.label.side_panel import SidePanel
from gzactive.app.label.upcoming_strip import UpcomingStrip
from gzactive.app.label.view_tools import ViewTools
from gzactive.app.passing_line import PassingLine
from gzactive.app.toast import Toast
from gzactive.app.tokens import SPACE

__all__ = ["LabelView"]

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
#: The panel's width in pixels: what a square galaxy leaves, within these bounds.
_PANEL_LEAST, _PANEL_MOST = 420, 640
#: How keyboards write a key that has no letter.
_RETURN = {"Return": "↵", "Enter": "↵"}
#: What would write, and is off where a project is only read.
_WRITING = ("label.undo", "label.restart", "label.flag", "label.note")
_PAUSED = "Done. Compare, then press Enter for the next galaxy."


class LabelView(QWidget):
    """Galaxy on the left, as large as it can be; question, answers and the card on the right.

    Parameters
    ----------
    controller
        What it shows and steers.
    actions
        The app's actions; those of this page are connected here.
    icons
        Draws icons and gives the theme.
    look
        How galaxies are looked at, on this page and on others.
    parent
        The window.
    """

    def __init__(
        self,
        controller: LabelController,
        actions: ActionSet,
        icons: Icons,
        look: LookKeeper,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self._actions = actions
        self._icons = icons
        self._shown_question = ""
        self.setProperty("role", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.galaxy = GalaxyView(icons.theme, self)
        self.banner = Banner(icons, self)
        self._unsaved = ""  # what the banner says of an answer that was not saved
        self.strip = UpcomingStrip(icons.theme, self)
        self.answers = AnswerGrid(icons, self)
        self.side = SidePanel(icons, self)
        self.side.add_tool(actions.button("help.field-guide", self, text=True))
        self.help, self.card = self.side.help, self.side.card
        self.toast = Toast(icons, self.galaxy, self)
        self._look = look
        look.lead(self.galaxy)
        self.look_tools = ViewTools(self.galaxy, actions)
        self.header = Header(controller, actions, icons, self)
        self._plates = Plates(controller.project)
        self._question = self._label("question", wrap=True)
        self.said = PassingLine(self)
        self.said.setProperty("role", "small")
        self._breadcrumb = Breadcrumb(icons, self)
        self._done = QPushButton("Done", self)
        actions.tell_on(self._done, "label.done")
        self._done.setProperty("role", "primary")
        self._done.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._done.clicked.connect(controller.done)
        self._note = NoteField(self)
        self._note_about = ""
        self._lay_out()
        self._connect()
        self._show_whether_writable()
        self.refresh()

    def refresh(self) -> None:
        """Show all that the controller has now."""
        self._on_galaxy()
        self._on_question()
        self._on_upcoming()
        self._on_marks()

    def showEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().showEvent(event)
        self._offer_done()
        self.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._close_note()
        self._look.flush()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        around = self.header.sizeHint().height() + self.strip.sizeHint().height()
        side = self.height() - around - 2 * SPACE.medium - 2 * SPACE.small
        left = max(each.minimumSizeHint().width() for each in (self.header, self.strip))
        left_over = self.width() - max(side, left) - 3 * SPACE.large
        self._panel.setFixedWidth(max(_PANEL_LEAST, min(_PANEL_MOST, left_over)))

    # --- building -------------------------------------------------------------------------------

    def _label(self, role: str, *, wrap: bool = False) -> QLabel:
        label = QLabel(self)
        label.setProperty("role", role)
        label.setWordWrap(wrap)
        return label

    def _lay_out(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        left = QVBoxLayout()
        left.setSpacing(SPACE.small)
        left.addWidget(self.banner)
        left.addWidget(self.header)
        left.addWidget(self.galaxy, 1)
        left.addWidget(self.strip)

        # Room for two lines, so that the answers stay where they are.
        self._question.setMinimumHeight(self._question.fontMetrics().lineSpacing() * 3)
        self._question.setAlignment(Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft)
        self.answers.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        tools = QHBoxLayout()
        tools.setSpacing(SPACE.tight)
        tools.addWidget(self._actions.button("label.undo", self, text=True))
        tools.addWidget(self._actions.button("label.skip", self, text=True))
        tools.addStretch(1)
        tools.addWidget(self._done)
        self._done.ensurePolished()
        tools.addStrut(self._done.sizeHint().height())  # nothing moves when it comes and goes
        for name in ("label.restart", "label.flag", "label.note", "label.help"):
            tools.addWidget(self._actions.button(name, self))
        #: What the tour points at.
        self.why = self.header.mix
        self.tools = tuple(self.findChildren(QToolButton, options=_DIRECT))
        self._panel = QWidget(self)
        right = QVBoxLayout(self._panel)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(SPACE.small)
        right.addWidget(self._breadcrumb)
        right.addWidget(self._question)
        right.addWidget(self.answers, 3)
        right.addLayout(tools)
        right.addWidget(self._note)
        right.addWidget(self.said)
        right.addWidget(self.side, 2)

        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE.large, SPACE.medium, SPACE.large, SPACE.medium)
        row.setSpacing(SPACE.large)
        row.addLayout(left, 1)
        row.addWidget(self._panel)

    def _connect(self) -> None:
        it = self.controller
        it.galaxy_changed.connect(self._on_galaxy)
        it.frame_ready.connect(self._on_frame)
        it.question_changed.connect(self._on_question)
        it.question_changed.connect(self._on_saved)
        it.upcoming_changed.connect(self._on_upcoming)
        it.marking.changed.connect(self._on_marks)
        it.choice.changed.connect(self._on_frame)  # its scale, and where north is
        it.revealed.connect(self._on_revealed)
        it.said.connect(self.said.say)
        it.warned.connect(self._on_warned)
        self.answers.chosen.connect(it.choose)
        self._actions.news.keys_changed.connect(self._on_keys)
        self._on_keys()
        self._note.textEdited.connect(lambda text: it.marking.keep_draft(self._note_about, text))
        self._note.saved.connect(self._save_note)
        self._note.put_away.connect(self._close_note)
        self._actions.connect(
            {
                f"label.answer-{key}": lambda position=key - 1: it.choose(position)
                for key in range(1, ANSWER_KEYS + 1)
            }
            | {
                "label.done": it.done,
                "label.undo": it.undo,
                "label.restart": it.restart,
                "label.skip": it.skip,
                "label.flag": it.marking.flag,
                "label.note": self._open_note,
                "label.help": self.side.toggle_help,
            }
        )

    # --- showing --------------------------------------------------------------------------------

    def _on_galaxy(self) -> None:
        self.said.clear()
        self._close_note()
        current = self.controller.current
        self.header.show_galaxy(current.id_str if current is not None else "")
        self._on_frame()

    def _on_frame(self) -> None:
        if self.controller.current is None:
            self.galaxy.show_frame(None, self.controller.nothing_left)
        else:
            frame = self.controller.frame
            plate = self._plates.of(frame) if frame is not None else None
            self.galaxy.show_frame(frame, plate=plate)
        self._on_upcoming()

    def _on_question(self) -> None:
        question = self.controller.question
        boxes = question is not None and question.kind == "checkboxes"
        paused = self.controller.paused
        self._question.setText(question.text if question is not None else _PAUSED if paused else "")
        self._breadcrumb.show_path(self.controller.tree, self.controller.walk.path)
        self._offer_done()
        if question is not None and self._shown_question != question.name:
            self.answers.show_question(question)
            self.help.show_question(question)
        elif question is None:
            self.answers.show_question(None)
        self._shown_question = question.name if question is not None else ""
        if question is not None and boxes:
            ticked = self.controller.ticked
            self.answers.tick(
                {i for i, answer in enumerate(question.answers) if answer.name in ticked}
            )

    def _offer_done(self) -> None:
        """Done, and its key, are for boxes and for going on; in a note, Enter saves it."""
        question = self.controller.question
        paused = self.controller.paused
        boxes = question is not None and question.kind == "checkboxes"
        words, key = "Next" if paused else "Done", self._actions.key("label.done")
        self._done.setText(f"{words}  {_RETURN.get(key, key)}".rstrip())
        self._done.setAccessibleName(f"{words}, key {key}" if key else words)
        self._done.setVisible(boxes or paused)
        self._actions["label.done"].setEnabled((boxes or paused) and self._note.isHidden())

    def _on_upcoming(self) -> None:
        coming = self.controller.upcoming
        following = coming.next()
        frames = [self.controller.frame_of(each.id_str) for each in following]
        now = self.controller.frame
        self.strip.show_thumbnails(
            now.thumbnail if now is not None else None,
            [frame.thumbnail if frame is not None else None for frame in frames],
            len(coming) - len(following),
        )
        settings = self.controller.project.settings
        chosen = {each.selection for each in following}
        self.header.show_mix(mix(chosen, settings.random_share, settings.nice_share))

    def _on_marks(self) -> None:
        flagged = self.controller.marking.flagged
        action = self._actions["label.flag"]
        action.setText("Take the flag off" if flagged else "Flag")
        action.setIcon(self._icons.icon("flagged" if flagged else "flag"))
        self._actions["label.note"].setText(
            "Note (draft)…" if self.controller.marking.draft else "Note…"
        )

    def _on_revealed(self, shown: Reveal | None) -> None:
        frame = self.controller.frame_of(shown.id_str) if shown is not None else None
        self.side.show_reveal(shown, frame.thumbnail if frame is not None else None)

    def _on_warned(self, sentence: str, fault: bool) -> None:
        self._unsaved = sentence if fault else ""
        self.banner.say(sentence, fault=fault)

    def _on_saved(self) -> None:
        """An answer was taken again: that one was not is past."""
        if self._unsaved and self.banner.sentence == self._unsaved:
            self.banner.hide()
        self._unsaved = ""

    def _show_whether_writable(self) -> None:
        """A project that is only read says so, and its answers say why they are off."""
        reason = self.controller.project.read_only
        self._actions.explain("label.skip", "show the next galaxy" if reason else "")
        self._actions.bar(_WRITING, reason)
        if reason:
            self.banner.say(reason)
            self.answers.setEnabled(False)
            self.answers.setToolTip(reason)

    def _on_keys(self) -> None:
        self._offer_done()
        self.answers.show_keys(
            [self._actions.key(f"label.answer-{number}") for number in range(1, ANSWER_KEYS + 1)]
        )

    # --- note -----------------------------------------------------------------------------------

    def _open_note(self) -> None:
        current = self.controller.current
        if self.controller.project.read_only:
            self.controller.marking.note("")
        elif current is not None:
            self._note_about = current.id_str
            self._note.open(self.controller.marking.draft)
            self._offer_done()

    def _save_note(self, text: str) -> None:
        self.controller.marking.note(text)
        self._close_note()

    def _close_note(self) -> None:
        if self._note.isHidden():
            return
        self._note.hide()
        self._note.clear()
        self._offer_done()
        self.setFocus()
        self.controller.marking.put_note_away(self._note_about)
