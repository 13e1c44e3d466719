import json
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from conf.errors import BadModel
from udfs.nets.blocks import fused
from udfs.nets.corners import CornerNet
from udfs.nets.embedding import EmbeddingNet
from udfs.nets.mrz import MrzNet
from udfs.nets.opening import open_corners, open_nets, shipped_inspector
from udfs.nets.trunk import ForensicNet
from udfs.nets.weights_file import MANIFEST, add_net


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(9)
    add_net(tmp_path, "corners", net=CornerNet(width=8), architecture={"width": 8})
    add_net(tmp_path, "design", net=EmbeddingNet(width=8), architecture={"width": 8})
    add_net(tmp_path, "portrait", net=EmbeddingNet(width=8), architecture={"width": 8})
    add_net(tmp_path, "forensic", net=ForensicNet(width=8), architecture={"width": 8})
    add_net(tmp_path, "mrz", net=MrzNet(width=8), architecture={"width": 8})
    return tmp_path


def test_opens_what_was_written(folder: Path) -> None:
    nets = open_nets(folder)
    torch.manual_seed(9)
    written = CornerNet(width=8).eval()
    images = torch.rand(2, 3, 192, 192)
    assert torch.allclose(nets.corners.look(images), written.look(images), atol=1e-5)
    assert not nets.corners.training
    assert len(nets.digest) == 64


def test_norms_are_taken_into_their_convolutions_without_changing_an_answer() -> None:
    torch.manual_seed(10)
    net = ForensicNet(width=8)
    tiles, steps = torch.rand(4, 3, 192, 192) * 2 - 1, torch.ones(4, 64)
    net.packed(tiles, steps)  # gives the norms statistics that are not those of an identity
    before = net.eval().packed(tiles, steps)
    after = fused(net).packed(tiles, steps)
    # Those that stand behind a measurement, not a convolution, stay.
    kept = [name for name, module in net.named_modules() if isinstance(module, nn.BatchNorm2d)]
    assert kept == ["bands.1"]
    assert (after - before).abs().max() < 1e-5


def test_refuses_a_changed_file(folder: Path) -> None:
    path = folder / "corners.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(BadModel, match="changed"):
        open_corners(folder)


def test_refuses_a_file_outside_its_folder(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    manifest["nets"]["corners"]["file"] = "../corners.safetensors"
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BadModel, match="own folder"):
        open_corners(folder)


def test_refuses_another_kind_and_an_unknown_architecture(folder: Path) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(manifest | {"kind": "scorer"}))
    with pytest.raises(BadModel, match="scorer"):
        open_nets(folder)
    manifest["nets"]["corners"]["architecture"] = {"depth": 3}
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BadModel, match="architecture"):
        open_corners(folder)


def test_refuses_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=MANIFEST):
        open_nets(tmp_path)


def test_shipped_weights_open_within_their_budget() -> None:
    nets = open_nets(shipped_inspector())
    size = sum(path.stat().st_size for path in shipped_inspector().parent.rglob("*.safetensors"))
    assert size < 20_000_000
    assert all(np.isfinite(value.numpy()).all() for value in nets.forensic.state_dict().values())
