"""What to say when something could not be saved: what happened, what is safe, what to do."""

from gzactive.errors import GzactiveError

__all__ = ["unsaved"]

#: Part of what the database says, and what to do about it.
_REMEDIES = (
    ("full", "Free some space on that disk, then do it again."),
    ("locked", "Another program is writing to it: wait a moment, then do it again."),
    ("readonly", "The drive does not let anything be written: mend that, then do it again."),
)
_OTHERWISE = "The drive may be away: bring it back, then do it again."


def unsaved(what: str, error: GzactiveError) -> str:
    """The sentences.

    Parameters
    ----------
    what
        What was not done, as a sentence: "That answer was not saved, so it was not taken."
    error
        Why.
    """
    reason = str(error).casefold()
    remedy = next((remedy for sign, remedy in _REMEDIES if sign in reason), _OTHERWISE)
    return f"{what} Everything before it is safe. {error} {remedy}"
