"""Rounds in plain words: how one stands, what it brought, and what serves after a change."""

from gzactive.active.rounds import MIN_HELD_OUT, MIN_TRAINING, Round
from gzactive.active.taken_back import FallenBack

__all__ = [
    "brought",
    "changed_outside",
    "fell_back",
    "learnt_from_undone",
    "name_of",
    "nothing_new",
    "serves_now",
    "standing",
]


def name_of(number: int) -> str:
    """A round's name within a sentence; 0 is what the project began with."""
    return f"round {number}" if number else "the start"


def standing(made: Round) -> str:
    """How a round compares with what was in use when it was made, as a clause."""
    if not made.judged:
        return f"not compared yet: {made.n_held_out} of {MIN_HELD_OUT} test galaxies"
    if not made.promoted:
        return "came out worse, kept aside"
    new, old = made.loss, made.previous_loss
    better = new is not None and old is not None and new < old
    return "better than before" if better else "no worse than before"


def brought(made: Round, current: int) -> str:
    """What a round that has just ended brought, for somebody who is labelling.

    Parameters
    ----------
    made
        The round.
    current
        Number of the round in use now.
    """
    learnt = f"It learnt from {_galaxies(made.n_training)}."
    if not made.promoted:
        return (
            f"Round {made.number} came out worse{_losses(made)}, so it is kept aside and "
            f"{name_of(current)} goes on. {learnt}"
        )
    if current != made.number:
        return (
            f"Round {made.number} is done{_losses(made)}. It takes over when its network has "
            f"looked at all galaxies. {learnt}"
        )
    if not made.judged:
        return (
            f"Round {made.number} is in use. {learnt} Whether it is better will show once "
            f"{MIN_HELD_OUT} of the test galaxies are labelled ({made.n_held_out} so far)."
        )
    return f"Round {made.number} is in use{_losses(made)}. {learnt}"


def serves_now(number: int, before: int, rounds: list[Round]) -> str:
    """What serves after a person put a round in use, or rolled back, and what that changed."""
    # Losses on a handful of galaxies, not the same ones each time, would compare nothing.
    losses = {made.number: made.loss for made in rounds if made.judged}
    new, old = losses.get(number), losses.get(before)
    told = f"{name_of(number).capitalize()} serves now, in place of {name_of(before)}"
    if new is not None and old is not None:
        told += f" (held-out loss {new:.3f} against {old:.3f})"
    kept = f" {name_of(before).capitalize()} is kept." if before else ""
    return f"{told}.{kept}"


def _losses(made: Round) -> str:
    if not made.judged or made.loss is None or made.previous_loss is None:
        return ""
    return f" (held-out loss {made.previous_loss:.3f} → {made.loss:.3f})"


def _galaxies(count: int) -> str:
    return "1 galaxy" if count == 1 else f"{count:,} galaxies"


def nothing_new(number: int) -> str:
    """Why another round now would bring nothing."""
    return (
        f"There is nothing new since round {number}: no label was added or taken back, so another "
        "round would learn the same."
    )


def fell_back(fallen: FallenBack) -> str:
    """Why another round serves after labels were taken back."""
    takes_over = "takes over when its network has looked at all galaxies"
    serves = takes_over if fallen.waits else "serves again"
    return (
        f"{name_of(fallen.before).capitalize()} had learnt from labels that were taken back, and "
        f"{fallen.left} are left of the {MIN_TRAINING} that a new one needs: "
        f"{name_of(fallen.now)} {serves}."
    )


def learnt_from_undone(number: int) -> str:
    """That a round in use knows labels that were taken back, and what to do."""
    return (
        f"{name_of(number).capitalize()} had learnt from labels that were taken back: start a "
        "round on the Train page to leave them out."
    )


def changed_outside(
    before: int, current: int, known: tuple[int, ...], numbers: tuple[int, ...]
) -> str:
    """What another program did to the rounds.

    Parameters
    ----------
    before, current
        The round that was in use as far as this window knew, and the one that is.
    known, numbers
        The rounds that this window knew, and those that there are.
    """
    made = [number for number in numbers if number not in known]
    told = f"Another program made {name_of(made[-1])}" if made else "Another program was here"
    if current == before:
        return f"{told}; {name_of(current)} stays in use."
    return f"{told}: {name_of(current)} is in use now, in place of {name_of(before)}."
