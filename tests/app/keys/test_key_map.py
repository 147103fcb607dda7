"""Keys of a person's own: stored readably, conflicts refused, nothing lost, in force at once."""

import tomllib
from pathlib import Path

import pytest

from gzactive.app.actions import ACTIONS, ActionSpec
from gzactive.app.key_map import KeyMap, portable_key
from gzactive.app.remapping import NEEDED, remapped
from gzactive.errors import GzactiveError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "keys.toml"


@pytest.fixture
def keys(file: Path) -> KeyMap:
    return KeyMap(file)


def again(file: Path) -> KeyMap:
    """What the next start of the app reads."""
    keys = KeyMap(file)
    assert keys.load() == ""
    return keys


def test_without_a_file_every_action_has_its_declared_keys(keys: KeyMap) -> None:
    assert keys.load() == ""
    assert keys.specs == ACTIONS
    assert not keys.file.exists()


@pytest.mark.requirement(1)
def test_an_action_has_its_new_keys_at_once_and_after_a_restart(keys: KeyMap, file: Path) -> None:
    heard: list[tuple[str, ...]] = []
    keys.changed.connect(lambda: heard.append(keys.keys("label.skip")))
    assert keys.change("label.skip", ["X", "ctrl+shift+x"]) == ""
    assert heard == [("X", "Ctrl+Shift+X")]
    assert again(file).keys("label.skip") == ("X", "Ctrl+Shift+X")


@pytest.mark.requirement(1)
def test_answers_can_have_other_keys(keys: KeyMap, file: Path) -> None:
    keys.change("label.answer-1", ["A"])
    assert again(file).keys("label.answer-1") == ("A",)
    keys.change("label.skip", ["1"])
    assert keys.keys("label.skip") == ("1",)


def test_the_file_can_be_read_by_a_person_and_holds_only_what_was_changed(
    keys: KeyMap, file: Path
) -> None:
    keys.change("label.skip", ["X"])
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# Keys of your own in gzactive")
    assert tomllib.loads(text) == {"keys": {"label.skip": ["X"]}}


def test_a_conflict_is_refused_with_a_sentence_and_changes_nothing(
    keys: KeyMap, file: Path
) -> None:
    with pytest.raises(GzactiveError, match=r"The key 'F' cannot mean both 'Skip' and 'Flag'"):
        keys.change("label.skip", ["f"])
    assert keys.specs == ACTIONS
    assert not file.exists()


def test_the_same_key_may_mean_two_things_on_two_pages(keys: KeyMap) -> None:
    keys.change("label.skip", ["Q"])  # Explore has Q too
    with pytest.raises(GzactiveError, match="cannot mean both"):
        keys.change("view.theme", ["Q"])  # which works everywhere


@pytest.mark.parametrize("key", sorted(NEEDED))
def test_keys_that_the_app_needs_are_refused_with_a_sentence(keys: KeyMap, key: str) -> None:
    with pytest.raises(GzactiveError, match="everywhere: give 'Skip' another key"):
        keys.change("label.skip", [key])


def test_keys_that_the_app_needs_stay_with_the_actions_that_have_them(keys: KeyMap) -> None:
    keys.change("label.done", ["D"])
    assert keys.keys("label.done") == ("D", "Return", "Enter")
    keys.change("help.close", ["Ctrl+Shift+W"])
    assert "Esc" in keys.keys("help.close")


@pytest.mark.parametrize("key", ["Ctrl+Banana", "", "Ctrl", "Ctrl+K, Ctrl+B"])
def test_what_is_no_key_is_refused_with_a_sentence(keys: KeyMap, key: str) -> None:
    with pytest.raises(GzactiveError, match="is no key: write one as in 'X'"):
        keys.change("label.skip", [key])


def test_an_action_in_no_menu_keeps_a_key(keys: KeyMap) -> None:
    with pytest.raises(GzactiveError, match="'Answer 1' stands in no menu"):
        keys.change("label.answer-1", [])
    keys.change("label.skip", [])
    assert keys.keys("label.skip") == ()


def test_two_actions_can_change_keys(keys: KeyMap, file: Path) -> None:
    keys.change("label.skip", [])
    keys.change("label.flag", ["S"])
    keys.change("label.skip", ["F"])
    assert again(file).keys("label.skip") == ("F",)
    assert again(file).keys("label.flag") == ("S",)


def test_the_usual_keys_of_one_action_or_of_all_come_back(keys: KeyMap, file: Path) -> None:
    keys.change("label.skip", ["X"])
    keys.change("label.flag", ["S"])
    with pytest.raises(GzactiveError, match="The key 'S' cannot mean both 'Skip' and 'Flag'"):
        keys.restore("label.skip")
    keys.restore("label.flag")
    assert (keys.keys("label.flag"), keys.keys("label.skip")) == (("F",), ("X",))
    keys.restore_all()
    assert keys.specs == ACTIONS
    assert again(file).specs == ACTIONS


