"""Every action of the app, declared once: its name, text, keys, tip, icon and where it works.

From this one list come the menus, the buttons' tips, the keys and the shortcut sheet. A person's
own keys are laid over it by :mod:`gzactive.app.remapping`.
"""

from typing import NamedTuple

from gzactive.app.evaluate import action_rows as evaluate
from gzactive.app.explore import action_rows as explore

__all__ = ["ACTIONS", "ANSWER_KEYS", "GESTURES", "ActionSpec"]


class ActionSpec(NamedTuple):
    """One thing that a person can do.

    Parameters
    ----------
    id
        Its name in key maps, for ever: ``label.undo``.
    text
        What menus and buttons say.
    keys
        Keys in Qt's portable notation; any of them works. ``Num+1`` is the number pad's 1.
    tip
        One sentence for the tooltip and the shortcut sheet.
    icon
        Name of an icon, or empty.
    menu
        The menu it stands in, or empty for none.
    page
        The page on which its keys work; empty for everywhere.
    """

    id: str
    text: str
    keys: tuple[str, ...]
    tip: str
    icon: str = ""
    menu: str = ""
    page: str = ""


#: How many answers can have a key: the row has nine digits and so has the number pad.
ANSWER_KEYS = 9

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def _answers() -> tuple[ActionSpec, ...]:
    return tuple(
        ActionSpec(
            f"label.answer-{number}",
            f"Answer {number}",
            (str(number), f"Num+{number}"),
            f"Choose the {ordinal} answer",
            page="label",
        )
        for number, ordinal in enumerate(_ORDINALS, start=1)
    )


