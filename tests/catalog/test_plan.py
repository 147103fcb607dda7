"""Images and tables become a catalogue, and every row that does not come along is accounted for."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.table import Table
from PIL import Image

from gzactive.catalog.findings import Level
from gzactive.catalog.material import look_at_some, read_material, sort_sources
from gzactive.catalog.plan import Plan, plan_catalog
from gzactive.errors import GzactiveError
from gzactive.progress import Cancelled
from gzactive.trees import load_tree

RINGS = load_tree("rings")


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Eight pictures called G0 to G7."""
    folder = tmp_path / "survey" / "images"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(1)
    for number in range(8):
        pixels = rng.integers(0, 255, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"G{number}.png")
    return folder


def table(folder: Path, **columns: object) -> Path:
    path = folder / "table.csv"
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def plan(images: list[Path], path: Path | None, columns=None, **more: object) -> Plan:
    return plan_catalog(read_material(images, path), RINGS, columns, **more)


def kinds(made: Plan) -> dict[str, str]:
    return {finding.kind: finding.sentence for finding in made.findings}


def test_rows_without_image_and_images_without_row_are_counted_with_examples(images, tmp_path):
    made = plan([images], table(tmp_path, id_str=["G0", "G1", "X"], ring_yes=1, ring_no=0))
    assert made.catalog["id_str"].tolist() == ["G0", "G1"]
    found = {finding.kind: finding for finding in made.findings}
    assert found["rows-without-image"].sentence == "1 row left out: no image."
    assert found["rows-without-image"].rows == ("id_str X",)
    assert found["images-without-row"].sentence.startswith("6 images left out")
    assert len(found["images-without-row"].rows) == 5
    assert all(found[kind].remedy for kind in ("rows-without-image", "images-without-row"))


def test_repeated_ids_are_refused_or_the_first_is_kept(images, tmp_path):
    path = table(tmp_path, id_str=["G0", "G1", "G0"], ring_yes=[3, 1, 9], ring_no=0)
    for sources in ([images], []):
        given = path
        if not sources:
            given = table(
                tmp_path,
                id_str=["G0", "G1", "G0"],
                file_loc=[str(images / f"G{n}.png") for n in (0, 1, 2)],
                ring_yes=[3, 1, 9],
                ring_no=0,
            )
        refused = plan(sources, given)
        assert refused.catalog is None
        (finding,) = refused.refusals
        assert "'G0' is in rows 1, 3" in finding.sentence
        kept = plan(sources, given, keep_first=True)
        assert kept.votes["ring_yes"].tolist() == [3, 1]
        assert "1 row left out: an earlier row has the same id_str." in kinds(kept)["duplicates"]


def test_rows_without_id_or_path_are_left_out_and_told(images, tmp_path):
    files = [str(images / "G0.png"), str(images / "G1.png"), "", str(images / "G3.png")]
    made = plan([], table(tmp_path, name=["a", "", "c", "d"], file_loc=files))
    assert made.catalog["id_str"].tolist() == ["a", "d"]
    assert "no path in 'file_loc'" in kinds(made)["rows-without-image"]
    assert "no id in 'name'" in kinds(made)["rows-without-id"]


def test_missing_images_come_along_and_are_told(images, tmp_path):
    files = [str(images / "G0.png"), str(tmp_path / "gone.png")]
    made = plan([], table(tmp_path, id_str=["a", "b"], file_loc=files))
    assert len(made.catalog) == 2
    assert "1 of 2 images are missing" in kinds(made)["missing"]
    none = plan([], table(tmp_path, id_str=["a"], file_loc=["gone.png"]))
    assert "None of the 1 images" in none.refusals[0].sentence


def test_bad_coordinates_are_counted_and_their_galaxies_kept(images, tmp_path):
    made = plan(
        [images],
        table(
            tmp_path,
            id_str=[f"G{n}" for n in range(5)],
            ra=[10.0, -30.0, 400.0, None, 5.0],
            dec=[0.0, 10.0, 0.0, 0.0, -91.0],
            pixscale=[0.4, 0.4, -1.0, None, 0.2],
        ),
    )
    catalog = made.catalog
    assert catalog["ra"].tolist()[:2] == [10.0, 330.0]
    assert catalog["ra"].isna().tolist() == [False, False, True, True, False]
    assert catalog["dec"].isna().tolist() == [False, False, False, False, True]
    assert catalog["pixel_scale"].isna().tolist() == [False, False, True, True, False]
    sentences = " ".join(finding.sentence for finding in made.findings)
    assert "1 row has no usable right ascension in 'ra'" in sentences
    assert "1 row has no usable declination in 'dec'" in sentences
    assert "3 galaxies have no place in the sky" in sentences
    assert "1 row has no usable pixel scale" in sentences


