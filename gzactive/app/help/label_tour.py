"""What the tour of the Label page says, step by step."""

from typing import TYPE_CHECKING

from gzactive.app.help.tour import TourStep

if TYPE_CHECKING:
    from gzactive.app.work_area import WorkArea
    from gzactive.stores.settings import Settings

__all__ = ["label_tour"]


def label_tour(area: "WorkArea", settings: "Settings") -> tuple[TourStep, ...]:
    """The steps, with the numbers of a project's settings.

    Parameters
    ----------
    area
        The open project's pages.
    settings
        The project's.
    """
    page = area.label
    blind = (
        "It stays hidden until you have finished the galaxy, so that it cannot lead you. Then you "
        "see what the model expected, beside what you said."
        if settings.blind
        else "This project shows it from the start. The settings (M) can hide it until you have "
        "finished the galaxy, so that it cannot lead you."
    )
    repeats = (
        f"About {100 * settings.repeat_share:.0f} % come a second time, to measure how steady "
        "answers are; they never count twice, and the settings (M) can make them none."
        if settings.repeat_share
        else "The settings (M) can bring some a second time, to measure how steady answers are; "
        "this project brings none."
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
            "The wheel zooms, dragging moves, a double click shows all of it again, and I turns "
            "light into dark for what is faint. → goes on with this tour, Esc ends it.",
            lambda: (page.galaxy,),
        ),
        TourStep(
            "One key, one answer",
            "Press the answer's number, or click it, and the next question is there. Your first "
            "impression is what is wanted.",
            lambda: (page.answers,),
        ),
        TourStep(
            "Nothing is lost, nothing is final",
            "Every answer is saved at once, and Backspace takes back as many as you like. S leaves "
            "a galaxy for later, F flags it, N adds a note.",
            lambda: page.tools,
        ),
        TourStep(
            "When in doubt",
            "Here is what to look for. H brings it back, and Shift+H opens the field guide with "
            "an example of each answer. Your best guess is enough.",
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
            "is. F1 opens the guide, and ? every key. Have fun!",
            lambda: (area.rail,),
        ),
    )
