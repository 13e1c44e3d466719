"""Which Arrow types a Parquet column of each kind may have."""

from collections.abc import Mapping

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


def type_at(types: Mapping[str, pa.DataType], path: str) -> pa.DataType | None:
    """The type that a mapping's path leads to, through structs and lists; null where it is none that Parquet tells."""
    if path in types:
        return types[path]
    first, *steps = path.replace("[]", ".[]").split(".")
    found = types.get(first)
    for step in steps:
        if step == "[]" and found is not None and (pt.is_list(found) or pt.is_large_list(found)):
            found = found.value_type
        elif found is not None and pt.is_struct(found) and found.get_field_index(step) >= 0:
            found = found.field(step).type
        else:
            return None
    return found
