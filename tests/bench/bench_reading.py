"""Text reading against RapidOCR's defaults at one thread, on the same flat cards: CPU seconds, and what was right."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from tests.bench.record import record

if TYPE_CHECKING:
    from udfs.specimens.rendered import Image

DOCUMENTS, SEED, CARD_WIDTH = 24, 202, 1_100
LEAST_RATIO = 3.0
Read = Callable[["Image"], Sequence[str]]


@dataclass(frozen=True)
class Page:
    """One flat card and what is printed on it."""

    card: "Image"
    values: tuple[str, ...]
    zone: tuple[str, ...]


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    from udfs.specimens.lake import plan_lake

    cv2.setNumThreads(1)
    planned = plan_lake(8 * DOCUMENTS, SEED, nights=1).documents
    genuine = [d for d in planned if d.forgery is None and d.copy_of is None and d.design_id is not None]
    return [page_of(document) for document in genuine[:DOCUMENTS]]


def page_of(document: object) -> Page:
    from udfs.images.rectify import rectify
    from udfs.specimens.capture import capture, flat_page

    captured, printed = capture(document), flat_page(document).printed
    picture = np.asarray(cv2.imdecode(np.frombuffer(captured.data, np.uint8), cv2.IMREAD_COLOR), np.uint8)
    card = rectify(picture, captured.corners, CARD_WIDTH).image
    zone = tuple(text for name, text in printed.items() if name.startswith("mrz_line"))
    values = tuple(t for name, t in printed.items() if not name.startswith(("mrz_line", "barcode")))
    return Page(card, values, zone)


def readers() -> dict[str, Read]:
    from rapidocr import EngineType, RapidOCR

    from conf.settings import ReadingSettings
    from udfs.reading.text import open_text_reader, read_text

    own = open_text_reader(ReadingSettings())
    single = {"EngineConfig.onnxruntime.intra_op_num_threads": 1, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
    default = RapidOCR(params=single)
    engines = {f"{part}.engine_type": EngineType.OPENVINO for part in ("Det", "Cls", "Rec")}
    other = RapidOCR(params=engines | {"EngineConfig.openvino.inference_num_threads": 1})
    return {
        "own": lambda card: [line.text for line in read_text(own, card)],
        "rapidocr_onnxruntime": lambda card: getattr(default(card), "txts", None) or (),
        "rapidocr_openvino": lambda card: getattr(other(card), "txts", None) or (),
    }


def measured(read: Read, pages: Sequence[Page]) -> dict[str, float]:
    """CPU seconds a page, and shares of printed values and of MRZ lines that were read to the letter."""
    read(pages[0].card)
    began = time.process_time()
    found = [{text.replace(" ", "") for text in read(page.card)} for page in pages]
    seconds = (time.process_time() - began) / len(pages)
    values = [
        v.replace(" ", "") in "\n".join(seen) for page, seen in zip(pages, found, strict=True) for v in page.values
    ]
    zones = [line in seen for page, seen in zip(pages, found, strict=True) for line in page.zone]
    return {"cpu_seconds": seconds, "values_exact": float(np.mean(values)), "mrz_lines_exact": float(np.mean(zones))}


def test_reading_against_rapidocr(pages: list[Page]) -> None:
    figures = {name: measured(read, pages) for name, read in readers().items()}
    own, default = figures["own"], figures["rapidocr_onnxruntime"]
    ratio = default["cpu_seconds"] / own["cpu_seconds"]
    record("reading", {"documents": len(pages), "times_faster_than_defaults": ratio, **figures})
    assert ratio >= LEAST_RATIO
    assert own["values_exact"] >= default["values_exact"]
    assert own["mrz_lines_exact"] >= default["mrz_lines_exact"]
