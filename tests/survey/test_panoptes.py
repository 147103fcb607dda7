"""The Zooniverse export, extracted and reduced by panoptes_aggregation itself."""

import csv
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gzactive.project import Project
from gzactive.survey.exporters import Options, export
from gzactive.survey.exporters.zooniverse import number_of
from gzactive.survey.importers import import_votes

from .exchange import IDS, classify, make_project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    made = make_project(tmp_path_factory.mktemp("zooniverse"))
    rng = np.random.default_rng(8)
    for _ in range(2):
        for labeller, ids in {"ada": IDS, "ben": IDS[:4], "cy": IDS[2:]}.items():
            for id_str in ids:
                classify(made.labels, made.tree, id_str, labeller, rng)
    classify(made.labels, made.tree, IDS[0], "dee", rng, repeat=True)
    yield made
    made.close()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_persons_first_classification_is_written(project: Project, tmp_path: Path) -> None:
    done = export(project, "zooniverse", tmp_path / "z.csv")
    rows = rows_of(tmp_path / "z.csv")
    people = [(row["user_name"], row["subject_ids"]) for row in rows]
    assert len(people) == len(set(people)) == done.count == 14
    assert done.remarks[0].startswith("15 classifications were left out")
    assert {row["subject_ids"] for row in rows} == {str(number_of(one)) for one in IDS}
    assert len({row["classification_id"] for row in rows}) == 14
    again = export(project, "zooniverse", tmp_path / "all.csv", options=Options(repeats=True))
    assert again.count == 29
    assert again.remarks == ()
    first = [row for row in rows_of(tmp_path / "all.csv") if '"first":true' in row["metadata"]]
    assert first == rows


def python_of(folder: Path) -> str:
    """A virtual environment with panoptes_aggregation, which wants older pandas and NumPy."""
    uv = shutil.which("uv")
    if uv:
        make = [uv, "venv", "--quiet", "--python", sys.executable, str(folder)]
        add = [uv, "pip", "install", "--quiet", "--python", str(folder)]
    else:
        make = [sys.executable, "-m", "venv", str(folder)]
        add = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run(make, check=True, timeout=300)
    subprocess.run([*add, "panoptes_aggregation>=5.3,<6"], check=True, timeout=900)
    return str(folder / "bin" / "panoptes_aggregation")


@pytest.mark.network
@pytest.mark.slow
def test_panoptes_aggregation_reduces_the_export_to_our_votes(
    project: Project, tmp_path: Path
) -> None:
    program = python_of(tmp_path / "venv")
    export(project, "zooniverse", tmp_path / "classifications.csv")
    export(project, "zooniverse-workflow", tmp_path / "workflow.csv")
    (workflow,) = rows_of(tmp_path / "workflow.csv")
    number, version = workflow["workflow_id"], "1.1"

    def run(*arguments: object) -> None:
        subprocess.run(
            [program, *map(str, arguments), "-d", str(tmp_path)], check=True, timeout=300
        )

    run("config", tmp_path / "workflow.csv", number)
    named = f"workflow_{number}_V{version}"
    run(
        "extract",
        tmp_path / "classifications.csv",
        tmp_path / f"Extractor_config_{named}.yaml",
    )
    run(
        "reduce",
        tmp_path / "question_extractor_extractions.csv",
        tmp_path / f"Reducer_config_{named}_question_extractor.yaml",
    )
    reduced = pd.read_csv(tmp_path / "question_reducer_reductions.csv")
    tree = project.tree
    votes = project.labels.votes(tree, unmodelled=True)
    assert len(votes) == len(IDS)
    for id_str, counts in votes.iterrows():
        mine = reduced[reduced["subject_id"] == number_of(str(id_str))].set_index("task")
        for question in tree.questions:
            task = question.names["zooniverse"]
            for answer in question.answers:
                slug = slugged(answer.names["zooniverse"])
                column = f"data.{slug}"
                known = task in mine.index and column in mine
                found = mine.loc[task, column] if known else 0
                found = 0 if pd.isna(found) else found
                assert found == counts[answer.column], (id_str, answer.column)

    catalog = project.catalog[["id_str", "file_loc"]]
    numbered = catalog.assign(id_str=[str(number_of(one)) for one in catalog["id_str"]])
    with Project.create(tmp_path / "numbered", numbered, tree) as other:
        done = import_votes(other, [tmp_path / "question_reducer_reductions.csv"])
        imported = other.labels.catalogue_votes(tree)
    assert done.files[0].format == "Zooniverse reductions"
    assert not [finding for finding in done.files[0].findings if finding.kind != "unasked"]
    counts = votes[list(tree.columns)].set_axis([str(number_of(str(one))) for one in votes.index])
    pd.testing.assert_frame_equal(
        imported, counts.sort_index(), check_index_type=False, check_names=False, check_dtype=False
    )


def slugged(label: str) -> str:
    """A label as panoptes_aggregation spells it in column names."""
    kept = "".join(letter if letter.isalnum() else " " for letter in label)
    return "-".join(kept.lower().split())
