"""A project: a folder that owns one labelling effort, and opens the stores in it.

It knows where everything lies and who works on it. What is computed from it is not here: features
and scores are in :mod:`gzactive.inference`, queues and rounds in :mod:`gzactive.active`.
"""

import os
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gzactive import __version__
from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings
from gzactive.stores import catalog_file, project_file
from gzactive.stores.locks import work_lock
from gzactive.stores.project_file import ProjectFile
from gzactive.stores.read_only import unwritable
from gzactive.stores.server import is_server
from gzactive.stores.settings import Settings, unknown_name
from gzactive.trees import DecisionTree, available_trees, load_tree

if TYPE_CHECKING:
    import pandas as pd

    from gzactive.stores.features import FeatureStore
    from gzactive.stores.labels import LabelLog
    from gzactive.stores.problems import ProblemTable

__all__ = ["Project"]

_OWN_TREE = "tree.toml"


class Project:
    """One labelling effort, by :meth:`create` or :meth:`open`; close it, or use ``with``.

    Attributes
    ----------
    path : Path
        The project's folder, absolute.
    read_only : str
        Why nothing of it can be changed, as a sentence; empty if it can.
    """

    def __init__(self, path: Path, file: ProjectFile, read_only: str = "") -> None:
        self.path = path
        self.read_only = read_only
        self._file = file
        # Stores are opened by the first thread that asks; the others get the same.
        self._opening = threading.RLock()
        self._closed = False
        self._labels: LabelLog | None = None
        self._problems: ProblemTable | None = None

    # ---- making and opening ----------------------------------------------------------------------

    @classmethod
    def create(
        cls,
        path: str | Path,
        catalog: "pd.DataFrame",
        tree: DecisionTree | str | Path,
        *,
        name: str | None = None,
        weights: str | Path | None = None,
        image_settings: ImageSettings | None = None,
        seed: int = 0,
        fill: "Callable[[LabelLog], object] | None" = None,
    ) -> "Project":
        """Make a project; it is there whole or not at all.

        Parameters
        ----------
        path : str or Path
            A folder that does not exist yet, or is empty.
        catalog : DataFrame
            ``id_str``, ``file_loc`` (absolute) and any other columns.
        tree : DecisionTree, str or Path
            A shipped tree or its id, or the user's own file, which is copied into the project.
        name : str, optional
            Shown to people; by default the folder's name.
        weights : str or Path, optional
            By name (`gzactive weights` lists them), or a file; by default the shipped default.
        image_settings : ImageSettings, optional
            By default the program's own, in colour if that is what the weights see.
        seed : int
            Decides which galaxies are reserved, now and for good.
        fill : callable, optional
            Called with the empty label log before the project is there: what it starts with.

        Raises
        ------
        GzactiveError
            If there is something at ``path`` already, or the catalogue, tree or weights are unfit.
        """
        from gzactive.stores.labels import LabelLog

        folder = _absolute(path)
        project_file.refuse_taken(folder)
        decision_tree = tree if isinstance(tree, DecisionTree) else load_tree(tree)
        own_tree = _own_tree_file(decision_tree)
        chosen, channels = _weights(weights)
        file = ProjectFile(
            name=name or folder.name,
            tree=decision_tree.id if own_tree is None else _OWN_TREE,
            seed=seed,
            settings=Settings(
                weights=chosen, images=image_settings or ImageSettings(channels=channels)
            ),
            created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            gzactive=__version__,
        )
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            half_made = project_file.half_made(folder)
        except OSError as error:
            raise project_file.cannot_be_made(folder, error) from error
        try:
            catalog_file.write_catalog(catalog, half_made, folder, seed)
            if own_tree is not None:
                (half_made / _OWN_TREE).write_bytes(own_tree.read_bytes())
            with LabelLog(half_made / file.labels) as log:
                if fill is not None:
                    fill(log)
            file.write(half_made)
            if folder.exists():
                folder.rmdir()
            half_made.rename(folder)
        except BaseException as error:
            shutil.rmtree(half_made, ignore_errors=True)
            if isinstance(error, OSError):
                raise project_file.cannot_be_made(folder, error) from error
            raise
        return cls(folder, file)

    @classmethod
    def open(cls, path: str | Path, *, read_only: str = "") -> "Project":
        """Open a project; where its folder cannot be written to, to read it only.

        ``read_only`` opens it so in any case, and is the sentence that whoever tries to write is
        told.

        Raises
        ------
        GzactiveError
            If there is none, it was made by a newer gzactive, or a file of it is missing or unfit.
        """
        folder = _absolute(path)
        if folder.name == project_file.NAME and folder.is_file():
            folder = folder.parent
        if not folder.exists():
            raise GzactiveError(
                f"There is no project {folder}: check the path, or make one with "
                f"`gzactive new {folder}`."
            )
        if not folder.is_dir():
            raise GzactiveError(f"{folder} is a file: a project is a folder.")
        file = ProjectFile.read(folder)
        if not (folder / catalog_file.NAME).is_file():
            raise GzactiveError(catalog_file.missing(folder))
        project = cls(folder, file, read_only or unwritable(folder))
        project.tree  # noqa: B018  (a tree that cannot be read is told now)
        return project

    def close(self) -> None:
        """Close the stores, for good: whoever goes on to use one of them gets a GzactiveError."""
        with self._opening:
            self._closed = True
            for store in (self._labels, self._problems):
                if store is not None:
                    store.close()
            self._labels = self._problems = None

    def __enter__(self) -> "Project":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # ---- what it is ------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Its name for people."""
        return self._file.name

    @property
    def seed(self) -> int:
        """The seed that decided which galaxies are reserved."""
        return self._file.seed

    @property
    def created(self) -> str:
        """When it was made, UTC, ISO 8601."""
        return self._file.created

    @property
    def server(self) -> str:
        """The address of the team's label database; empty where the labels lie here only."""
        return self._file.labels if is_server(self._file.labels) else ""

    @property
    def settings(self) -> Settings:
        """The settings as they were opened or saved last."""
        return self._file.settings

    @property
    def image_settings(self) -> ImageSettings:
        """How images become the model's array."""
        return self._file.settings.images

    @cached_property
    def tree(self) -> DecisionTree:
        """The decision tree."""
        if self._file.tree == _OWN_TREE:
            return load_tree(self.path / _OWN_TREE)
        return load_tree(self._file.tree)

    @cached_property
    def catalog(self) -> "pd.DataFrame":
        """Its galaxies: ``id_str``, ``file_loc`` (absolute), ``reserved`` (bool), other columns."""
        with self._opening:
            return catalog_file.read_catalog(self.path)

    def add_columns(self, columns: "pd.DataFrame") -> None:
        """Add columns to the catalogue, by ``id_str``; of those it has, only gaps are filled."""
        with self._opening, self._lock("catalogue", "changing the catalogue", 10.0):
            catalog_file.add_columns(self.path, columns)
            self.__dict__.pop("catalog", None)  # read anew when it is asked for

    def save_settings(self, **changes: Any) -> Settings:
        """Change settings, durably; the new ones.

        ``name`` changes the project's name, ``images`` the image settings, ``labels`` where the
        labels lie (see :mod:`gzactive.teams`, which moves them too).

        Raises
        ------
        GzactiveError
            If a setting is unknown or a value unfit; nothing is changed then.
        """
        known = ["name", "labels", "images", *(one.name for one in Settings.registry())]
        for one in changes:
            if one not in known:
                raise GzactiveError(unknown_name("setting", one, known))
        given = {one: changes.pop(one, None) for one in ("name", "labels")}
        named = {one: text for one, text in given.items() if text}
        with self._opening, self._lock("settings", "saving the settings", 10.0):
            # Another process may have saved others meanwhile.
            now = ProjectFile.read(self.path)
            file = replace(now, settings=replace(now.settings, **changes), **named)
            file.write(self.path)
            self._file = file
            if "labels" in named and self._labels is not None:
                self._labels.close()
                self._labels = None
        return file.settings

    # ---- its stores ------------------------------------------------------------------------------

    @property
    def labels(self) -> "LabelLog":
        """The label log."""
        from gzactive.stores.team_labels import open_labels

        with self._opening:
            if self._labels is None:
                self._refuse_closed()
                self._labels = open_labels(self.path, self._file.labels, self.read_only)
            return self._labels

    @property
    def problems(self) -> "ProblemTable":
        """Images that cannot be used."""
        from gzactive.stores.problems import ProblemTable

        with self._opening:
            if self._problems is None:
                self._refuse_closed()
                place = self.path / "problems.sqlite"
                self._problems = ProblemTable(place, read_only=bool(self.read_only))
            return self._problems

    def feature_store(self, fingerprint: str, *, view: int = 0) -> "FeatureStore":
        """The feature cache of a backbone.

        Parameters
        ----------
        fingerprint : str
            Of the backbone and the image settings.
        view : int
            0 for images as they are, 1 to 7 for the other turns and flips of them.
        """
        from gzactive.stores.features import FeatureStore

        return FeatureStore(
            self.features_path / (f"{fingerprint}-view{view}" if view else fingerprint)
        )

    @property
    def features_path(self) -> Path:
        """Folder of the feature caches, one a backbone."""
        return self.path / "features"

    @property
    def scores_path(self) -> Path:
        """File of the latest scores."""
        return self.path / "scores.h5"

    @property
    def rounds_path(self) -> Path:
        """Folder of the rounds."""
        return self.path / "rounds"

    @property
    def thumbnails_path(self) -> Path:
        """Folder of the thumbnails."""
        return self.path / "thumbnails"

    @property
    def exports_path(self) -> Path:
        """Folder for exports that were given no other place."""
        return self.path / "exports"

    def compute_lock(
        self, kind: str = "compute", what: str | None = None, timeout: float = 0.0
    ) -> AbstractContextManager[None]:
        """Exclude the same kind of work in other processes and threads, for a ``with`` block.

        Parameters
        ----------
        kind : str
            Work of one kind excludes itself, e.g. "features", "round".
        what : str, optional
            What is being done, for the message of the one who has to wait.
        timeout : float
            Seconds to wait.

        Raises
        ------
        GzactiveError
            On entering, if it is held: who, since when, and what to do.
        """
        return self._lock(kind, what or _WORK.get(kind, kind), timeout)

    def _refuse_closed(self) -> None:
        if self._closed:
            raise GzactiveError(f"The project {self.path} was closed: open it again.")

    def _lock(self, kind: str, what: str, timeout: float) -> AbstractContextManager[None]:
        self._refuse_closed()
        if self.read_only:
            raise GzactiveError(f"{what.capitalize()} is not possible here. {self.read_only}")
        return work_lock(self.path / "locks", kind, what, timeout)


_WORK = {
    "compute": "computing",
    "features": "computing features",
    "round": "a fine-tune round",
    "rescore": "scoring",
}


def _absolute(path: str | Path) -> Path:
    # Not resolve(): a project reached through a link keeps the path that people know.
    return Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100


def _own_tree_file(tree: DecisionTree) -> Path | None:
    """The file to copy for a tree that is not shipped; None for one that is."""
    if tree.id in available_trees() and load_tree(tree.id) == tree:
        return None
    if tree.file is None:
        raise GzactiveError(
            f"The tree '{tree.id}' was not read from a file, so the project cannot keep it: load "
            "it from a TOML file."
        )
    return tree.file


def _weights(given: str | Path | None) -> tuple[str, int]:
    """The name of weights, or the absolute path of a file, that exists; how many channels it sees.

    "" stands for the default, whatever it will be when it is used.
    """
    from gzactive.model.weights_file import available_weights, default_weights, read_header

    header = read_header(given or default_weights())
    if given is None or str(given) == "":
        return "", header.channels
    name = str(given) if str(given) in available_weights() else str(_absolute(header.path))
    return name, header.channels
