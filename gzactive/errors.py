"""The error a person may see: one clear sentence with the value and the remedy."""

import re
from collections.abc import Iterable

__all__ = ["GzactiveError", "meant"]

_PARTS = re.compile(r"[-_ ]")
_LEAST = 3  # letters that say something on their own
_ALIKE = 0.7  # "sede" and "seed", not "rings" and "merging"
#: So many names are listed where none is like the one that was given.
_SHOWN = 40


class GzactiveError(Exception):
    """Something a person can mend: bad input, a missing file, a project in use.

    The text is shown as it is, by the command line (exit code 2) and by the app (a banner), so it
    is one sentence that names the value at fault and what to do about it.
    """


def meant(name: str, known: Iterable[str]) -> str:
    """The end of a sentence on an unknown name: the known one that it is like, or all there are.

    Of names such as ``smooth-or-featured_smooth``, each part is recognised as well as the whole.

    Parameters
    ----------
    name
        As it was given.
    known
        The names that there are.

    Returns
    -------
    str
        "did you mean 'smooth'?" or "choose one of smooth, featured, artifact."
    """
    names = list(known)
    whole = {one.casefold(): one for one in reversed(names)}
    parts = {
        part: one for key, one in whole.items() for part in _PARTS.split(key) if len(part) >= _LEAST
    }
    for place in (whole, parts):
        if near := _nearest(name.casefold(), list(place)):
            return f"did you mean '{place[near]}'?"
    if not names:
        return "there is none."
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    only = "choose one of " if len(names) > 1 else "there is only "
    return f"{only}{', '.join(names[:_SHOWN])}{more}."


def _nearest(name: str, names: list[str]) -> str:
    """The name that is most like one, if it is enough so, or begins alike; else empty."""
    from difflib import SequenceMatcher, get_close_matches  # only needed to complain

    for one in get_close_matches(name, names, n=3, cutoff=0.6):
        if SequenceMatcher(None, one, name).ratio() >= _ALIKE or one[:_LEAST] == name[:_LEAST]:
            return one
    return ""
