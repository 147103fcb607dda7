"""Every kind of file decodes to the same galaxy, and a broken one is a problem with its reason."""

import contextlib
import gzip
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

from gzactive.images import (
    ImageProblem,
    load_for_model,
    load_resized,
    read_image,
)

from .helpers import COLOUR, GREY, galaxy, save


def colour_png_of_16_bits(values: np.ndarray) -> bytes:
    """Pillow cannot write one."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)

    height, width, channels = values.shape
    header = struct.pack(">IIBBBBB", width, height, 16, {3: 2, 4: 6}[channels], 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "mode", "options"),
    [
        ("g.png", "RGB", {}),
        ("g.png", "RGBA", {}),
        ("g.png", "P", {}),
        ("g.tif", "RGB", {"compression": "tiff_lzw"}),
        ("g.tif", "CMYK", {}),
        ("g.bmp", "RGB", {}),
        ("g.gif", "P", {}),
        ("g.webp", "RGB", {"lossless": True}),
        ("g.jpg", "CMYK", {"quality": 95}),
        ("g.jpg", "RGB", {"quality": 95, "progressive": True}),
        ("g.tif", "YCbCr", {}),
    ],
)
def test_every_common_kind_of_file_gives_the_same_galaxy(tmp_path, name, mode, options):
    plain = load_for_model(save(tmp_path / "p.png", galaxy().astype(np.uint8)), GREY)
    image = Image.fromarray(galaxy().astype(np.uint8)).convert(mode)
    other = load_for_model(save(tmp_path / name, image, **options), GREY)
    assert np.abs(other - plain).mean() < 0.03  # a palette and JPEG lose a little


def test_a_grey_picture_with_alpha_and_one_of_one_bit_are_read(tmp_path):
    grey = Image.fromarray(galaxy(channels=1).astype(np.uint8))
    plain = load_for_model(save(tmp_path / "l.png", grey), GREY)
    alpha = load_for_model(save(tmp_path / "la.png", grey.convert("LA")), GREY)
    assert np.array_equal(plain, alpha)
    assert load_for_model(save(tmp_path / "1.png", grey.convert("1")), GREY).max() > 0.5


def test_the_transparent_part_of_a_picture_is_black_sky(tmp_path):
    image = Image.fromarray(np.full((60, 60, 3), 200, np.uint8)).convert("RGBA")
    image.putalpha(Image.fromarray((np.arange(3600).reshape(60, 60) > 1800).astype(np.uint8) * 255))
    array = load_for_model(save(tmp_path / "g.png", image), GREY)
    assert array[0].max() < 0.01
    assert array[-1].min() > 0.77


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_deep_grey_is_scaled_by_the_depth_it_uses(tmp_path, bits, suffix):
    top = 2**bits - 1
    deep = np.rint(galaxy(channels=1, peak=1.0) * top).astype(np.uint16)
    shallow = np.rint(galaxy(channels=1, peak=1.0) * 255).astype(np.uint8)
    deep_loc = save(tmp_path / f"d{suffix}", deep)
    assert read_image(deep_loc).dtype == np.uint16
    assert np.array_equal(read_image(deep_loc), deep)
    plain = load_for_model(save(tmp_path / "s.png", shallow), GREY)
    assert np.abs(load_for_model(deep_loc, GREY) - plain).max() < 2.5 / 255


@pytest.mark.parametrize("channels", [3, 4])
def test_deep_colour_keeps_its_low_bits(tmp_path, channels):
    values = np.rint(galaxy(channels=3, peak=1.0) * 4095).astype(np.uint16)
    stored = values
    if channels == 4:
        stored = np.concatenate([values, np.full((*values.shape[:2], 1), 65535, "u2")], axis=-1)
    path = tmp_path / "g.png"
    path.write_bytes(colour_png_of_16_bits(stored))
    assert np.array_equal(read_image(str(path)), values)
    assert load_for_model(str(path), GREY).max() > 0.7  # not the black that high bytes alone give


@pytest.mark.parametrize("order", ["<", ">"])
def test_deep_colour_tiff_keeps_its_low_bits_in_either_byte_order(tmp_path, order):
    values = np.rint(galaxy(50, 40, peak=1.0) * 4095).astype(np.uint16)
    tags = [
        (256, 3, 1, 40),
        (257, 3, 1, 50),
        (258, 3, 3, 8 + 2 + 12 * 9 + 4),
        (259, 3, 1, 1),
        (262, 3, 1, 2),
        (273, 4, 1, 200),
        (277, 3, 1, 3),
        (278, 3, 1, 50),
        (279, 4, 1, values.nbytes),
    ]
    packed = b""
    for tag, kind, count, value in tags:
        entry = "HHIHxx" if kind == 3 and count == 1 else "HHII"
        packed += struct.pack(order + entry, tag, kind, count, value)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    head = mark + struct.pack(order + "I", 8) + struct.pack(order + "H", len(tags)) + packed
    head += struct.pack(order + "I", 0) + struct.pack(order + "HHH", 16, 16, 16)
    path = tmp_path / "g.tif"
    path.write_bytes(head.ljust(200, b"\0") + values.astype(order + "u2").tobytes())
    assert np.array_equal(read_image(str(path)), values)


def test_floats_between_0_and_1_are_brightness_and_all_others_are_counts(tmp_path):
    unit = galaxy(channels=1, peak=1.0).astype(np.float32)
    plain = load_for_model(save(tmp_path / "s.png", np.rint(unit * 255).astype(np.uint8)), GREY)
    assert np.allclose(load_for_model(save(tmp_path / "u.tif", unit), GREY), plain, atol=1e-6)
    counts = load_for_model(save(tmp_path / "c.tif", unit * 7000 - 300), GREY)
    assert counts.min() < 0.05
    assert counts.max() > 0.9
    assert read_image(str(tmp_path / "c.tif")).dtype == np.float32


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
def test_the_cameras_orientation_is_respected(tmp_path, orientation, suffix):
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = Image.fromarray(galaxy(96, 64).astype(np.uint8))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    read = read_image(save(tmp_path / f"g{suffix}", stored, exif=exif))
    assert read.shape == (96, 64, 3)
    assert np.abs(read.astype(int) - np.asarray(upright)).mean() < 6


def broken_files(folder: Path) -> dict[str, str]:
    """Files that are no picture of a galaxy, and a word of the reason."""
    jpg = io.BytesIO()
    Image.fromarray(galaxy().astype(np.uint8)).save(jpg, "JPEG")
    png = io.BytesIO()
    Image.fromarray(galaxy().astype(np.uint8)).save(png, "PNG")
    cube = io.BytesIO()
    fits.PrimaryHDU(np.zeros((7, 9, 9), "f4")).writeto(cube)
    nothing = io.BytesIO()
    fits.PrimaryHDU(np.full((9, 9), np.nan, "f4")).writeto(nothing)
    level = io.BytesIO()
    fits.PrimaryHDU(np.full((9, 9), 3.5, "f4")).writeto(level)
    whole_fits = io.BytesIO()
    fits.PrimaryHDU(galaxy(channels=1)).writeto(whole_fits)
    bomb = bytearray(png.getvalue())
    bomb[16:24] = struct.pack(">II", 60_000, 60_000)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bytes(bomb[12:29])))
    zero = bytearray(png.getvalue())
    zero[16:24] = struct.pack(">II", 0, 0)
    zero[29:33] = struct.pack(">I", zlib.crc32(bytes(zero[12:29])))
    contents = {
        "empty.jpg": (b"", "empty"),
        "truncated.jpg": (jpg.getvalue()[: len(jpg.getvalue()) // 2], "truncated"),
        "one-byte-short.png": (png.getvalue()[:-30], "truncated"),
        "half-downloaded.jpg": (jpg.getvalue()[:1000].ljust(9000, b"\0"), "download"),
        "start-only.jpg": (jpg.getvalue()[:20], "damaged or truncated"),
        "text.jpg": (b"id,file\n1,a.jpg\n", "no JPEG"),
        "page.jpg": (b"<!DOCTYPE html><html>404</html>", "web page"),
        "bomb.png": (bytes(bomb), "pixels"),
        "zero.png": (bytes(zero), "damaged"),
        "cube.fits": (cube.getvalue(), "three-plane"),
        "nan.fits": (nothing.getvalue(), "finite"),
        "level.fits": (level.getvalue(), "the same (3.5)"),
        "truncated.fits": (whole_fits.getvalue()[:4000], "damaged FITS"),
        "truncated.fits.gz": (gzip.compress(whole_fits.getvalue())[:-40], "gzip"),
        "other.gz": (gzip.compress(b"text"), "damaged FITS"),
    }
    for name, (content, _) in contents.items():
        (folder / name).write_bytes(content)
    expected = {str(folder / name): word for name, (_, word) in contents.items()}
    flat = np.full((50, 50, 3), (12, 13, 14), np.uint8)
    expected[save(folder / "flat.png", flat)] = "the same (12, 13, 14)"
    expected[save(folder / "flat16.png", np.full((50, 50), 900, np.uint16))] = "the same (900)"
    clear = Image.fromarray(galaxy().astype(np.uint8)).convert("RGBA")
    clear.putalpha(0)
    expected[save(folder / "clear.png", clear)] = "the same"
    frames = [Image.fromarray(galaxy(peak=peak).astype(np.uint8)) for peak in (100, 200)]
    for name in ("moving.gif", "moving.png", "moving.webp", "pages.tif"):
        expected[save(folder / name, frames[0], save_all=True, append_images=frames[1:])] = (
            "2 frames"
        )
    expected[str(folder / "missing.jpg")] = "missing"
    expected[str(folder / "text.jpg" / "inside.jpg")] = "missing"
    expected[str(folder)] = "folder"
    expected["a\0b.jpg"] = "no file name"
    return expected


def test_every_broken_file_is_a_problem_with_its_reason(tmp_path):
    for file_loc, word in broken_files(tmp_path).items():
        for read in (read_image, lambda loc: load_for_model(loc, GREY), image_and_resized):
            with pytest.raises(ImageProblem) as caught:
                pytest.fail(f"{file_loc} was read as {np.shape(read(file_loc))}")
            assert caught.value.file_loc == file_loc
            assert word in caught.value.reason
            assert "\n" not in str(caught.value)
            assert file_loc in str(caught.value)


def image_and_resized(file_loc: str) -> None:
    load_resized(file_loc, COLOUR)


def test_content_counts_and_not_the_name(tmp_path):
    picture = Image.fromarray(galaxy().astype(np.uint8))
    right = load_for_model(save(tmp_path / "g.png", picture), GREY)
    wrong = load_for_model(save(tmp_path / "really_png.jpg", picture, format="PNG"), GREY)
    assert np.array_equal(right, wrong)


def test_random_damage_never_escapes_as_another_error(tmp_path):
    rng = np.random.default_rng(5)
    sources = []
    for options in ({"format": "JPEG"}, {"format": "PNG"}, {"format": "GIF"}, {"format": "BMP"}):
        buffer = io.BytesIO()
        Image.fromarray(galaxy(40, 40).astype(np.uint8)).save(buffer, **options)
        sources.append(buffer.getvalue())
    path = tmp_path / "g.bin"
    for source in sources:
        for _ in range(60):
            damaged = bytearray(source[: rng.integers(1, len(source) + 1)])
            for position in rng.integers(0, len(damaged), 3):
                damaged[position] = rng.integers(256)
            path.write_bytes(damaged)
            with contextlib.suppress(ImageProblem):  # any other error fails the test
                load_for_model(str(path), GREY)
