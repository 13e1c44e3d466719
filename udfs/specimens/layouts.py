"""The layout grammar: where a template of a document kind puts what, in millimetres."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from udfs.specimens.mrz_lines import MrzFormat

Rectangle = tuple[float, float, float, float]  # x0, y0, x1, y1 in millimetres
Row = tuple[tuple[str, float], ...]  # field names with their share of the row
Kind = Literal["passport_page", "card_front", "card_back", "licence_front", "licence_back"]

ID1 = (85.6, 54.0)
TD3 = (125.0, 88.0)
ROWS: dict[Kind, tuple[tuple[Row, ...], ...]] = {
    "passport_page": (
        (
            (("issuing_state", 2), ("number", 3)),
            (("surname", 1),),
            (("given_names", 1),),
            (("nationality", 2), ("personal_number", 3)),
            (("birth_date", 2), ("sex", 1), ("issue_date", 2)),
            (("expiry_date", 1), ("signature", 1)),
        ),
        (
            (("number", 3), ("issuing_state", 2)),
            (("surname", 1),),
            (("given_names", 1),),
            (("birth_date", 3), ("nationality", 2)),
            (("sex", 2), ("personal_number", 3)),
            (("issue_date", 1), ("expiry_date", 1)),
            (("signature", 1),),
        ),
    ),
    "card_front": (
        (
            (("surname", 1),),
            (("given_names", 1),),
            (("birth_date", 5), ("sex", 2), ("nationality", 3)),
            (("number", 1), ("expiry_date", 1)),
            (("signature", 1),),
        ),
        (
            (("number", 3), ("nationality", 2)),
            (("surname", 1),),
            (("given_names", 1),),
            (("sex", 2), ("birth_date", 5)),
            (("issue_date", 1), ("expiry_date", 1)),
        ),
    ),
    "card_back": (
        ((("address", 1),), (("personal_number", 1), ("issue_date", 1))),
        ((("personal_number", 1), ("issue_date", 1)), (("address", 1),)),
    ),
    "licence_front": (
        (
            (("surname", 1),),
            (("given_names", 1),),
            (("birth_date", 1), ("sex", 1)),
            (("issue_date", 1), ("expiry_date", 1)),
            (("number", 1), ("categories", 1)),
            (("address", 1),),
        ),
        (
            (("number", 1), ("sex", 1)),
            (("full_name", 1),),
            (("birth_date", 1), ("categories", 1)),
            (("address", 1),),
            (("issue_date", 1), ("expiry_date", 1)),
        ),
    ),
    "licence_back": (
        ((("number", 1), ("categories", 1)),),
        ((("categories", 1), ("number", 1)),),
    ),
}
LICENCE_CODES = {
    "surname": "1.", "given_names": "2.", "full_name": "1.", "birth_date": "3.", "issue_date": "4a.",
    "expiry_date": "4b.", "number": "5.", "address": "8.", "categories": "9.", "sex": "15.",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One field: its label's top left corner and the width that its value may fill, in millimetres."""

    name: str
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Layout:
    """Where everything stands, in millimetres; sizes are em sizes in millimetres."""

    kind: Kind
    size: tuple[float, float]
    entries: tuple[Entry, ...]
    header: float
    label_em: float
    value_em: float
    emblem: tuple[float, float, float]
    specimen: tuple[float, float]
    numbered: bool = False
    portrait: Rectangle | None = None
    ghost: Rectangle | None = None
    signature: Rectangle | None = None
    mrz: MrzFormat | None = None
    barcode: Rectangle | None = None


def draw_layout(kind: Kind, template: int, rng: np.random.Generator) -> Layout:
    """One template's layout: the row order follows its number, the measures are drawn."""
    rows = ROWS[kind][template % len(ROWS[kind])]
    jitter = float(rng.uniform(-0.4, 0.4))
    if kind == "passport_page":
        return _passport(rows, template, jitter)
    if kind in {"card_front", "licence_front"}:
        return _front(kind, rows, template, jitter)
    return _back(kind, rows, jitter)


def _passport(rows: tuple[Row, ...], template: int, jitter: float) -> Layout:
    portrait = (6.0, 16.5 + jitter, 39.0, 59.0 + jitter)
    entries, signature = _stack(rows, (45.0, 12.8 + jitter, 120.0, 68.5))
    return Layout(
        kind="passport_page",
        size=TD3,
        entries=entries,
        header=10.0,
        label_em=1.95,
        value_em=3.3,
        emblem=(88.0, 40.0, 17.0),
        specimen=(22.5, 65.5),
        portrait=portrait,
        ghost=(107.0, 50.0, 118.5, 65.0) if template % 2 else None,
        signature=signature,
        mrz="TD3",
    )


def _front(kind: Kind, rows: tuple[Row, ...], template: int, jitter: float) -> Layout:
    on_right = template % 3 == 2
    left = 57.6 if on_right else 4.0
    portrait = (left, 12.5 + jitter, left + 24.0, 43.5 + jitter)
    column = (4.5, 11.2 + jitter, 55.0, 52.4) if on_right else (31.5, 11.2 + jitter, 82.5, 52.4)
    entries, signature = _stack(rows, column)
    ghosted = template % 2 == 1
    return Layout(
        kind=kind,
        size=ID1,
        entries=entries,
        header=9.2,
        label_em=1.65,
        value_em=2.75,
        emblem=((column[0] + column[2]) / 2, 32.0, 13.0),
        specimen=(left + 12.0, 49.0),
        numbered=kind == "licence_front",
        portrait=portrait,
        ghost=(column[2] - 9.5, 32.5, column[2] - 0.5, 44.0) if ghosted and kind == "card_front" else None,
        signature=signature,
    )


def _back(kind: Kind, rows: tuple[Row, ...], jitter: float) -> Layout:
    entries, signature = _stack(rows, (5.0, 8.2 + jitter, 62.0, 8.2 + jitter + 8.0 * len(rows)))
    return Layout(
        kind=kind,
        size=ID1,
        entries=entries,
        header=5.6,
        label_em=1.65,
        value_em=2.6,
        emblem=(73.0, 17.0, 9.0),
        specimen=(43.0, 29.0 if kind == "card_back" else 21.5),
        numbered=kind == "licence_back",
        signature=signature,
        mrz="TD1" if kind == "card_back" else None,
        barcode=(4.0, 26.6, 81.6, 51.8) if kind == "licence_back" else None,
    )


def _stack(rows: tuple[Row, ...], column: Rectangle) -> tuple[tuple[Entry, ...], Rectangle | None]:
    """Stack rows of fields in a column; a `signature` cell becomes a rectangle of its own."""
    x0, y0, x1, y1 = column
    pitch = (y1 - y0) / len(rows)
    entries: list[Entry] = []
    signature: Rectangle | None = None
    for place, row in enumerate(rows):
        x, total = x0, sum(share for _, share in row)
        for name, share in row:
            width = (x1 - x0) * share / total
            if name == "signature":
                signature = (x + 1.0, y0 + place * pitch + 1.8, x + min(width, 30.0) - 2.0, y0 + (place + 1) * pitch)
            else:
                entries.append(Entry(name, x, y0 + place * pitch, width - 1.5))
            x += width
    return tuple(entries), signature
