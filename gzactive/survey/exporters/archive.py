"""A whole project as one ZIP that opens elsewhere: images inside it, labels as of one moment.

Unpacked, it is a project like any other, whose labels go to a log of their own and can be merged
back. Features are large and can be computed again, so they come along on request only.
"""

import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from gzactive.errors import GzactiveError
from gzactive.images.files import ImageProblem, read_bytes, split_location
from gzactive.model.weights_file import SUFFIX, default_weights, find_weights, shipped_weights
from gzactive.progress import Progress
from gzactive.project import Project
from gzactive.stores import catalog_file
from gzactive.stores.copies import copy_labels
from gzactive.stores.project_file import ProjectFile
from gzactive.survey.exporters.files import new_file
from gzactive.survey.exporters.options import Exported, Options

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["write_archive"]

_LABELS = "labels.sqlite"
_OWN_TREE = "tree.toml"
_IMAGES = "images"
_WEIGHTS = "weights"
#: Images and features do not get smaller.
_PLAIN, _PACKED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
#: The first moment that a ZIP can tell.
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_archive(project: Project, out: Path, options: Options, progress: Progress) -> Exported:
    """Pack a project; others may go on labelling in it meanwhile.

    Raises
    ------
    GzactiveError
        If its weights cannot be found, or the disk refuses.
    """
    top = PurePosixPath(project.path.name)
    remarks: list[str] = []
    file = ProjectFile.read(project.path)
    catalog = project.catalog
    with new_file(out) as temporary, tempfile.TemporaryDirectory(dir=out.parent) as folder:
        scratch = Path(folder)
        with zipfile.ZipFile(temporary, "x", _PACKED, allowZip64=True) as packed:
            settings = file.settings
            weights = _own_weights(settings.weights)
            if weights is not None:
                name = f"{_WEIGHTS}/{weights.name}"
                packed.write(weights, str(top / name), _PLAIN)
                settings = replace(settings, weights=name)
            replace(file, labels=_LABELS, settings=settings).write(scratch)
            if (project.path / _OWN_TREE).is_file():
                shutil.copyfile(project.path / _OWN_TREE, scratch / _OWN_TREE)
            copy_labels(project.labels, scratch / _LABELS, project.tree, progress)
            if options.images:
                places = _places(catalog["file_loc"].tolist())
                remarks += _pack_images(catalog, places, packed, top, progress)
                catalog = catalog.assign(file_loc=[str(scratch / place) for place in places])
            elif not catalog["file_loc"].empty:
                remarks.append(
                    "The images were left out: where they do not lie as here, put them in place "
                    "before opening the project."
                )
            home = scratch if options.images else project.path
            catalog_file.write_catalog(catalog, scratch, home, file.seed)
            for path in sorted(scratch.iterdir()):
                packed.write(path, str(top / path.name))
            _pack_computed(project, packed, top, options, progress)
    return Exported(out, len(catalog), "galaxy", tuple(remarks))


def _own_weights(given: str) -> Path | None:
    """The file of weights that other installations do not have; None for shipped ones."""
    name = given or default_weights()
    if name in shipped_weights():
        return None
    path = find_weights(name)
    if path.suffix != SUFFIX:
        raise GzactiveError(
            f"The weights {path} are not in this program's format: import them with `gzactive "
            "import-weights` first."
        )
    return path


def _places(locations: list[str]) -> list[str]:
    """Where each image will lie in the project, by its path below what all have in common."""
    files = [location.replace(".zip!/", "/") for location in locations]
    folders = {os.path.dirname(file) for file in files}  # noqa: PTH120 (a million of them)
    try:
        common = os.path.commonpath(folders)
    except ValueError:  # several drives
        common = ""
    taken: set[str] = set()
    places = []
    for file in files:
        below = os.path.relpath(file, common) if common else file
        parts = [part for part in Path(below).parts if part not in ("..", Path(below).anchor)]
        place = PurePosixPath(_IMAGES, *parts)
        number = 2
        while str(place).casefold() in taken:
            place = place.with_stem(f"{PurePosixPath(parts[-1]).stem}-{number}")
            number += 1
        taken.add(str(place).casefold())
        places.append(str(place))
    return places


def _pack_images(
    catalog: "pd.DataFrame",
    places: list[str],
    packed: zipfile.ZipFile,
    top: PurePosixPath,
    progress: Progress,
) -> list[str]:
    """Copy the images; a sentence about those that cannot be read."""
    missing: list[str] = []
    total = len(places)
    for number, (location, place) in enumerate(zip(catalog["file_loc"], places, strict=True)):
        progress("Packing images", number, total)
        try:
            data = read_bytes(location)
        except ImageProblem as problem:
            missing.append(str(problem))
            continue
        info = zipfile.ZipInfo(str(top / place), _changed(location))
        info.external_attr = 0o644 << 16
        packed.writestr(info, data, _PLAIN)
    progress("Packing images", total, total)
    if not missing:
        return []
    were = "1 image is" if len(missing) == 1 else f"{len(missing):,} images are"
    return [f"{were} not in the archive: {missing[0]}"]


def _changed(location: str) -> tuple[int, int, int, int, int, int]:
    """When an image's file changed last, as ZIP tells it."""
    moment = time.localtime(Path(split_location(location)[0]).stat().st_mtime)[:6]
    return max(_EPOCH, moment)


def _pack_computed(
    project: Project,
    packed: zipfile.ZipFile,
    top: PurePosixPath,
    options: Options,
    progress: Progress,
) -> None:
    """Rounds, scores and, if wanted, features: files that are replaced whole or not at all."""
    # Which round is in use comes first: whatever it names is there already.
    paths = [project.rounds_path / "current.json", project.scores_path]
    paths += [path for path in _files(project.rounds_path) if path not in paths]
    if options.features:
        paths += _files(project.features_path)
    for number, path in enumerate(paths):
        progress("Packing rounds and features", number, len(paths))
        if path.is_file():
            kind = _PLAIN if path.suffix in (".h5", SUFFIX) else _PACKED
            packed.write(path, str(top / path.relative_to(project.path).as_posix()), kind)
    progress("Packing rounds and features", len(paths), len(paths))


def _files(folder: Path) -> Iterator[Path]:
    """Files below a folder, without those that are being written."""
    for path in sorted(folder.rglob("*")):
        below = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in below.parts)
        if path.is_file() and not hidden and path.suffix not in (".tmp", ".part"):
            yield path
