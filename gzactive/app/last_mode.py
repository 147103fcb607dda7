"""Whether a person's windows are dark or light, kept from one start of the app to the next."""

from pathlib import Path

from gzactive.paths import atomic_write

__all__ = ["last_mode", "note_mode"]


def last_mode() -> str:
    """``light`` if that was chosen last on this computer, else ``dark``."""
    try:
        light = _file().read_text(encoding="utf-8").strip() == "light"
    except (OSError, ValueError):
        return "dark"
    return "light" if light else "dark"


def note_mode(mode: str) -> None:
    """Remember ``dark`` or ``light``; a disk that cannot be written to is no fault."""
    file = _file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(file, f"{mode}\n")
    except OSError:
        return


def _file() -> Path:
    import platformdirs

    return platformdirs.user_config_path("gzactive") / "theme.txt"
