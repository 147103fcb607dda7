"""The log file: where a fault in the program leaves its traceback, so that no person has to.

What a person is told is one sentence; this file is for whoever mends the fault.
"""

import logging
import sys
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

import platformdirs

__all__ = ["log_folder", "log_to_file", "relay_uncaught"]

_MEGABYTE = 2**20


def log_folder() -> Path:
    """Where the log lies: the platform's folder for logs."""
    return platformdirs.user_log_path("gzactive")


def log_to_file(folder: Path | None = None) -> Path | None:
    """Start writing the package's log; at most two files of a megabyte are kept.

    Parameters
    ----------
    folder
        Where; the platform's folder for logs by default.

    Returns
    -------
    Path or None
        The log file; None where it cannot be written: the program works without.
    """
    folder = folder or log_folder()
    path = folder / "gzactive.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=_MEGABYTE, backupCount=1, encoding="utf-8")
    except OSError:
        return None
    logger = logging.getLogger("gzactive")
    for old in [each for each in logger.handlers if isinstance(each, RotatingFileHandler)]:
        logger.removeHandler(old)
        old.close()
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
    )
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    return path


def relay_uncaught(tell: Callable[[str], None]) -> None:
    """Log what nobody caught, and tell the person one sentence instead of a traceback."""

    def hook(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, fault, trace)
            return
        path = log_to_file()
        logging.getLogger("gzactive").error("uncaught", exc_info=(kind, fault, trace))
        tell(
            f"Something in the program went wrong ({kind.__name__}: {fault}); your answers are "
            f"safe" + (f", and the details are in {path}." if path else ".")
        )

    sys.excepthook = hook
