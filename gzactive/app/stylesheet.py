"""The one style sheet, written from the tokens; widgets carry a role, never a colour of their own.

What needs more than a style sheet (answer buttons, fraction bars, the galaxy) paints itself from
the same tokens.
"""

from gzactive.app.tokens import RADIUS, SPACE, TYPE, Colours
from gzactive.paths import resource

__all__ = ["CELL_FRAME", "stylesheet"]

#: What Qt keeps free beside the words of a cell, but not beside those of its heading.
CELL_FRAME = 3


def stylesheet(colours: Colours, point_size: float) -> str:
    """Style sheet for one mode.

    Parameters
    ----------
    colours
        The mode's colours.
    point_size
        The person's font size in points; the type scale multiplies it.
    """
    c, s = colours, SPACE

    # The tick is drawn in ink, which is seen on amber and on white.
    tick = (resource("icons") / "done.svg").as_posix()
    ticked = c.accent if c.mode == "dark" else c.background

    def points(scale: float) -> str:
        return f"{point_size * scale:.2f}pt"

    return f"""
    QWidget {{ color: {c.text}; }}
    QMainWindow, QDialog, QWidget[role="page"] {{ background: {c.background}; }}
    QWidget[role="panel"] {{
        background: {c.surface}; border: 1px solid {c.border}; border-radius: {RADIUS}px; }}
    QWidget[role="overlay"] {{
        background: {c.surface}; border: 1px solid {c.border}; border-radius: {RADIUS}px; }}
    QWidget[role="rail"] {{ background: {c.surface}; border-right: 1px solid {c.border}; }}
    QWidget[role="strip"] {{ background: {c.surface}; border-top: 1px solid {c.border}; }}
    QWidget[role="banner"] {{
        background: {c.raised}; border: 1px solid {c.accent}; border-radius: {RADIUS}px; }}
    QWidget[role="banner"][fault="true"] {{ border-color: {c.danger}; }}
    QFrame[role="popup"] {{
        background: {c.surface}; border: 1px solid {c.accent}; border-radius: {RADIUS}px; }}
    QFrame[role="toast"] {{
        background: {c.raised}; border: 1px solid {c.accent}; border-radius: {RADIUS}px; }}
    QLabel {{ background: transparent; }}
    QLabel[role="title"] {{ font-size: {points(TYPE.title)}; font-weight: 600; }}
    QLabel[role="question"] {{ font-size: {points(TYPE.question)}; font-weight: 600; }}
    QLabel[role="heading"] {{ font-size: {points(TYPE.lead)}; font-weight: 600; }}
    QLabel[role="muted"] {{ color: {c.muted}; }}
    QLabel[role="small"] {{ color: {c.muted}; font-size: {points(TYPE.small)}; }}
    QLabel[role="strong"] {{ font-weight: 600; }}
    QLabel[role="fault"] {{ color: {c.danger}; }}
    QLabel[role="key"] {{
        color: {c.text}; background: {c.raised}; border: 1px solid {c.border};
        border-radius: {SPACE.tight}px; padding: 1px {s.small}px; font-weight: 600; }}
    QPushButton, QToolButton {{
        background: {c.raised}; border: 1px solid {c.border}; border-radius: {RADIUS}px;
        padding: {s.small}px {s.medium}px; }}
    QPushButton:hover, QToolButton:hover {{ background: {c.hover}; }}
    QPushButton:pressed, QToolButton:pressed {{ background: {c.border}; }}
    QPushButton:focus, QToolButton:focus {{ border: 2px solid {c.accent}; }}
    QPushButton:disabled, QToolButton:disabled {{ color: {c.muted}; background: {c.surface}; }}
    QPushButton[role="path"] {{ text-align: left; }}
    QPushButton[role="primary"] {{
        background: {c.accent}; color: {c.on_accent}; border-color: {c.accent};
        font-weight: 600; }}
    QPushButton[role="primary"]:focus {{ border: 2px solid {c.text}; }}
    QPushButton[role="primary"]:disabled {{
        background: {c.surface}; color: {c.muted}; border-color: {c.border}; }}
    QToolButton[role="quiet"], QPushButton[role="quiet"] {{
        background: transparent; border: 1px solid transparent; padding: {s.tight}px {s.small}px; }}
    QToolButton::menu-indicator {{ image: none; width: 0; }}
    QToolButton[role="quiet"]:hover, QPushButton[role="quiet"]:hover {{ background: {c.hover}; }}
    QToolButton[role="quiet"]:focus, QPushButton[role="quiet"]:focus {{
        border: 1px solid {c.accent}; }}
    QToolButton[role="quiet"]:disabled {{ background: transparent; }}
    QToolButton[role="tab"] {{
        background: transparent; border: none; border-bottom: 2px solid transparent;
        border-radius: 0; padding: {s.tight}px {s.hair}px; color: {c.muted};
        font-size: {points(TYPE.small)}; }}
    QToolButton[role="tab"]:hover {{ color: {c.text}; }}
    QToolButton[role="tab"]:checked {{ color: {c.text}; border-bottom-color: {c.accent}; }}
    QToolButton[role="tab"]:focus {{ border: 1px solid {c.accent}; }}
    QToolButton[role="nav"] {{
        background: transparent; border: 2px solid transparent; border-radius: {RADIUS}px;
        padding: {s.small}px {s.tight}px; font-size: {points(TYPE.small)}; color: {c.muted}; }}
    QToolButton[role="nav"]:hover {{ background: {c.hover}; }}
    QToolButton[role="nav"]:checked {{ background: {c.hover}; color: {c.accent}; }}
    QToolButton[role="nav"]:focus {{ border-color: {c.accent}; }}
    QProgressBar {{
        background: {c.border}; border: none; border-radius: {s.hair}px; max-height: 6px;
        min-height: 6px; }}
    QProgressBar::chunk {{ background: {c.accent}; border-radius: {s.hair}px; }}
    QSpinBox, QDoubleSpinBox {{
        background: {c.background}; border: 1px solid {c.border}; border-radius: {s.tight}px;
        padding: {s.tight}px; min-width: 72px; }}
    QSpinBox:focus, QDoubleSpinBox:focus {{ border-color: {c.accent}; }}
    QAbstractSpinBox[role="plain"] {{
        padding: {s.tight}px {s.small}px; min-height: {s.large}px; }}
    QAbstractSpinBox[role="plain"]::up-button, QAbstractSpinBox[role="plain"]::down-button {{
        width: 0; border: none; }}
    QCheckBox {{ spacing: {s.small}px; }}
    QCheckBox::indicator, QListWidget[role="answers"]::indicator {{
        width: 14px; height: 14px; background: {c.background}; border: 1px solid {c.muted};
        border-radius: {s.tight}px; }}
    QCheckBox::indicator:focus {{ border: 2px solid {c.accent}; width: 12px; height: 12px; }}
    QCheckBox::indicator:checked, QListWidget[role="answers"]::indicator:checked {{
        background: {ticked}; image: url("{tick}"); }}
    QCheckBox::indicator:disabled {{ border-color: {c.border}; }}
    QCheckBox:disabled {{ color: {c.muted}; }}
    QSlider::groove:horizontal {{
        background: {c.border}; height: 4px; border-radius: 2px; }}
    QSlider::handle:horizontal {{
        background: {c.accent}; width: 16px; height: 16px; margin: -6px 0; border-radius: 8px; }}
    QSlider::handle:horizontal:focus {{ border: 2px solid {c.text}; }}
    QLineEdit {{
        background: {c.background}; border: 1px solid {c.border}; border-radius: {RADIUS}px;
        padding: {s.small}px; selection-background-color: {c.accent};
        selection-color: {c.on_accent}; }}
    QLineEdit:focus {{ border: 2px solid {c.accent}; }}
    QLineEdit:disabled, QAbstractSpinBox:disabled {{
        color: {c.muted}; background: {c.surface}; }}
    QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {{
        border: none; padding: 0; background: transparent; }}
    QLabel[role="drop"] {{
        background: {c.raised}; border: 2px dashed {c.accent}; border-radius: {RADIUS}px;
        font-size: {points(TYPE.question)}; font-weight: 600; }}
    QComboBox[role="menu"] {{
        background: {c.raised}; border: 1px solid {c.border}; border-radius: {RADIUS}px;
        padding: {s.tight}px {s.small}px; min-height: {s.huge}px; }}
    QComboBox[role="menu"]:hover {{ background: {c.hover}; }}
    QComboBox[role="menu"]:focus {{ border: 2px solid {c.accent}; }}
    QComboBox[role="menu"]:disabled {{ color: {c.muted}; background: {c.surface}; }}
    QComboBox[role="menu"]::drop-down {{ border: none; width: {s.huge}px; }}
    QComboBox[role="menu"]::down-arrow {{ image: none; }}
    QComboBox {{ combobox-popup: 0; }}
    QComboBox QAbstractItemView {{
        background: {c.raised}; border: 1px solid {c.border}; outline: none;
        selection-background-color: {c.accent}; selection-color: {c.on_accent}; }}
    QComboBox QAbstractItemView::item {{
        min-height: {s.large + s.tight}px; padding: 0 {s.small}px; }}
    QComboBox QAbstractItemView::item:selected {{
        background: {c.accent}; color: {c.on_accent}; }}
    QMenuBar {{ background: {c.surface}; border-bottom: 1px solid {c.border}; }}
    QMenuBar::item {{ background: transparent; padding: {s.tight}px {s.small}px; }}
    QMenuBar::item:selected {{ background: {c.hover}; border-radius: {s.tight}px; }}
    QMenu {{ background: {c.raised}; border: 1px solid {c.border}; padding: {s.tight}px; }}
    QMenu::item {{ padding: {s.tight}px {s.huge}px; border-radius: {s.tight}px; }}
    QMenu::item:selected {{ background: {c.accent}; color: {c.on_accent}; }}
    QMenu::item:disabled {{ color: {c.muted}; }}
    QMenu::separator {{ background: {c.border}; height: 1px; margin: {s.tight}px; }}
    QToolTip {{
        background: {c.raised}; color: {c.text}; border: 1px solid {c.border};
        padding: {s.tight}px; }}
    QTableView {{
        background: {c.surface}; alternate-background-color: {c.background};
        border: 1px solid {c.border}; border-radius: {RADIUS}px; outline: 0;
        gridline-color: transparent; selection-background-color: {c.hover};
        selection-color: {c.text}; }}
    QTableView::item {{ padding: {s.tight}px {s.small}px; border: none; }}
    QTableView:focus {{ border-color: {c.accent}; }}
    QListWidget[role="answers"] {{
        background: {c.surface}; border: 1px solid {c.border}; border-radius: {RADIUS}px;
        padding: {s.tight}px; outline: none; }}
    QListWidget[role="answers"]:focus {{ border-color: {c.accent}; }}
    QListWidget[role="answers"]::item {{
        padding: {s.tight}px {s.small}px; border-radius: {s.tight}px; }}
    QListWidget[role="answers"]::item:disabled {{
        color: {c.muted}; padding: {s.small}px {s.tight}px {s.hair}px {s.tight}px; }}
    QListWidget[role="answers"]::item:hover {{ background: {c.raised}; }}
    QListWidget[role="answers"]::item:selected {{ background: {c.hover}; color: {c.text}; }}
    QTextBrowser[role="guide"] {{
        background: {c.surface}; border: 1px solid {c.border}; border-radius: {RADIUS}px; }}
    QTextBrowser[role="guide"]:focus {{ border-color: {c.accent}; }}
    QAbstractItemView[role="contents"] {{
        background: transparent; border: 1px solid transparent; border-radius: {RADIUS}px;
        outline: none; show-decoration-selected: 0; selection-background-color: transparent; }}
    QAbstractItemView[role="contents"]:focus {{ border-color: {c.border}; }}
    QAbstractItemView[role="contents"]::item {{ padding: {s.tight}px {s.small}px; }}
    QAbstractItemView[role="contents"]::item:hover {{ background: {c.raised}; }}
    QAbstractItemView[role="contents"]::item:selected {{
        background: {c.hover}; color: {c.accent}; }}
    QSplitter::handle {{ background: {c.border}; width: 1px; }}
    QAbstractItemView[role="grid"] {{ background: {c.background}; border: none; }}
    QToolButton[role="choice"] {{ padding: {s.tight}px {s.medium}px; }}
    QToolButton[role="choice"]:checked {{
        background: {c.hover}; border: 1px solid {c.accent}; font-weight: 600; }}
    QHeaderView {{ background: transparent; border: none; }}
    QHeaderView::section:first {{ border-top-left-radius: {RADIUS - 1}px; }}
    QHeaderView::section:last {{ border-top-right-radius: {RADIUS - 1}px; }}
    QHeaderView::section {{
        background: {c.surface}; color: {c.muted}; border: none;
        padding: {s.small}px {s.small + CELL_FRAME}px; font-size: {points(TYPE.small)}; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
    QScrollBar:vertical {{ background: transparent; width: {10 + s.tight}px; }}
    QScrollBar:horizontal {{ background: transparent; height: {10 + s.tight}px; }}
    QScrollBar::handle {{ background: {c.border}; border-radius: 5px; min-height: 24px; }}
    QScrollBar::handle:vertical {{ margin-left: {s.tight}px; }}
    QScrollBar::handle:horizontal {{ margin-top: {s.tight}px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    """
