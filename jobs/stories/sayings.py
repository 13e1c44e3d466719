"""The words that stories share: weights, dates, money, spans of days."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from udfs.judging.log_odds import sigmoid
from udfs.judging.reasons import DOC_WORDS

STRENGTHS = ((5.0, "very strongly"), (3.0, "strongly"), (1.0, "clearly"), (0.1, "a little"))  # log-odds from which
LEAST_MOVE = 0.05  # log-odds that still show with one decimal
MOST_TOLD = 0.99
KIND_WORDS = {
    "same_file": "same file",
    "near_copy": "near copy",
    "template": "same blank",
    "portrait_photo": "same portrait photo",
    "same_number": "same document number",
    "shared_device": "same device",
    "own_resubmission": "same person again",
}
CONTRADICTION_WORDS = {
    "check_digit": "wrong check digit",
    "number_mismatch": "numbers differ",
    "name_mismatch": "names differ",
    "birth_date_mismatch": "birth dates differ",
    "issue_date_mismatch": "issue dates differ",
    "expiry_date_mismatch": "expiry dates differ",
    "sex_mismatch": "sexes differ",
    "nationality_mismatch": "nationalities differ",
    "impossible_date": "impossible date",
    "issue_before_birth": "issued before birth",
    "expired_at_submission": "expired when submitted",
    "validity_period": "period of validity that this type does not have",
    "barcode_mismatch": "barcode and print differ",
    "malformed_text": "not written as this type writes it",
}
SOURCE_WORDS = {
    "visual": "visual zone",
    "mrz": "machine readable zone",
    "barcode": "barcode",
    "text": "text",
    "declared": "declared by the holder",
    "vendor": "read by the vendor",
}


def day(value: datetime | date | None) -> str:
    """A day in UTC as 2026-03-01; `-` where there is none."""
    if value is None:
        return "-"
    return f"{value.astimezone(UTC) if isinstance(value, datetime) else value:%Y-%m-%d}"


def minute(value: datetime) -> str:
    """An instant in UTC as 2026-03-01 22:10."""
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"


def days_between(earlier: datetime | date, later: datetime | date) -> int:
    """Whole calendar days, UTC."""
    return (_date(later) - _date(earlier)).days


def weight(log_odds: float) -> str:
    """What log-odds do to a risk, in words."""
    for least, word in STRENGTHS:
        if abs(log_odds) >= least:
            return f"{'raises' if log_odds > 0 else 'lowers'} it {word}"
    return "says nothing"


def base(log_odds: float) -> str:
    """What is assumed before any evidence, in words."""
    share = sigmoid(log_odds)
    return f"one in {round(1 / share):,} assumed before any evidence"


def kinds(names: Iterable[str]) -> str:
    """Kinds of ties in words."""
    return ", ".join(KIND_WORDS.get(name, name) for name in names)


def place(text: str) -> str:
    """A place such as D-1/visual/birth_date in words: "birth date, visual zone of D-1"."""
    owner, source, name = (*text.split("/"), "", "")[:3]
    where = SOURCE_WORDS.get(source, source)
    return f"{name.replace('_', ' ')}, {where}" + ("" if owner in ("account", "submission") else f" of {owner}")


def money(sums: Mapping[str, Decimal]) -> str:
    """Sums by currency, as in "41,200 USD"."""
    return ", ".join(f"{value:,.0f} {currency}" for currency, value in sorted(sums.items()) if value) or "nothing"


def risk(value: float | None, tier: str | None = None) -> str:
    """A risk and its tier, as in "risk 0.94 (severe)"; nothing where there is none."""
    return "" if value is None else f"risk {share(value)}" + (f" ({tier})" if tier else "")


def share(value: float | None) -> str:
    """A share of 0 to 1, `-` where there is none; what is not certain is never told as 1."""
    if value is None:
        return "-"
    return ">0.99" if MOST_TOLD < value < 1 else f"{value:.2f}"


def what(facts: Mapping[str, Any]) -> str:
    """What a document is, as in "identity card, back"."""
    noun = DOC_WORDS.get(facts["doc_type"] or "", facts["doc_type"] or "document")
    return f"{noun}, {facts['side']}" if facts["side"] and facts["side"] != "page" else noun


def decided(facts: Mapping[str, Any]) -> str:
    """What the exchange decided then, and what its vendor had said; nothing where neither is known."""
    decision = f"{facts['decision']} on {day(facts['decided_at'])}" if facts["decision"] else ""
    vendor = f"vendor said {facts['vendor_result']}" if facts["vendor_result"] else ""
    return ", ".join(part for part in (decision, vendor) if part)


def moves(by_cause: Mapping[str, float]) -> str:
    """The causes of a move of log-odds, the weightiest first; those that round to nothing are left out."""
    told = sorted(by_cause.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
    return ", ".join(f"{cause.replace('_', ' ')} {value:+.1f}" for cause, value in told if abs(value) >= LEAST_MOVE)


def _date(value: datetime | date) -> date:
    return value.astimezone(UTC).date() if isinstance(value, datetime) else value
