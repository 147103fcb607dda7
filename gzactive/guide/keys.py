"""Tables of actions and their keys, for pages of the guide."""

from collections.abc import Iterable
from html import escape

__all__ = ["keys_table"]


def keys_table(rows: Iterable[tuple[str, str, str, str]], where: str) -> str:
    """HTML of a table of what can be done somewhere.

    Parameters
    ----------
    rows
        (where, what, keys, tip) of every action, as in the sheet of keys.
    where
        A menu, or a page of the app.
    """
    lines = [
        f'<tr><td width="170">{_shown(keys)}</td><td width="150">{escape(what)}</td>'
        f"<td>{escape(tip)}</td></tr>"
        for place, what, keys, tip in rows
        if place == where
    ]
    return f'<table class="keys" cellspacing="0" cellpadding="0">{"".join(lines)}</table>'


def _shown(keys: str) -> str:
    """Keys that do the same stand three blanks apart in the sheet."""
    return " &nbsp;".join(f"<code>{escape(key)}</code>" for key in keys.split("   "))
