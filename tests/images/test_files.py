"""Files in folders and ZIPs are read alike, by many threads, or it is told why not."""

import io
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gzactive.images import (
    ImageProblem,
    image_hash,
    image_stamp,
    load_for_model,
    read_image,
)

from .helpers import GREY, galaxy, save


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(ImageProblem, match="pipe"):
        load_for_model(str(tmp_path / "pipe.jpg"), GREY)


def test_a_file_that_may_not_be_read_is_a_problem(tmp_path):
    file_loc = save(tmp_path / "g.png", galaxy().astype(np.uint8))
    Path(file_loc).chmod(0)
    if os.access(file_loc, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(ImageProblem, match="permission"):
        load_for_model(file_loc, GREY)


def zip_of(folder: Path, names: list[str], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "many.zip"
    with zipfile.ZipFile(path, "w", compression) as archive:
        for index, name in enumerate(names):
            buffer = io.BytesIO()
            picture = galaxy(60, 60, peak=100.0 + index)
            Image.fromarray(picture.astype(np.uint8)).save(buffer, "PNG")
            archive.writestr(name, buffer.getvalue())
    return path


def test_a_member_of_a_zip_is_read_as_if_it_were_a_file(tmp_path):
    path = zip_of(tmp_path, ["deep/down/a.png"])
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    inside, outside = f"{path}!/deep/down/a.png", str(tmp_path / "deep" / "down" / "a.png")
    assert np.array_equal(load_for_model(inside, GREY), load_for_model(outside, GREY))
    assert np.array_equal(read_image(inside), read_image(outside))
    assert image_hash(inside) == image_hash(outside)
    assert image_stamp(inside) == (Path(outside).stat().st_size, path.stat().st_mtime_ns)


def test_a_zip_is_read_by_many_threads_at_once(tmp_path):
    names = [f"{index:03d}.png" for index in range(40)]
    path = zip_of(tmp_path, names)
    alone = [image_hash(f"{path}!/{name}") for name in names]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(image_hash, [f"{path}!/{name}" for name in names] * 5))
    assert together == alone * 5
    assert len(set(alone)) == len(names)


def test_a_zip_that_changed_is_opened_anew(tmp_path):
    path = zip_of(tmp_path, ["a.png", "b.png"])
    before = image_hash(f"{path}!/b.png")
    zip_of(tmp_path, ["b.png", "a.png", "c.png"])
    os.utime(path, ns=(1, 1))
    assert image_hash(f"{path}!/a.png") == before


def test_what_is_wrong_with_a_zip_is_told(tmp_path):
    path = zip_of(tmp_path, ["a.png"])
    with pytest.raises(ImageProblem, match="no such file"):
        read_image(f"{path}!/b.png")
    damaged = bytearray(path.read_bytes())
    damaged[60:90] = bytes(30)
    path.write_bytes(damaged)
    with pytest.raises(ImageProblem, match="damaged"):
        read_image(f"{path}!/a.png")
    (tmp_path / "no.zip").write_bytes(b"nothing")
    with pytest.raises(ImageProblem, match="no readable ZIP"):
        read_image(f"{tmp_path / 'no.zip'}!/a.png")
    with pytest.raises(ImageProblem, match="missing"):
        read_image(f"{tmp_path / 'none.zip'}!/a.png")
    with pytest.raises(ImageProblem, match="missing"):
        image_stamp(f"{tmp_path / 'none.zip'}!/a.png")
