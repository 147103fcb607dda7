"""Decision trees: the shipped ones, files of one's own, their faults, and walks through them."""

import csv
import gzip
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gzactive.trees import (
    DEFAULT_TREE,
    Step,
    TreeError,
    Walk,
    _load_version,
    available_trees,
    load_tree,
)

SHIPPED = (
    "gz-decals-dr5",
    "gz-candels",
    "gz-decals-dr12",
    "gz-decals-dr8",
    "gz-hubble",
    "gz2",
    "rings",
)

#: decals_pairs of the report that this product grows from: the columns of the model, in order.
DECALS_PAIRS = {
    "smooth-or-featured": ["smooth", "featured-or-disk", "artifact"],
    "disk-edge-on": ["yes", "no"],
    "has-spiral-arms": ["yes", "no"],
    "bar": ["strong", "weak", "no"],
    "bulge-size": ["dominant", "large", "moderate", "small", "none"],
    "how-rounded": ["round", "in-between", "cigar-shaped"],
    "edge-on-bulge": ["boxy", "none", "rounded"],
    "spiral-winding": ["tight", "medium", "loose"],
    "spiral-arm-count": ["1", "2", "3", "4", "more-than-4", "cant-tell"],
    "merging": ["none", "minor-disturbance", "major-disturbance", "merger"],
}
DECALS_COLUMNS = [
    f"{question}_{answer}" for question, names in DECALS_PAIRS.items() for answer in names
]


