"""A project's settings: what each is called, means, starts from and may be.

The registry of fields is what the settings dialog and ``info`` are drawn from. How they lie in
``project.toml`` is in :mod:`gzactive.stores.project_file`.
"""

import getpass
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from gzactive.errors import GzactiveError, meant
from gzactive.images import ImageSettings

__all__ = ["SettingField", "Settings", "unknown_name"]


@dataclass(frozen=True)
class SettingField:
    """What a dialog needs to know of one setting.

    Attributes
    ----------
    name, label, help : str
        In ``project.toml``, in the dialog, and one sentence on what it does.
    kind : type
        int, float, bool, str, or dict for a table of numbers by name.
    default : object
    minimum, maximum : float or None
        Inclusive; None where there is no bound.
    choices : tuple of str
        Allowed texts; empty where any is.
    """

    name: str
    label: str
    help: str
    kind: type
    default: Any
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


def _setting(
    label: str,
    help_text: str,
    default: Any,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    told = {
        "label": label,
        "help": help_text,
        "minimum": minimum,
        "maximum": maximum,
        "choices": choices,
    }
    if callable(default):
        return field(default_factory=default, metadata=told)
    return field(default=default, metadata=told)


def _login() -> str:
    """Who labels, until told otherwise."""
    try:
        return getpass.getuser() or "me"
    except (OSError, KeyError, ImportError):  # a container without a password entry
        return "me"


@dataclass(frozen=True)
class Settings:
    """A project's settings; see :meth:`registry` for what each means.

    Raises
    ------
    GzactiveError
        If a value is of the wrong type or out of its range.
    """

    labeller: str = _setting("Labeller", "Whose answers these are.", _login)
    every: int = _setting(
        "Galaxies a round",
        "A fine-tune round starts after so many finished galaxies.",
        25,
        minimum=1,
        maximum=100_000,
    )
    automatic: bool = _setting(
        "Start rounds by themselves", "Otherwise rounds start only when asked for.", True
    )
    random_share: float = _setting(
        "Random share",
        "Share of each queue drawn at random from the reserved galaxies, which judge the model.",
        0.2,
        minimum=0.0,
        maximum=1.0,
    )
    nice_share: float = _setting(
        "Share of nice galaxies",
        "Share of the chosen galaxies picked because the model sees something rare or rich in "
        "them, for the pleasure of it; 0 chooses only what teaches the model.",
        0.0,
        minimum=0.0,
        maximum=1.0,
    )
    repeat_share: float = _setting(
        "Share of repeats",
        "Share of galaxies that you finished 50 or more galaxies ago and are shown again, to "
        "measure how steady your answers are; they never count as votes or progress.",
        0.05,
        minimum=0.0,
        maximum=0.5,
    )
    retire_after: int = _setting(
        "People a galaxy",
        "A galaxy is not handed out any more when so many people have finished it, or in a team "
        "are at it; 0 for no limit.",
        0,
        minimum=0,
        maximum=10_000,
    )
    by: str = _setting(
        "Rank by",
        "What galaxies are chosen by; by second-opinion those come first that others labelled and "
        "that divide them, or a sure model from them, by alike those like what was labelled with "
        "the question's first answer.",
        "mutual-information",
        choices=(
            *("mutual-information", "predictive-information", "entropy", "random"),
            *("second-opinion", "alike", "alike-and-unsure"),
        ),
    )
    question: str = _setting("Question", "The question to rank by, or 'tree' for all.", "tree")
    beta: float = _setting(
        "Sharpness of choice",
        "0 leaves the ranking out, more keeps closer to the highest-ranked (β, the exponent of the "
        "score).",
        2.0,
        minimum=0.0,
        maximum=100.0,
    )
    variety: str = _setting(
        "Variety",
        "What keeps a queue from near-duplicates: distance prefers galaxies unlike each other and "
        "unlike those labelled; chance draws by the score alone (PowerBALD).",
        "distance",
        choices=("distance", "chance"),
    )
    pool: int = _setting(
        "Pool",
        "Choose among so many galaxies drawn at random; 0 is all.",
        0,
        minimum=0,
        maximum=1_000_000_000,
    )
    samples: int = _setting(
        "Samples", "How often the head is sampled.", 30, minimum=2, maximum=1000
    )
    posterior: str = _setting(
        "Samples drawn by",
        "How a round finds out how sure it is: heads that fit the labels as well (laplace), "
        "heads fitted to bootstraps of them (ensemble), or dropout.",
        "laplace",
        choices=("laplace", "ensemble", "dropout"),
    )
    weights: str = _setting(
        "Start weights", "Name of weights, or a file; empty for the default.", ""
    )
    catalogue_votes: bool = _setting(
        "Train on catalogue votes", "Votes that came with the catalogue join the labels.", True
    )
    label_weights: Mapping[str, float] = _setting(
        "Weights of labellers",
        "How often each labeller's votes count in training; 1 where not named.",
        dict,
        minimum=0,
        maximum=1000,
    )
    blind: bool = _setting(
        "Label blind", "The model's view is hidden until the galaxy is finished.", True
    )
    pause_on_card: bool = _setting(
        "Pause after each galaxy",
        "Wait on the card with the model's view until a key is pressed.",
        False,
    )
    pixel_scale: float = _setting(
        "Pixel scale",
        "Arcseconds a pixel of the images, for the scale bar; 0 where it is not known. A column "
        "pixel_scale of the catalogue, or a FITS file's own, goes before it.",
        0.0,
        minimum=0.0,
        maximum=36_000.0,
    )
    north_up: bool = _setting(
        "North is up",
        "The images show north up and east to the left, as the surveys' cutouts do: draw arrows.",
        False,
    )
    compare_with: str = _setting(
        "Compare with",
        "Another survey, a project's folder or a table with images and coordinates, whose picture "
        "of a galaxy Explore shows beside this one's.",
        "",
    )
    compare_radius: float = _setting(
        "Compare within",
        "Arc seconds from a galaxy within which the other survey's are shown beside it.",
        2.0,
        minimum=0.01,
        maximum=1800.0,
    )
    images: ImageSettings = field(default_factory=ImageSettings, metadata={})

    def __post_init__(self) -> None:
        for one in self.registry():
            object.__setattr__(self, one.name, _checked(one, getattr(self, one.name)))
        if not isinstance(self.images, ImageSettings):
            raise GzactiveError(
                f"The setting 'images' is {self.images!r}: it must be image settings."
            )
        if not self.labeller:
            raise GzactiveError("The setting 'labeller' is empty: give a name.")

    @classmethod
    def registry(cls) -> tuple[SettingField, ...]:
        """Every setting but the image settings, in the order of a dialog."""
        found = []
        for one in fields(cls):
            if not one.metadata:
                continue
            default = one.default_factory() if callable(one.default_factory) else one.default
            found.append(
                SettingField(
                    name=one.name,
                    label=one.metadata["label"],
                    help=one.metadata["help"],
                    kind=type(default),
                    default=default,
                    minimum=one.metadata["minimum"],
                    maximum=one.metadata["maximum"],
                    choices=one.metadata["choices"],
                )
            )
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for ``project.toml``, without the image settings."""
        values = asdict(self)
        del values["images"]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], images: ImageSettings) -> "Settings":
        """Settings from plain values; missing ones are the defaults, unknown ones an error."""
        known = [one.name for one in cls.registry()]
        for name in values:
            if name not in known:
                raise GzactiveError(unknown_name("setting", name, known))
        return cls(**values, images=images)


def unknown_name(what: str, name: str, known: list[str]) -> str:
    """A sentence on a misspelt name, with the nearest right one."""
    return f"The {what} '{name}' is unknown: {meant(name, known)}"


_KINDS = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "a text",
    dict: "a table of names and numbers",
}


def _checked(one: SettingField, value: Any) -> Any:
    """The value as its own type; an error where it is not, or is out of range."""
    if one.kind is dict:
        if not isinstance(value, Mapping):
            raise _wrong(one, value)
        return {str(name): _number(one, weight) for name, weight in value.items()}
    if one.kind is float:
        return _number(one, value)
    if not isinstance(value, one.kind) or (one.kind is int and isinstance(value, bool)):
        raise _wrong(one, value)
    if one.choices and value not in one.choices:
        raise GzactiveError(
            f"The setting '{one.name}' is '{value}': {meant(str(value), one.choices)}"
        )
    if isinstance(value, int) and not isinstance(value, bool):
        _within(one, value)
    return value


def _number(one: SettingField, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(one, value)
    _within(one, value)
    return float(value)


def _within(one: SettingField, value: float) -> None:
    low, high = one.minimum, one.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise GzactiveError(
            f"The setting '{one.name}' is {value}: it must lie between {low:g} and {high:g}."
        )


def _wrong(one: SettingField, value: Any) -> GzactiveError:
    return GzactiveError(f"The setting '{one.name}' is {value!r}: it must be {_KINDS[one.kind]}.")
