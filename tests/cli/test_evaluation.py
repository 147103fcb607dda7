"""`evaluate` prints and writes what the model is worth; `show` tells of one galaxy."""

from pathlib import Path

import numpy as np
import pandas as pd

from gzactive.active.rounds import run_round
from gzactive.project import Project
from tests.active.conftest import (
    QUICK,
    decals_sky,
    ids_of,
    label,
    make_project,
    ring_sky,
    rows_of,
    votes_table,
)

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
    shown = gz("evaluate", project.path, "--no-saving", "--matrix", "ring")
    assert shown.code == 0, shown.err
    rows = [line.split() for line in shown.out.partition("the model says")[2].splitlines()]
    counts = [[int(one) for one in row[1:]] for row in rows if row and row[0] in ("yes", "no")]
    assert len(counts) == 2
    assert sum(map(sum, counts)) == reserved
    refused = gz("evaluate", project.path, "--no-saving", "--matrix", "bar")
    assert refused.code == 2
    assert "there is only ring" in refused.err
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
    told = gz("evaluate", project.path, "--matrix", "rnig")
    assert told.code == 2
    assert "no question 'rnig' to judge: did you mean 'ring'?" in told.err
    told = gz("evaluate", project.path, "--split", "test")
    assert told.code == 2
    assert "gzactive train --out" in told.err


def test_votes_to_judge_by_are_read_in_any_form_that_can_be_imported(
    gz: Command, make_project, decals_sky, tmp_path: Path
) -> None:
    project = make_project(decals_sky)
    aside = rows_of(project, True, 8)
    names = project.tree.column_names("gz-catalogue")
    project.close()
    votes = votes_table(decals_sky, aside).rename(columns={"id_str": "iauname", **names})
    votes["sample"] = ["original"] * 6 + ["extra"] * 2
    votes.to_csv(tmp_path / "published.csv", index=False)
    judged = ("evaluate", project.path, "--votes", tmp_path / "published.csv")
    told = gz(*judged, "--where", "sample == 'original'")
    assert told.code == 0, told.err
    assert "ids in 'iauname'; 6 galaxies with votes." in told.out
    assert "6 of 8 rows are chosen by \"sample == 'original'\"." in told.out
    assert "judged by published.csv." in told.out
    told = gz(*judged, "--where", "colour > 1")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert "is no query" in told.err
    told = gz("evaluate", project.path, "--where", "sample == 'original'")
    assert told.code == 2
    assert "name it with --votes" in told.err


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


def test_galaxies_that_divide_people_are_listed_and_labelled_as_second_opinions(
    gz: Command, make_project, ring_sky, tmp_path: Path
) -> None:
    project = make_project(ring_sky)
    votes = np.zeros_like(ring_sky.votes)
    votes[:, 0] = 1
    label(project, ring_sky, [3, 5], votes, labeller="ada")
    label(project, ring_sky, [3], votes[:, ::-1], labeller="bob")
    label(project, ring_sky, [5], votes, labeller="bob")
    project.close()
    out, answers = tmp_path / "queue.csv", tmp_path / "answers.csv"
    told = gz("rank", project.path, "--by", "second-opinion", "--labeller", "ada")
    assert "No galaxy needs a second opinion of ada" in told.out
    asked = ("rank", project.path, "--by", "second-opinion", "--labeller", "eve", "--out", out)
    assert gz(*asked).code == 0
    queue = pd.read_csv(out)
    assert queue["id_str"].tolist() == [ids_of(ring_sky)[3]]
    pd.DataFrame({"id_str": queue["id_str"], "ring_yes": 1}).to_csv(answers, index=False)
    given = ("label", project.path, answers, "--labeller", "eve", "--selection", "second-opinion")
    assert gz(*given).code == 0
    with Project.open(project.path) as again:
        assert again.labels.votes(again.tree)["ring_yes"].max() == 2
        assert {one.selection for one in again.labels.events() if one.labeller == "eve"} == {
            "second-opinion"
        }
