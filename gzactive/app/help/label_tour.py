"""What the tour of the Label page says, step by step."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from gzactive.app.help.tour import TourStep

if TYPE_CHECKING:
    from gzactive.app.work_area import WorkArea
    from gzactive.stores.settings import Settings

__all__ = ["label_tour"]


def label_tour(
    area: "WorkArea", settings: "Settings", key: Callable[[str], str]
) -> tuple[TourStep, ...]:
    """The steps, with the numbers of a project's settings.

    Parameters
    ----------
    area
        The open project's pages.
    settings
        The project's.
    key
        Gives the key of an action as it is written here.
    """
    page = area.label
    choice = _beside(key("label.choice"))
    blind = (
        "It stays hidden until you have finished the galaxy, so that it cannot lead you. Then you "
        "see what the model expected, beside what you said."
        if settings.blind
        else f"This project shows it from the start. The settings{choice} can hide it until you "
        "have finished the galaxy, so that it cannot lead you."
    )
    repeats = (
        f"About {100 * settings.repeat_share:.0f} % come a second time, to measure how steady "
        f"answers are; they never count twice, and the settings{choice} can make them none."
        if settings.repeat_share
        else f"The settings{choice} can bring some a second time, to measure how steady answers "
        "are; this project brings none."
    )
    rounds = (
        f"After every {settings.every} finished galaxies the model learns from them, in the "
        "background. You never wait for it."
        if settings.automatic
        else "The model learns when you ask it to, on the Train page. You never wait for it."
    )
    return (
        TourStep(
            "A galaxy",
            "The wheel zooms, dragging moves, a double click shows all of it again, and Invert"
            f"{_beside(key('view.invert'))} turns light into dark for what is faint. "
            f"{key('tour.next')} goes on with this tour, {key('tour.end')} ends it.",
            lambda: (page.galaxy,),
        ),
        TourStep(
            "One key, one answer",
            "Press the answer's key, or click it, and the next question is there. Your first "
            "impression is what is wanted.",
            lambda: (page.answers,),
        ),
        TourStep(
            "Nothing is lost, nothing is final",
            f"Every answer is saved at once, and Undo{_beside(key('label.undo'))} takes back as "
            f"many as you like. Skip{_beside(key('label.skip'))} leaves a galaxy for later, Flag"
            f"{_beside(key('label.flag'))} marks it, Note{_beside(key('label.note'))} adds a note.",
            lambda: page.tools,
        ),
        TourStep(
            "When in doubt",
            f"Here is what to look for. Help{_beside(key('label.help'))} brings it back, and the "
            f"Field guide{_beside(key('help.field-guide'))} has an example of each answer. Your "
            "best guess is enough.",
            lambda: (page.side,),
        ),
        TourStep("The model's view", blind, lambda: (page.side,)),
        TourStep(
            "Why this galaxy",
            "Most are those that the model would learn most from; some are drawn at random and "
            f"only measure how good it is. {repeats}",
            lambda: (page.why,),
        ),
        TourStep("It learns as you go", rounds, lambda: (area.strip,)),
        TourStep(
            "And then",
            "Explore shows what the model is surest of, Train how it learns, Evaluate how good it "
            f"is. Help has the guide{_beside(key('help.guide'))} and every key"
            f"{_beside(key('help.keys'))}. Have fun!",
            lambda: (area.rail,),
        ),
    )


def _beside(key: str) -> str:
    """A key in brackets after what it does; nothing if there is none."""
    return f" ({key})" if key else ""
