"""Networks that cost nothing, and small projects of real files for them."""

import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gzactive.catalog import find_images
from gzactive.model.head import Head
from gzactive.model.weights_file import write_weights
from gzactive.project import Project
from gzactive.trees import load_tree

TREE = load_tree("gz-decals-dr5")


class FakeNetwork:
    """Features that depend on the image alone, at no cost; counts what it is given."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seen = 0
        self.batches: list[int] = []
        self._seconds = seconds
        self._projection = np.random.default_rng(0).normal(0, 0.3, (49, 1280))

    def features(self, images: np.ndarray) -> np.ndarray:
        time.sleep(self._seconds)
        self.seen += len(images)
        self.batches.append(len(images))
        assert images.dtype == np.float32
        assert images.shape[1:] == (224, 224, 1)
        cells = images.reshape(-1, 7, 32, 7, 32).mean(axis=(2, 4)).reshape(-1, 49)
        return (cells @ self._projection).astype(np.float32)


class NoNetwork:
    """Where nothing may be computed."""

    def features(self, images: np.ndarray) -> np.ndarray:
        pytest.fail(f"{len(images)} images were sent through the network")


def picture(path: Path, number: int) -> Path:
    rng = np.random.default_rng(number)
    y, x = np.mgrid[:60, :60]
    blob = 180 * np.exp(-((x - 20 - number % 20) ** 2 + (y - 30) ** 2) / 60)
    pixels = np.clip(blob + rng.normal(20, 6, blob.shape), 0, 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def random_head(seed: int = 0) -> Head:
    rng = np.random.default_rng(seed)
    kernel = rng.normal(0, 0.1, (1280, len(TREE.columns))).astype(np.float32)
    return Head(kernel, np.full(len(TREE.columns), -3.0, np.float32))


def weights(folder: Path, head: Head | None = None, columns=TREE.columns) -> Path:
    """A weights file whose backbone no test builds."""
    path = folder / "fake.safetensors"
    write_weights(
        path,
        {"layer/kernel": np.arange(6.0).reshape(2, 3)},
        head=head,
        tree_id=TREE.id if head else None,
        columns=columns if head else (),
        channels=1,
        card={},
    )
    return path


def make_project(folder: Path, n: int = 40, head: Head | None = None, tree=TREE) -> Project:
    for number in range(n):
        picture(folder / "images" / f"g{number:03d}.png", number)
    catalog = find_images([folder / "images"])
    return Project.create(folder / "project", catalog, tree, weights=weights(folder, head))
