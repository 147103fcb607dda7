"""The field guide: pages written from decision trees, one a question and one a tree.

Pictures are only named here, since the app and the site keep them in different places: whoever
shows a page says where each answer's example, icon and other galaxies are to be had.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Protocol

from gzactive.guide.markdown import Section
from gzactive.trees import Answer, DecisionTree, Question

__all__ = [
    "EXAMPLE_SIDE",
    "FIELD_GUIDE",
    "Links",
    "Sight",
    "page_name",
    "question_page",
    "section",
    "tree_page",
]

#: Name of the guide's page about the field guide; those of trees and questions begin with it.
FIELD_GUIDE = "field-guide"
#: Sides in pixels at which examples, icons and galaxies of a project are shown.
EXAMPLE_SIDE, ICON_SIDE, SMALL_SIDE = 176, 40, 84


class Links(Protocol):
    """Where a reader's program has things."""

    def page(self, name: str) -> str:
        """Target of a link to a page."""

    def icon(self, name: str) -> str:
        """Source of an icon."""


@dataclass(frozen=True)
class Sight:
    """What can be shown of one answer.

    Attributes
    ----------
    example
        Source of the simulated galaxy's picture; empty if the sky cannot show the answer.
    share
        Chance that a simulated volunteer who is asked gives it.
    confident
        (source, link, words) of galaxies of a project that the model is surest of.
    """

    example: str = ""
    share: float = 0.0
    confident: Sequence[tuple[str, str, str]] = ()


def page_name(tree: DecisionTree, question: Question | None = None) -> str:
    """Name of a tree's page, or of one of its questions'."""
    return "/".join((FIELD_GUIDE, tree.id, *([question.name] if question is not None else [])))


def section(question: Question) -> Section:
    """A question as a section that can be searched."""
    told = [question.help, *(f"{each.text}: {each.help}" for each in question.answers)]
    return Section("", question.text, " ".join(told))


def tree_page(tree: DecisionTree, links: Links) -> str:
    """HTML of the page of a tree: its questions in asking order."""
    rows = []
    for question in tree.questions:
        target = escape(links.page(page_name(tree, question)))
        answers = ", ".join(escape(each.text) for each in question.answers)
        rows.append(
            f'<p class="entry"><a href="{target}">{escape(question.text)}</a><br>'
            f'<span class="muted">{answers}</span></p>'
        )
    source = f'<p class="muted">{escape(tree.source)}</p>' if tree.source else ""
    return f"<h1>{escape(tree.title)}</h1><p>{escape(tree.description)}</p>{''.join(rows)}{source}"


def question_page(
    tree: DecisionTree, question: Question, links: Links, sights: Mapping[str, Sight]
) -> str:
    """HTML of the page of a question.

    Parameters
    ----------
    tree, question
        What it is about.
    links
        Where things are.
    sights
        By column; an answer that is not in it has words and an icon only.
    """
    any_example = any(_sight(sights, answer).example for answer in question.answers)
    rows = "".join(
        _answer(tree, question, number, answer, links, _sight(sights, answer), any_example)
        for number, answer in enumerate(question.answers, start=1)
    )
    boxes = "<p>Tick all that apply, then Done.</p>" if question.kind == "checkboxes" else ""
    without = [answer.text for answer in question.answers if not _sight(sights, answer).example]
    note = ""
    if len(without) == len(question.answers):
        note = (
            '<p class="muted">The simulated sky cannot show what this question asks, so there are '
            "words and signs only.</p>"
        )
    else:
        note = (
            '<p class="muted">The pictures are simulated galaxies, whose truth is known, as a '
            "nearby survey would show them.</p>"
        )
    following = _following(question)
    after = _leads_to(tree, following[0], links) if len(following) == 1 else ""
    home = escape(links.page(page_name(tree)))
    return (
        f'<p class="muted"><a href="{home}">{escape(tree.title)}</a></p>'
        f"<h1>{escape(question.text)}</h1><p>{escape(question.help)}</p>{boxes}"
        f'<table class="answers" width="100%" cellspacing="0" cellpadding="0">{rows}</table>'
        f"{after}{note}"
    )


def _answer(
    tree: DecisionTree,
    question: Question,
    number: int,
    answer: Answer,
    links: Links,
    sight: Sight,
    any_example: bool,
) -> str:
    icon = (
        f'<img src="{escape(links.icon(answer.icon))}" width="{ICON_SIDE}" height="{ICON_SIDE}" '
        f'alt="">'
    )
    if sight.example:
        picture = (
            f'<img src="{escape(sight.example)}" width="{EXAMPLE_SIDE}" height="{EXAMPLE_SIDE}" '
            f'alt="Simulated galaxy: {escape(answer.text)}">'
        )
    else:
        picture = icon.replace(f'"{ICON_SIDE}"', f'"{2 * ICON_SIDE}"')
    words = [f"<h3>{escape(answer.text)}</h3>"]
    if number <= 9:
        words[0] = f'<h3>{escape(answer.text)} &nbsp;<span class="key">key {number}</span></h3>'
    if answer.help:
        words.append(f"<p>{escape(answer.help)}</p>")
    if len(_following(question)) > 1:
        words.append(_leads_to(tree, answer.next, links))
    if sight.example:
        words.append(
            f'<p class="muted">{round(10 * sight.share)} of 10 simulated volunteers say so of '
            "this one.</p>"
        )
    if sight.confident:
        shown = "&nbsp;".join(
            f'<a href="{escape(link)}"><img src="{escape(source)}" width="{SMALL_SIDE}" '
            f'height="{SMALL_SIDE}" alt="{escape(told)}" title="{escape(told)}"></a>'
            for source, link, told in sight.confident
        )
        words.append(
            f'<p class="muted">The model\'s most confident in your project:</p><p>{shown}</p>'
        )
    sign, cells = (icon if sight.example else ""), ""
    if any_example:
        cells = (
            f'<td class="picture" width="{EXAMPLE_SIDE + 20}">{picture}</td>'
            f'<td class="sign" width="{ICON_SIDE + 20}">{sign}</td>'
        )
    else:
        cells = f'<td class="sign" width="{2 * ICON_SIDE + 20}">{picture}</td>'
    return f'<tr>{cells}<td class="words">{"".join(words)}</td></tr>'


def _following(question: Question) -> list[str | None]:
    """The questions that may follow, each once; None for the end."""
    if question.kind == "checkboxes":
        return [question.next]
    return list(dict.fromkeys(answer.next for answer in question.answers))


def _leads_to(tree: DecisionTree, following: str | None, links: Links) -> str:
    if following is None:
        return '<p class="muted">Then the galaxy is finished.</p>'
    target = tree.question(following)
    link = escape(links.page(page_name(tree, target)))
    return f'<p class="muted">Leads to: <a href="{link}">{escape(target.text)}</a></p>'


def _sight(sights: Mapping[str, Sight], answer: Answer) -> Sight:
    return sights.get(answer.column, Sight())
