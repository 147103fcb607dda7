"""The projects opened lately, in a small file of the person's own."""

import json
from pathlib import Path

from gzactive.paths import atomic_write

__all__ = ["recent_projects", "remember_project"]

_MOST = 8


def recent_projects() -> list[Path]:
    """Projects that were opened lately and still exist, the latest first."""
    try:
        stored = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []  # none yet, or a file damaged by others: a convenience, not data
    if not isinstance(stored, list):
        return []
    return [Path(each) for each in stored if isinstance(each, str) and Path(each).is_dir()]


def remember_project(path: Path) -> None:
    """Put a project first in the list."""
    path = path.resolve()
    others = [each for each in recent_projects() if each != path]
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(file, json.dumps([str(each) for each in [path, *others][:_MOST]], indent=1))


def _file() -> Path:
    import platformdirs

    return platformdirs.user_config_path("gzactive") / "recent.json"
