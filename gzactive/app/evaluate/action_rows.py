"""Actions of the Evaluate page: name, text, keys, tip and icon of each, in the menu's order."""

__all__ = ["ROWS"]

ROWS: tuple[tuple[str, str, tuple[str, ...], str, str], ...] = (
    ("before", "Question before", ("[",), "Look at the question before", ""),
    ("after", "Question after", ("]",), "Look at the next question", ""),
    ("again", "Judge again", ("J",), "Judge the model by all labels so far", "restart"),
    ("report", "Report…", ("Ctrl+E",), "Write all figures as a web page", "export"),
)
