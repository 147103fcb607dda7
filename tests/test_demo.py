"""The demonstration runs the real loop and reports on it."""

from pathlib import Path

import pytest

from gzactive.demo import has_display, make_demo_project, run_headless
from gzactive.errors import GzactiveError
from gzactive.stores.events import NewEvent


def test_the_headless_demonstration_labels_learns_and_reports(tmp_path: Path) -> None:
    stages: set[str] = set()
    outcome = run_headless(
        tmp_path / "demo",
        n=100,
        rounds=2,
        batch=15,
        progress=lambda stage, done, total: stages.add(stage),
    )
    assert outcome.table["round"].tolist() == [1, 2]
    assert outcome.table["trained on"].is_monotonic_increasing
    assert "Held-out loss fell" in outcome.sentence
    page = outcome.report.read_text(encoding="utf-8")
    assert page.count("<svg") >= 5
    assert page.count("data:image/jpeg;base64") >= 20
    assert "no picture could be read" not in page
    assert len(stages) >= 4


def test_a_demonstration_goes_on_but_never_mixes_two_skies(tmp_path: Path) -> None:
    make_demo_project(tmp_path / "demo", n=100, seed=1).close()
    with make_demo_project(tmp_path / "demo", n=100, seed=1) as project:
        assert len(project.catalog) == 100
    with pytest.raises(GzactiveError, match="holds a demonstration of 100 galaxies, seed 1"):
        make_demo_project(tmp_path / "demo", n=100, seed=2)


def test_simulated_volunteers_never_label_among_a_persons_answers(tmp_path: Path) -> None:
    with make_demo_project(tmp_path / "demo", n=100) as project:
        mine = {"labeller": "me", "id_str": project.catalog["id_str"].iloc[0]}
        mine |= {"tree_id": project.tree.id, "tree_hash": project.tree.hash}
        answer = NewEvent(
            kind="answer", question="smooth-or-featured", answer="artifact", count=1, **mine
        )
        project.labels.append([answer, NewEvent(kind="finish", **mine)])
    with pytest.raises(GzactiveError, match="1 galaxies labelled by hand"):
        run_headless(tmp_path / "demo", n=100, rounds=1, batch=10)


def test_without_a_display_variable_there_is_no_display_on_linux(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not has_display()
    monkeypatch.setenv("DISPLAY", ":0")
    assert has_display()