def _page(
    page: str, rows: tuple[tuple[str, str, tuple[str, ...], str, str], ...]
) -> tuple[ActionSpec, ...]:
    """Actions of one page, in a menu of its name."""
    return tuple(
        ActionSpec(f"{page}.{name}", text, keys, tip, icon, page.capitalize(), page)
        for name, text, keys, tip, icon in rows
    )


ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec(
        "project.import",
        "Open images…",
        ("Ctrl+N",),
        "Make a project of images, a table, or both; they can be dropped on the window too",
        "images",
        "Project",
    ),
    ActionSpec(
        "project.open", "Open project…", ("Ctrl+O",), "Open a project folder", "open", "Project"
    ),
    ActionSpec(
        "project.sky",
        "Simulated sky",
        (),
        "Draw a few hundred galaxies on this computer and open them",
        "sky",
        "Project",
    ),
    ActionSpec(
        "project.sample",
        "Download a sample",
        (),
        "Fetch about 150 well-known galaxies from the Legacy Surveys, 5 MB, and open them",
        "download",
        "Project",
    ),
    ActionSpec(
        "project.votes",
        "Import votes…",
        (),
        "Bring what a survey's volunteers said of these galaxies into the open project",
        "table",
        "Project",
    ),
    ActionSpec(
        "project.match",
        "Match with another catalogue…",
        (),
        "Find which of these galaxies another catalogue has, and compare what is said of them",
        "one-to-one",
        "Project",
    ),
    ActionSpec(
        "project.shards",
        "Make shards…",
        (),
        "Pack images and votes of this project, or of a table, to train on another machine",
        "export",
        "Project",
    ),
    ActionSpec(
        "project.ask",
        "A question of my own…",
        ("Ctrl+Y",),
        "Look for something rare: a yes/no question on the galaxies of this project",
        "ask",
        "Project",
    ),
    ActionSpec(
        "project.close",
        "Close project",
        ("Ctrl+W",),
        "Go back to the start page; every answer is already saved",
        "close",
        "Project",
    ),
    ActionSpec("app.quit", "Quit", ("Ctrl+Q",), "Stop work in progress and quit", "", "Project"),
    ActionSpec("go.label", "Label", ("Ctrl+1",), "Label galaxies", "label", "Go"),
    ActionSpec(
        "go.explore",
        "Explore",
        ("Ctrl+2",),
        "See what the model is surest of, and what it is not",
        "explore",
        "Go",
    ),
    ActionSpec("go.train", "Train", ("Ctrl+3",), "See the model learn", "train", "Go"),
    ActionSpec(
        "go.evaluate", "Evaluate", ("Ctrl+4",), "See how good the model is", "evaluate", "Go"
    ),
    ActionSpec(
        "go.project",
        "Project",
        ("Ctrl+5",),
        "See what the project holds and takes, write files for others, change its settings",
        "project",
        "Go",
    ),
    *_answers(),
    ActionSpec(
        "label.done",
        "Done",
        ("Return", "Enter"),
        "Finish a question that takes any number of answers",
        "done",
        "Label",
        "label",
    ),
    ActionSpec(
        "label.undo",
        "Undo",
        ("Backspace", "Ctrl+Z"),
        "Take back the last answer, over finished galaxies and earlier sessions too",
        "undo",
        "Label",
        "label",
    ),
    ActionSpec(
        "label.restart",
        "Restart galaxy",
        ("R",),
        "Start this galaxy from its first question",
        "restart",
        "Label",
        "label",
    ),
    ActionSpec(
        "label.skip",
        "Skip",
        ("S",),
        "Leave this galaxy; it comes back once, at the end",
        "skip",
        "Label",
        "label",
    ),
    ActionSpec(
        "label.flag", "Flag", ("F",), "Mark this galaxy to find it again", "flag", "Label", "label"
    ),
    ActionSpec(
        "label.note", "Note…", ("N",), "Write a note about this galaxy", "note", "Label", "label"
    ),
    ActionSpec(
        "label.help",
        "Help with this question",
        ("H",),
        "Show what the question and its answers mean",
        "help",
        "Label",
        "label",
    ),
    *_page("explore", explore.ROWS),
    ActionSpec("view.fit", "Fit", ("0", "Num+0"), "Show the whole galaxy", "fit", "View", "label"),
    ActionSpec("view.zoom-in", "Zoom in", ("+", "="), "Zoom in", "zoom-in", "View", "label"),
    ActionSpec("view.zoom-out", "Zoom out", ("-",), "Zoom out", "zoom-out", "View", "label"),
    ActionSpec(
        "view.invert",
        "Invert",
        ("I",),
        "Show light as dark, for what is faint; it stays for the next galaxies",
        "invert",
        "View",
        "label",
    ),
    ActionSpec(
        "view.one-to-one",
        "Pixel for pixel",
        ("Z",),
        "Show one pixel of the image on one of the screen",
        "one-to-one",
        "View",
        "label",
    ),
    ActionSpec(
        "view.grey",
        "Grey",
        ("G",),
        "Leave colour out, as the model does; it stays for the next galaxies",
        "grey",
        "View",
        "label",
    ),
    ActionSpec(
        "view.stretch",
        "Next stretch",
        ("T",),
        "As it is, linear, asinh, log, zscale, in turn; it stays for the next galaxies",
        "stretch",
        "View",
        "label",
    ),
    ActionSpec(
        "view.levels",
        "Levels",
        ("L",),
        "Set black and white by a histogram, or put it away",
        "levels",
        "View",
        "label",
    ),
    ActionSpec(
        "view.reset",
        "Reset the view",
        ("Ctrl+0",),
        "The whole galaxy, as it is: no stretch, no levels, not inverted",
        "reset-view",
        "View",
        "label",
    ),
    ActionSpec(
        "label.choice",
        "Labelling settings",
        ("M",),
        "How galaxies are chosen and shown: the mix, repeats, the blind, a pause",
        "sliders",
        "Label",
        "label",
    ),
    ActionSpec(
        "view.theme",
        "Light or dark",
        ("Ctrl+T",),
        "Change between the dark and the light window",
        "theme",
        "View",
    ),
    ActionSpec(
        "view.jobs",
        "Background work",
        ("Ctrl+J",),
        "See what computes, what waits and what came of the rest, and cancel it",
        "jobs",
        "View",
    ),
    ActionSpec(
        "train.start",
        "Start a round now",
        ("Ctrl+R",),
        "Let the model learn from the labels so far",
        "train",
        "Train",
    ),
    ActionSpec(
        "train.network",
        "Train a network…",
        (),
        "Train all of a network on galaxies with votes, beside everything else, in hours",
        "train",
        "Train",
    ),
    ActionSpec(
        "train.cancel",
        "Cancel the work in the background",
        ("Ctrl+.",),
        "Stop what is computing; what it has finished is kept",
        "close",
        "Train",
    ),
    *_page("evaluate", evaluate.ROWS),
    ActionSpec(
        "help.guide", "Guide", ("F1",), "Read what this page is for and can do", "guide", "Help"
    ),
    ActionSpec(
        "help.field-guide",
        "Field guide",
        ("Shift+H",),
        "Look at examples of each answer to the question",
        "help",
        "Help",
    ),
    ActionSpec("help.tour", "Tour", (), "Show the tour of the Label page once more", "sky", "Help"),
    ActionSpec("help.back", "Back", ("Alt+Left",), "The page before", "back", "", "help"),
    ActionSpec("help.forward", "Forward", ("Alt+Right",), "The page after", "forward", "", "help"),
    ActionSpec("help.search", "Search", ("Ctrl+F",), "Search the guide", "", "", "help"),
    ActionSpec("help.close", "Close Help", ("Esc",), "Leave the search, then Help", "", "", "help"),
    ActionSpec("tour.next", "Next step", ("Right",), "The tour's next step", "", "", "tour"),
    ActionSpec("tour.back", "Step back", ("Left",), "The tour's step before", "", "", "tour"),
    ActionSpec("tour.end", "Skip the tour", ("Esc",), "End the tour", "", "", "tour"),
    ActionSpec("help.keys", "Keys", ("?",), "Show every key", "keys", "Help"),
    ActionSpec("help.log", "Show the log", (), "Open the folder of the log file", "", "Help"),
    ActionSpec(
        "help.about",
        "About gzactive",
        (),
        "Version, licence, what it runs on, and where it keeps its files",
        "",
        "Help",
    ),
)

#: What the mouse, and keys within a field, do: (where, what, how, tip), for the shortcut sheet.
GESTURES: tuple[tuple[str, str, str, str], ...] = (
    ("Image", "Zoom", "wheel", "Zoom to the pointer"),
    ("Image", "Move", "drag", "Move the galaxy"),
    ("Image", "Fit", "double click", "Show the whole galaxy"),
    ("Note", "Save the note", "Return   Ctrl+Return", "Store the note about this galaxy"),
    ("Note", "Put the note away", "Esc", "Close the note and keep what was typed as a draft"),
    ("Window", "Next control", "Tab   Shift+Tab", "Move the focus; Space presses a button"),
)
