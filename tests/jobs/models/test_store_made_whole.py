"""The store of models."""

from pathlib import Path

from conf.settings import Settings
from jobs.models.registry import Registry


def test_a_store_whose_making_was_killed_is_made_anew(tmp_path: Path) -> None:
    settings = Settings.model_validate({"how": {"places": {"lake": str(tmp_path / "lake")}}})
    place = Path(settings.models.removeprefix("sqlite:///"))
    place.parent.mkdir(parents=True)
    place.with_name(f".{place.name}.draft").write_bytes(b"half of a store")
    assert set(Registry(settings).champions()) == {"inspector", "scorer"}
    assert [found.name for found in place.parent.glob("*mlflow.db*")] == [place.name]
