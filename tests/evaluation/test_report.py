"""A report is one file that loads nothing from elsewhere and shows text as text."""

import base64
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from gzactive.evaluation.report import Card, Chart, Section, thumbnail, write_report


def test_a_report_is_self_contained_and_escapes_what_people_wrote(tmp_path: Path) -> None:
    galaxy = tmp_path / "galaxy.png"
    pixels = np.random.default_rng(0).integers(0, 255, (64, 96, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(galaxy)
    path = tmp_path / "report.html"
    sections = [
        Section(
            "Galaxies <b>",
            "1 < 2 & so on",
            charts=[Chart('<svg xmlns="http://www.w3.org/2000/svg"/>', "A caption")],
            cards=[Card(thumbnail(str(galaxy)), "J000 <i>", ("first", "second")), Card("", "gone")],
            table=pd.DataFrame({"round": [1], "loss": ["0.500"]}),
        )
    ]
    write_report(path, "Title", "Lead", sections)
    page = path.read_text(encoding="utf-8")
    assert "<b>" not in page.split("<h2>")[1].split("</h2>")[0]
    assert "1 &lt; 2 &amp; so on" in page
    assert "no picture could be read" in page
    assert not re.search(r'(src|href)="(?!data:)', page)


def test_a_thumbnail_keeps_the_shape_and_the_range_of_deep_images(tmp_path: Path) -> None:
    deep = tmp_path / "deep.png"
    ramp = np.linspace(1000, 3000, 200 * 100).reshape(100, 200).astype(np.uint16)
    Image.fromarray(ramp).save(deep)
    url = thumbnail(str(deep), size=100)
    image = Image.open(io.BytesIO(base64.b64decode(url.split(",")[1])))
    assert image.size == (100, 50)
    low, high = image.convert("L").getextrema()
    assert low < 20
    assert high > 235


def test_an_unreadable_image_gives_no_thumbnail(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"not an image")
    assert thumbnail(str(broken)) == ""
