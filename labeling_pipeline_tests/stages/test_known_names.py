"""A setting that names what is not there is said at once: file, key, what there is, what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeling_pipeline.core.errors import SettingError
from labeling_pipeline.home import Home
from labeling_pipeline.report.new_home import EXAMPLE_ONTOLOGY
from labeling_pipeline.stages.known_names import check_names


def home_with(folder: Path, settings: str) -> Home:
    (folder / "ontology").mkdir()
    (folder / "ontology" / "v1.toml").write_text(EXAMPLE_ONTOLOGY)
    (folder / "labeling.toml").write_text(settings)
    return Home(folder)


@pytest.mark.parametrize(
    ("settings", "key", "remedy"),
    [
        ('[consensus]\nmethod = "daiwd_skene"', "consensus.method: nothing is called 'daiwd_skene'", "dawid_skene"),
        ('[selection]\nstrategy = "margn"', "selection.strategy", "margin"),
        ('[weak_supervision]\nmethod = "majorty"', "weak_supervision.method", "majority"),
        ('[platform]\nname = "file"', "platform.name", "files"),
        ('[quality]\nbatch_statistic = "krippendorf"', "quality.batch_statistic", "krippendorff_alpha"),
        ('[review]\nstatistic = "gwet"', "review.statistic", "gwet_ac1"),
        ('[ontology]\nassume_schema = "v7"', "ontology.assume_schema", "v1"),
        ("[quality]\nmin_confidence_by_class = { toxik = 0.9 }", "quality.min_confidence_by_class", "toxic"),
        ('[quality]\nfour_eyes = ["toxik"]', "quality.four_eyes", "toxic"),
        ('[inbox]\ncolumns.vote.worker = "annotator_id"', "inbox.columns", "votes"),
        ('[inbox]\ncolumns.votes.worker = "annotatorid"', "inbox.columns.votes", "annotator_id"),
    ],
)
def test_a_wrong_name_names_its_key_and_the_nearest_right_one(
    tmp_path: Path, settings: str, key: str, remedy: str
) -> None:
    with pytest.raises(SettingError) as caught:
        check_names(home_with(tmp_path, settings))
    assert str(caught.value).startswith(f"{tmp_path}/labeling.toml: {key}")
    assert str(caught.value).endswith(f'write "{remedy}"')


def test_a_name_that_nothing_is_near_to_gets_no_random_suggestion(tmp_path: Path) -> None:
    with pytest.raises(SettingError) as caught:
        check_names(home_with(tmp_path, "[quality]\nmin_confidence_by_class = { hjkl = 0.9 }"))
    said = str(caught.value)
    assert "expected one of acceptable, toxic" in said
    assert said.endswith("write one of these, or leave it out")


def test_right_names_and_columns_of_ones_own_are_fine(tmp_path: Path) -> None:
    settings = """
    [inbox]
    columns.votes.worker = "annotator_id"
    columns.annotators.nation = "country"
    [consensus]
    method = "auto"
    [quality]
    min_confidence_by_class = { toxic = 0.9 }
    """
    check_names(home_with(tmp_path, settings))
