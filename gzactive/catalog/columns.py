"""What a table's columns mean: guessed by their names and contents, for people to correct.

A meaning is the name that a column has in a catalogue (``id_str``, ``file_loc``, ``ra``, ``dec``,
``pixel_scale``), or an answer of the tree, or a question's total votes; a column without one is
kept as it is. What is done with the columns is in :mod:`gzactive.catalog.plan`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gzactive.catalog.image_lists import image_stem, matching_column
from gzactive.catalog.tables import is_id_name
from gzactive.errors import GzactiveError, meant
from gzactive.images import IMAGE_SUFFIXES
from gzactive.trees import DEFAULT_TREE, DecisionTree, available_trees, load_tree

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "KEPT",
    "PLACES",
    "best_tree",
    "check_columns",
    "column_called",
    "guess_columns",
    "guess_votes",
    "meanings",
    "total_of",
]

KEPT = ""  #: the meaning of a column that is kept as it is

#: Meanings of columns that any catalogue may have, in words for people.
PLACES: dict[str, str] = {
    "id_str": "Galaxy's id",
    "file_loc": "Image file",
    "ra": "Right ascension",
    "dec": "Declination",
    "pixel_scale": "Pixel scale (″/px)",
}

_TOTAL = "_total-votes"

#: Names under which catalogues give these, with blanks, dots and hyphens as "_", without units.
_NAMES: dict[str, tuple[str, ...]] = {
    "file_loc": (
        *("file_loc", "file", "filename", "file_name", "filepath", "file_path", "path", "image"),
        *("image_path", "image_file", "imagefile", "img", "img_path", "png_loc", "jpg_loc"),
        *("jpeg_loc", "fits_loc", "location", "cutout"),
    ),
    "ra": (
        *("ra", "raj2000", "_raj2000", "ra_icrs", "ra_deg", "radeg", "ra_j2000", "alpha_j2000"),
        *("right_ascension", "alpha", "ra_1", "target_ra", "objra"),
    ),
    "dec": (
        *("dec", "dej2000", "decj2000", "_dej2000", "de_icrs", "dec_deg", "dedeg", "decdeg"),
        *("dec_j2000", "delta_j2000", "declination", "delta", "dec_1", "target_dec", "objdec"),
    ),
    "pixel_scale": (
        *("pixel_scale", "pixelscale", "pixscale", "pix_scale", "scale", "arcsec_per_px"),
        *("arcsec_per_pixel", "pixel_size", "pixsize"),
    ),
}

#: Names of ids that are better than others of a table with several.
_BEST_IDS = ("id_str", "iauname", "dr7objid", "objid", "name")

_IMAGE = re.compile("(" + "|".join(re.escape(suffix) for suffix in IMAGE_SUFFIXES) + ")$", re.I)
_UNIT = re.compile(r"\s*[\[(].*[\])]\s*$")
_SEXAGESIMAL = re.compile(r"^\s*[+-]?\d{1,3}[:h d]\s*\d{1,2}[:m ]")
_LOOKED_AT = 200  # values that tell what a column of text holds


def total_of(question: str) -> str:
    """The meaning of a column with a question's total votes."""
    return question + _TOTAL


def meanings(tree: DecisionTree) -> dict[str, str]:
    """Every meaning that a column can have, and what people call it, in the order of a menu."""
    found = {KEPT: "Kept as it is", **PLACES}
    for question in tree.questions:
        found |= {answer.column: f"Votes: {answer.column}" for answer in question.answers}
    return found | {
        total_of(question.name): f"All votes on {question.name} (the answers are fractions)"
        for question in tree.questions
    }


def guess_columns(
    table: pd.DataFrame, tree: DecisionTree, images: pd.DataFrame | None = None
) -> dict[str, str]:
    """What each column of a table seems to mean.

    Parameters
    ----------
    table
        Any columns.
    tree
        Whose answers to look for, under the names of any scheme that it knows.
    images
        Images that the table is to be joined to, as
        :func:`gzactive.catalog.find_images` returns them: the id is then the column in which most
        of their names are found.

    Returns
    -------
    dict
        Column to meaning, :data:`KEPT` for none; in the table's order, no meaning twice.
    """
    guessed = dict.fromkeys(map(str, table.columns), KEPT)
    guessed |= {name: meaning for meaning, name in guess_votes(guessed, tree).items()}
    for meaning in _NAMES:
        name = _by_name(table, guessed, meaning)
        if name is not None:
            guessed[name] = meaning
    if images is not None:
        match = _matching(table, images)
        guessed[match] = "id_str"
        if "file_loc" in guessed.values():  # the images are given already
            guessed |= {name: KEPT for name, what in guessed.items() if what == "file_loc"}
        return guessed
    if "file_loc" not in guessed.values():
        files = [name for name, what in guessed.items() if not what and _names_images(table[name])]
        if files:
            guessed[files[0]] = "file_loc"
    chosen = _best_id(table, [name for name, what in guessed.items() if not what])
    if chosen is not None:
        guessed[chosen] = "id_str"
    return guessed


