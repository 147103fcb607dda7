"""The keys of a person's own, kept in a readable file for all projects and starts of the app.

The file holds only what was changed. Whatever in it cannot be used is said in a sentence, left out
and left in the file: entries of a later version, a key that is no key, two entries that conflict.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QKeyCombination, QObject, Qt, Signal
from PySide6.QtGui import QKeySequence

from gzactive.app.actions import ACTIONS, ActionSpec
from gzactive.errors import GzactiveError

__all__ = ["KeyMap", "portable_key"]

_TABLE = "keys"
_HEAD = """\
# Keys of your own in gzactive, written by its sheet of keys (Help ▸ Keys): "action" = ["key", …].
# Without its line an action has its usual keys again.

"""


class KeyMap(QObject):
    """Which keys each action has: those of the declarations until :meth:`load`.

    Parameters
    ----------
    file
        Where the person's own keys are kept; by default ``keys.toml`` in their settings folder.
    parent
        The window.
    """

    #: Some action has other keys.
    changed = Signal()

    def __init__(self, file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._file = file
        #: What the file says: names of actions to lists of keys, whether or not they can be used.
        self._stored: dict[str, Any] = {}
        #: Changes that could not be written; None takes an entry away.
        self._unsaved: dict[str, list[str] | None] = {}
        #: Tables of the file that are none of ours.
        self._others: dict[str, Any] = {}
        #: What was wrong with the file when it was read, as a sentence.
        self.fault = ""
        self.specs: tuple[ActionSpec, ...] = ACTIONS

    @property
    def file(self) -> Path:
        """Where the person's own keys are kept."""
        if self._file is None:
            import platformdirs

            self._file = platformdirs.user_config_path("gzactive") / "keys.toml"
        return self._file

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys that an action has now, in Qt's portable notation."""
        return self._spec(name).keys

    def is_own(self, name: str) -> bool:
        """Whether a person gave the action other keys than the usual ones."""
        return name in self._stored

    @property
    def count_own(self) -> int:
        """How many actions have keys of the person's own."""
        return sum(each.id in self._stored for each in ACTIONS)

    def load(self) -> str:
        """Read the file and use it; a sentence about what cannot be used, empty if all can."""
        self.fault = ""
        try:
            self._read()
        except GzactiveError as error:
            self.fault = str(error)
        if self._stored and (sentences := self._use()):
            self.fault = f"Of your keys in '{self.file}' not all can be used: {sentences[0]}"
            if sentences[1:]:
                self.fault += f" (And {len(sentences) - 1} more.)"
        return self.fault

    def check(self, name: str, keys: Iterable[str]) -> tuple[str, ...]:
        """The keys as they are written, if an action can have them; raises as :meth:`change`."""
        from gzactive.app.remapping import check_keys

        wanted = tuple(dict.fromkeys(portable_key(key) for key in keys))
        check_keys(_declared(name), wanted, self.specs)
        return wanted

    def change(self, name: str, keys: Iterable[str]) -> str:
        """Give an action other keys, from now on and in later starts.

        Returns
        -------
        str
            A sentence, if a file that could not be read was set aside for it; else empty.

        Raises
        ------
        GzactiveError
            If it cannot have one of the keys, and then nothing is changed; or if the file cannot be
            written, and then the keys hold until the app is closed.
        """
        self._catch_up()
        return self._change({name: list(self.check(name, keys))})

    def restore(self, name: str) -> str:
        """Give an action its usual keys again; returns and raises as :meth:`change` does."""
        from gzactive.app.remapping import check_keys

        self._catch_up()
        others = [each for each in self.specs if self.is_own(each.id)]
        check_keys(_declared(name), _declared(name).keys, others)
        return self._change({name: None})

    def restore_all(self) -> str:
        """Give every action its usual keys again; returns and raises as :meth:`change` does."""
        return self._change({each.id: None for each in ACTIONS})

    # --- inside ---------------------------------------------------------------------------------

    def _spec(self, name: str) -> ActionSpec:
        return next(each for each in self.specs if each.id == name)

    def _read(self) -> None:
        self._stored, self._others = self._in_file()
        self._lay(self._unsaved)

    def _in_file(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Entries of the file, and its other tables."""
        try:
            text = self.file.read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return {}, {}
        except (OSError, UnicodeDecodeError) as error:
            raise GzactiveError(
                self._unread(getattr(error, "strerror", "") or "no text")
            ) from error
        import tomllib

        try:
            read = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise GzactiveError(self._unread(str(error))) from error
        stored = read.pop(_TABLE, {})
        if not isinstance(stored, dict):
            raise GzactiveError(self._unread(f"'{_TABLE}' is no table"))
        return stored, read

    def _lay(self, changes: Mapping[str, list[str] | None]) -> None:
        """Change what is stored; usual keys need no entry."""
        for name, keys in changes.items():
            if keys is None or tuple(keys) == _declared(name).keys:
                self._stored.pop(name, None)
            else:
                self._stored[name] = keys

    def _catch_up(self) -> None:
        """Use what another window has written since; a file that cannot be read waits."""
        before = self._stored
        try:
            self._read()
        except GzactiveError:  # it is set aside once there is something to write in its stead
            return
        if self._stored != before:
            self._use()

    def _unread(self, why: str) -> str:
        return (
            f"Your keys in '{self.file}' cannot be read ({why}): the usual keys are in use until "
            "you mend that file or delete it."
        )

    def _use(self) -> list[str]:
        """Lay what is stored over the declarations; sentences about what cannot be used."""
        from gzactive.app.remapping import remapped

        own: dict[str, tuple[str, ...]] = {}
        sentences = []
        for name, keys in self._stored.items():
            if not any(each.id == name for each in ACTIONS):
                continue  # of a later version
            try:
                own[name] = _stored_keys(name, keys)
            except GzactiveError as error:
                sentences.append(str(error))
        self.specs, refused = remapped(own)
        self.changed.emit()
        return sentences + refused

    def _change(self, changes: Mapping[str, list[str] | None]) -> str:
        """Store and use changes; None takes an entry away."""
        aside = ""
        try:
            self._read()  # another window may have written it since
        except GzactiveError:
            aside = self._set_aside()
        self._unsaved |= changes
        self._lay(self._unsaved)
        self._use()
        self._write()
        self._unsaved = {}
        return aside

    def _set_aside(self) -> str:
        """Keep a file that cannot be read under another name, so that nothing of it is lost."""
        number = 1
        while (kept := self.file.with_name(f"keys-unread-{number}.toml")).exists():
            number += 1
        try:
            self.file.rename(kept)
        except OSError as error:
            raise GzactiveError(
                f"Your keys in '{self.file}' can be neither read nor moved ({error.strerror}): "
                "mend that file or delete it, then change keys."
            ) from error
        self._stored, self._others, self.fault = {}, {}, ""
        return f"The file of keys that could not be read is kept as '{kept}'."

    def _write(self) -> None:
        import tomli_w

        from gzactive.paths import atomic_write

        content = self._others | ({_TABLE: self._stored} if self._stored else {})
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            atomic_write(self.file, _HEAD + tomli_w.dumps(content))
        except OSError as error:
            raise GzactiveError(
                f"The keys hold until you close the app; '{self.file}' cannot be written "
                f"({error.strerror}): free its disk or change its permissions."
            ) from error


def portable_key(key: str) -> str:
    """A key in Qt's portable notation.

    Raises
    ------
    GzactiveError
        If it is none, or several in a row.
    """
    portable = QKeySequence.SequenceFormat.PortableText
    sequence = QKeySequence.fromString(key, portable)
    if sequence.count() != 1 or not sequence.toString(portable):
        raise GzactiveError(f"'{key}' is no key: write one as in 'X', 'Ctrl+Shift+X' or 'Num+1'.")
    pressed = sequence[0]  # type: ignore[index]
    shift = Qt.KeyboardModifier.ShiftModifier
    if pressed.keyboardModifiers() & shift and _is_sign(pressed.key()):
        # Which signs need Shift is the keyboard's affair: '?' is '?' on every one.
        without = pressed.keyboardModifiers() & ~shift
        sequence = QKeySequence(QKeyCombination(without, pressed.key()))
    return sequence.toString(portable)


def _is_sign(key: Qt.Key) -> bool:
    """Whether a key is a sign, neither a letter nor a digit nor one without a picture."""
    return 0x21 <= key < 0x1000000 and not chr(key).isalnum()


def _stored_keys(name: str, keys: object) -> tuple[str, ...]:
    """What the file says of one action; a single key may stand without its brackets."""
    listed = [keys] if isinstance(keys, str) else keys
    if not isinstance(listed, list) or not all(isinstance(key, str) for key in listed):
        raise GzactiveError(f'\'{name}\' has no list of keys: write it as ["X", "Ctrl+X"].')
    return tuple(dict.fromkeys(portable_key(key) for key in listed))


def _declared(name: str) -> ActionSpec:
    return next(each for each in ACTIONS if each.id == name)
