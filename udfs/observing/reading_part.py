"""Part `reading`: the card's text, typed fields, MRZ and barcode."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from udfs.images.rectify import side_lengths
from udfs.observing.look import Look, Opened
from udfs.reading.reader import FieldReading, Page, Reading, read_document


def look_at_text(looks: Sequence[Look], opened: Opened) -> None:
    """Read each card that is wide enough."""
    for look in looks:
        if look.card is None or look.corners is None:
            look.skipped["reading"] = "no card was looked for"
            continue
        width, least = round(side_lengths(look.corners)[0]), opened.settings.reading.min_card_width
        if width < least:
            look.skipped["reading"] = f"card narrower than {least} px"
            continue
        page = Page(look.card.image, look.card.to_image, None if look.found else look.image)
        look.reading = read_document(opened.reader, opened.nets.mrz, page)
        look.parts["reading"] = _answer(look.reading)
        look.fields = list(_rows(look.reading.fields, opened.fingerprints["reading"]))


def _answer(reading: Reading) -> dict[str, object]:
    return {
        "lines": len(reading.lines),
        "confidence": reading.mean_confidence,
        "mrz_format": reading.mrz.format if reading.mrz is not None else None,
        "checks": dict(reading.mrz.checks) if reading.mrz is not None else None,
        "barcode": reading.barcode.format if reading.barcode is not None else None,
    }


def _rows(fields: Sequence[FieldReading], fingerprint: str) -> Iterator[Mapping[str, object]]:
    """Rows of the table fields; equal names of one source are counted from 0 in reading order."""
    counted: Counter[tuple[str, str]] = Counter()
    for field in fields:
        key = (field.source, field.name)
        yield {
            "fingerprint": fingerprint,
            "source": field.source,
            "name": field.name,
            "position": counted[key],
            "value": field.value,
            "raw": field.raw,
            "confidence": min(1.0, max(0.0, float(field.confidence))),
            "box": [float(value) for value in field.box] if field.box is not None else None,
        }
        counted[key] += 1
