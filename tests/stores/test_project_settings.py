"""Settings know their own ranges, and a mistake in them is one sentence."""

import dataclasses
from typing import Any

import pytest

from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings
from gzactive.stores.settings import Settings


def test_defaults_are_those_of_the_registry_and_pass_their_own_checks() -> None:
    settings = Settings()
    assert (settings.every, settings.random_share, settings.beta) == (25, 0.2, 2.0)
    assert settings.labeller
    for one in Settings.registry():
        assert getattr(settings, one.name) == one.default
        assert one.label
        assert one.help.endswith(".")
    names = {one.name for one in dataclasses.fields(Settings)} - {"images"}
    assert {one.name for one in Settings.registry()} == names


def test_settings_come_back_from_plain_values() -> None:
    settings = Settings(every=3, label_weights={"anna": 2}, images=ImageSettings(channels=3))
    assert Settings.from_dict(settings.to_dict(), settings.images) == settings


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"evry": 3}, "The setting 'evry' is unknown: did you mean 'every'?"),
        ({"every": 0}, "The setting 'every' is 0: it must lie between 1 and 100000."),
        ({"every": 2.5}, "The setting 'every' is 2.5: it must be a whole number."),
        ({"every": True}, "The setting 'every' is True: it must be a whole number."),
        ({"random_share": 1.5}, "The setting 'random_share' is 1.5: it must lie between 0 and 1."),
        ({"beta": float("nan")}, "The setting 'beta' is nan: it must be a number."),
        ({"blind": "yes"}, "The setting 'blind' is 'yes': it must be true or false."),
        ({"by": "size"}, "The setting 'by' is 'size': choose one of mutual-information, "),
        ({"labeller": ""}, "The setting 'labeller' is empty: give a name."),
        ({"label_weights": 3}, "it must be a table of names and numbers."),
        ({"label_weights": {"anna": -1}}, "is -1: it must lie between 0 and 1000."),
    ],
)
def test_a_mistake_is_told_with_its_value_and_the_remedy(
    values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(GzactiveError) as told:
        Settings.from_dict(values, ImageSettings())
    assert sentence in str(told.value)


def test_a_whole_number_serves_where_any_number_does() -> None:
    assert Settings(beta=2).beta == 2.0
    assert isinstance(Settings(beta=2).beta, float)


def test_image_settings_must_be_image_settings() -> None:
    with pytest.raises(GzactiveError, match="it must be image settings"):
        Settings(images={"size": 300})  # type: ignore[arg-type]
