"""`evaluate` prints and writes what the model is worth; `show` tells of one galaxy."""

from pathlib import Path

from gzactive.active.rounds import run_round
from tests.active.conftest import QUICK, decals_sky, ids_of, label, make_project, ring_sky

from .conftest import Command

__all__ = ["decals_sky", "make_project", "ring_sky"]


def test_a_project_is_judged_in_the_terminal_and_in_a_report(
    gz: Command, make_project, ring_sky, tmp_path: Path
) -> None:
    project = make_project(ring_sky)
    label(project, ring_sky, range(len(ring_sky)))
    run_round(project, settings=QUICK, posterior="dropout")
    project.close()
    out = tmp_path / "report.html"
    told = gz("evaluate", project.path, "--out", out)
    assert told.code == 0, told.err
    reserved = int(project.catalog["reserved"].sum())
    assert f"{reserved} galaxies that the model was never trained on" in " ".join(told.out.split())
    assert "How often the leading answer is right" in told.out
    assert "Too few labels yet" in told.out
    assert '<table class="matrix">' in out.read_text(encoding="utf-8")


def test_without_votes_or_a_place_for_the_report_one_sentence_says_so(
    gz: Command, make_project, ring_sky, tmp_path: Path
) -> None:
    project = make_project(ring_sky)
    project.close()
    told = gz("evaluate", project.path)
    assert told.code == 2
    assert "No reserved galaxy has votes yet" in told.err
    told = gz("evaluate", project.path, "--out", tmp_path / "no" / "report.html")
    assert told.code == 2
    assert "There is no folder" in told.err
    told = gz("evaluate", project.path, "--split", "test")
    assert told.code == 2
    assert "gzactive train --out" in told.err


def test_a_galaxy_is_shown_with_its_fractions_the_likeliest_first(
    gz: Command, make_project, decals_sky
) -> None:
    project = make_project(decals_sky)
    ids = ids_of(decals_sky)
    project.close()
    told = gz("show", project.path, ids[4])
    assert told.code == 0, told.err
    text = " ".join(told.out.split())
    assert ids[4] in text
    assert "Is the galaxy simply smooth" in text
    for one in project.tree.root.answers:
        assert one.text in text
    told = gz("show", project.path, "nobody")
    assert told.code == 2
    assert "no galaxy 'nobody'" in told.err
