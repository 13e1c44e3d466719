"""What was read held against what was printed: fields of every zone, and lines of the MRZ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jobs.evaluation.holders import Row
from udfs.judging.agreement import COMPARERS, chance_read, disagreement
from udfs.judging.submission import ReadField
from udfs.reading.barcode import parse_aamva
from udfs.reading.mrz import parse_mrz
from udfs.specimens.rendered import Rendered

MRZ_LINES = ("mrz_line_1", "mrz_line_2", "mrz_line_3")


@dataclass(frozen=True)
class FieldSeen:
    """One printed field and how it was read.

    Attributes:
        source: `visual`, `mrz` or `barcode`.
        name: of the field.
        sure: chance of having been read right that the inspector states, in [0, 1]; 0 where it was not read.
        wrong: whether it was read, and says something else than what was printed.
    """

    source: str
    name: str
    sure: float
    wrong: bool


def fields_seen(page: Rendered, seen: Row) -> Iterator[FieldSeen]:
    """Every field that the side's zones print and that can be compared, as it was read."""
    first: dict[tuple[str, str], ReadField] = {}
    for item in seen["fields"] or ():
        reading = ReadField(item["name"], item["source"], item["value"], item["raw"] or "", item["confidence"])
        first.setdefault((item["source"], item["name"]), reading)
    for source, printed in printed_values(page).items():
        for name, value in printed.items():
            read = first.get((source, name))
            if read is None or not read.value:
                yield FieldSeen(source, name, 0.0, wrong=False)
            else:
                truth = ReadField(name, "truth", value, value, 1.0)
                yield FieldSeen(source, name, chance_read(read), wrong=disagreement(truth, read) > 0)


def printed_values(page: Rendered) -> dict[str, Mapping[str, str]]:
    """Canonical values by source and field: those of the visual zone, of the MRZ and of the barcode."""
    lines = [page.values[name] for name in MRZ_LINES if name in page.values]
    mrz = parse_mrz(lines) if lines else None
    _, barcode, _ = parse_aamva(page.values.get("barcode_text", ""))
    found = {
        "visual": page.values,
        "mrz": {name: field.value for name, field in mrz.fields.items()} if mrz is not None else {},
        "barcode": barcode,
    }
    return {
        source: {name: value for name, value in values.items() if name in COMPARERS and value}
        for source, values in found.items()
    }


def mrz_lines_seen(page: Rendered, seen: Row) -> list[tuple[bool, bool]]:
    """For each line of the MRZ: whether it was read exactly, and whether the recogniser's bare line is exact."""
    rows = seen["fields"] or ()
    ours = {item["name"]: item["value"] for item in rows if item["source"] == "mrz"}
    bare = {item["raw"].replace(" ", "") for item in rows if item["source"] == "text"}
    printed = {name: page.values[name] for name in MRZ_LINES if name in page.values}
    return [(ours.get(name) == line, line in bare) for name, line in printed.items()]
