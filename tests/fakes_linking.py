"""A run whose tables are frames in memory, and a small world of plates, hashes and vectors to link."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from schemas import TABLES
from tests.fakes_risk import UNFROZEN

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from conf.settings import Settings
    from jobs.frozen import Frozen

NIGHT = date(2026, 3, 1)
Plates = np.ndarray


@dataclass
class MemoryRun:
    """Stands in for jobs.run.Run."""

    spark: "SparkSession"
    settings: "Settings"
    tables: dict[str, "DataFrame"]
    parent: dict[str, "DataFrame"] = field(default_factory=dict)
    night: date = NIGHT
    run_id: str = "2026-03-01.1"
    frozen: "Frozen" = UNFROZEN
    written: dict[str, list[Any]] = field(default_factory=dict)

    def read(self, name: str) -> "DataFrame":
        return self.tables.get(name, self.empty(name))

    def before(self, name: str) -> "DataFrame":
        return self.parent.get(name, self.empty(name))

    def empty(self, name: str) -> "DataFrame":
        return self.spark.createDataFrame([], TABLES[name].ddl)

    def write(self, name: str, frame: "DataFrame") -> None:
        declared = [c for c in TABLES[name].names if c not in {"run_id", "night"}]
        assert frame.columns == declared, (name, frame.columns)
        self.written[name] = [
            (*tuple(row), self.run_id, self.night) for row in frame.orderBy(*_sortable(name, declared)).collect()
        ]

    def write_all(self, frames: Mapping[str, "DataFrame"]) -> None:
        for name, written in frames.items():
            self.write(name, written)

    def table(self, name: str) -> "DataFrame":
        return self.spark.createDataFrame(self.written[name], TABLES[name].ddl)


def _sortable(name: str, columns: list[str]) -> list[str]:
    return [key for key in TABLES[name].key if key in columns]


def sha(number: int) -> str:
    return f"{number:064x}"


def frame(spark: "SparkSession", name: str, rows: list[dict[str, Any]]) -> "DataFrame":
    """Rows of a declared table, missing columns null."""
    filled = [tuple(row.get(column) for column in TABLES[name].names) for row in rows]
    return spark.createDataFrame(filled, TABLES[name].ddl.replace(" NOT NULL", ""))


def document(number: int, account: str, *, sha256: str | None = None, **more: object) -> dict[str, Any]:
    return {
        "doc_id": f"d{number:03d}",
        "submission_id": f"s{number:03d}",
        "account_id": account,
        "uri": "x",
        "sha256": sha256 or sha(number),
        "doc_type": "id_card",
        "submitted_at": datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number),
        "manifest": sha(0),
        "row": number,
        "known_at": NIGHT,
        "run_id": "2026-03-01.1",
        "night": NIGHT,
    } | more


def ground(rng: np.random.Generator, *, height: int = 242, width: int = 384) -> Plates:
    """A design: waves, stains and labels, float32 [h, w] in grey levels."""
    v, u = np.mgrid[0:height, 0:width] / width
    waves = sum(
        rng.uniform(1, 5) * np.sin(2 * np.pi * (a * u + b * v) + np.sin(9 * u)) for a, b in rng.normal(0, 25, (14, 2))
    )
    picture = 170 + waves + 400 * cv2.GaussianBlur(rng.normal(0, 1, (height, width)), (0, 0), width / 25)
    for x, y in rng.uniform(0, 0.85, (14, 2)):
        left, top = int(x * width), int(y * height)
        picture[top : top + 5, left : left + int(rng.integers(15, 45))] = rng.uniform(40, 110)
    return np.asarray(picture, np.float32)


def texture(rng: np.random.Generator, shape: tuple[int, ...], *, sigma: float) -> Plates:
    """What one blank adds to every forgery made from it."""
    noise = cv2.GaussianBlur(rng.normal(0, 1, shape).astype(np.float32), (0, 0), 1.3)
    return np.asarray(noise / noise.std() * sigma, np.float32)


def plate(rng: np.random.Generator, page: Plates, *, blur: float | None = None) -> Plates:
    """One holder's card photographed, rectified by corners off by about two pixels of 1,100, uint8 [121, 192]."""
    height, width = page.shape
    card = page.copy()
    portrait = cv2.resize(rng.normal(120, 40, (12, 9)).astype(np.float32), (int(0.3 * width), height // 2))
    card[height // 4 : height // 4 + portrait.shape[0], width // 20 : width // 20 + portrait.shape[1]] = portrait
    for line in range(8):
        top = int((0.25 + 0.07 * line) * height)
        for at in np.flatnonzero(rng.random(30) < 0.6):
            card[top : top + 8, int(0.42 * width) + 6 * int(at) : int(0.42 * width) + 6 * int(at) + 3] = 30
    card = cv2.GaussianBlur(card, (0, 0), blur or rng.uniform(0.3, 0.8))
    v, u = np.mgrid[0:height, 0:width] / width
    card = card * (rng.uniform(0.75, 1.1) + rng.normal(0, 0.12) * (u - 0.5) + rng.normal(0, 0.12) * (v - 0.3))
    card = (card + rng.normal(0, 3.0, card.shape)).astype(np.float32)
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    off = corners + rng.normal(0, 2 * width / 1100, (4, 2)).astype(np.float32)
    warp = cv2.getPerspectiveTransform(corners, off)
    card = cv2.warpPerspective(card, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(np.rint(cv2.resize(card, (192, 121), interpolation=cv2.INTER_AREA)), 0, 255).astype(np.uint8)


def plates(seed: int, count: int, forged: int, *, sigma: float, blur: float | None = None) -> Plates:
    """Plates uint8 [n, 121, 192] of one design, the first `forged` of them from one blank (or only blurred alike)."""
    rng = np.random.default_rng(seed)
    page = ground(rng)
    blank = page + texture(rng, page.shape, sigma=sigma) if sigma else page
    return np.stack(
        [plate(rng, blank if at < forged else page, blur=blur if at < forged else None) for at in range(count)]
    )


def png(picture: Plates) -> bytes:
    encoded = cv2.imencode(".png", picture)[1]
    return bytes(encoded.tobytes())
