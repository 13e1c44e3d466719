"""Models from the command line: what is listed, promoted, refused; nothing is trained here."""

import json
from pathlib import Path

import pytest

from conf.settings import Settings
from jobs.cli.app import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that has the form of a model."""
    made = tmp_path / "made"
    made.mkdir()
    (made / "manifest.json").write_text(json.dumps({"format": 1, "kind": "scorer", "version": "abc", "nets": {}}))
    return made


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path) -> Path:
    """Shipped models of that form."""
    place = tmp_path / "weights"
    for name in ("inspector", "scorer"):
        (place / name).mkdir(parents=True)
        (place / name / "manifest.json").write_text((folder / "manifest.json").read_text())
    monkeypatch.setattr("jobs.models.folders.SHIPPED", place)
    return place


def call(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(list(words))
    printed = capsys.readouterr()
    return (left.value.code if isinstance(left.value.code, int) else 0), printed.out, printed.err


def test_without_a_registry_the_shipped_models_are_listed(
    capsys: pytest.CaptureFixture[str], shipped: Path, lake: Path
) -> None:
    code, printed, _ = call(capsys, "model", "list", "--format", "json", "--lake", str(lake))
    assert code == 0
    assert [(row["model"], row["version"], row["roles"]) for row in json.loads(printed)] == [
        ("inspector", "shipped", "champion"), ("scorer", "shipped", "champion"),
    ]  # fmt: skip
    assert not (lake / "_lookback").exists()


def test_a_training_is_logged_registered_and_promoted(
    capsys: pytest.CaptureFixture[str], settings: Settings, folder: Path, lake: Path
) -> None:
    from jobs.models.registry import Registry, TrainingLog

    registry = Registry(settings)
    curve = [{"step": 1, "seconds": 0.1, "loss": 0.9}, {"step": 2, "seconds": 0.2, "loss": 0.5}]
    run = registry.log_training("corners", TrainingLog({"seed": 3}, curve, {"corners_iou90/side=front": 0.7}))
    version = registry.register("scorer", folder, run)
    kept = registry._client.get_run(run).data
    assert (kept.params, kept.metrics) == ({"seed": "3"}, {"loss": 0.5, "corners_iou90/side.front": 0.7})
    assert registry._client.get_model_version("scorer", version).run_id == run
    code, _, _ = call(capsys, "model", "promote", "scorer", version, "--as", "challenger", "--lake", str(lake))
    assert code == 0
    _, printed, _ = call(capsys, "model", "list", "--format", "json", "--lake", str(lake))
    assert [(row["version"], row["roles"]) for row in json.loads(printed)] == [(version, "challenger")]


def test_a_lake_may_be_moved_with_its_models(shipped: Path, lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jobs.models.registry import Registry

    monkeypatch.setattr("jobs.models.registry.SHIPPED", shipped)
    before = Registry(Settings.model_validate({"how": {"places": {"lake": str(lake)}}})).champions()
    moved = lake.rename(lake.with_name("moved"))
    after = Registry(Settings.model_validate({"how": {"places": {"lake": str(moved)}}})).champions()
    assert {name: roles["champion"].digest for name, roles in after.items()} == {
        name: roles["champion"].digest for name, roles in before.items()
    }
    assert all(Path(roles["champion"].path).is_relative_to(moved) for roles in after.values())


def test_a_model_whose_registration_was_cut_short_gets_its_role(
    settings: Settings, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs.models.registry import Registry

    monkeypatch.setattr("jobs.models.registry.SHIPPED", shipped)
    version = Registry(settings).register("scorer", shipped / "scorer")
    assert Registry(settings).champions()["scorer"]["champion"].version == version == "1"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["model", "promote", "scorer", "99", "--as", "champion", "--lake", "LAKE"], "scorer version 99"),
        (["model", "promote", "scorer", "1", "--as", "boss", "--lake", "LAKE"], "champion or challenger"),
        (["model", "promote", "scorer", "1", "--as", "champion"], "give --lake LAKE"),
        (["train", "nothing", "--out", "LAKE/m"], "no model 'nothing'"),
        (["train", "corners"], "give --out FOLDER"),
        (["train", "corners", "--from", "lake", "--lake", "LAKE"], "corners cannot be learned from a lake"),
        (["train", "scorer", "--from", "lake", "--lake", "LAKE"], "no night is released yet"),
        (["calibrate", "--from", "specimens", "--lake", "LAKE"], "lookback train scorer"),
        (["calibrate", "--lake", "LAKE"], "no night is released yet"),
    ],
)
def test_what_cannot_be_done_is_final_and_says_what_to_do(
    capsys: pytest.CaptureFixture[str], lake: Path, words: list[str], told: str
) -> None:
    code, _, errors = call(capsys, *(word.replace("LAKE", str(lake)) for word in words))
    assert (code, told in " ".join(errors.split())) == (65, True), errors


def test_specimens_overwrite_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "out-truth").mkdir()
    (tmp_path / "out-truth" / "story.json").write_text("{}")
    code, _, errors = call(capsys, "specimens", str(tmp_path / "out"), "--documents", "24")
    assert (code, "nothing is overwritten" in " ".join(errors.split())) == (65, True)
    assert not (tmp_path / "out").exists()


def test_measures_are_printed_in_the_promised_shape(
    capsys: pytest.CaptureFixture[str], shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobs import evaluation
    from jobs.evaluation import Measure

    one = Measure("corners_iou90", "all", 0.5, 0.4, 0.6, 20, {"contour": 0.2})
    monkeypatch.setitem(evaluation.EVALUATIONS, "fields", lambda _: [one])
    code, printed, _ = call(capsys, "evaluate", "fields", "--json")
    assert code == 0
    assert json.loads(printed) == {
        "measures": [
            {
                "measure": "corners_iou90", "segment": "all", "value": 0.5, "low": 0.4, "high": 0.6, "n": 20,
                "baselines": {"contour": 0.2},
            }
        ]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing"], "No such command 'nothing'"),
        (["fields", "--portraits", "faces"], "No such option: --portraits"),
        (["scorer", "--pictures", "out"], "No such option: --pictures"),
    ],
)
def test_an_evaluation_takes_what_it_asks_about_alone(
    capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    code, _, said = call(capsys, "evaluate", *words)
    assert (code, told in " ".join(said.split())) == (2, True), said
