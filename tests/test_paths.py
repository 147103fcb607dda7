"""Shipped files are found, and a file is replaced whole or not at all."""

import zipfile
from pathlib import Path
from subprocess import run
from sys import executable

import pytest

from gzactive.errors import GzactiveError
from gzactive.paths import atomic_write, resource


def test_resources_are_found_in_the_checkout() -> None:
    assert (resource("trees") / "rings.toml").is_file()


def test_a_missing_resource_says_what_to_do() -> None:
    with pytest.raises(GzactiveError, match=r"lacks its file 'trees/none\.toml': install"):
        resource("trees/none.toml")


def test_a_failed_write_leaves_the_old_file_and_no_rubbish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file.txt"
    atomic_write(path, "old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        atomic_write(path, "new")
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["file.txt"]


def test_a_written_file_can_be_read_by_whom_the_umask_allows(tmp_path: Path) -> None:
    plain = tmp_path / "plain.txt"
    plain.write_text("as any program writes")
    atomic_write(tmp_path / "file.txt", "text")
    assert (tmp_path / "file.txt").stat().st_mode == plain.stat().st_mode


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = "{'keras', 'tensorflow', 'pandas', 'astropy', 'matplotlib', 'PySide6', 'h5py'}"
    code = f"import sys, gzactive.cli; print(sorted({heavy} & set(sys.modules)))"
    done = run([executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_resources_are_found_in_a_wheel(tmp_path: Path) -> None:
    root = Path(__file__).parents[1]
    build = [executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    run(build, cwd=root, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = (
        "from gzactive.trees import load_tree; from gzactive.paths import resource; "
        "print(len(load_tree('gz-decals-dr5').columns), resource('trees'))"
    )
    done = run(
        [executable, "-I", "-c", f"import sys; sys.path.insert(0, '{tmp_path / 'site'}'); {code}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert done.stdout.split() == ["34", str(tmp_path / "site/gzactive/_resources/trees")]
