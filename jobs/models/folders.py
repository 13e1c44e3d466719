"""Model folders, without the registry: their digests, the shipped ones, and which ones look at loose images."""

import hashlib
import json
from pathlib import Path

from conf.errors import BadModel
from conf.settings import Settings
from jobs.frozen import ChosenModel
from jobs.s3a import tables_on_s3

MODELS = ("inspector", "scorer")
SHIPPED = Path(__file__).parent.parent.parent / "udfs" / "nets" / "weights"
SQLITE = "sqlite:///"

Models = dict[str, dict[str, ChosenModel]]


def model_digest(folder: Path) -> str:
    """SHA-256 of a model's manifest, which names the digest of every other file.

    Raises:
        BadModel: the folder has no manifest.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
    except (OSError, ValueError) as error:
        raise BadModel(
            f"{folder}: no manifest.json that can be read; a model is a folder of safetensors with its manifest"
        ) from error
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def shipped_models() -> Models:
    """The models that come with the package, each as champion."""
    return {name: {"champion": chosen(SHIPPED / name, "shipped")} for name in MODELS}


def models_at_hand(settings: Settings) -> Models:
    """The champions of the lake's registry where there is one, else the shipped models."""
    if not has_registry(settings):
        return shipped_models()
    from jobs.models.registry import Registry

    return Registry(settings).champions()


def has_registry(settings: Settings) -> bool:
    """Whether the settings name a registry that is there; asking makes none."""
    if settings.how.places.models is None and (settings.how.places.lake is None or tables_on_s3(settings)):
        return False
    return not settings.models.startswith(SQLITE) or Path(settings.models.removeprefix(SQLITE)).is_file()


def chosen(folder: Path, version: str) -> ChosenModel:
    """A model folder as something chosen."""
    return ChosenModel(version=version, path=str(folder), digest=model_digest(folder))
