"""A fraction with its spread as people read it: never "± 0 %"."""

__all__ = ["percent"]

#: A spread that would be rounded to nothing, in whole percent and in tenths.
_WHOLE, _TENTH = 0.95, 0.05


def percent(fraction: float, spread: float | None = None) -> str:
    """A fraction of 1 in percent, with as many digits as its spread deserves.

    Parameters
    ----------
    fraction
        0 to 1.
    spread
        Its standard deviation; one that is too small to be shown is left out.
    """
    value, width = 100 * fraction, 100 * (spread or 0.0)
    if width >= _WHOLE:
        return f"{value:.0f} ± {width:.0f} %"
    if width >= _TENTH:
        return f"{value:.1f} ± {width:.1f} %"
    return f"{value:.0f} %"
