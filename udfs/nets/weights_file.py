"""Weights on disk: safetensors beside one manifest of digests, so that nothing pickled is ever loaded."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from conf.errors import BadModel
from udfs.nets.blocks import Net, fused, in_channels_last

MANIFEST = "manifest.json"
FORMAT = 1

Parameter = int | float | str | bool


class NetEntry(TypedDict):
    """One net of a manifest: its file, the digest of that file, and what its class is built with."""

    file: str
    sha256: str
    architecture: dict[str, Parameter]


class Manifest(TypedDict):
    """What a model folder says of itself."""

    format: int
    kind: str
    version: str
    nets: dict[str, NetEntry]
    preprocessing: dict[str, Parameter]
    thresholds: dict[str, float]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write a manifest with sorted keys, so that equal content is equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def read_manifest(folder: Path, kind: str) -> Manifest:
    """Read the manifest of a model folder and check that it is of the kind asked for."""
    path = folder / MANIFEST
    try:
        manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
        got = (manifest["format"], manifest["kind"])
    except FileNotFoundError as error:
        raise BadModel(f"{folder} holds no {MANIFEST}: give the folder of a model, or train one") from error
    except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
        raise BadModel(f"{path} is not a model manifest: restore it, or train the model again") from error
    if got != (FORMAT, kind):
        raise BadModel(f"{path} describes format {got[0]} of kind {got[1]!r}; wanted format {FORMAT} of kind {kind!r}")
    return manifest


def add_net(
    folder: Path, name: str, *, net: nn.Module, architecture: Mapping[str, Parameter], kind: str = "inspector"
) -> Path:
    """Write a net's weights into a model folder and put its digest into the manifest, keeping the other nets."""
    folder.mkdir(parents=True, exist_ok=True)
    content = save({key: value.detach().cpu().contiguous() for key, value in sorted(net.state_dict().items())})
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"{name}.safetensors"
    path.write_bytes(content)
    entry = NetEntry(file=path.name, sha256=digest, architecture=dict(architecture))
    manifest = read_manifest(folder, kind) if (folder / MANIFEST).exists() else _empty(kind)
    manifest["nets"][name] = entry
    manifest["version"] = hashlib.sha256(json.dumps(manifest["nets"], sort_keys=True).encode()).hexdigest()[:12]
    write_manifest(folder, manifest)
    return path


def annotate(
    folder: Path, kind: str, *, preprocessing: Mapping[str, Parameter], thresholds: Mapping[str, float]
) -> None:
    """Write into a manifest how the nets' inputs are made and where their answers are cut."""
    manifest = read_manifest(folder, kind)
    manifest["preprocessing"], manifest["thresholds"] = dict(preprocessing), dict(thresholds)
    write_manifest(folder, manifest)


def load_net(folder: Path, entry: NetEntry, net: Net) -> Net:
    """Fill a net with weights whose digest is the manifest's, and make it ready for inference and nothing else."""
    content = _checked(folder, entry)
    try:
        state: dict[str, Tensor] = load(content)
        net.load_state_dict(state)
    except (SafetensorError, RuntimeError) as error:
        name = Path(entry["file"]).stem
        raise BadModel(
            f"{folder / entry['file']} does not fit its net ({str(error).splitlines()[0]}): it was trained for another "
            f"version of Lookback; train it again (lookback train {name}), or promote an inspector that has it"
        ) from error
    return in_channels_last(fused(net.eval().requires_grad_(False)))


def _checked(folder: Path, entry: NetEntry) -> bytes:
    """Read a weights file once, and refuse it unless these very bytes have the manifest's digest."""
    name = entry["file"]
    if Path(name).name != name:
        raise BadModel(f"{folder / MANIFEST} names {name!r}, which is not a file of the model's own folder")
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise BadModel(f"{folder / name} cannot be read ({error}); restore the model folder") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != entry["sha256"]:
        raise BadModel(
            f"{folder / name} has digest {digest[:12]}, the manifest says {entry['sha256'][:12]}: "
            "the file was changed; restore it, or train the model again"
        )
    return content


def _empty(kind: str) -> Manifest:
    return Manifest(format=FORMAT, kind=kind, version="0", nets={}, preprocessing={}, thresholds={})
