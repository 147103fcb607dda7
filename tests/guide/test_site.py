"""The site: built from the guide's files, whole in one folder, every link and picture there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from gzactive.guide import load_guide

SCRIPT = Path(__file__).resolve().parents[2] / "packaging" / "site"


@pytest.mark.slow
def test_the_site_is_whole_and_fetches_nothing(tmp_path: Path) -> None:
    if not SCRIPT.is_dir():
        pytest.skip("packaging is not here")
    subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], check=True)
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > len(load_guide().pages)
    anchors = {page: set(re.findall(r'id="([^"]*)"', page.read_text())) for page in pages}
    for page in pages:
        html = page.read_text()
        for target in re.findall(r'(?:href|src)="([^"]*)"', html):
            if target.startswith("https://"):
                assert f'<a href="{target}"' in html  # a link that is followed, never a fetch
                continue
            name, _, anchor = target.partition("#")
            there = (page.parent / name).resolve() if name else page
            assert there.is_file(), (page.name, target)
            assert not anchor or anchor in anchors[there], (page.name, target)
    style = (tmp_path / "style.css").read_text()
    assert "prefers-color-scheme: light" in style
    assert "url(" not in style
    assert "fetch" not in (tmp_path / "search.js").read_text().split("PAGES = ", 1)[0]
