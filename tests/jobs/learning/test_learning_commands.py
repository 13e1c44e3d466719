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
