"""The one door to MLflow: registered models, their aliases, and where their folders are."""

import json
import logging
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import mlflow
from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from conf.errors import BadModel
from conf.settings import Settings
from jobs.frozen import ChosenModel
from jobs.models.folders import MODELS, SHIPPED, model_digest
from schemas.words import ROLES

SQLITE = "sqlite:///"
TRAININGS = "lookback training"
UNFIT = re.compile(r"[^A-Za-z0-9_./ -]")  # characters that a metric's name may not have


@dataclass(frozen=True)
class TrainingLog:
    """With what a model was trained, how its loss fell (`step`, `loss`), and how it did."""

    params: Mapping[str, object]
    curve: Sequence[Mapping[str, float]]
    figures: Mapping[str, float]


def _make_store(place: Path) -> None:
    """Make a new store beside its place, then move it there: who is killed meanwhile leaves no half-made one."""
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.draft")
    draft.unlink(missing_ok=True)
    MlflowClient(tracking_uri=f"{SQLITE}{draft}").search_experiments(max_results=1)
    draft.replace(place)


class Registry:
    """The models of one lake.

    Args:
        settings: names the store.
        folder: where model folders are kept, one for each digest.
    """

    def __init__(self, settings: Settings) -> None:
        self._folder = Path(settings.home) / "models"
        logging.getLogger("alembic").setLevel(logging.WARNING)
        logging.getLogger("mlflow").setLevel(logging.WARNING)
        if settings.models.startswith(SQLITE):
            _make_store(Path(settings.models.removeprefix(SQLITE)))
        mlflow.set_tracking_uri(settings.models)
        self._client = MlflowClient(tracking_uri=settings.models, registry_uri=settings.models)

    def champions(self) -> dict[str, dict[str, ChosenModel]]:
        """Every registered model with an alias, by name, then by role; where none is champion, the shipped one is."""
        for name in MODELS:
            if self._in_role(name, "champion") is None:
                self.promote(name, self._shipped(name), "champion")
        chosen = {name: {role: self._in_role(name, role) for role in ROLES} for name in MODELS}
        return {name: {role: model for role, model in roles.items() if model} for name, roles in chosen.items()}

    def register(self, name: str, folder: Path, run_id: str | None = None) -> str:
        """Copy a model folder to where its digest names it, and register it; gives the version.

        Args:
            name: of the registered model.
            folder: its files.
            run_id: the training that made it, if it was logged.

        Raises:
            BadModel: the folder is not there, or not a model.
        """
        digest = model_digest(folder)
        kept = self._kept(name, digest)
        if not kept.exists():
            draft = kept.with_name(f".{digest}")
            shutil.copytree(folder, draft, dirs_exist_ok=True)
            draft.rename(kept)
        if not self._client.search_registered_models(f"name = '{name}'"):
            self._client.create_registered_model(name)
        created = self._client.create_model_version(name, source=str(kept), run_id=run_id, tags={"digest": digest})
        return str(created.version)

    def log_training(self, name: str, log: TrainingLog) -> str:
        """Log a training; gives the run's id."""
        found = self._client.get_experiment_by_name(TRAININGS)
        place = (self._folder.parent / "runs").resolve().as_uri()
        experiment = found.experiment_id if found else self._client.create_experiment(TRAININGS, place)
        run_id = str(self._client.create_run(experiment, run_name=name).info.run_id)
        for key, value in log.params.items():
            self._client.log_param(run_id, key, value)
        for row in log.curve:
            self._client.log_metric(run_id, "loss", row["loss"], step=int(row["step"]))
        for key, value in log.figures.items():
            self._client.log_metric(run_id, UNFIT.sub(".", key), value)
        self._client.set_terminated(run_id)
        return run_id

    def promote(self, name: str, version: str, role: str) -> None:
        """Give a version a role; nights that are open keep the one that they froze.

        Raises:
            BadModel: there is no such model or version.
        """
        if role not in ROLES:
            raise BadModel(f"{role!r} is no role; give {' or '.join(ROLES)}")
        try:
            self._client.set_registered_model_alias(name, role, version)
        except MlflowException as error:
            raise BadModel(f"{name} version {version}: {error.message}. See lookback model list") from error

    def chosen(self, name: str, version: str) -> ChosenModel:
        """A version, its folder checked against its digest.

        Raises:
            BadModel: there is no such version, or its folder was changed.
        """
        try:
            return self._checked(name, self._client.get_model_version(name, version))
        except MlflowException as error:
            raise BadModel(f"{name} version {version}: {error.message}. See lookback model list") from error

    def versions(self) -> list[dict[str, str]]:
        """Every version with its roles, newest first."""
        rows = []
        for name in MODELS:
            for found in self._client.search_model_versions(f"name = '{name}'"):
                roles = ", ".join(sorted(self._client.get_model_version(name, found.version).aliases))
                folder = self._kept(name, found.tags["digest"])
                manifest = json.loads((folder / "manifest.json").read_text())
                rows.append(
                    {
                        "model": name,
                        "version": str(found.version),
                        "roles": roles,
                        "made": str(manifest.get("version", "")),
                        "digest": found.tags["digest"],
                        "folder": str(folder),
                    }
                )
        return sorted(rows, key=lambda row: (row["model"], -int(row["version"])))

    def _shipped(self, name: str) -> str:
        """Version of the shipped model: registered now, or by one who died before it had a role."""
        digest = model_digest(SHIPPED / name)
        known = self._client.search_model_versions(f"name = '{name}'")
        return next((str(v.version) for v in known if v.tags["digest"] == digest), None) or self.register(
            name, SHIPPED / name
        )

    def _in_role(self, name: str, role: str) -> ChosenModel | None:
        """The version in a role, its folder checked against its digest."""
        try:
            found = self._client.get_model_version_by_alias(name, role)
        except MlflowException:
            return None
        return self._checked(name, found)

    def _checked(self, name: str, found: ModelVersion) -> ChosenModel:
        digest = found.tags["digest"]
        folder = self._kept(name, digest)
        if model_digest(folder) != digest:
            raise BadModel(f"{folder}: the folder was changed after it was registered; register it again")
        return ChosenModel(version=str(found.version), path=str(folder), digest=digest)

    def _kept(self, name: str, digest: str) -> Path:
        """Where a model's files are: inside the lake, so that a lake may be moved with its models."""
        return self._folder / name / digest
