"""The error a person may see: one clear sentence with the value and the remedy."""

__all__ = ["GzactiveError"]


class GzactiveError(Exception):
    """Something a person can mend: bad input, a missing file, a project in use.

    The text is shown as it is, by the command line (exit code 2) and by the app (a banner), so it
    is one sentence that names the value at fault and what to do about it.
    """
