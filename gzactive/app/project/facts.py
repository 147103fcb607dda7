"""What the Project page tells, gathered by plain functions on a thread that is not the window's."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gzactive.project import Project
from gzactive.stores.classified import answer_counts, count_events, has_scripted
from gzactive.teams import place_of_labels
from gzactive.trees import DecisionTree

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Person", "Problem", "ProjectFacts", "gather", "remedy", "stamp"]

_ARTIFACT = "artifact"
_MOST_PROBLEMS = 10_000


@dataclass(frozen=True)
class Person:
    """A labeller and what they have done here.

    Attributes
    ----------
    name
        Who.
    finished
        Galaxies finished, repeats aside.
    first, last
        When the first and the last of them, UTC as it is stored; empty for none.
    artifacts
        Share of their galaxies called an artifact; None where the tree has no such answer.
    repeated, steady
        Answers given twice to galaxies shown again, and the share that was the same (None: none).
    """

    name: str
    finished: int
    first: str = ""
    last: str = ""
    artifacts: float | None = None
    repeated: int = 0
    steady: float | None = None


@dataclass(frozen=True)
class Problem:
    """An image that cannot be used: whose, where, why, and what to do."""

    id_str: str
    file_loc: str
    reason: str
    remedy: str


@dataclass(frozen=True, eq=False)
class ProjectFacts:
    """A project at one moment.

    Attributes
    ----------
    galaxies, reserved, features
        How many there are, never train, and have been looked at by the network in use.
    folders
        Where most images lie.
    problems
        Images that cannot be used.
    people
        Labellers, who finished most first.
    place
        Where the labels lie, and whether all were sent, in words.
    tables
        Whether votes came from tables, too.
    catalogue
        In words, the votes that came with the catalogue.
    weights, card, sha256
        Weights that the project started from: name, what they say of themselves, checksum.
    in_use
        Which round's head is in use, in words.
    ra, dec
        Degrees (n,); None where the catalogue has none.
    """

    galaxies: int
    reserved: int
    features: int
    folders: tuple[str, ...]
    problems: tuple[Problem, ...]
    people: tuple[Person, ...]
    place: str
    tables: bool
    catalogue: str
    weights: str
    card: tuple[tuple[str, str], ...]
    sha256: str
    in_use: str
    ra: NDArray[np.float64] | None = None
    dec: NDArray[np.float64] | None = None


def stamp(project: Project) -> tuple[object, ...]:
    """What changes when the facts do, found in milliseconds."""
    from gzactive.inference import feature_store, read_serving

    return (
        count_events(project.labels),
        len(project.catalog),
        repr(project.labels.catalogue_source(project.tree)),
        place_of_labels(project),
        read_serving(project),
        len(feature_store(project)),
        len(project.problems.frame()),
    )


def gather(project: Project) -> ProjectFacts:
    """Count what a project holds; seconds where labels are a million."""
    from gzactive.inference import current_head, feature_store
    from gzactive.inference.heads import weights_of
    from gzactive.model.weights_file import read_header

    catalog, labels, tree = project.catalog, project.labels, project.tree
    header = read_header(weights_of(project, 0)[0])
    source = labels.catalogue_source(tree)
    _, _, number = current_head(project)
    sky = {name: _degrees(catalog, name) for name in ("ra", "dec")}
    both = all(values is not None for values in sky.values())
    return ProjectFacts(
        galaxies=len(catalog),
        reserved=int(catalog["reserved"].sum()),
        features=len(feature_store(project)),
        folders=_folders(catalog),
        problems=_problems(project),
        people=_people(project, tree),
        place=place_of_labels(project),
        tables=has_scripted(labels),
        catalogue=f"{source['galaxies']:,} galaxies, from {source['source']}" if source else "",
        weights=header.name,
        card=tuple((str(name), _words(value)) for name, value in header.card.items()),
        sha256=header.sha256,
        in_use=f"round {number}" if number else "the start weights",
        **(sky if both else {}),
    )


def remedy(reason: str) -> str:
    """What to do about an image that cannot be used.

    Parameters
    ----------
    reason
        As the reader of images tells it.
    """
    told = reason.casefold()
    for signs, what in (
        (("empty", "truncated", "damaged", "broken"), "Fetch the image anew, then look again."),
        (("missing", "no such file", "archive holds no"), "Bring the file back, then look again."),
        (("permission",), "Allow this program to read it, then look again."),
        (("larger than", "too large"), "Cut the galaxy out of it, then look again."),
    ):
        if any(sign in told for sign in signs):
            return what
    return "Replace the file by a JPEG, PNG, TIFF or FITS image, then look again."


def _problems(project: Project) -> tuple[Problem, ...]:
    frame = project.problems.frame().drop_duplicates("id_str").head(_MOST_PROBLEMS)
    rows = zip(frame["id_str"], frame["file_loc"], frame["reason"], strict=True)
    return tuple(Problem(who, where, why, remedy(why)) for who, where, why in rows)


def _folders(catalog: "pd.DataFrame") -> tuple[str, ...]:
    """The three folders (or ZIPs) that most images lie in."""
    plain = catalog["file_loc"].str.replace(r"(?i)(?<=\.zip)!/.*$", "", regex=True)
    folders = plain.str.replace(r"[/\\][^/\\]*$", "", regex=True)
    within = plain.where(plain.str.lower().str.endswith(".zip"), folders)
    return tuple(map(str, within.value_counts().index[:3]))


def _people(project: Project, tree: DecisionTree) -> tuple[Person, ...]:
    labels = project.labels
    done = labels.classifications(tree)
    first = done[done["first"]]
    counts = first.groupby("labeller")["time"].agg(["count", "min", "max"])
    root = tree.root
    artifact = next((one.name for one in root.answers if _ARTIFACT in one.name), None)
    answers = answer_counts(labels, tree.id, root.name) if artifact else {}
    repeats = labels.repeats(tree)
    same = (
        (repeats["first"] == repeats["again"]).groupby(repeats["labeller"]).agg(["count", "mean"])
    )
    people = []
    for name in counts.index:
        who, row = str(name), counts.loc[name]
        called = sum(number for (labeller, _), number in answers.items() if labeller == who)
        told = answers.get((who, artifact or ""), 0)
        again = same.at[who, "count"] if who in same.index else 0
        people.append(
            Person(
                who,
                int(str(row["count"])),
                str(row["min"]),
                str(row["max"]),
                told / called if artifact and called else None,
                int(str(again)),
                float(str(same.at[who, "mean"])) if who in same.index else None,
            )
        )
    return tuple(sorted(people, key=lambda one: -one.finished))


def _degrees(catalog: "pd.DataFrame", name: str) -> NDArray[np.float64] | None:
    import pandas as pd

    if name not in catalog.columns:
        return None
    values = pd.to_numeric(catalog[name], errors="coerce").to_numpy(np.float64, na_value=np.nan)
    return values if np.isfinite(values).any() else None


def _words(value: Any) -> str:
    """A value of a card as people read it."""
    if isinstance(value, dict):
        return "; ".join(f"{name} {_words(each)}" for name, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_words, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)
