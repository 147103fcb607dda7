"""How galaxies are chosen, in words: for one galaxy afterwards, for the mix at all times."""

__all__ = ["RANKED_BY", "VARIED_BY", "mix", "of_a_hundred", "reason"]

_REASONS = {
    "active": "Chosen because the model is unsure about it.",
    "random": "Drawn at random, to measure how well the model does.",
    "start-random": "Drawn at random: the model has not ranked the galaxies yet.",
    "start-diverse": "Chosen to be unlike the others: nothing of this tree had been learnt yet.",
    "alike": "Chosen because it is like those that were said to have it.",
    "nice": "Chosen because the model sees much in it, or something rare.",
    "repeat": "Shown again, to see how steady your answers are.",
    "second-opinion": "Others disagree on it, or the model with them: a second opinion.",
    "explore": "Picked by hand on the Explore page.",
    "external": "Chosen by somebody else.",
}


def reason(selection: str) -> str:
    """Why a galaxy was chosen, as a sentence."""
    return _REASONS.get(selection, f"Chosen by the rule '{selection}'.")


def mix(selections: set[str], random_share: float, nice_share: float = 0.0) -> str:
    """How the galaxies to come are chosen, without saying which of them is which.

    Parameters
    ----------
    selections
        What occurs among the galaxies to come.
    random_share
        The share of each batch that is drawn at random.
    nice_share
        The share of the others that is there to be looked at.
    """
    if "second-opinion" in selections:
        return "Second opinions on what others labelled"
    if "alike" in selections:
        others = ", and those the model is unsure about" if "active" in selections else ""
        return f"Galaxies like those found so far{others} · {_share(random_share)} at random"
    if {"active", "nice"} & selections:
        kind = _KINDS[min(2, round(2 * nice_share))] if nice_share else _KINDS[0]
        return f"{kind} · {_share(random_share)} at random"
    if "start-diverse" in selections:
        return "First galaxies · half at random, half unlike each other"
    return "Galaxies at random"


#: Names of what galaxies are ranked by, for people.
RANKED_BY = {
    "mutual-information": "what the model is unsure of",
    "predictive-information": "what teaches it about all galaxies",
    "entropy": "what would divide volunteers",
    "random": "chance",
    "second-opinion": "where others need a second opinion",
    "alike": "likeness to those found so far",
    "alike-and-unsure": "likeness, and what the model is unsure of",
}
#: Names of what keeps a queue from near-duplicates, for people.
VARIED_BY = {
    "distance": "unlike each other",
    "chance": "left to chance",
}
_TAUGHT = {
    "entropy": "would divide volunteers",
    "random": "are any others",
    "alike": "are like those found so far",
    "alike-and-unsure": "are like those found so far, or teach the model most",
}
_FIRST = ("second-opinion",)

_KINDS = (
    "Galaxies the model is unsure about",
    "Galaxies to teach the model, and nice ones",
    "Galaxies nice to look at",
)


def of_a_hundred(random_share: float, nice_share: float, repeat_share: float, by: str = "") -> str:
    """What a hundred galaxies would be, as a sentence; ``by`` is what they are ranked by."""
    again = round(100 * repeat_share)
    random = round((100 - again) * random_share)
    nice = round((100 - again - random) * nice_share)
    parts = (
        (100 - again - random - nice, _TAUGHT.get(by, "teach the model most")),
        (nice, "are nice to look at"),
        (random, "are drawn at random"),
        (again, "were shown before"),
    )
    told = [f"{count} {words}" for count, words in parts if count]
    sentence = f"f 100 galaxies, {', '.join(told)}."
    return f"Second opinions come first. Then, o{sentence}" if by in _FIRST else f"O{sentence}"


def _share(share: float) -> str:
    if share <= 0:
        return "none"
    every = round(1 / share)
    if abs(share - 1 / every) < 0.01:
        return "all" if every == 1 else f"1 in {every}"
    return f"{100 * share:.0f} %"
