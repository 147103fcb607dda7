"""Agreement with oneself: the same galaxy, fifty galaxies later."""

import pytest

from gzactive.active.agreement import self_agreement
from gzactive.summary import summarise

from .conftest import finish, first_answers, some_head


@pytest.fixture
def project(make_project, decals_sky):
    return make_project(decals_sky, head=some_head(decals_sky))


def other_shape(question):
    """As the first answers, but the roundness is another."""
    if question.name == "how-rounded":
        return question.answers[1].name
    return first_answers(question)


@pytest.mark.requirement(18)
def test_answers_that_agree_are_a_share_of_those_given_twice(project):
    first, second, third = project.catalog["id_str"][:3]
    for id_str in (first, second, third):
        finish(project, "ada", id_str, first_answers)
    finish(project, "ada", first, first_answers, repeat=True)
    finish(project, "ada", second, other_shape, repeat=True)
    finish(project, "ben", first, other_shape)
    row = self_agreement(project).loc["ada"]
    assert row["galaxies"] == 2
    assert row["answers"] - row["agreed"] == 1
    assert row["share"] == pytest.approx(row["agreed"] / row["answers"])
    assert list(self_agreement(project).index) == ["ada"]


def test_the_summary_tells_of_it(project):
    first = project.catalog["id_str"][0]
    for repeat in (False, True):
        finish(project, "ada", first, first_answers, repeat=repeat)
    facts = summarise(project).facts.set_index("what")["value"]
    assert facts["steadiness"].startswith("ada: 100 % of ")
    assert facts["steadiness"].endswith("answers on 1 galaxy shown again")


def test_the_summary_says_when_nothing_was_shown_again(project):
    facts = summarise(project).facts.set_index("what")["value"]
    assert facts["steadiness"] == "no galaxy shown again yet"