def test_entries_of_a_later_version_are_passed_over_and_kept(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('[keys]\n"label.dance" = ["D"]\n[gestures]\nwheel = "turn"\n')
    keys = again(file)
    keys.change("label.skip", ["X"])
    keys.restore_all()
    assert tomllib.loads(file.read_text(encoding="utf-8")) == {
        "keys": {"label.dance": ["D"]},
        "gestures": {"wheel": "turn"},
    }


def test_a_broken_file_is_told_in_a_sentence_and_nothing_of_it_is_lost(file: Path) -> None:
    file.parent.mkdir()
    broken = '[keys]\n"label.skip" = ["X"\n"label.flag" = ["Y"]\n'
    file.write_text(broken)
    keys = KeyMap(file)
    fault = keys.load()
    assert f"Your keys in '{file}' cannot be read" in fault
    assert "line 3" in fault
    assert keys.specs == ACTIONS
    assert file.read_text() == broken
    aside = keys.change("label.note", ["K"])
    (kept,) = file.parent.glob("keys-unread-*.toml")
    assert str(kept) in aside
    assert kept.read_text() == broken
    assert again(file).keys("label.note") == ("K",)


def test_what_cannot_be_used_is_left_out_said_and_kept(file: Path) -> None:
    file.parent.mkdir()
    written = (
        '[keys]\n"label.skip" = ["X"]\n"label.flag" = ["X"]\n"label.note" = 7\n'
        '"label.undo" = ["Ctrl+Banana"]\n"label.restart" = "y"\n'
    )
    file.write_text(written)
    keys = KeyMap(file)
    fault = keys.load()
    assert "not all can be used: 'label.note' has no list of keys" in fault
    assert "(And 2 more.)" in fault
    assert keys.keys("label.skip") == ("X",)
    assert keys.keys("label.flag") == ("F",)
    assert keys.keys("label.restart") == ("Y",)
    keys.change("label.help", ["K"])
    stored = tomllib.loads(file.read_text(encoding="utf-8"))["keys"]
    assert stored["label.note"] == 7
    assert stored["label.undo"] == ["Ctrl+Banana"]


def test_a_chosen_key_goes_before_one_that_a_later_version_declares() -> None:
    newer = (*ACTIONS, ActionSpec("label.dance", "Dance", ("X", "Ctrl+D"), "Dance", page="label"))
    specs, sentences = remapped({"label.skip": ["X"]}, newer)
    mapped = {each.id: each.keys for each in specs}
    assert sentences == []
    assert mapped["label.skip"] == ("X",)
    assert mapped["label.dance"] == ("Ctrl+D",)


def test_keys_of_a_second_window_are_kept(file: Path) -> None:
    one, other = again(file), again(file)
    one.change("label.skip", ["X"])
    other.change("label.flag", ["Y"])
    assert again(file).keys("label.skip") == ("X",)
    assert again(file).keys("label.flag") == ("Y",)


def test_a_key_that_a_second_window_has_given_is_not_given_again(file: Path) -> None:
    one, other = again(file), again(file)
    one.change("label.skip", ["X"])
    with pytest.raises(GzactiveError, match="cannot mean both 'Flag' and 'Skip'"):
        other.change("label.flag", ["X"])
    assert other.keys("label.skip") == ("X",)
    assert not again(file).is_own("label.flag")


def test_keys_that_cannot_be_stored_hold_for_now_and_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file where the folder should be")
    keys = KeyMap(tmp_path / "config" / "keys.toml")
    with pytest.raises(GzactiveError, match="hold until you close the app"):
        keys.change("label.skip", ["X"])
    assert keys.keys("label.skip") == ("X",)
    with pytest.raises(GzactiveError, match="hold until you close the app"):
        keys.change("label.flag", ["Y"])
    assert keys.keys("label.skip") == ("X",)
    (tmp_path / "config").unlink()
    keys.change("label.note", ["W"])
    stored = tomllib.loads(keys.file.read_text())["keys"]
    assert stored == {"label.skip": ["X"], "label.flag": ["Y"], "label.note": ["W"]}


def test_keys_are_written_in_one_way() -> None:
    assert portable_key("shift+?") == "?"
    assert portable_key("ctrl+shift+a") == "Ctrl+Shift+A"
    assert portable_key("num+1") == "Num+1"
    for action in ACTIONS:
        assert tuple(map(portable_key, action.keys)) == action.keys
