"""A question of one's own: a yes/no project on the same galaxies, begun from examples.

The new project shares the features that are computed already, so that nothing is looked at twice.
What it is ranked by is told in :mod:`gzactive.active.search`.
"""

import json
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gzactive.active.search import ALIKE, UNSURE
from gzactive.catalog import reserved_mask
from gzactive.errors import GzactiveError
from gzactive.inference import feature_store
from gzactive.progress import Progress, silent
from gzactive.project import Project
from gzactive.stores.labels import LabelLog, NewEvent
from gzactive.trees import DecisionTree, load_tree

__all__ = ["OwnQuestion", "ask", "own_tree"]

#: Seeds among which one is sought that reserves none of the examples.
_SEEDS = 500
#: Settings that say how images are looked at and who looks: the new project takes them over.
_TAKEN_OVER = ("labeller", "pixel_scale", "north_up", "compare_with", "blind")
#: A round takes a second where one question is asked, and each finds what the last one did not.
_EVERY = 10
#: Of a rare feature random galaxies show nearly nothing: half as many of them as usual.
_RANDOM_SHARE = 0.1
_SELECTION = "explore"  # examples are picked by hand


@dataclass(frozen=True)
class OwnQuestion:
    """A feature to look for, and how people are asked about it.

    Attributes
    ----------
    feature
        Its name in a word or two, such as ``rings``.
    text
        The question as it is asked; by default made of the feature.
    unsure
        Whether people may say that they are unsure.

    Raises
    ------
    GzactiveError
        If the feature has no letter or digit to be called by.
    """

    feature: str
    text: str = ""
    unsure: bool = False

    def __post_init__(self) -> None:
        if not self.name:
            raise GzactiveError(
                f"The feature '{self.feature}' has no name that a column could have: call it by a "
                "word, such as rings."
            )

    @property
    def name(self) -> str:
        """The question's name in columns: lower-case letters, digits and hyphens."""
        plain = unicodedata.normalize("NFKD", self.feature).encode("ascii", "ignore").decode()
        name = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()
        return re.sub(r"^(an?|the)-", "", name)[:40].strip("-")

    @property
    def asked(self) -> str:
        """The question in words."""
        return self.text.strip() or f"Does the galaxy have {self.feature.strip()}?"


def own_tree(question: OwnQuestion) -> str:
    """A decision tree of one question, as TOML."""
    answers = [("yes", "Yes", "done"), ("no", "No", "close")]
    answers += [(UNSURE, "Unsure", "unsure")] * question.unsure
    lines = [
        f"id = {_quoted(f'find-{question.name}')}",
        f"title = {_quoted(question.feature.strip())}",
        f"description = {_quoted(f'One question: {question.asked}')}",
        "",
        "[[question]]",
        f"name = {_quoted(question.name)}",
        f"text = {_quoted(question.asked)}",
        "answers = [",
        *(
            f"    {{ name = {_quoted(name)}, text = {_quoted(text)}, icon = {_quoted(icon)} }},"
            for name, text, icon in answers
        ),
        "]",
    ]
    return "\n".join(lines) + "\n"


def ask(
    project: Project,
    path: str | Path,
    question: OwnQuestion,
    like: Iterable[str] = (),
    unlike: Iterable[str] = (),
    *,
    labeller: str | None = None,
    progress: Progress = silent,
) -> Project:
    """Make a project for a question of one's own, on the galaxies of another.

    Parameters
    ----------
    project
        Whose galaxies, image settings, weights and features; nothing of it is changed.
    path
        The folder to make.
    question
        What to look for.
    like, unlike
        Ids of galaxies that are its first labels, yes and no. Galaxies are reserved so that no
        example is among them, if that can be.
    labeller
        Whose labels these are; by default the project's labeller.
    progress
        Told what is done; may cancel, and then nothing is left behind.

    Returns
    -------
    Project
        The new one, open; its queue is ranked by likeness.

    Raises
    ------
    GzactiveError
        If an example is unknown or on both sides, there is something at ``path``, or the features
        cannot be shared; then nothing is left behind.
    """
    wanted, against = dict.fromkeys(map(str, like)), dict.fromkeys(map(str, unlike))
    catalog = project.catalog.drop(columns="reserved")
    _refuse_unfit(set(catalog["id_str"]), [*wanted], [*against])
    progress("Making the project", 0, 0)
    settings = project.settings
    who = labeller or settings.labeller
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tree.toml"
        file.write_text(own_tree(question), encoding="utf-8")
        tree = load_tree(file)

        def fill(log: LabelLog) -> None:
            log.append(_examples(tree, [*wanted], [*against], who))

        made = Project.create(
            path,
            catalog,
            tree,
            name=f"{project.name}: {question.feature.strip()}",
            weights=_weights_of(project),
            image_settings=project.image_settings,
            seed=_seed([*wanted, *against], project.seed),
            fill=fill,
        )
    try:
        taken = {name: getattr(settings, name) for name in _TAKEN_OVER}
        made.save_settings(by=ALIKE[0], every=_EVERY, random_share=_RANDOM_SHARE, **taken)
        progress("Sharing the features", 0, 0)
        feature_store(project, backbone=0).share(feature_store(made, backbone=0))
        problems = project.problems.frame()
        columns = ["id_str", "file_loc", "stage", "reason"]
        made.problems.record(problems[columns].itertuples(index=False, name=None))
    except BaseException:
        made.close()
        shutil.rmtree(made.path, ignore_errors=True)
        raise
    return made


def _refuse_unfit(known: set[str], like: list[str], unlike: list[str]) -> None:
    for one in [*like, *unlike]:
        if one not in known:
            raise GzactiveError(
                f"There is no galaxy '{one}' in this project: examples are ids of its catalogue."
            )
    both = sorted(set(like) & set(unlike))
    if both:
        raise GzactiveError(f"Galaxy '{both[0]}' cannot be both yes and no: name it once.")


def _weights_of(project: Project) -> str | Path:
    """The weights that a project began with; those that it brought along by their place."""
    given = project.settings.weights
    brought = project.path / given
    return brought if given and brought.is_file() else given


def _seed(examples: list[str], first: int) -> int:
    """The seed that reserves the fewest examples: what is reserved never teaches."""
    if not examples:
        return first
    best, fewest = first, len(examples) + 1
    for seed in range(first, first + _SEEDS):
        count = int(np.count_nonzero(reserved_mask(examples, seed)))
        if count < fewest:
            best, fewest = seed, count
        if not fewest:
            break
    return best


def _examples(
    tree: DecisionTree, like: list[str], unlike: list[str], labeller: str
) -> list[NewEvent]:
    question = tree.modelled[0].name
    given = [(one, "yes") for one in like] + [(one, "no") for one in unlike]
    return [
        NewEvent(
            kind=kind,
            labeller=labeller,
            id_str=id_str,
            tree_id=tree.id,
            tree_hash=tree.hash,
            question=question if kind == "answer" else None,
            answer=answer if kind == "answer" else None,
            selection=_SELECTION,
            blind=False,
        )
        for id_str, answer in given
        for kind in ("answer", "finish")
    ]


def _quoted(text: str) -> str:
    """A text as TOML writes it: as JSON does, but for control characters, which are left out."""
    printable = "".join(one for one in text if one >= " " and one != "\x7f")
    return json.dumps(printable, ensure_ascii=False)
