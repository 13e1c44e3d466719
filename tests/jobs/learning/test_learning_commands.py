"""Calibrating and learning from the command line: what is printed, logged, registered without a role."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.jobs.cli.test_models import call
from tests.jobs.learning.test_learning import feed, labelled, row
from udfs.judging.scorer_file import read_scorer

if TYPE_CHECKING:
    from conf.settings import Settings

PLACES = {
    "calibrate": ("jobs.cli.calibration.lake_feed", ("calibrate", "--from", "lake", "--false-alarms", "0.1")),
    "train": ("jobs.cli.models.lake_feed", ("train", "scorer", "--from", "lake")),
}


@pytest.mark.parametrize("command", PLACES)
def test_a_candidate_is_registered_with_what_it_learned_from(
    capsys: pytest.CaptureFixture[str], lake: Path, monkeypatch: pytest.MonkeyPatch, settings: "Settings", command: str
) -> None:
    from jobs.models.registry import Registry

    place, words = PLACES[command]
    rows = labelled() if command == "train" else [row(number) for number in range(29)]
    monkeypatch.setattr(place, lambda _settings: feed(rows))
    code, printed, errors = call(capsys, *words, "--lake", str(lake))
    assert code == 0, errors
    assert "without a role" in printed
    if command == "calibrate":
        assert "passport/wide/jpeg_fine" in printed
        assert "0.1 unproven" in printed
    _, listed, _ = call(capsys, "model", "list", "--format", "json", "--lake", str(lake))
    (found,) = [one for one in json.loads(listed) if one["model"] == "scorer"]
    assert found["roles"] == ""
    assert read_scorer(Path(found["folder"])).basis.startswith("labels of this lake")
    assert (Path(found["folder"]) / "scorer.md").is_file()
    registry = Registry(settings)
    version = registry._client.get_model_version("scorer", found["version"])
    logged = registry._client.get_run(version.run_id).data.params
    assert (logged["from"], logged["data"]) == ("lake", "d" * 64)


def test_a_lake_is_judged_by_its_labels_and_its_metrics_keep_the_figures(
    capsys: pytest.CaptureFixture[str], lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[tuple[str, int, str]] = []

    def store(_settings: object, name: str, _feed: object, figures: list[object], *, fingerprint: str) -> None:
        stored.append((name, len(figures), fingerprint))

    monkeypatch.setattr("jobs.cli.evaluating.lake_feed", lambda _settings: feed(labelled()))
    monkeypatch.setattr("jobs.learning.evaluating.store", store)
    code, printed, errors = call(capsys, "evaluate", "tampering", "--from", "lake", "--json", "--lake", str(lake))
    assert code == 0, errors
    figures = json.loads(printed)["measures"]
    assert {"tampered_auc", "tampered_tpr_fpr01", "tampered_eer", "tampered_abstention"} <= {
        figure["measure"] for figure in figures
    }
    assert {figure["segment"].split(",")[0] for figure in figures} == {"labelled"}
    ((name, count, fingerprint),) = stored
    assert (name, count) == ("tampering", len(figures))
    assert len(fingerprint) == 16


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("fields",), "labels of documents do not answer 'fields'"),
        (("portraits",), "labels of documents do not answer 'portraits'"),
        (("tampering", "--samples", "4"), "--samples and --pictures are of drawn specimens"),
    ],
)
def test_what_labels_do_not_answer_is_refused(
    capsys: pytest.CaptureFixture[str], lake: Path, words: tuple[str, ...], told: str
) -> None:
    code, _, errors = call(capsys, "evaluate", *words, "--from", "lake", "--lake", str(lake))
    assert code != 0
    assert told in errors


def test_labels_without_forgeries_of_the_family_are_told(
    capsys: pytest.CaptureFixture[str], lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jobs.cli.evaluating.lake_feed", lambda _settings: feed(labelled()))
    code, _, errors = call(capsys, "evaluate", "physical", "--from", "lake", "--lake", str(lake))
    assert code != 0
    assert "no figure" in errors