def test_sexagesimal_coordinates_become_degrees(images, tmp_path):
    made = plan(
        [images],
        table(
            tmp_path,
            id_str=["G0", "G1"],
            ra=["12:30:49.4", "00 00 01.5"],
            dec=["-00:30:00", "+12 23 28"],
        ),
    )
    assert made.catalog["ra"].tolist() == pytest.approx([187.70583, 0.00625], abs=1e-4)
    assert made.catalog["dec"].tolist() == pytest.approx([-0.5, 12.39111], abs=1e-4)


def test_votes_with_gaps_count_as_none_and_are_told(images, tmp_path):
    made = plan([images], table(tmp_path, id_str=["G0", "G1"], ring_yes=[3, None], ring_no=[1, 2]))
    assert made.votes["ring_yes"].tolist() == [3, 0]
    assert "1 row has no number in a column of votes" in kinds(made)["blank-votes"]
    assert "2 galaxies came with votes" in kinds(made)["votes"]


def test_a_question_with_votes_for_some_of_its_answers_only_is_told(images, tmp_path):
    path = table(tmp_path, id_str=["G0", "G1"], n_ring=[3, 1], n_none=[0, 4])
    half = plan([images], path, {"n_ring": "ring_yes"})
    told = kinds(half)["one-sided-votes"]
    assert "No column holds votes for ring_no, which counts as never chosen" in told
    assert "n_ring" in told
    assert half.catalog is not None
    whole = plan([images], path, {"n_ring": "ring_yes", "n_none": "ring_no"})
    assert "one-sided-votes" not in kinds(whole)


def test_votes_that_are_none_are_refused_with_their_row(images, tmp_path):
    path = table(tmp_path, id_str=["G0", "G1"], ring_yes=[0.5, 1], ring_no=[1, 2])
    (finding,) = plan([images], path).refusals
    assert "row 1" in finding.sentence
    assert "Kept as it is" in finding.remedy
    assert plan([images], path, {"ring_yes": ""}).votes["ring_no"].tolist() == [1, 2]


def test_a_column_can_be_said_to_mean_votes_or_a_total_of_fractions(images, tmp_path):
    path = table(tmp_path, id_str=["G0"], frac=[0.75], antifrac=[0.25], asked=[8])
    columns = {"frac": "ring_yes", "antifrac": "ring_no", "asked": "ring_total-votes"}
    made = plan([images], path, columns)
    assert made.votes[["ring_yes", "ring_no"]].to_numpy().tolist() == [[6, 2]]
    assert "frac" in made.catalog


def test_columns_with_a_catalogues_own_names_and_another_meaning_are_kept_aside(images, tmp_path):
    path = table(tmp_path, key=["G0"], ra=[1.0], better_ra=[2.0], dec=[0.0], reserved=["yes"])
    made = plan([images], path, {"better_ra": "ra"})
    assert made.catalog["ra"].tolist() == [2.0]
    assert made.catalog["table_ra"].tolist() == [1.0]
    assert made.catalog["table_reserved"].tolist() == ["yes"]


def test_misspelt_answers_are_told(images, tmp_path):
    made = plan([images], table(tmp_path, id_str=["G0"], ring_ys=[1], ring_no=[1]))
    assert "did you mean 'ring_yes'" in kinds(made)["misspelt"]


def test_refusals_come_first(images, tmp_path):
    path = table(tmp_path, id_str=["G0", "G0"], ring_yes=1, ring_ys=1)
    made = plan([images], path)
    assert made.findings[0].level is Level.REFUSED


def test_a_folder_brings_the_one_table_beside_its_images(images, tmp_path):
    survey = images.parent
    (survey / "readme.txt").write_text("not a table")
    assert sort_sources([survey]) == ([survey], [], [])
    beside = table(survey, id_str=["G0"])
    assert sort_sources([survey])[1] == [beside]
    (survey / "more.csv").write_text("id_str\nG1\n")
    places, tables, (finding,) = sort_sources([survey])
    assert (places, tables) == ([survey], [])
    assert "2 tables lie beside the images" in finding.sentence


def test_fits_tables_are_told_from_fits_images(tmp_path):
    from astropy.io import fits

    picture = tmp_path / "galaxy.fits"
    fits.PrimaryHDU(np.ones((4, 4), np.float32)).writeto(picture)
    packed = tmp_path / "packed.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.CompImageHDU(np.ones((8, 8), np.float32))]).writeto(
        packed
    )
    catalogue = tmp_path / "catalogue.fits"
    Table({"id_str": ["a"]}).write(catalogue)
    assert sort_sources([picture, packed, catalogue])[:2] == ([picture, packed], [catalogue])


