"""The scorer on disk: one safetensors file beside a manifest of its digest, signals and thresholds."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from conf.errors import BadModel
from schemas.words import EVIDENCE_FAMILIES
from udfs.judging.fusion import Fusion
from udfs.judging.heads import Head
from udfs.judging.log_odds import Doubles

KIND, FORMAT = "scorer", 1
MANIFEST, WEIGHTS = "manifest.json", "heads.safetensors"
RULES = "2"  # counts changes of the judging code that change answers


@dataclass(frozen=True)
class Scorer:
    """Calibrated heads and their fusion.

    Attributes:
        heads: one per evidence family.
        fusion: how families become one.
        physical_width: card width in pixels below which print and screen traces are not judged.
        basis: what the calibration was made on, in words.
        fingerprint: digest of all that decides its answers.
        bona_fide: by family and segment, the log-odds that bona fide documents reach; evidence up to it is none.
        offsets: the heads' offsets before bona fide documents of a lake moved them, by family; none: they did not.
    """

    heads: Mapping[str, Head]
    fusion: Fusion
    physical_width: float
    basis: str
    fingerprint: str = ""
    bona_fide: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    offsets: Mapping[str, float] = field(default_factory=dict)


def read_scorer(folder: Path) -> Scorer:
    """The scorer of a folder, once its weights have the digest that its manifest names.

    Raises:
        BadModel: the folder holds no sound scorer.
    """
    manifest = _read_manifest(folder / MANIFEST)
    entry = manifest["nets"]["heads"]
    arrays = _read_arrays(folder / WEIGHTS, str(entry["sha256"]))
    try:
        heads = {family: _head(family, entry["heads"][family], arrays) for family in EVIDENCE_FAMILIES}
        weights = dict(zip(EVIDENCE_FAMILIES, arrays["fusion.weights"].tolist(), strict=True))
        return Scorer(
            heads=heads,
            fusion=Fusion(float(arrays["fusion.intercept"][0]), weights),
            physical_width=float(manifest["thresholds"]["physical_width"]),
            basis=str(manifest["basis"]),
            fingerprint=_digest(json.dumps(manifest, sort_keys=True).encode() + RULES.encode())[:16],
            bona_fide=_thresholds(manifest["thresholds"].get("bona_fide", {})),
            offsets={family: float(value) for family, value in manifest["thresholds"].get("offsets", {}).items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadModel(f"{folder} is not a whole scorer ({error!r}); restore it, or train the scorer again") from error


def write_scorer(folder: Path, scorer: Scorer) -> None:
    """Write weights and manifest; equal scorers are equal bytes."""
    arrays = {"fusion.intercept": np.asarray([scorer.fusion.intercept], np.float64)}
    arrays["fusion.weights"] = np.asarray([scorer.fusion.weights[name] for name in EVIDENCE_FAMILIES], np.float64)
    for family, head in sorted(scorer.heads.items()):
        arrays |= {f"{family}.{name}": getattr(head, name) for name in ("centre", "scale", "weights")}
        arrays[f"{family}.scalars"] = np.asarray([head.intercept, head.slope, head.offset], np.float64)
    content = save({name: np.ascontiguousarray(array, np.float64) for name, array in sorted(arrays.items())})
    signals = {family: list(head.signals) for family, head in sorted(scorer.heads.items())}
    entry = {"file": WEIGHTS, "sha256": _digest(content), "architecture": {}, "heads": signals}
    # A scorer that no lake calibrated has neither, as those had that were written before there were any.
    lake = {name: found for name, found in (("bona_fide", scorer.bona_fide), ("offsets", scorer.offsets)) if found}
    manifest = {
        "format": FORMAT,
        "kind": KIND,
        "version": _digest(content + (json.dumps(lake, sort_keys=True).encode() if lake else b""))[:12],
        "nets": {"heads": entry},
        "preprocessing": {},
        "thresholds": {"physical_width": scorer.physical_width, **lake},
        "basis": scorer.basis,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS).write_bytes(content)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        got = (manifest["format"], manifest["kind"])
    except (OSError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise BadModel(f"{path} is not a scorer's manifest ({error!r}); give a scorer's folder") from error
    if got != (FORMAT, KIND):
        raise BadModel(f"{path} describes format {got[0]} of kind {got[1]!r}; wanted format {FORMAT} of kind {KIND!r}")
    return manifest


def _read_arrays(path: Path, wanted: str) -> dict[str, Doubles]:
    try:
        content = path.read_bytes()
        digest = _digest(content)
        if digest != wanted:
            raise BadModel(f"{path} has digest {digest[:12]}, its manifest says {wanted[:12]}: restore the folder")
        arrays: dict[str, Doubles] = load(content)
    except (OSError, SafetensorError) as error:
        raise BadModel(f"{path} cannot be read ({error}); restore the folder") from error
    return arrays


def _thresholds(given: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {family: {name: float(value) for name, value in by_name.items()} for family, by_name in given.items()}


def _head(family: str, signals: list[str], arrays: Mapping[str, Doubles]) -> Head:
    intercept, slope, offset = arrays[f"{family}.scalars"].tolist()
    centre, scale, weights = (arrays[f"{family}.{name}"] for name in ("centre", "scale", "weights"))
    if not len(signals) == len(centre) == len(scale) == len(weights):
        raise ValueError(f"head {family} has {len(signals)} signals and {len(weights)} weights")
    return Head(family, tuple(signals), centre, scale, weights, intercept, slope, offset)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