def guess_votes(columns: Iterable[str], tree: DecisionTree) -> dict[str, str]:
    """Which columns hold the votes for a tree's answers: meaning to column.

    The tree's own names come first, then schemes of counts, then schemes of fractions whose
    question's total votes are among the columns too.
    """
    names = set(columns)
    found: dict[str, str] = {}
    every = (*tree.columns, *tree.unmodelled_columns)
    schemes = sorted(tree.schemes, key=lambda scheme: scheme in tree.fraction_schemes)
    for scheme in (None, *schemes):
        known = dict(zip(every, every, strict=True)) if not scheme else tree.column_names(scheme)
        for column, name in known.items():
            if column in found or name not in names:
                continue
            if scheme in tree.fraction_schemes:
                question = tree.locate(column)[0]
                total = question.names.get(scheme or "")
                if total not in names:
                    continue
                found[total_of(question.name)] = str(total)
            found[column] = name
    return found


def best_tree(columns: Iterable[str]) -> DecisionTree:
    """The shipped tree most of whose answers are columns of a table; else the default tree.

    Where none is, but a table's votes have another form that only some trees know, as Kaggle's
    solutions have, it is the first of those.
    """
    from gzactive.catalog.vote_formats import find_format

    names = list(map(str, columns))
    best, most = load_tree(DEFAULT_TREE), 0
    for tree_id in available_trees():
        tree = load_tree(tree_id)
        count = len(set(guess_votes(names, tree)) & set(tree.columns))
        if count > most:
            best, most = tree, count
    if not most and find_format(names, best) is None:
        others = (load_tree(tree_id) for tree_id in available_trees())
        return next((tree for tree in others if find_format(names, tree) is not None), best)
    return best


def check_columns(
    given: Mapping[str, str], table: pd.DataFrame, tree: DecisionTree
) -> dict[str, str]:
    """Meanings that a person gave, if they can all be.

    Raises
    ------
    GzactiveError
        If a column or a meaning does not exist, or two columns have the same meaning.
    """
    known = meanings(tree)
    bearer: dict[str, str] = {}
    for name, meaning in given.items():
        if name not in table.columns:
            raise GzactiveError(f"The table has no column '{name}': {meant(name, table.columns)}")
        if meaning not in known:
            raise GzactiveError(
                f"A column cannot mean '{meaning}': {meant(meaning, [*filter(None, known)])} "
                "Nothing keeps the column as it is."
            )
        if meaning and meaning in bearer:
            raise GzactiveError(
                f"The columns '{bearer[meaning]}' and '{name}' cannot both be {meaning}: choose "
                "one of them."
            )
        bearer[meaning] = name
    return dict(given)


def column_called(table: pd.DataFrame, meaning: str) -> str | None:
    """The column that is called, and looks, like a coordinate or a pixel scale; None without one.

    Parameters
    ----------
    table
        Any columns.
    meaning
        ``ra``, ``dec``, ``pixel_scale`` or ``file_loc``.
    """
    return _by_name(table, dict.fromkeys(map(str, table.columns), KEPT), meaning)


def _plain(name: str) -> str:
    return re.sub(r"[\s.\-]+", "_", _UNIT.sub("", name).strip().lower())


def _by_name(table: pd.DataFrame, guessed: Mapping[str, str], meaning: str) -> str | None:
    """The first column, by the order of the known names, with such a name and such values."""
    plain = {_plain(name): name for name in reversed(list(guessed)) if not guessed[name]}
    for known in _NAMES[meaning]:
        name = plain.get(known)
        if name is None:
            continue
        column = table[name]
        fits = _is_text(column) if meaning == "file_loc" else _is_number(column)
        if fits or (meaning in ("ra", "dec") and _is_sexagesimal(column)):
            return name
    return None


def _matching(table: pd.DataFrame, images: pd.DataFrame) -> str:
    import pandas as pd

    stems = pd.Index(np.unique([image_stem(location) for location in images["file_loc"]]))
    return matching_column(table, stems, None)[0]


def _best_id(table: pd.DataFrame, names: list[str]) -> str | None:
    """The likeliest id: by name, with a value of its own in every row; else one called so."""
    fit = [name for name in names if _is_text(table[name]) or table[name].dtype.kind in "iu"]
    ranked = sorted(
        (name for name in fit if is_id_name(name) or _plain(name) in _BEST_IDS),
        key=lambda name: (
            _BEST_IDS.index(_plain(name)) if _plain(name) in _BEST_IDS else len(_BEST_IDS)
        ),
    )
    unique = [name for name in ranked if table[name].is_unique and table[name].notna().all()]
    return next(iter([*unique, *ranked]), None)


def _is_text(column: pd.Series[Any]) -> bool:
    import pandas as pd

    return bool(pd.api.types.is_string_dtype(column)) and column.dtype.kind not in "iufb"


def _is_number(column: pd.Series[Any]) -> bool:
    return column.dtype.kind in "iuf"


def _first_texts(column: pd.Series[Any]) -> list[str]:
    return [str(value) for value in column.dropna().head(_LOOKED_AT)]


def _names_images(column: pd.Series[Any]) -> bool:
    if not _is_text(column):
        return False
    texts = _first_texts(column)
    return bool(texts) and sum(bool(_IMAGE.search(text)) for text in texts) > 0.8 * len(texts)


def _is_sexagesimal(column: pd.Series[Any]) -> bool:
    if not _is_text(column):
        return False
    texts = _first_texts(column)
    return bool(texts) and all(_SEXAGESIMAL.match(text) for text in texts)
