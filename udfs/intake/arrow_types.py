"""Which Arrow types a Parquet column of each kind may have."""

import pyarrow as pa
import pyarrow.types as pt

from schemas.contract import Kind


def _is_text(kind: pa.DataType) -> bool:
    return bool(pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind))


ALLOWED = {
    "id": (pt.is_integer,),
    "text": (),
    "digest": (),
    "time": (pt.is_timestamp, pt.is_date),
    "date": (pt.is_timestamp, pt.is_date),
    "number": (pt.is_integer, pt.is_floating, pt.is_decimal),
    "count": (pt.is_integer,),
    "decimal": (pt.is_integer, pt.is_decimal),
    "boolean": (pt.is_boolean, pt.is_integer),
    "json": (pt.is_struct, pt.is_list, pt.is_large_list),
}
"""What a kind takes beside text; money takes no float, which holds 0.1 + 0.2 as 0.30000000000000004."""
WANTED = {
    "id": "text or integers",
    "text": "text",
    "digest": "text of 64 hexadecimal digits",
    "time": "timestamps with a zone, or text",
    "date": "dates or text",
    "number": "numbers",
    "count": "integers or text",
    "decimal": "decimals, integers or text",
    "boolean": "booleans",
    "json": "text or a struct",
}
JSON_ALLOWED: dict[Kind, tuple[str, ...]] = {
    "id": ("integer",),
    "number": ("integer", "number"),
    "count": ("integer",),
    "decimal": ("integer", "number"),
    "boolean": ("boolean", "integer"),
    "json": ("integer", "number", "boolean", "object", "list"),
}
"""What a kind takes in JSON lines beside text."""


def fits(found: pa.DataType, kind: Kind) -> bool:
    """Whether a column of that type can hold values of the kind; one of nulls alone can."""
    inner = found.value_type if pt.is_dictionary(found) else found
    return bool(pt.is_null(inner) or _is_text(inner) or any(test(inner) for test in ALLOWED[kind]))