def test_what_is_neither_image_nor_table_is_refused(tmp_path):
    (tmp_path / "paper.pdf").write_bytes(b"%PDF")
    with pytest.raises(GzactiveError, match=r"'paper.pdf' is neither images nor a table"):
        sort_sources([tmp_path / "paper.pdf"])
    with pytest.raises(GzactiveError, match="does not exist"):
        sort_sources([tmp_path / "nowhere"])
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("id_str\n1\n")
    with pytest.raises(GzactiveError, match="Two tables were given"):
        sort_sources([tmp_path / "a.csv", tmp_path / "b.csv"])


def test_a_look_at_some_images_tells_of_unreadable_ones_and_of_grey_ones(images):
    (images / "G3.png").write_bytes(b"damaged")
    Image.new("L", (8, 8), 1).save(images / "G4.png")
    files = [str(images / f"G{n}.png") for n in range(8)]
    look = look_at_some(files)
    assert look.seen == 8
    assert [Path(file).name for file, _ in look.problems][:1] == ["G3.png"]
    assert not look.grey
    (finding,) = look.findings
    assert "of 8 images looked at cannot be read" in finding.sentence
    assert finding.rows[0].startswith("G3.png: ")
    for number in range(3):
        Image.effect_noise((16, 16), 50).save(images / f"G{number}.png")
    assert look_at_some(files[:3]).grey


def test_a_search_can_be_cancelled(tmp_path):
    archive = tmp_path / "many"
    archive.mkdir()
    for number in range(1500):
        (archive / f"{number}.png").touch()
    told: list[int] = []

    def progress(stage: str, done: int, total: int) -> None:
        told.append(done)
        if done > 400:
            raise Cancelled

    with pytest.raises(Cancelled):
        read_material([archive], None, progress)
    assert told[-1] < 1500


def test_a_zip_and_a_fits_table_are_joined(images, tmp_path):
    archive = tmp_path / "images.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in images.iterdir():
            file.write(path, path.name)
    path = tmp_path / "table.fits"
    Table({"OBJID": ["G1", "G2"], "RA": [1.0, 2.0], "DEC": [3.0, 4.0]}).write(path)
    made = plan([archive], path)
    assert made.catalog["id_str"].tolist() == ["G1", "G2"]
    assert made.catalog["dec"].tolist() == [3.0, 4.0]
    assert made.columns["OBJID"] == "id_str"


def test_kaggles_solutions_bring_their_votes_and_their_tree(images, tmp_path):
    from gzactive.catalog.columns import best_tree

    solutions = {"Class1.1": [0.25, 0.0], "Class1.2": [0.7, 0.0], "Class1.3": [0.05, 0.0]}
    path = table(tmp_path, GalaxyID=["G0", "G1"], **solutions)
    material = read_material([images], path)
    tree = best_tree(material.table.columns)
    assert tree.id == "gz2"
    made = plan_catalog(material, tree)
    assert made.votes["id_str"].tolist() == ["G0"]
    assert made.votes[list(tree.columns[:3])].to_numpy().tolist() == [[10, 28, 2]]
    assert "40 nominal people, kept as catalogue votes: Kaggle" in kinds(made)["votes"]


def test_classes_of_galaxy_zoo_1_are_votes_too(images, tmp_path):
    path = table(tmp_path, objid=["G0", "G1", "G2"], gz1_class=["elliptical", "spiral", "star"])
    tree = load_tree("gz-decals-dr5")
    made = plan_catalog(read_material([images], path), tree)
    assert made.votes["id_str"].tolist() == ["G0", "G1"]
    assert made.votes["smooth-or-featured_smooth"].tolist() == [10, 0]


def test_fractions_without_totals_are_left_out_and_said_so(images, tmp_path):
    tree = load_tree("gz-hubble")
    scheme = tree.fraction_schemes[0]
    name = tree.column_names(scheme)[tree.columns[0]]
    made = plan_catalog(
        read_material([images], table(tmp_path, id_str=["G0"], **{name: [0.5]})), tree
    )
    assert made.votes is None
    assert "cannot become votes without the question's total" in kinds(made)["votes-unread"]


def test_an_export_of_zooniverse_votes_on_images_and_is_no_table_of_galaxies(images, tmp_path):
    from .test_zooniverse import export, row, say

    subject = json.dumps({"7": {"retired": None, "name": "G1"}})
    question = RINGS.root.text
    path = export(
        tmp_path,
        [
            row(number, person, 7, say("T0", "Yes", question), subject_data=subject)
            for number, person in enumerate(("ada", "ben"))
        ],
    )
    made = plan([images], path)
    assert len(made.catalog) == 8
    assert made.refusals == ()
    assert made.votes is not None
    assert made.votes["id_str"].tolist() == ["G1"]
    assert made.votes["ring_yes"].tolist() == [2]
    alone = plan([], path)
    assert "tells no images" in alone.refusals[0].sentence
