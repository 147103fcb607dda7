"""Images: every file becomes the model's array or a problem with its reason."""

import contextlib
import gzip
import io
import os
import struct
import threading
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from PIL import Image

from gzactive.errors import GzactiveError
from gzactive.images import (
    ImageProblem,
    ImageSettings,
    image_hash,
    image_stamp,
    load_for_model,
    load_resized,
    load_unless_known,
    read_image,
)

GREY = ImageSettings()
COLOUR = ImageSettings(channels=3)


def galaxy(height: int = 120, width: int = 120, channels: int = 3, peak: float = 220.0):
    """A noisy, off-centre blob on a dark sky, with its own brightness in each channel."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:height, :width]
    blob = np.exp(-((x - 0.55 * width) ** 2 / (0.1 * width) ** 2 + (y - 0.4 * height) ** 2 / 200.0))
    planes = [
        peak * (1 - 0.2 * index) * blob + rng.normal(0.06 * peak, 0.02 * peak, blob.shape)
        for index in range(channels)
    ]
    picture = np.clip(np.stack(planes, axis=-1), 0, peak)
    return picture if channels > 1 else picture[..., 0]


def save(path: Path, picture: np.ndarray | Image.Image, **options) -> str:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(path, **options)
    return str(path)


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


def definition(file_loc: str, settings: ImageSettings) -> np.ndarray:
    """The pipeline word for word: decode, resize all, mean over channels, scale, crop."""
    resized = Image.open(file_loc).convert("RGB").resize((settings.size, settings.size), 1)
    array = np.asarray(resized, dtype=np.float64) / 255
    if settings.channels == 1:
        array = array.mean(axis=-1, keepdims=True)
    margin = (settings.size - settings.crop) // 2
    return array[margin : margin + settings.crop, margin : margin + settings.crop]


@pytest.mark.parametrize("settings", [GREY, COLOUR, ImageSettings(size=64, crop=33)])
@pytest.mark.parametrize("shape", [(424, 424), (240, 240), (200, 350), (40, 30)])
def test_the_array_is_the_definitions_to_within_rounding(tmp_path, shape, settings):
    file_loc = save(tmp_path / "g.png", galaxy(*shape).astype(np.uint8))
    array = load_for_model(file_loc, settings)
    assert array.dtype == np.float32
    assert array.shape == (settings.crop, settings.crop, settings.channels)
    assert np.abs(array - definition(file_loc, settings)).max() <= 1.01 / 255


def test_what_training_crops_is_what_scoring_sees(tmp_path):
    file_loc = save(tmp_path / "g.jpg", galaxy(300, 260).astype(np.uint8))
    for settings in (GREY, COLOUR):
        resized = load_resized(file_loc, settings)
        assert resized.dtype == np.uint8
        assert resized.shape == (300, 300, settings.channels)
        centre = resized[38:262, 38:262] / 255
        assert np.abs(centre - load_for_model(file_loc, settings)).max() <= 1.6 / 255


def test_a_grey_file_fills_three_channels_when_colour_is_wanted(tmp_path):
    file_loc = save(tmp_path / "g.png", galaxy(channels=1).astype(np.uint8))
    array = load_for_model(file_loc, COLOUR)
    assert np.ptp(array, axis=-1).max() == 0
    assert load_resized(file_loc, COLOUR).shape == (300, 300, 3)


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


def test_a_fits_picture_is_stretched_in_native_byte_order_with_gaps_as_black(tmp_path):
    counts = galaxy(channels=1, peak=5000.0)
    counts[:30, :30] = np.nan
    path = tmp_path / "g.fits"
    fits.PrimaryHDU(counts.astype(">f4")).writeto(path)
    picture = read_image(str(path))
    assert picture.dtype.isnative
    assert picture.dtype == np.float32
    assert np.isnan(picture[-1, 0])  # FITS counts rows from the bottom
    array = load_for_model(str(path), ImageSettings(size=120, crop=120))
    assert np.isfinite(array).all()
    assert array[-20:, :20].max() < 0.02
    assert array.max() > 0.95
    assert 0.02 < np.median(array) < 0.5  # the sky is neither cut off nor grey


@pytest.mark.parametrize("kind", ["asinh", "log", "linear"])
def test_stretches_rise_with_the_counts_and_only_linear_burns_a_bulge_out(tmp_path, kind):
    path = tmp_path / "g.fits"
    counts = galaxy(channels=1, peak=5000.0)
    fits.PrimaryHDU(counts).writeto(path)
    array = load_resized(str(path), ImageSettings(size=120, crop=120, stretch=kind))[::-1, :, 0]
    order = np.argsort(counts, axis=None)
    assert (np.diff(array.ravel()[order].astype(int)) >= 0).all()
    assert ((array == 255).mean() > 0.01) == (kind == "linear")


def test_fits_may_be_gzipped_compressed_in_tiles_or_in_an_extension(tmp_path):
    counts = np.rint(galaxy(channels=1, peak=3000.0)).astype(np.int32)
    plain, packed, tiled = tmp_path / "a.fits", tmp_path / "a.fits.gz", tmp_path / "a.fits.fz"
    fits.PrimaryHDU(counts).writeto(plain)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(counts)]).writeto(tiled)
    for path in (plain, packed, tiled):
        assert np.array_equal(read_image(str(path)), counts[::-1])


def test_planes_of_a_fits_cutout_become_colours_with_the_reddest_first(tmp_path):
    planes = np.moveaxis(galaxy(peak=900.0), -1, 0).astype(np.float32)
    unnamed, named, four = (tmp_path / name for name in ("u.fits", "n.fits", "f.fits"))
    fits.PrimaryHDU(planes).writeto(unnamed)
    fits.PrimaryHDU(planes, fits.Header({"BANDS": "grz"})).writeto(named)
    fits.PrimaryHDU(np.concatenate([planes, planes[:1]]), fits.Header({"BANDS": "grzi"})).writeto(
        four
    )
    assert np.array_equal(read_image(str(unnamed))[::-1, :, 0], planes[0])
    assert np.array_equal(read_image(str(named))[::-1, :, 0], planes[2])
    assert np.array_equal(read_image(str(four)), read_image(str(named)))
    assert load_for_model(str(named), COLOUR).shape == (224, 224, 3)


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


def test_identity_is_cheap_first_and_by_content_then(tmp_path):
    file_loc = save(tmp_path / "g.png", galaxy().astype(np.uint8))
    stamp, digest = image_stamp(file_loc), image_hash(file_loc)
    array, told = load_unless_known(file_loc, GREY)
    assert told == digest
    assert np.array_equal(array, load_for_model(file_loc, GREY))
    assert load_unless_known(file_loc, GREY, {digest}) == (None, digest)
    os.utime(file_loc, ns=(5, 5))
    assert image_stamp(file_loc) != stamp
    assert image_hash(file_loc) == digest
    save(tmp_path / "g.png", galaxy(peak=150.0).astype(np.uint8))
    assert image_hash(file_loc) != digest


def test_settings_survive_the_project_file_and_differ_in_their_key():
    settings = ImageSettings(channels=3, stretch="log")
    assert ImageSettings.from_dict(settings.to_dict()) == settings
    assert ImageSettings.from_dict({}) == ImageSettings()
    keys = {
        ImageSettings(**change).key
        for change in ({}, {"size": 400}, {"crop": 200}, {"channels": 3}, {"stretch": "log"})
    }
    assert len(keys) == 5


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"crop": 400}, "400"),
        ({"crop": 0}, "crop"),
        ({"channels": 2}, "2 channels"),
        ({"stretch": "sqrt"}, "sqrt"),
        ({"colour": 1}, "colour"),
    ],
)
def test_settings_that_make_no_sense_are_refused(values, word):
    with pytest.raises(GzactiveError, match=word):
        ImageSettings.from_dict(values)


def test_decoding_leaves_no_thread_or_open_file(tmp_path):
    file_loc = save(tmp_path / "g.png", galaxy().astype(np.uint8))
    before = threading.active_count()
    load_for_model(file_loc, GREY)
    Path(file_loc).unlink()  # on Windows this fails where a handle is open
    assert threading.active_count() == before


@pytest.mark.real_data
def test_real_galaxies_all_become_arrays(real_data):
    for name in ("decals_rings", "gz1_sdss", "gz_examples", "efigi"):
        files = sorted((real_data / name / "images").rglob("*.*"))[:60]
        assert files
        for file in files:
            difference = np.abs(load_for_model(str(file), GREY) - definition(str(file), GREY))
            assert difference.max() <= 2.01 / 255
            assert difference.mean() <= 0.01 / 255
