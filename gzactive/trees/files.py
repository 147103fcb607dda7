"""Decision trees as files: what a TOML file may say, its defaults, and every check it must pass.

The result is plain and complete (:class:`gzactive.trees.fields.TreeFields`); the objects that the
rest of the package works with are built from it in :mod:`gzactive.trees`. Nothing here knows walks
or votes.

The shortest file is a yes/no question::

    [[question]]
    name = "tail"
    answers = ["yes", "no"]

Keys of a tree (all optional but ``question``)

``id``              how projects refer to it; else the file's name without its ending
``title``, ``description``, ``source``
                    shown to people; ``source`` credits the project or paper
``question``        the questions, as ``[[question]]`` tables; the first one is the root
``model_order``     names of the modelled questions in the order of the model's columns; else the
                    order of asking
``answer_names``    patterns of other schemes' columns, e.g. ``zoobot = "{question}-dr8_{answer}"``
``question_names``  patterns of other schemes' columns with the votes of a whole question
``fractions``       schemes whose columns hold fractions of a question's votes, not counts
``like``            id of a shipped tree whose questions this one asks; other keys override it

Keys of a question

``name``      letters, digits and hyphens; part of the column names
``text``      as people are asked; else the name
``help``      what to look for
``answers``   names, or tables with the keys below; 2 to 9, since the keys 1-9 choose them
``next``      the question asked after it, or ``"end"``; else the following one in the file (the
              last question ends the walk)
``kind``      ``"single"`` (one answer, the default) or ``"checkboxes"`` (any number, also none)
``modelled``  whether the model predicts it; else true for ``single``, and never for checkboxes
``names``     its name in other schemes: the Zooniverse task, the catalogue's column of total votes

Keys of an answer

``name``      as for a question; the column is ``<question>_<answer>``
``text``      on the button; else the name
``help``      what distinguishes it
``next``      overrides the question's ``next``; not with checkboxes, where several may be ticked
``icon``      name of its picture; else the column
``names``     its name in other schemes; overrides the patterns

Names of other schemes that a file leaves out: ``zoobot`` and ``gz-catalogue`` are the column
itself, ``zooniverse`` is T0, T1, ... for questions and the text for answers.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gzactive.paths import resource
from gzactive.trees.fields import (
    END,
    NAME,
    AnswerFields,
    Place,
    QuestionFields,
    TreeFields,
    suggest,
)
from gzactive.trees.links import asking_order, descendants, find_loop

__all__ = ["read_tree_file"]

MAXIMUM_ANSWERS = 9  # one for each of the keys 1-9
KINDS = ("single", "checkboxes")

_ICON = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

_TREE_KEYS = (
    *("id", "title", "description", "source", "question", "model_order"),
    *("answer_names", "question_names", "fractions", "like"),
)
_QUESTION_KEYS = ("name", "text", "help", "answers", "next", "kind", "modelled", "names")
_ANSWER_KEYS = ("name", "text", "help", "next", "icon", "names")


def read_tree_file(path: Path) -> TreeFields:
    """Read and check one tree.

    Parameters
    ----------
    path : Path
        A TOML file in UTF-8.

    Returns
    -------
    TreeFields
        With every default filled in and the questions in an order in which each comes after all
        that lead to it (the file's order wherever that allows).

    Raises
    ------
    TreeError
        With one sentence that names the file, the question and the remedy.
    """
    place = Place(str(path))
    raw = _parse(path, place)
    if "like" in raw:
        raw = _inherit(raw, place)
    place.check_keys(raw, _TREE_KEYS)
    tree_id = place.text(raw, "id") or re.sub(r"[\s_]+", "-", path.stem.strip()).lower()
    if not NAME.fullmatch(tree_id):
        raise place.fault(
            f"the id '{tree_id}' is not made of letters, digits and hyphens; add a line such as "
            'id = "my-tree"'
        )
    questions = _in_asking_order(_read_questions(raw, place), place)
    _name_in_schemes(raw, questions, place)
    schemes = {scheme for question in questions for scheme in question["answers"][0]["names"]}
    fractions = place.texts(raw, "fractions")
    for scheme in fractions:
        if scheme not in schemes:
            raise place.fault(f"'fractions' lists '{scheme}', a scheme that the file never names")
    return {
        "id": tree_id,
        "title": place.text(raw, "title") or _spoken(tree_id),
        "description": place.text(raw, "description"),
        "source": place.text(raw, "source"),
        "questions": questions,
        "model_order": _model_order(raw, questions, place),
        "fraction_schemes": fractions,
    }


def _parse(path: Path, place: Place) -> dict[str, Any]:
    try:
        # utf-8-sig: editors on Windows put a byte order mark first.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise place.fault(f"the tree cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise place.fault(f"not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise place.fault(f"not valid TOML: {str(error).rstrip('.')}") from error
    except RecursionError as error:
        raise place.fault("not a tree: its brackets are nested too deeply") from error


def _inherit(raw: dict[str, Any], place: Place) -> dict[str, Any]:
    """Fill in what the tree named by ``like`` says; only shipped trees can be named."""
    like = place.text(raw, "like")
    path = resource("trees") / f"{like}.toml"
    if not NAME.fullmatch(like) or not path.is_file():
        raise place.fault(f"'like' names '{like}', which is no tree that comes with gzactive")
    if "question" in raw:
        raise place.fault(f"a tree like '{like}' asks its questions; remove 'like' or [[question]]")
    base = _parse(path, Place(str(path)))
    inherited = {key: base[key] for key in ("question", "model_order") if key in base}
    return inherited | {key: value for key, value in raw.items() if key != "like"}


def _read_questions(raw: Mapping[str, Any], place: Place) -> list[QuestionFields]:
    tables = raw.get("question")
    if not isinstance(tables, list) or not tables:
        raise place.fault("there is no question; start one with a line [[question]]")
    if not all(isinstance(table, dict) for table in tables):
        raise place.fault("each question must be a [[question]] table")
    names: dict[str, str] = {}
    for number, table in enumerate(tables, 1):
        name = place.inside("question", str(table.get("name", f"number {number}"))).name(
            table, names
        )
        names[name.lower()] = name
    ordered = list(names.values())
    return [
        _read_question(table, name, following, place.inside("question", name))
        for table, name, following in zip(tables, ordered, [*ordered[1:], None], strict=True)
    ]


def _read_question(
    raw: dict[str, Any], name: str, following: str | None, place: Place
) -> QuestionFields:
    place.check_keys(raw, _QUESTION_KEYS)
    kind = place.text(raw, "kind") or "single"
    if kind not in KINDS:
        raise place.fault(f"the kind '{kind}' is neither 'single' nor 'checkboxes'")
    modelled = raw.get("modelled", kind == "single")
    if not isinstance(modelled, bool):
        raise place.fault(f"'modelled' must be true or false, not {modelled!r}")
    if modelled and kind == "checkboxes":
        raise place.fault("checkboxes cannot be modelled, since several may be ticked at once")
    then = _next(raw, following, place)
    tables = raw.get("answers", [])
    if not isinstance(tables, list):
        raise place.fault(f"'answers' must be a list, not {tables!r}")
    fewest = 1 if kind == "checkboxes" else 2
    if not fewest <= len(tables) <= MAXIMUM_ANSWERS:
        raise place.fault(
            f"it has {len(tables)} answers; give {fewest} to {MAXIMUM_ANSWERS}, one for each key"
        )
    answers: list[AnswerFields] = []
    for number, table in enumerate(tables, 1):
        if isinstance(table, str):
            table = {"name": table}
        if not isinstance(table, dict):
            raise place.fault(f"answer {number} must be a name in quotes or a table, not {table!r}")
        taken = {answer["name"].lower(): answer["name"] for answer in answers}
        answer = place.inside("answer", str(table.get("name", f"number {number}")))
        answers.append(_read_answer(table, name, answer.name(table, taken), then, kind, answer))
    return {
        "name": name,
        "text": place.text(raw, "text") or _spoken(name) + "?",
        "help": place.text(raw, "help"),
        "answers": answers,
        "kind": kind,
        "modelled": modelled,
        "names": dict(place.table(raw, "names")),
        "next": then if kind == "checkboxes" else None,
    }


def _read_answer(
    raw: dict[str, Any], question: str, name: str, then: str | None, kind: str, place: Place
) -> AnswerFields:
    place.check_keys(raw, _ANSWER_KEYS)
    if kind == "checkboxes" and "next" in raw:
        raise place.fault("a checkbox has no 'next', since several may be ticked; the question has")
    column = f"{question}_{name}"
    icon = place.text(raw, "icon") or column
    if not _ICON.fullmatch(icon):
        raise place.fault(f"the icon '{icon}' must be a name of letters, digits, '-' and '_'")
    return {
        "name": name,
        "text": place.text(raw, "text") or _spoken(name),
        "icon": icon,
        "column": column,
        "next": _next(raw, then, place),
        "help": place.text(raw, "help"),
        "names": dict(place.table(raw, "names")),
    }


def _next(raw: Mapping[str, Any], otherwise: str | None, place: Place) -> str | None:
    if "next" not in raw:
        return otherwise
    name = place.text(raw, "next")
    if not name:
        raise place.fault(f"'next' is empty; name a question, or write next = \"{END}\"")
    return None if name == END else name


def _links(question: QuestionFields) -> list[str]:
    """Names of the questions that a question can lead to, each once."""
    if question["kind"] == "checkboxes":
        targets = [question["next"]]
    else:
        targets = [answer["next"] for answer in question["answers"]]
    return list(dict.fromkeys(target for target in targets if target is not None))


def _in_asking_order(questions: list[QuestionFields], place: Place) -> list[QuestionFields]:
    """Check that every walk ends and every question is reached; sort parents first."""
    known = {question["name"]: question for question in questions}
    links = {name: _links(question) for name, question in known.items()}
    for name, targets in links.items():
        for target in targets:
            if target not in known:
                raise place.inside("question", name).fault(
                    f"it leads to '{target}', which is no question of this tree"
                    f"{suggest(target, known)}"
                )
    root = questions[0]["name"]
    reached = descendants(links, root) | {root}
    for name in known:
        if name not in reached:
            raise place.inside("question", name).fault(
                f"it is never asked, since nothing that follows '{root}' leads to it"
            )
    if loop := find_loop(links):
        raise place.inside("question", loop[0]).fault(
            f"it leads back to itself ({' → '.join(loop)}), so a walk would never end"
        )
    _check_unmodelled(known, links, place)
    return [known[name] for name in asking_order(links)]


def _check_unmodelled(
    known: Mapping[str, QuestionFields], links: Mapping[str, list[str]], place: Place
) -> None:
    """A question whose answers have no probabilities may not decide what the model is asked."""
    for name, question in known.items():
        ways = {answer["next"] for answer in question["answers"]}
        if question["kind"] == "single" and not question["modelled"] and len(ways) > 1:
            below = descendants(links, name)
            for other in known:
                if other in below and known[other]["modelled"]:
                    raise place.inside("question", name).fault(
                        f"it is not modelled, so its answers cannot decide whether '{other}' is "
                        "asked; let them all lead to one question"
                    )


def _name_in_schemes(raw: Mapping[str, Any], questions: list[QuestionFields], place: Place) -> None:
    """Fill in the names of other schemes, from the patterns and the defaults, and check them."""
    answer_patterns = {"zoobot": "{question}_{answer}", "gz-catalogue": "{question}_{answer}"}
    answer_patterns |= place.table(raw, "answer_names")
    question_patterns = place.table(raw, "question_names")
    taken = {question["names"].get("zooniverse") for question in questions}
    tasks: Iterator[str] = (
        task for task in (f"T{number}" for number in range(10**6)) if task not in taken
    )
    for question in questions:
        inside = place.inside("question", question["name"])
        for scheme, pattern in question_patterns.items():
            name = _fill(pattern, inside, question=question["name"])
            question["names"].setdefault(scheme, name)
        question["names"].setdefault("zooniverse", "")
        question["names"]["zooniverse"] = question["names"]["zooniverse"] or next(tasks)
        for answer in question["answers"]:
            for scheme, pattern in answer_patterns.items():
                name = _fill(pattern, inside, question=question["name"], answer=answer["name"])
                answer["names"].setdefault(scheme, name)
            answer["names"].setdefault("zooniverse", answer["text"])
    _check_scheme_names(questions, place)


def _check_scheme_names(questions: list[QuestionFields], place: Place) -> None:
    """No two answers may share a name in any scheme, nor two questions."""
    seen: dict[tuple[str, str], str] = {}
    for question in questions:
        task = question["names"]["zooniverse"]
        named = [(scheme, name, question["name"]) for scheme, name in question["names"].items()]
        for answer in question["answers"]:
            for scheme, name in answer["names"].items():
                # A Zooniverse label is only unique within its task.
                full = f"{task}: {name}" if scheme == "zooniverse" else name
                named.append((scheme, full, answer["column"]))
        for scheme, name, owner in named:
            other = seen.setdefault((scheme, name), owner)
            if other != owner:
                raise place.inside("question", question["name"]).fault(
                    f"the {scheme} name '{name}' stands for both '{other}' and '{owner}'"
                )


def _model_order(
    raw: Mapping[str, Any], questions: list[QuestionFields], place: Place
) -> list[str]:
    modelled = [question["name"] for question in questions if question["modelled"]]
    if not modelled:
        raise place.fault("no question is modelled; at least one must be, for a model to learn")
    order = place.texts(raw, "model_order") or modelled
    for name in order:
        if name not in modelled:
            raise place.fault(
                f"'model_order' lists '{name}', which is no modelled question of this tree"
                f"{suggest(name, modelled)}"
            )
        if order.count(name) > 1:
            raise place.fault(f"'model_order' lists '{name}' twice")
    for name in modelled:
        if name not in order:
            raise place.inside("question", name).fault(
                "it is missing from 'model_order'; add it, or set modelled = false"
            )
    return order


def _fill(pattern: str, place: Place, **values: str) -> str:
    for placeholder in _PLACEHOLDER.findall(pattern):
        if placeholder not in values:
            known = " and ".join(f"{{{name}}}" for name in values)
            raise place.fault(f"the pattern '{pattern}' may only contain {known}")
    return _PLACEHOLDER.sub(lambda match: values[match[1]], pattern)


def _spoken(name: str) -> str:
    text = name.replace("-", " ")
    return text[:1].upper() + text[1:]
