import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from conf.settings import Settings
from tests.fakes_linking import NIGHT, MemoryRun, document, frame, plates, png, sha
from udfs.specimens.portraits import draw_portrait

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

RUN = {"run_id": "2026-03-01.1", "night": NIGHT}
FORGED, GENUINE = 6, 14
PRINTS = {"copy": "c1", "vectors": "v1", "plate": "p1", "reading": "r1"}


PHOTO = (10, 30, 62, 95)
PHOTOGRAPHED = {20: 5, 21: 5, 22: 6}  # documents whose plates show a drawn portrait, and which


def observation(number: int, *, pdq: str | None = None) -> dict[str, Any]:
    """The card fills its picture, which is as large as its plate."""
    frame = [-0.5, -0.5, 191.5, -0.5, 191.5, 120.5, -0.5, 120.5]
    card = {"found": True, "confidence": 1.0, "corners": frame, "width_px": 1000.0, "quarter_turns": 0}
    box = [float(value) for value in PHOTO] if number in PHOTOGRAPHED else None
    portrait = {"found": box is not None, "confidence": 1.0, "box": box}
    copy = None if pdq is None else {"pdq": pdq, "quality": 100}
    seen = {"card": card, "portrait": portrait, "copy": copy}
    return {"sha256": sha(number), "inspector": "i", "parts": PRINTS} | seen | RUN


def photographed(number: int) -> np.ndarray:
    """A plate of no design with a drawn portrait, in its own light."""
    x0, y0, x1, y1 = PHOTO
    seed = PHOTOGRAPHED[number]
    drawn = cv2.cvtColor(draw_portrait(seed, seed, (x1 - x0, y1 - y0)), cv2.COLOR_BGR2GRAY)
    shown = np.full((121, 192), 190, np.uint8)
    shown[y0:y1, x0:x1] = np.rint(drawn * (1.0 - 0.1 * (number % 2)))
    return shown


def vector(number: int, kind: str, values: np.ndarray) -> dict[str, Any]:
    unit = (values / np.linalg.norm(values)).astype(np.float32).tolist()
    return {"sha256": sha(number), "fingerprint": "v1", "kind": kind, "vector": unit} | RUN


def world(spark: "SparkSession") -> dict[str, Any]:
    """Twenty cards of one design: 0 to 5 from one blank, 7 and 8 one portrait, 9 and 10 one person's; three of none."""
    rng = np.random.default_rng(5)
    count = FORGED + GENUINE
    docs = [document(at, f"a{at:02d}") for at in [*range(count), *PHOTOGRAPHED]]
    docs.append(document(90, "a90", sha256=sha(11)))
    design = rng.normal(size=64)
    portraits = [rng.normal(size=128) for _ in range(count)]
    portraits[8] = portraits[7] + 0.05 * rng.normal(size=128)
    portraits[10] = portraits[9]
    vectors = [vector(at, "design", design + 0.1 * rng.normal(size=64)) for at in range(count)]
    vectors += [vector(at, "portrait", portraits[at]) for at in range(count)]
    vectors += [vector(at, "portrait", rng.normal(size=128)) for at in PHOTOGRAPHED]
    pictures = dict(enumerate(plates(3, count, FORGED, sigma=5.0))) | {at: photographed(at) for at in PHOTOGRAPHED}
    numbers = [
        {"sha256": sha(at), "fingerprint": "r1", "source": "mrz", "name": "number", "position": 0}
        | {"value": "X1234567" if at in {12, 13} else f"N{at:07d}", "confidence": 0.99}
        | RUN
        for at in range(count)
    ]
    fact = {"file": sha(0), "row": 0, "valid_from": datetime(2025, 1, 1, tzinfo=UTC), "known_at": NIGHT} | RUN
    people = [{"account_id": name, "person_id": "p1"} | fact for name in ("a09", "a10")]
    devices = [{"account_id": n, "kind": "device", "device_id": "dev", "strength": 1.0} | fact for n in ("a14", "a15")]
    rows = {
        "documents": docs,
        "observations": [
            *(observation(at, pdq=f"{int(rng.integers(2**63)):016x}" * 4) for at in range(count)),
            *map(observation, PHOTOGRAPHED),
        ],
        "vectors": vectors,
        "plates": [
            {"sha256": sha(at), "fingerprint": "p1", "width": 192, "height": 121, "luma": png(picture)} | RUN
            for at, picture in pictures.items()
        ],
        "fields": numbers,
        "accounts": people,
        "account_signals": devices,
    }
    return {name: frame(spark, name, table).repartition(3) for name, table in rows.items()}


def pairs(run: MemoryRun, kind: str) -> set[tuple[str, str]]:
    return {(row[0], row[1]) for row in run.written["links"] if row[2] == kind and row[3] > 0}


