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


def _is_list(kind: pa.DataType) -> bool:
    return bool(pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind))


def _is_open(kind: pa.DataType) -> bool:
    """Whether a type says nothing of what is in it: text may be JSON, and nulls may be of any type."""
    inner = kind.value_type if pt.is_dictionary(kind) else kind
    return bool(pt.is_null(inner) or _is_text(inner))


def fits(found: pa.DataType, kind: Kind) -> bool:
    """Whether a column of that type can hold values of the kind; one of nulls alone can."""
    inner = found.value_type if pt.is_dictionary(found) else found
    return bool(_is_open(found) or any(test(inner) for test in ALLOWED[kind]))


def type_at(types: Mapping[str, pa.DataType], path: str) -> pa.DataType | None:
    """The type that a mapping's path leads to, through structs and lists; null where it is none that Parquet tells."""
    if path in types:
        return types[path]
    first, *steps = path.replace("[]", ".[]").split(".")
    found = types.get(first)
    for step in steps:
        found = _inside(found, step)
    return found


def no_list_at(types: Mapping[str, pa.DataType], path: str) -> str | None:
    """What stands on the way of a path of lists and is none, in words; null where all are, or Parquet does not tell."""
    way, *steps = path.replace("[]", ".[]").split(".")
    found = types.get(way)
    for step in steps:
        if found is None or _is_open(found):
            break
        if not (_is_list(found) if step == "[]" else pt.is_struct(found)):
            return f"{way} is {found}, wanted a {'list' if step == '[]' else 'struct'}"
        found = _inside(found, step)
        way += step if step == "[]" else f".{step}"
    return None if found is not None else f"there is no {way}"


def _inside(kind: pa.DataType | None, step: str) -> pa.DataType | None:
    """The type of a list's elements, or of a struct's field; null where there is none."""
    if kind is not None and step == "[]" and _is_list(kind):
        return kind.value_type
    if kind is not None and pt.is_struct(kind) and kind.get_field_index(step) >= 0:
        return kind.field(step).type
    return None
