"""What of a project takes room on the disk, and giving back what can be computed again.

Labels, the catalogue, rounds and whatever people exported are never given back.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gzactive.errors import GzactiveError
from gzactive.inference.features import feature_store
from gzactive.inference.serving import read_serving
from gzactive.progress import Progress, silent
from gzactive.project import Project

__all__ = ["DiskUse", "disk_use", "free_space"]

_UNFINISHED = "unfinished"


@dataclass(frozen=True)
class DiskUse:
    """One kind of files.

    Attributes
    ----------
    kind, title
        For :func:`free_space`, and for people.
    size
        Bytes.
    files
        How many.
    cost
        One sentence on what giving it back costs; empty for what is never given back.
    """

    kind: str
    title: str
    size: int
    files: int
    cost: str = ""


#: What is never given back: kind and title. Three are folders of a project by that name.
_KEPT = {
    "labels": "Labels and catalogue",
    "features": "Features in use",
    "rounds": "Rounds",
    "runs": "Trainings of networks",
    "exports": "Exports",
    "other": "Anything else",
}
_PROJECT_FILES = (".sqlite", ".sqlite-wal", ".sqlite-shm", ".toml", ".parquet")

#: What can be given back: kind, title and what that costs, in the order shown.
_FREEABLE = {
    "thumbnails": ("Thumbnails", "They are drawn again as you scroll."),
    "views": (
        "Turned and mirrored views",
        "The next rounds learn from the images as they are, until the views are computed again in "
        "the background.",
    ),
    "former": (
        "Features of other networks",
        "Going back to a round with another network then means looking at all galaxies again.",
    ),
    "scores": ("Scores", "All galaxies are scored again in seconds when they are needed."),
    _UNFINISHED: ("Unfinished trainings", "A training that was stopped would begin anew."),
}


def disk_use(project: Project, *, progress: Progress = silent) -> list[DiskUse]:
    """Measure a project's folder, file by file: seconds where thumbnails are many."""
    sizes = dict.fromkeys([*_KEPT, *_FREEABLE], 0)
    files = dict.fromkeys(sizes, 0)
    folders = _freeable_folders(project)
    known: dict[Path, str] = {}  # of a folder, since files are many and folders few
    for number, (path, size) in enumerate(_walk(project.path)):
        if number % 1000 == 0:
            progress("Measuring files", number, 0)
        if path.parent not in known:
            known[path.parent] = _kind(project, path.parent, folders)
        kind = known[path.parent]
        if path.parent == project.path:
            kind = folders.get(path, "labels" if path.name.endswith(_PROJECT_FILES) else "other")
        sizes[kind] += size
        files[kind] += 1
    found = [DiskUse(kind, title, sizes[kind], files[kind]) for kind, title in _KEPT.items()]
    found += [
        DiskUse(kind, title, sizes[kind], files[kind], cost)
        for kind, (title, cost) in _FREEABLE.items()
    ]
    return [one for one in found if one.files]


def free_space(project: Project, kinds: Sequence[str], *, progress: Progress = silent) -> int:
    """Delete what can be computed again; the bytes that were given back.

    Raises
    ------
    GzactiveError
        If a kind cannot be given back, features are being computed, or the disk refuses.
    """
    for kind in kinds:
        if kind not in _FREEABLE:
            raise GzactiveError(
                f"'{kind}' cannot be given back: choose among {', '.join(_FREEABLE)}."
            )
    before = sum(size for _, size in _walk(project.path))
    with project.compute_lock("features", "freeing space"), project.compute_lock("round"):
        folders = [path for path, kind in _freeable_folders(project).items() if kind in kinds]
        for number, path in enumerate(folders):
            progress("Freeing space", number, len(folders))
            try:
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
            except OSError as error:
                raise GzactiveError(
                    f"{path} cannot be deleted ({error.strerror}): check that you may write there."
                ) from error
    progress("Freeing space", len(folders), len(folders))
    return before - sum(size for _, size in _walk(project.path))


def _freeable_folders(project: Project) -> dict[Path, str]:
    """Folders and files that can be given back, and the kind of each."""
    found = {project.thumbnails_path: "thumbnails", project.scores_path: "scores"}
    serving = read_serving(project)
    networks = {serving.backbone, serving.coming}
    in_use = {feature_store(project, backbone=number).folder for number in networks}
    names = {folder.name for folder in in_use}
    if project.features_path.is_dir():
        for path in sorted(project.features_path.iterdir()):
            if not path.is_dir() or path in in_use:
                continue
            view = path.name.rpartition("-view")[0] in names
            found[path] = "views" if view else "former"
    if project.rounds_path.is_dir():
        for path in sorted(project.rounds_path.iterdir()):
            if path.is_dir() and not path.name.isdigit():
                found[path] = _UNFINISHED
    return found


def _kind(project: Project, folder: Path, freeable: dict[Path, str]) -> str:
    for given, kind in freeable.items():
        if folder == given or given in folder.parents:
            return kind
    first = folder.relative_to(project.path).parts[:1]
    return first[0] if first and first[0] in _KEPT else "other"


def _walk(folder: Path) -> Iterator[tuple[Path, int]]:
    """Every file below a folder and its bytes; what vanishes meanwhile is passed over."""
    for root, _, names in os.walk(folder):
        for name in names:
            path = Path(root) / name
            try:
                yield path, path.stat().st_size
            except OSError:
                continue