class TestShippedTrees:
    def test_are_these_with_the_default_first(self) -> None:
        assert available_trees() == SHIPPED
        assert available_trees()[0] == DEFAULT_TREE

    @pytest.mark.parametrize("name", SHIPPED)
    def test_are_named_after_their_file_and_tell_people_what_they_are(self, name: str) -> None:
        tree = load_tree(name)
        assert tree.id == name
        assert tree.title
        assert tree.description
        assert tree.source

    @pytest.mark.parametrize("name", SHIPPED)
    def test_ask_a_question_with_help_and_a_label_on_each_answer(self, name: str) -> None:
        for question in load_tree(name).questions:
            assert question.text.endswith("?")
            assert 1 <= len(re.findall(r"[.?!](?:\s|$)", question.help)) <= 3, question.help
            assert all(answer.text and answer.icon for answer in question.answers)
            labels = [answer.text for answer in question.answers]
            assert len(set(labels)) == len(labels)

    @pytest.mark.parametrize("name", SHIPPED)
    def test_name_every_answer_in_every_scheme(self, name: str) -> None:
        tree = load_tree(name)
        everything = {*tree.columns, *tree.unmodelled_columns}
        for scheme in ("zoobot", "gz-catalogue", "zooniverse"):
            names = tree.column_names(scheme)
            assert set(names) == everything
            assert len(set(names.values())) == len(names)
        tasks = [question.names["zooniverse"] for question in tree.questions]
        assert len(set(tasks)) == len(tasks)

    @pytest.mark.benchmark
    @pytest.mark.parametrize("name", SHIPPED)
    def test_load_within_ten_milliseconds(self, name: str) -> None:
        best = float("inf")
        for _ in range(10):
            _load_version.cache_clear()
            start = time.process_time()
            load_tree(name)
            best = min(best, time.process_time() - start)
        print(f"{name}: {1e3 * best:.1f} ms")
        assert best < 0.010

    def test_are_read_once(self) -> None:
        assert load_tree("gz2") is load_tree("gz2")

    def test_need_nothing_heavy_to_load(self) -> None:
        code = (
            "import sys; from gzactive.trees import load_tree; load_tree('gz-decals-dr5');"
            "print(sorted({'numpy', 'pandas', 'keras', 'PySide6'} & set(sys.modules)))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert done.stdout.strip() == "[]", done.stderr

    def test_share_icons_where_the_meaning_is_the_same(self) -> None:
        icons = {
            (question.name, answer.text): set[str]()
            for name in SHIPPED
            for question in load_tree(name).questions
            for answer in question.answers
        }
        for name in SHIPPED:
            for question in load_tree(name).questions:
                for answer in question.answers:
                    icons[question.name, answer.text].add(answer.icon)
        assert {key: found for key, found in icons.items() if len(found) > 1} == {}

    def test_with_rare_features_end_with_checkboxes_outside_the_model(self) -> None:
        for name in ("gz-decals-dr5", "gz-decals-dr8", "gz-decals-dr12"):
            tree = load_tree(name)
            last = tree.questions[-1]
            assert (last.name, last.kind, last.modelled) == ("rare-features", "checkboxes", False)
            assert last.optional
            assert tree.unmodelled_columns == tuple(
                f"rare-features_{feature}"
                for feature in (
                    "ring",
                    "lens-or-arc",
                    "irregular",
                    "other",
                    "dust-lane",
                    "overlapping",
                )
            )
            assert not set(tree.unmodelled_columns) & set(tree.columns)

    @pytest.mark.parametrize("ticked", [[], ["ring"], ["dust-lane", "overlapping"]])
    def test_take_any_number_of_rare_features_also_none(self, ticked: list[str]) -> None:
        walk = Walk(load_tree("gz-decals-dr5"))
        for answer in ("smooth", "round", "none"):
            walk.answer(answer)
        assert walk.question is walk.tree.question("rare-features")
        walk.answer(ticked)
        assert walk.finished
        assert walk.path[-1] == Step("rare-features", tuple(ticked))


class TestTheDefaultTree:
    def test_has_the_34_columns_of_the_report_in_its_order(self) -> None:
        assert list(load_tree("gz-decals-dr5").columns) == DECALS_COLUMNS
        assert list(load_tree("gz-decals-dr8").columns) == DECALS_COLUMNS

    def test_asks_in_another_order_than_its_columns(self) -> None:
        tree = load_tree("gz-decals-dr5")
        assert [question.name for question in tree.questions] == [
            "smooth-or-featured",
            "how-rounded",
            "disk-edge-on",
            "edge-on-bulge",
            "bar",
            "has-spiral-arms",
            "spiral-winding",
            "spiral-arm-count",
            "bulge-size",
            "merging",
            "rare-features",
        ]

    @pytest.mark.parametrize(
        ("answers", "asked"),
        [
            ("artifact", []),
            ("smooth round", ["how-rounded", "merging"]),
            ("featured-or-disk yes boxy", ["disk-edge-on", "edge-on-bulge", "merging"]),
            (
                "featured-or-disk no weak no small",
                ["disk-edge-on", "bar", "has-spiral-arms", "bulge-size", "merging"],
            ),
            (
                "featured-or-disk no no yes tight 2 none",
                [
                    "disk-edge-on",
                    "bar",
                    "has-spiral-arms",
                    "spiral-winding",
                    "spiral-arm-count",
                    "bulge-size",
                    "merging",
                ],
            ),
        ],
    )
    def test_asks_only_what_the_answers_before_make_relevant(
        self, answers: str, asked: list[str]
    ) -> None:
        walk = Walk(load_tree("gz-decals-dr5"))
        seen = []
        for answer in answers.split():
            walk.answer(answer)
            if walk.question:
                seen.append(walk.question.name)
        assert seen == asked
        assert walk.finished == (not asked)

    def test_maps_the_zooniverse_tasks_by_name_though_their_order_differs(self) -> None:
        names = load_tree("gz-decals-dr5").column_names("zooniverse")
        assert names["smooth-or-featured_featured-or-disk"] == "T0: Features or Disk"
        assert names["disk-edge-on_yes"] == "T2: Yes - Edge On Disk"
        assert names["edge-on-bulge_boxy"] == "T3: Boxy"
        assert names["bar_strong"] == "T4: Strong bar"
        assert names["spiral-arm-count_cant-tell"] == "T7: Can't tell"
        assert names["bulge-size_none"] == "T8: No bulge"
        assert names["rare-features_ring"] == "T10: Ring"
        assert names["merging_merger"] == "T11: Merging"
        tasks = {question.names["zooniverse"] for question in load_tree("gz-decals-dr5").questions}
        assert tasks == {f"T{number}" for number in range(12)} - {"T9"}

    def test_says_which_answers_lead_to_a_question(self) -> None:
        tree = load_tree("gz-decals-dr5")
        assert tree.parents("smooth-or-featured") == ()
        assert tree.parents("bar") == (("disk-edge-on", "no"),)
        assert tree.parents("bulge-size") == (
            ("has-spiral-arms", "no"),
            *(
                ("spiral-arm-count", count)
                for count in ("1", "2", "3", "4", "more-than-4", "cant-tell")
            ),
        )
        assert {question for question, _ in tree.parents("merging")} == {
            "how-rounded",
            "edge-on-bulge",
            "bulge-size",
        }


class TestOtherShippedTrees:
    def test_dr8_asks_what_dr5_asks_so_that_labels_can_be_pooled(self) -> None:
        dr5, dr8 = load_tree("gz-decals-dr5"), load_tree("gz-decals-dr8")
        assert dr8.hash == dr5.hash
        assert dr8 != dr5
        assert dr5 != dr5.id
        assert dr8.column_names("zoobot")["bar_weak"] == "bar-dr8_weak"
        assert dr5.column_names("zoobot")["bar_weak"] == "bar_weak"
        assert dr5.column_names("zoobot-v2")["bar_weak"] == "bar-dr5_weak"

    def test_dr12_has_the_answers_of_the_first_campaigns(self) -> None:
        tree = load_tree("gz-decals-dr12")
        answers = {q.name: [answer.name for answer in q.answers] for q in tree.modelled}
        assert len(tree.columns) == 30
        assert answers["bar"] == ["yes", "no"]
        assert answers["bulge-size"] == ["dominant", "obvious", "none"]
        assert answers["how-rounded"] == ["completely", "in-between", "cigar-shaped"]
        assert answers["spiral-arm-count"] == ["1", "2", "3", "4", "more-than-4"]
        assert answers["merging"] == ["neither", "tidal-debris", "both", "merger"]
        assert tree.column_names("zoobot")["merging_both"] == "merging-dr12_both"
        assert tree.column_names("zooniverse")["edge-on-bulge_rounded"] == "decals-7: a-0"

    def test_gz2_asks_for_one_of_seven_odd_features(self) -> None:
        tree = load_tree("gz2")
        odd = tree.question("odd-feature")
        assert (odd.kind, odd.modelled, len(odd.answers)) == ("single", True, 7)
        assert tree.parents("odd-feature") == (("something-odd", "yes"),)
        assert len(tree.columns) == 37
        walk = Walk(tree)
        for answer in ("smooth", "cigar", "yes", "dust-lane"):
            walk.answer(answer)
        assert walk.finished

    @pytest.mark.parametrize(
        ("name", "then"), [("gz-hubble", "something-odd"), ("gz-candels", "merging")]
    )
    def test_the_distant_galaxies_have_a_branch_for_clumps(self, name: str, then: str) -> None:
        tree = load_tree(name)

        def asked(answers: str) -> list[str]:
            walk = Walk(tree)
            for answer in ("features", "yes", *answers.split()):
                walk.answer(answer)
            assert walk.question
            assert walk.question.name == then
            return [step.question for step in walk.path[3:]]

        assert asked("1 yes no") == ["galaxy-symmetrical", "clumps-embedded-larger-object"]
        assert asked("2 yes no") == ["one-clump-brightest", "brightest-clump-central"]
        assert asked("4 chain no yes yes") == [
            "clump-configuration",
            "one-clump-brightest",
            "galaxy-symmetrical",
            "clumps-embedded-larger-object",
        ]

    def test_clumps_in_a_spiral_go_on_to_the_bar_in_hubble_only(self) -> None:
        for name, then in (("gz-hubble", "bar"), ("gz-candels", "one-clump-brightest")):
            walk = Walk(load_tree(name))
            for answer in ("features", "yes", "3", "spiral"):
                walk.answer(answer)
            assert walk.question
            assert walk.question.name == then

    def test_catalogues_of_fractions_are_marked_and_name_the_votes_of_a_question(self) -> None:
        for name in ("gz-hubble", "gz-candels"):
            tree = load_tree(name)
            assert tree.fraction_schemes == ("gz-catalogue",)
            totals = {question.names["gz-catalogue"] for question in tree.questions}
            assert len(totals) == len(tree.questions)
        assert load_tree("gz2").fraction_schemes == ()

    def test_rings_is_one_question(self) -> None:
        assert load_tree("rings").columns == ("ring_yes", "ring_no")


@pytest.mark.real_data
class TestRealVoteTables:
    def test_the_first_question_of_decals_maps_whole(self, real_data: Path) -> None:
        columns = header(real_data / "votes" / "gz_decals_q1_votes.csv")
        names = load_tree("gz-decals-dr5").column_names("gz-catalogue")
        assert [column for column in columns if column in names.values()] == DECALS_COLUMNS[:3]

    def test_the_full_decals_table_maps_to_the_new_answers_or_the_old(
        self, real_data: Path
    ) -> None:
        columns = header(real_data / "votes" / "gz_decals_full_tree_votes.csv")
        counts = {name for name in columns if "_" in name and not name.endswith("_total-votes")}
        counts.discard("subject_id")
        dr5 = load_tree("gz-decals-dr5")
        new = set(dr5.column_names("gz-catalogue").values())
        old = set(load_tree("gz-decals-dr12").column_names("gz-decals-v1").values())
        assert set(dr5.columns) <= counts
        assert counts - new == {
            "merging_neither-v1",
            "merging_tidal-debris-v1",
            "merging_both-v1",
        }
        assert counts - new <= old
        totals = {q.names["gz-catalogue"] for q in dr5.modelled}
        assert totals == {name for name in columns if name.endswith("_total-votes")}

    def test_every_count_of_gz2_maps(self, real_data: Path) -> None:
        columns = header(real_data / "votes" / "gz2_stripe82_votes.csv.gz")
        counts = {column for column in columns if column.endswith("_count")}
        assert set(load_tree("gz2").column_names("gz-catalogue").values()) == counts

    def test_the_odd_features_of_gz2_sum_to_the_odd_votes(self, real_data: Path) -> None:
        tree = load_tree("gz2")
        names = tree.column_names("gz-catalogue")
        odd = [names[answer.column] for answer in tree.question("odd-feature").answers]
        with gzip.open(real_data / "votes" / "gz2_stripe82_votes.csv.gz", "rt") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == 3000
        agree = [
            sum(float(row[name]) for name in odd) == float(row[names["something-odd_yes"]])
            for row in rows
        ]
        assert sum(agree) > 0.9 * len(rows)


def header(path: Path) -> list[str]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return next(csv.reader(file))


class TestLookingUp:
    def test_an_unknown_id_names_those_that_there_are(self) -> None:
        with pytest.raises(TreeError, match="no tree 'gz3': choose one of gz-decals-dr5, gz-can"):
            load_tree("gz3")

    def test_of_a_question_a_column_or_a_scheme_that_a_tree_lacks(self) -> None:
        tree = load_tree("rings")
        with pytest.raises(TreeError, match="'bar' is no question of the tree 'rings'"):
            tree.question("bar")
        with pytest.raises(TreeError, match="'ring_maybe' is no answer of the tree 'rings'"):
            tree.locate("ring_maybe")
        with pytest.raises(TreeError, match="no names in the scheme 'kaggle'; it has zoobot, gz"):
            tree.column_names("kaggle")
        with pytest.raises(TreeError, match="'rare-features' is not modelled"):
            load_tree("gz-decals-dr5").slice("rare-features")

    @pytest.mark.parametrize("name", SHIPPED)
    def test_finds_each_answer_by_its_column_and_each_question_by_its_slice(
        self, name: str
    ) -> None:
        tree = load_tree(name)
        for question in tree.modelled:
            columns = tree.columns[tree.slice(question.name)]
            assert columns == tuple(answer.column for answer in question.answers)
            for column, answer in zip(columns, question.answers, strict=True):
                assert column == f"{question.name}_{answer.name}"
                assert tree.locate(column) == (question, answer)


@pytest.mark.parametrize("name", available_trees())
def test_every_question_and_answer_of_a_shipped_tree_says_what_to_look_for(name: str) -> None:
    for question in load_tree(name).questions:
        assert question.help
        assert all(answer.help for answer in question.answers), question.name
