"""Open the inspector's nets from a model folder."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from conf.errors import BadModel
from udfs.nets import corners, embedding, mrz, pixels
from udfs.nets.blocks import Net
from udfs.nets.corners import CornerNet
from udfs.nets.embedding import EmbeddingNet
from udfs.nets.mrz import MrzNet
from udfs.nets.trunk import ForensicNet
from udfs.nets.weights_file import Manifest, Parameter, load_net, read_manifest

KIND = "inspector"
PREPROCESSING: dict[str, Parameter] = {
    "colours": "BGR, 0..255 mapped to -1..1",
    "corners_input": corners.INPUT,
    "upright_input": corners.UPRIGHT_INPUT,
    "design_input": "{}x{}".format(*embedding.CARD_INPUT),
    "portrait_input": "{}x{}".format(*embedding.PORTRAIT_INPUT),
    "forensic_tiles": pixels.MOST_TILES,
    "mrz_input": f"{mrz.WIDTH}x{mrz.HEIGHT}, grey",
}
THRESHOLDS = {"corners_found": corners.FOUND_AT, "map_box": pixels.BOX_AT}


@dataclass(frozen=True)
class Nets:
    """The inspector's nets, ready for inference, and the digest of everything that decides their answers.

    An inspector that was made before there was a line net has no `mrz`: its rows are read by the text reader alone.
    """

    corners: CornerNet
    design: EmbeddingNet
    portrait: EmbeddingNet
    forensic: ForensicNet
    mrz: MrzNet | None
    manifest: Manifest
    digest: str


def shipped_inspector() -> Path:
    """The folder of the weights that come with the package."""
    return Path(__file__).parent / "weights" / KIND


def open_nets(folder: Path, device: str = "cpu") -> Nets:
    """Open every net of an inspector folder, each only if its file has the manifest's digest."""
    manifest = read_manifest(folder, KIND)
    place = torch.device(device)
    return Nets(
        corners=open_corners(folder).to(place),
        design=open_design(folder).to(place),
        portrait=open_portrait(folder).to(place),
        forensic=open_forensic(folder).to(place),
        mrz=open_mrz(folder).to(place) if "mrz" in manifest["nets"] else None,
        manifest=manifest,
        digest=hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest(),
    )


def open_corners(folder: Path) -> CornerNet:
    """The corner net of an inspector folder."""
    return _open(CornerNet, "corners", folder)


def open_design(folder: Path) -> EmbeddingNet:
    """The embedding that knows designs."""
    return _open(EmbeddingNet, "design", folder)


def open_portrait(folder: Path) -> EmbeddingNet:
    """The embedding that knows copies of one portrait photograph."""
    return _open(EmbeddingNet, "portrait", folder)


def open_forensic(folder: Path) -> ForensicNet:
    """The forensic trunk of an inspector folder."""
    return _open(ForensicNet, "forensic", folder)


def open_mrz(folder: Path) -> MrzNet:
    """The line net of machine readable zones of an inspector folder."""
    return _open(MrzNet, "mrz", folder)


def _open(build: Callable[..., Net], name: str, folder: Path) -> Net:
    """Build one net with the manifest's architecture and fill it with the checked weights."""
    manifest = read_manifest(folder, KIND)
    entry = manifest["nets"].get(name)
    if entry is None:
        raise BadModel(f"{folder} has no net {name!r}; it holds {sorted(manifest['nets'])}: train it first")
    try:
        net = build(**entry["architecture"])
    except TypeError as error:
        raise BadModel(f"{folder}: net {name!r} has an unknown architecture ({error}): train it again") from error
    return load_net(folder, entry, net)
