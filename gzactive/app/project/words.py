"""Numbers and moments as the Project page says them."""

from datetime import datetime

__all__ = ["count", "day", "size", "span"]

_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def count(number: int, noun: str, plural: str = "") -> str:
    """So many of something: "1 galaxy", "2 galaxies"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number: float) -> str:
    """Bytes in the unit that people would use, 1 kB being 1,000 bytes."""
    step = 0
    while number >= 999.5 and step < len(_UNITS) - 1:
        number, step = number / 1000, step + 1
    return (
        f"{number:.0f} {_UNITS[step]}"
        if number >= 10 or not step
        else f"{number:.1f} {_UNITS[step]}"
    )


def day(time: str) -> str:
    """The day of a stored moment (UTC, ISO 8601), here: "23 November 2026"; "" if there is none."""
    try:
        moment = datetime.fromisoformat(time).astimezone()
    except ValueError:
        return ""
    return f"{moment.day} {moment:%B %Y}"


def span(first: str, last: str) -> str:
    """From one stored moment to another, in days as they are here."""
    begin, end = day(first), day(last)
    return begin if begin == end else f"{begin} – {end}"
