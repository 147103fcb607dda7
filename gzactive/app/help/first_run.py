"""Whether a person has been shown round, in a small file of their own."""

from pathlib import Path

from gzactive.paths import atomic_write

__all__ = ["note_tour_seen", "tour_seen"]


def tour_seen() -> bool:
    """Whether the tour was shown on this computer; true too where that cannot be known."""
    try:
        return _file().exists()
    except OSError:
        return True


def note_tour_seen() -> None:
    """Remember that the tour was shown; a disk that cannot be written to is no fault."""
    file = _file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(file, "The tour of the Label page was shown. Help > Tour shows it again.\n")
    except OSError:
        return


def _file() -> Path:
    import platformdirs

    return platformdirs.user_config_path("gzactive") / "tour-seen.txt"
