"""Reads one value of each kind that the contract knows; a bad one gives a reason."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from schemas.contract import InputColumn, Kind
from udfs.intake.arrow_types import JSON_ALLOWED, WANTED
from udfs.intake.blocks import Unnamed, Unquoted, is_unicode
from udfs.intake.json_rows import once

ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
DIGEST = re.compile(r"[0-9a-f]{64}")
TRUE, FALSE = ("true", "1", "yes", "t"), ("false", "0", "no", "f")
COUNT = re.compile(r"[0-9]{1,18}")
DECIMAL_SCALE = 18
DECIMAL = Context(prec=38)  # the default context holds 28 digits: no amount of ten billion with all its places
REASONS: dict[Kind, str] = {"id": "bad_id", "time": "bad_time", "date": "bad_time"}  # any other kind: bad_value

Value = str | datetime | date | Decimal | float | int | bool | None


class Unfit(ValueError):
    """A value that is not taken; its first argument is the reason, its second what was found."""


def read_value(text: str | None, column: InputColumn, zone: ZoneInfo | None) -> Value:
    """The typed value of one cell.

    Raises:
        Unfit: with a reason of the closed list.
    """
    if text is None or text.isspace() or not text:
        if column.required:
            raise Unfit("missing_value", f"{column.name} is empty")
        return None
    if type(text) is not str or not text.isascii():
        _refuse_wrong_text(text, column)
    value = (
        _read_time(text, column.name, zone)
        if column.kind == "time"
        else READERS[column.kind](text.strip(), column.name)
    )
    if column.values and value not in column.values:
        raise Unfit("bad_value", f"{column.name} is none of {', '.join(column.values)}")
    return value


def _refuse_wrong_text(text: str, column: InputColumn) -> None:
    """Refuse what no reader should see: a code without a word, a JSON value of another type, half a surrogate pair."""
    if isinstance(text, Unnamed):
        raise Unfit("bad_value", f"{column.name} is a code that the mapping does not name")
    reason = REASONS.get(column.kind, "bad_value")
    if isinstance(text, Unquoted) and text.found not in JSON_ALLOWED.get(column.kind, ()):
        raise Unfit(reason, f"{column.name} is a JSON {text.found}, wanted {WANTED[column.kind]}")
    if not is_unicode(text):
        raise Unfit(reason, f"{column.name} holds half a surrogate pair, which is no text")


def _read_time(text: str, name: str, zone: ZoneInfo | None) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Unfit("bad_time", f"{name} is not an ISO 8601 time") from error
    if moment.tzinfo is None:
        if zone is None:
            raise Unfit("bad_time", f"{name} has no time zone")
        moment = _in_zone(moment, name, zone)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise Unfit("bad_time", f"{name} is outside the years 1 to 9999 in UTC; leave it empty for never") from error


def _in_zone(moment: datetime, name: str, zone: ZoneInfo) -> datetime:
    """A local time in its zone: of two, as clocks go back, the first; a midnight that never was stands for its day."""
    local = moment.replace(tzinfo=zone)
    before, after = (local.replace(fold=fold).utcoffset() for fold in (0, 1))
    if before is not None and after is not None and before < after and moment.time() != time.min:
        raise Unfit("bad_time", f"{name} is a time that never was in {zone.key}, where clocks went forward over it")
    return local


def _read_id(text: str, name: str) -> str:
    if not ID.fullmatch(text):
        raise Unfit("bad_id", f"{name} has other characters than A-Z a-z 0-9 . _ : - or is too long")
    return text


def _read_digest(text: str, name: str) -> str:
    if not DIGEST.fullmatch(text.lower()):
        raise Unfit("bad_value", f"{name} is not 64 hexadecimal digits")
    return text.lower()


def _read_date(text: str, name: str) -> date:
    """The day that is written; what is no midnight is a moment, whose day its zone decides, and that is not known."""
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise Unfit("bad_time", f"{name} is not a date as 2026-03-01") from error
    if moment.isoformat() != f"{text[:10]}T00:00:00":
        raise Unfit("bad_time", f"{name} is not a date as 2026-03-01, or has a time of day, which leaves its day open")
    return moment.date()


def _plain(text: str) -> str:
    """A number's text; Python would read 1_0 as ten."""
    if "_" in text:
        raise ValueError(text)
    return text


def _read_number(text: str, name: str) -> float:
    try:
        number = float(_plain(text))
    except ValueError as error:
        raise Unfit("bad_value", f"{name} is not a number") from error
    if not 0 <= number <= 1:
        raise Unfit("bad_value", f"{name} is outside 0 to 1")
    return number


def _read_count(text: str, name: str) -> int:
    if not COUNT.fullmatch(text):
        raise Unfit("bad_value", f"{name} is not a whole number of at most 18 digits")
    return int(text)


def _read_decimal(text: str, name: str) -> Decimal:
    try:
        amount = Decimal(_plain(text))
        fixed = amount.quantize(Decimal(1).scaleb(-DECIMAL_SCALE), context=DECIMAL)
    except (InvalidOperation, ValueError) as error:
        raise Unfit("bad_value", f"{name} is not a number that decimal(38,18) holds") from error
    if not amount.is_finite() or amount < 0 or fixed != amount:
        raise Unfit("bad_value", f"{name} is negative, or not a number that decimal(38,18) holds")
    return fixed


def _read_boolean(text: str, name: str) -> bool:
    if text.lower() in TRUE:
        return True
    if text.lower() in FALSE:
        return False
    raise Unfit("bad_value", f"{name} is neither true nor false")


def _read_json(text: str, name: str) -> str:
    try:
        said = json.loads(text, object_pairs_hook=once, parse_constant={"NaN": None}.__getitem__)
        return json.dumps(said, sort_keys=True, allow_nan=False)
    except (ValueError, KeyError, RecursionError) as error:
        raise Unfit("bad_value", f"{name} is not JSON, nested too deep, infinite, or says a key twice") from error


def _read_text(text: str, _name: str) -> str:
    return text


READERS: dict[Kind, Callable[[str, str], Value]] = {
    "id": _read_id,
    "text": _read_text,
    "date": _read_date,
    "number": _read_number,
    "count": _read_count,
    "decimal": _read_decimal,
    "boolean": _read_boolean,
    "digest": _read_digest,
    "json": _read_json,
}
