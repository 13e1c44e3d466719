"""A small lake with good and bad documents, and an inspector of untrained nets: what they see does not matter here."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conf.settings import InspectSettings, ReadingSettings
from udfs.task import InspectTask

BAD_FILES = {
    "empty.jpg": b"",
    "text.jpg": b"a text that somebody named .jpg",
    "cut.jpg": b"\xff\xd8\xff\xc0\x00\x0b\x08\x00\x20\x00\x20"
    b"\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x12",
    "some.gif": b"GIF89a\x10\x00\x10\x00",
}


def drawn(seed: int) -> bytes:
    """A page with a card on it, a few words and a block: enough for every part to have something to look at."""
    rng = np.random.default_rng(seed)
    page = np.full((420, 640, 3), 90, np.uint8)
    cv2.rectangle(page, (30, 30), (610, 390), (225, 220, int(rng.integers(180, 240))), -1)
    cv2.rectangle(page, (60, 110), (200, 290), (90, 110, 160), -1)
    for row, text in enumerate(("SPECIMEN CARD", "Surname", f"NAME{seed}", "Document No", f"AB{1000 + seed}")):
        cv2.putText(page, text, (230, 90 + 55 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (20, 20, 30), 2, cv2.LINE_AA)
    page = np.clip(page + rng.normal(0, 4, page.shape), 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 88])[1].tobytes()


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder of tiny untrained nets."""
    import torch

    from udfs.nets.corners import CornerNet
    from udfs.nets.embedding import EmbeddingNet
    from udfs.nets.mrz import MrzNet
    from udfs.nets.trunk import ForensicNet
    from udfs.nets.weights_file import add_net

    folder = tmp_path_factory.mktemp("inspector")
    torch.manual_seed(0)
    corners = CornerNet(8)
    torch.nn.init.constant_(corners.upright[-1].weight, 0.0)
    corners.upright[-1].bias.data = torch.tensor([1.0, 0.0, 0.0, 0.0])  # every page of this lake stands upright
    nets = {
        "corners": corners, "design": EmbeddingNet(8), "portrait": EmbeddingNet(8), "forensic": ForensicNet(8),
        "mrz": MrzNet(8),
    }  # fmt: skip
    for name, net in nets.items():
        add_net(folder, name, net=net, architecture={"width": 8})
    return folder


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of five good documents, one of them packed, and the bad files."""
    lake = tmp_path_factory.mktemp("lake")
    (lake / "images").mkdir()
    for seed in range(4):
        (lake / "images" / f"{seed}.jpg").write_bytes(drawn(seed))
    pq.write_table(pa.table({"key": ["K"], "bytes": [drawn(4)]}), lake / "images" / "p.parquet")
    for name, content in BAD_FILES.items():
        (lake / "images" / name).write_bytes(content)
    return lake


@pytest.fixture(scope="session")
def task(untrained: Path, documents: Path) -> InspectTask:
    """The task that inspects that lake."""
    from udfs.nets.opening import open_nets

    quick = InspectSettings(reading=ReadingSettings(detector_side=480))
    digest = open_nets(untrained).digest
    return InspectTask(settings=quick, weights=str(untrained), weights_digest=digest, lake=str(documents))


@pytest.fixture(scope="session")
def batch_of(documents: Path) -> Callable[[list[str]], pa.RecordBatch]:
    """Makes the input batch of some files of the lake."""

    def make(names: list[str]) -> pa.RecordBatch:
        rows = [{"sha256": _digest(documents, name), "uri": f"images/{name}"} for name in names]
        return pa.RecordBatch.from_pylist(rows, pa.schema([("sha256", pa.string()), ("uri", pa.string())]))

    return make


def _digest(lake: Path, name: str) -> str | None:
    content = drawn(4) if "#" in name else (lake / "images" / name).read_bytes() if "missing" not in name else b"-"
    return hashlib.sha256(content).hexdigest()