@pytest.fixture(scope="module")
def linked(spark: "SparkSession") -> MemoryRun:
    from jobs.steps import link

    run = MemoryRun(spark, Settings(), world(spark))
    link.main(run)
    return run


@pytest.mark.spark
def test_every_kind_of_tie_is_found_and_nothing_else(linked: MemoryRun) -> None:
    blank = {(f"d{a:03d}", f"d{b:03d}") for a in range(FORGED) for b in range(a + 1, FORGED)}
    assert len(pairs(linked, "template") & blank) >= 0.9 * len(blank)
    assert pairs(linked, "template") <= blank
    assert pairs(linked, "portrait_photo") == {("d007", "d008"), ("d020", "d021")}
    assert pairs(linked, "own_resubmission") == {("d009", "d010")}
    assert pairs(linked, "same_file") == {("d011", "d090")}
    assert pairs(linked, "same_number") == {("d011", "d090"), ("d012", "d013")}
    assert pairs(linked, "shared_device") == {("d014", "d015")}
    assert pairs(linked, "near_copy") == set()


@pytest.mark.spark
def test_portraits_on_plates_are_compared_by_pixels_and_others_by_vectors(linked: MemoryRun) -> None:
    ways = {row[0]: json.loads(row[4])["by"] for row in linked.written["links"] if row[2] == "portrait_photo"}
    assert ways == {"d007": "vectors", "d020": "pixels"}


@pytest.mark.spark
def test_evidence_holds_neither_numbers_nor_persons(linked: MemoryRun) -> None:
    text = json.dumps([row[4] for row in linked.written["links"]])
    assert "threshold" in text
    assert not any(secret in text for secret in ("X1234567", "p1", "a09", "dev\\"))


@pytest.mark.spark
def test_the_same_night_again_adds_nothing_and_a_person_learned_later_ends_a_tie(
    spark: "SparkSession", linked: MemoryRun
) -> None:
    from jobs.steps import link

    tables = world(spark)
    fact = {"file": sha(1), "valid_from": datetime(2026, 3, 1, tzinfo=UTC), "known_at": date(2026, 3, 2)} | RUN
    people = [{"account_id": name, "person_id": "p2", "row": at} | fact for at, name in enumerate(("a07", "a08"))]
    tables["accounts"] = tables["accounts"].unionByName(frame(spark, "accounts", people))
    parent = {name: linked.table(name) for name in ("links", "designs")}
    run = MemoryRun(spark, Settings(), tables, parent, date(2026, 3, 2), "2026-03-02.1")
    link.main(run)
    gained = {(row[0], row[1], row[2], row[3]) for row in run.written["links"]}
    assert gained == {("d007", "d008", "portrait_photo", 0.0), ("d007", "d008", "own_resubmission", 1.0)}
    assert run.written["designs"] == []


@pytest.mark.spark
def test_all_of_a_content_comes_from_the_observation_that_counts(spark: "SparkSession") -> None:
    from jobs.linking.shared_facts import numbers
    from jobs.linking.subjects import contents
    from jobs.observed import counting

    later = {"run_id": "2026-03-02.1", "night": date(2026, 3, 2)}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("observations", "vectors", "plates", "fields")}
    for inspector, mark, stamp in (("a", 1, RUN), ("b", 2, later)):
        prints = {part: f"{part[0]}{mark}" for part in PRINTS}
        rows["observations"].append(
            observation(1, pdq=f"{mark:064x}") | {"inspector": inspector, "parts": prints} | stamp
        )
        rows["vectors"].append(vector(1, "design", np.eye(2)[mark - 1]) | {"fingerprint": prints["vectors"]} | stamp)
        plate = {"width": 192, "height": 121, "luma": bytes([mark])}
        rows["plates"].append({"sha256": sha(1), "fingerprint": prints["plate"]} | plate | stamp)
        read = {"source": "mrz", "name": "number", "position": 0, "value": f"NUMBER{mark}", "confidence": 0.99}
        rows["fields"].append({"sha256": sha(1), "fingerprint": prints["reading"]} | read | stamp)
    tables = {name: frame(spark, name, table) for name, table in rows.items()}
    documents = frame(spark, "documents", [document(1, "a01")])
    for champion, mark in (("a", 1), ("b", 2), (None, 2), ("unknown", 2)):
        looked = counting(tables["observations"], champion)
        (look,) = contents(documents, looked, tables["vectors"], tables["plates"]).collect()
        assert (look.pdq, look.copy_print, look.plate_print) == (f"{mark:064x}", f"c{mark}", f"p{mark}")
        assert (look.design_vector, look.luma) == (np.eye(2)[mark - 1].tolist(), bytes([mark]))
        assert [row.number for row in numbers(tables["fields"], looked).collect()] == [f"NUMBER{mark}"]
