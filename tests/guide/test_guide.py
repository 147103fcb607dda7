"""The guide: every page is reached, every link leads somewhere, and it tells of what exists."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from gzactive.app.actions import ACTIONS
from gzactive.cli import app
from gzactive.errors import GzactiveError
from gzactive.guide import INDEX, Guide, Page, find, load_guide
from gzactive.guide.markdown import anchor_of, links, to_html
from gzactive.stores.settings import Settings

GUIDE = load_guide()
PAGES = pytest.mark.parametrize("page", GUIDE.pages, ids=lambda page: page.name)


def fences(page: Page, kind: str) -> Iterator[str]:
    yield from re.findall(rf"^```{kind}\n(.*?)^```", page.source, re.MULTILINE | re.DOTALL)


def test_every_page_is_in_the_contents_once() -> None:
    files = {path.stem for path in GUIDE.folder.glob("*.md")}
    assert sorted(files) == sorted(page.name for page in GUIDE.pages)
    assert GUIDE.pages[0].name == INDEX
    assert all(page.title and page.part for page in GUIDE.pages[1:])


@PAGES
def test_every_link_leads_somewhere(page: Page) -> None:
    for target, text in links(page.source):
        name, _, anchor = target.partition("#")
        if target.startswith("app:"):
            assert name.removeprefix("app:") in {action.id for action in ACTIONS}, target
        elif name.endswith(".md"):
            anchors = {section.anchor for section in GUIDE.page(name[:-3]).sections}
            assert not anchor or anchor in anchors, target
        elif not target.startswith("https://"):
            assert (GUIDE.folder / name).is_file(), target
        assert text or target


@PAGES
def test_a_page_begins_with_its_only_title(page: Page) -> None:
    titles = re.findall(r"^# .*", re.sub(r"```.*?```", "", page.source, flags=re.DOTALL), re.M)
    assert len(titles) == 1
    assert page.source.startswith(titles[0])


@PAGES
def test_commands_and_options_exist(page: Page) -> None:
    """No page tells of a command or an option that is not there (asked of --help itself)."""
    check_commands(page.source)


def test_what_the_readme_shows_exists() -> None:
    readme = Path(__file__).resolve().parents[2] / "README.md"
    if not readme.is_file():
        pytest.skip("the README is not here")
    text = readme.read_text(encoding="utf-8")
    check_commands(text)
    for target in re.findall(r"\]\(([^)#]+)", text):
        assert target.startswith("https://") or (readme.parent / target).is_file(), target


def check_commands(text: str) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    told = [line for block in blocks for line in block.splitlines()]
    told += re.findall(r"`(gzactive [^`]*)`", text)
    commands = {command.name for command in app.registered_commands}
    for line in told:
        for call in re.findall(r"\bgzactive ([a-z-]+)([^#|]*)", line.split("#")[0]):
            if call[0].startswith("-") or call[0] == "COMMAND":
                continue
            assert call[0] in commands, line
            for option in re.findall(r"(?<!\S)(--?[a-z][a-z-]*)", call[1]):
                assert option in _help(call[0]), line


_HELPS: dict[str, str] = {}


def _help(command: str) -> set[str]:
    if command not in _HELPS:
        result = CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, [command, "--help"])
        assert result.exit_code == 0
        _HELPS[command] = set(re.findall(r"(?<!\S)(--?[a-z][a-z-]*)", result.output))  # type: ignore[assignment]
    return _HELPS[command]  # type: ignore[return-value]


@PAGES
def test_keys_that_are_told_with_an_action_are_its_keys(page: Page) -> None:
    """``[Explore](app:go.explore) (`Ctrl+2`)`` names a key of that action."""
    keys = {action.id: action.keys for action in ACTIONS}
    for name, key in re.findall(r"\]\(app:([\w.-]+)\) \(`([^`]+)`\)", page.source):
        assert key in keys[name], (name, key)


#: Words of the guide in bold with a key behind them, and the action that is meant.
BOLD_KEYS = r"\*\*([^*]+)\*\* \(`([^`]+)`\)"


@PAGES
def test_keys_that_are_told_with_a_name_are_of_the_action_so_called(page: Page) -> None:
    for text, key in re.findall(BOLD_KEYS, page.source):
        named = [a for a in ACTIONS if a.text.rstrip("…").casefold() == text.casefold()]
        assert named, text
        assert any(key in action.keys for action in named), (text, key)


def test_settings_that_are_told_of_exist() -> None:
    known = {field.name for field in Settings.registry()}
    for page in (GUIDE.page("choosing"), GUIDE.page("rounds"), GUIDE.page("labelling")):
        for name in re.findall(r"settings? `(\w+)`|With `(\w+)`|\(`(\w+_share)`\)", page.source):
            assert next(filter(None, name)) in known


def test_menus_whose_keys_are_listed_exist() -> None:
    menus = {action.menu or action.page.capitalize() for action in ACTIONS}
    listed = [block.strip() for page in GUIDE.pages for block in fences(page, "keys")]
    assert listed
    assert set(listed) <= menus


def test_the_page_of_the_command_line_is_as_the_commands_are() -> None:
    script = Path(__file__).resolve().parents[2] / "packaging" / "command_line.py"
    if not script.is_file():
        pytest.skip("packaging is not here")
    done = subprocess.run([sys.executable, str(script), "--check"], check=False)
    assert done.returncode == 0, "run: python packaging/command_line.py"


def test_the_page_of_the_command_line_names_the_options_that_commands_take() -> None:
    commands = typer.main.get_command(app).commands
    sections = GUIDE.page("command-line").source.split("\n### ")[1:]
    assert len(sections) == len(commands)
    for section in sections:
        name = section.partition("\n")[0]
        told = set(re.findall(r"^\| `(--?[^ `]+)", section, re.MULTILINE))
        taken = {
            "/".join((*option.opts, *option.secondary_opts))
            for option in commands[name].params
            if option.opts[0].startswith("-") and not option.hidden and option.name != "help"
        }
        assert told == taken, name


def test_trees_on_the_page_about_trees_are_trees(tmp_path: Path) -> None:
    from gzactive.trees import load_tree

    blocks = list(fences(GUIDE.page("trees"), "toml"))
    assert len(blocks) == 2
    for number, block in enumerate(blocks):
        (tmp_path / f"{number}.toml").write_text(block)
        assert load_tree(tmp_path / f"{number}.toml").columns


def test_the_python_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All its code, one after another; features are made up so that no network has to run."""
    import gzactive.inference as inference
    from gzactive.inference import ExtractReport
    from tests.app.conftest import draw_galaxy, give_features

    import numpy as np  # isort: skip

    (tmp_path / "galaxies").mkdir()
    rng = np.random.default_rng(1)
    for number in range(60):
        draw_galaxy(tmp_path / "galaxies" / f"G{number}.png", rng, side=32)

    def made_up(project, **_):  # type: ignore[no-untyped-def]
        give_features(project)
        return ExtractReport(done=60, cached=0, problems=0, seconds=1.0, rate=60.0)

    monkeypatch.setattr(inference, "extract_features", made_up)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in fences(GUIDE.page("python"), "python"):
        exec(block, names)
    assert (tmp_path / "predictions.hdf5").is_file()


# ---- how it is read ----------------------------------------------------------------------------


def test_a_search_finds_headings_first_and_needs_every_word() -> None:
    places = [(page.name, page.title, page.sections) for page in GUIDE.pages]
    found = find("roll back", places)
    assert found[0].page == "rounds"
    assert all("roll" in f"{each.title} {each.heading} {_text(each)}".casefold() for each in found)
    assert find("taking back", places)[0].anchor == "taking-back"
    assert find("no-such-word", places) == []
    assert find("  ", places) == []


def _text(found) -> str:  # type: ignore[no-untyped-def]
    page = GUIDE.page(found.page)
    return next(each.text for each in page.sections if each.anchor == found.anchor)


def test_markup_of_a_page_is_shown_and_not_obeyed() -> None:
    assert "<script>" not in to_html("<script>alert(1)</script>")
    assert anchor_of("What it's for, in `words`") == "what-its-for-in-words"


def test_a_missing_page_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "index.md").write_text("# I\n\n## A\n\n- [One](one.md)\n")
    with pytest.raises(GzactiveError, match=r"one\.md' cannot be read"):
        load_guide(tmp_path)
    with pytest.raises(GzactiveError, match="has no page 'two'"):
        Guide(GUIDE.pages, GUIDE.folder).page("two")
