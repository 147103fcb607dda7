"""A person's own keys laid over the declared ones: what is refused, and what gives way.

Nothing is stored here; :mod:`gzactive.app.key_map` does that. Keys are compared in Qt's portable
notation, whatever their case.
"""

from collections.abc import Iterable, Mapping, Sequence

from gzactive.app.actions import ACTIONS, ActionSpec
from gzactive.errors import GzactiveError

__all__ = ["NEEDED", "check_keys", "remapped"]

#: Keys that lists, fields, buttons and dialogs answer to. They stay with the actions that are
#: declared with them, and are given to no other.
NEEDED: dict[str, str] = {
    "Esc": "puts away what is open",
    "Tab": "moves to the next control",
    "Shift+Tab": "moves to the control before",
    "Backtab": "moves to the control before",
    "Return": "presses the button in use",
    "Enter": "presses the button in use",
    "Space": "presses the button in use",
    **dict.fromkeys(("Left", "Right", "Up", "Down"), "moves in lists and grids"),
    **dict.fromkeys(("Home", "End", "PgUp", "PgDown"), "moves in lists and grids"),
}
_NEEDED = {key.casefold(): (key, why) for key, why in NEEDED.items()}


def check_keys(spec: ActionSpec, keys: Sequence[str], actions: Iterable[ActionSpec]) -> None:
    """Refuse keys that an action cannot have.

    Parameters
    ----------
    spec
        The action as it is declared.
    keys
        What it is to have, in Qt's portable notation.
    actions
        Those that it must not be taken for, with the keys that they have now.

    Raises
    ------
    GzactiveError
        If the app needs one of the keys, if an action that can be wanted at the same time has it,
        or if an action without a menu were left without a key.
    """
    declared = {key.casefold() for key in spec.keys}
    for key in keys:
        needed = _NEEDED.get(key.casefold())
        if needed is not None and key.casefold() not in declared:
            raise GzactiveError(
                f"The key '{needed[0]}' {needed[1]} everywhere: give '{spec.text}' another key."
            )
    if not keys and not spec.menu:
        raise GzactiveError(f"'{spec.text}' stands in no menu: it needs a key.")
    wanted = {key.casefold(): key for key in keys}
    for other in actions:
        if other.id == spec.id or not _meet(spec, other):
            continue
        for key in other.keys:
            if key.casefold() in wanted:
                raise GzactiveError(
                    f"The key '{wanted[key.casefold()]}' cannot mean both '{spec.text}' and "
                    f"'{other.text}'{_where(other)}: give one of them another key."
                )


def remapped(
    keymap: Mapping[str, Sequence[str]], actions: tuple[ActionSpec, ...] = ACTIONS
) -> tuple[tuple[ActionSpec, ...], list[str]]:
    """The actions with a person's own keys, and a sentence for each entry that cannot be.

    A person's choice goes before a declared key: where both are the same, the declared one gives
    way. So a key map goes on to hold when a later version declares an action with one of its keys.
    Of two choices that are the same the earlier one holds. Names of actions that do not exist, of a
    later version perhaps, are passed over. Declared keys that are :data:`NEEDED` always stay.

    Parameters
    ----------
    keymap
        Keys by action.
    actions
        The declarations.
    """
    known = {action.id: action for action in actions}
    chosen: dict[str, ActionSpec] = {}
    sentences = []
    for name, keys in keymap.items():
        spec = known.get(name)
        if spec is None:
            continue
        stays = [key for key in spec.keys if key.casefold() in _NEEDED and key not in keys]
        try:
            check_keys(spec, (*keys, *stays), chosen.values())
        except GzactiveError as error:
            sentences.append(str(error))
        else:
            chosen[name] = spec._replace(keys=(*keys, *stays))
    mapped = (
        chosen.get(action.id) or action._replace(keys=_left(action, chosen.values()))
        for action in actions
    )
    return tuple(mapped), sentences


def _left(action: ActionSpec, chosen: Iterable[ActionSpec]) -> tuple[str, ...]:
    """The declared keys of an action that nobody has taken for another."""
    taken = {key.casefold() for other in chosen if _meet(action, other) for key in other.keys}
    return tuple(key for key in action.keys if key.casefold() not in taken)


def _where(action: ActionSpec) -> str:
    """Where an action is met, for a sentence."""
    return f" of the {action.page.capitalize()} page" if action.page else ""


def _meet(one: ActionSpec, other: ActionSpec) -> bool:
    """Whether two actions can be wanted at the same time."""
    return not one.page or not other.page or one.page == other.page
