from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gzactive.errors import GzactiveError
from gzactive.images import ImageSettings, load_resized
from gzactive.inference import image_stack
from gzactive.inference.image_stack import stack_images
from gzactive.progress import Cancelled

SETTINGS = ImageSettings(size=20, crop=16)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    rng = np.random.default_rng(0)
    names = [str(tmp_path / f"{index}.png") for index in range(10)]
    for name in names:
        Image.fromarray(rng.integers(0, 255, (30, 30), np.uint8)).save(name)
    return names


def test_images_are_stacked_as_the_program_loads_them_and_what_cannot_be_read_is_listed(
    files: list[str], tmp_path: Path
) -> None:
    Path(files[3]).write_text("not a picture")
    stack = stack_images(files, tmp_path / "images.npy", SETTINGS)
    assert stack.images.shape == (10, 20, 20, 1)
    np.testing.assert_array_equal(stack.images[4], load_resized(files[4], SETTINGS))
    assert list(stack.problems) == [3]
    assert not stack.images[3].any()


def test_a_stopped_stack_goes_on_and_a_whole_one_is_only_opened(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_stack, "_BLOCK", 4)
    path = tmp_path / "images.npy"

    def stop(stage: str, done: int, total: int) -> None:
        if done >= 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        stack_images(files, path, SETTINGS, progress=stop)
    seen: list[int] = []
    stack_images(files, path, SETTINGS, progress=lambda stage, done, total: seen.append(done))
    assert seen[0] == 4
    seen.clear()
    whole = stack_images(files, path, SETTINGS, progress=lambda *step: seen.append(step[1]))
    assert not seen
    np.testing.assert_array_equal(whole.images[9], load_resized(files[9], SETTINGS))


def test_other_images_or_settings_are_decoded_anew(files: list[str], tmp_path: Path) -> None:
    path = tmp_path / "images.npy"
    stack_images(files, path, SETTINGS)
    other = stack_images(files[:5], path, ImageSettings(size=24, crop=16, channels=3))
    assert other.images.shape == (5, 24, 24, 3)


def test_a_full_disk_is_told_before_it_is_full(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_stack, "_SPARE", 1 << 60)
    with pytest.raises(GzactiveError, match=r"decoded images take .* choose a folder"):
        stack_images(files, tmp_path / "images.npy", SETTINGS)
    assert not (tmp_path / "images.npy").exists()
