"""The error a person may see: one clear sentence with the value and the remedy."""

import re
from collections.abc import Iterable

__all__ = ["GzactiveError", "meant"]

_PARTS = re.compile(r"[-_ ]")
_LEAST = 3  # letters that say something on their own
_ALIKE = 0.7  # "sede" and "seed", not "rings" and "merging"
_BEGINNING = 0.6  # "merge" and "merging", which begin alike
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
    whole: dict[str, str] = {}
    parts: dict[str, str] = {}
    for one in names:
        whole.setdefault(one.casefold(), one)
        for part in _PARTS.split(one.casefold()):
            if len(part) >= _LEAST:
                parts.setdefault(part, one)
    for place in (whole, parts):
        if near := _nearest(name.casefold(), place):
            return f"did you mean '{place[near]}'?"
    if not names:
        return "there is none."
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    only = "choose one of " if len(names) > 1 else "there is only "
    return f"{only}{', '.join(names[:_SHOWN])}{more}."


def _nearest(name: str, names: Iterable[str]) -> str:
    """The first name that is most like one, if it is enough so, or begins alike; else empty."""
    from difflib import SequenceMatcher  # only needed to complain

    likeness = {one: SequenceMatcher(None, one, name).ratio() for one in names}
    best = max(likeness, key=lambda one: likeness[one], default="")
    enough = _BEGINNING if best[:_LEAST] == name[:_LEAST] else _ALIKE
    return best if best and likeness[best] >= enough else ""
