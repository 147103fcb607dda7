"""How galaxies are chosen, in words: for one galaxy afterwards, for the mix at all times."""

__all__ = ["mix", "reason"]

_REASONS = {
    "active": "Chosen because the model is unsure about it.",
    "random": "Drawn at random, to measure how well the model does.",
    "start-random": "Drawn at random: the model knows nothing of this tree yet.",
    "start-diverse": "Chosen to be unlike the others: the model knows nothing of this tree yet.",
    "repeat": "Shown again, to see how steady your answers are.",
    "explore": "Picked by hand on the Explore page.",
    "external": "Chosen by somebody else.",
}


def reason(selection: str) -> str:
    """Why a galaxy was chosen, as a sentence."""
    return _REASONS.get(selection, f"Chosen by the rule '{selection}'.")


def mix(selections: set[str], random_share: float) -> str:
    """How the galaxies to come are chosen, without saying which of them is which.

    Parameters
    ----------
    selections
        What occurs among the galaxies to come.
    random_share
        The share of each batch that is drawn at random.
    """
    if "active" in selections:
        return f"Galaxies the model is unsure about · {_share(random_share)} at random"
    if "start-diverse" in selections:
        return "First galaxies · half at random, half unlike each other"
    return "Galaxies at random"


def _share(share: float) -> str:
    if share <= 0:
        return "none"
    every = round(1 / share)
    if abs(share - 1 / every) < 0.01:
        return "all" if every == 1 else f"1 in {every}"
    return f"{100 * share:.0f} %"
