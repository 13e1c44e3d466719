"""What a lake's drop folders must hold: the columns of each file, in the exporter's terms."""

from dataclasses import dataclass
from typing import Literal

from schemas.words import DOC_TYPES, EVIDENCE_FAMILIES, REVIEW_REASONS, SIDES, SIGNAL_KINDS, VERDICTS

Kind = Literal["id", "text", "time", "date", "number", "count", "decimal", "boolean", "digest", "json"]


@dataclass(frozen=True)
class InputColumn:
    """One column of an input file.

    Attributes:
        name: its name in the file.
        kind: how its text is read.
        doc: what it means.
        required: whether the file must have the column and each row a value.
        values: the closed list, where there is one.
    """

    name: str
    kind: Kind
    doc: str
    required: bool = False
    values: tuple[str, ...] = ()

    @property
    def meaning(self) -> str:
        """What it means, and the closed list where there is one."""
        return f"{self.doc} One of {', '.join(self.values)}." if self.values else self.doc


CONTRACT: dict[str, tuple[InputColumn, ...]] = {
    "manifests": (
        InputColumn("doc_id", "id", "The document: one image of one side or page.", required=True),
        InputColumn("account_id", "id", "The account that submitted it.", required=True),
        InputColumn("uri", "text", "File in the lake, or images/p.parquet#KEY for a packed one.", required=True),
        InputColumn("side", "text", "Which side or page.", required=True, values=SIDES),
        InputColumn("submitted_at", "time", "When it was submitted, with its offset.", required=True),
        InputColumn("submission_id", "id", "The act; else account, type and 30 minutes make one."),
        InputColumn("sha256", "digest", "Digest of the bytes; where absent they are read once more."),
        InputColumn("doc_type", "text", "Declared type.", values=DOC_TYPES),
        InputColumn("issuer", "text", "Declared issuer."),
        InputColumn("channel", "text", "Way that it came in."),
        InputColumn("decision", "text", "What the exchange decided."),
        InputColumn("decided_at", "time", "When."),
        InputColumn("vendor", "text", "Vendor that checked it."),
        InputColumn("vendor_result", "text", "What it answered."),
        InputColumn("vendor_fields", "json", "What it read, JSON."),
    ),
    "accounts": (
        InputColumn("account_id", "id", "The account.", required=True),
        InputColumn("person_id", "id", "The person behind it."),
        InputColumn("legal_entity", "text", "Legal entity that keeps it."),
        InputColumn("kind", "text", "Kind of account."),
        InputColumn("declared_name", "text", "Name that the holder declared."),
        InputColumn("birth_date", "date", "Birth date that the holder declared."),
        InputColumn("nationality", "text", "Nationality that the holder declared."),
        InputColumn("opened_at", "time", "When it was opened.", required=True),
        InputColumn("closed_at", "time", "When it was closed."),
        InputColumn("merged_into", "id", "The account that it became part of."),
        InputColumn("jurisdiction", "text", "Jurisdiction whose rules hold."),
        InputColumn("customer_tier", "text", "The exchange's own tier of service."),
        InputColumn("retain_until", "date", "Until when the law wants it kept."),
        InputColumn("legal_hold", "boolean", "Whether nothing of it may be erased."),
        InputColumn("valid_from", "time", "When the statement began to hold; else opened_at."),
        InputColumn("retracts", "boolean", "Whether the row withdraws an earlier one."),
    ),
    "account_signals": (
        InputColumn("signal_id", "id", "Id in the system that raised it."),
        InputColumn("account_id", "id", "The account.", required=True),
        InputColumn("kind", "text", "What was seen.", required=True, values=SIGNAL_KINDS),
        InputColumn("valid_from", "time", "When it was seen.", required=True),
        InputColumn("strength", "number", "How sure that system is, 0 to 1."),
        InputColumn("device_id", "id", "The device, for kind device."),
        InputColumn("detail", "text", "That system's own words."),
        InputColumn("retracts", "boolean", "Whether the row withdraws an earlier one."),
    ),
    "transactions": (
        InputColumn("transaction_id", "id", "The transaction.", required=True),
        InputColumn("account_id", "id", "The account.", required=True),
        InputColumn("direction", "text", "Seen from the account.", required=True, values=("in", "out")),
        InputColumn("amount", "decimal", "Amount in the asset.", required=True),
        InputColumn("asset", "text", "Asset or currency.", required=True),
        InputColumn("valid_from", "time", "When it happened.", required=True),
        InputColumn("network", "text", "Network that carried it."),
        InputColumn("counterparty", "text", "Address or account on the other side."),
        InputColumn("fiat_value", "decimal", "Worth at that time."),
        InputColumn("fiat_currency", "text", "Currency of that worth."),
        InputColumn("retracts", "boolean", "Whether the row withdraws an earlier one."),
    ),
    "labels": (
        InputColumn(
            "target_kind", "text", "What was judged.", required=True, values=("document", "account", "campaign")
        ),
        InputColumn("target_id", "id", "The judged.", required=True),
        InputColumn("verdict", "text", "The verdict.", required=True, values=VERDICTS),
        InputColumn("reviewer", "text", "Who judged.", required=True),
        InputColumn("valid_from", "time", "When it was judged.", required=True),
        InputColumn("reviewed_because", "text", "Why it was looked at.", values=REVIEW_REASONS),
        InputColumn("sampling_probability", "number", "Chance that it was drawn for review."),
        InputColumn("family", "text", "How a confirmed document was forged.", values=EVIDENCE_FAMILIES),
        InputColumn("retracts", "boolean", "Whether the row withdraws an earlier one."),
    ),
    "control_totals": (
        InputColumn("day", "date", "Day that the documents were submitted on, in monitor.totals_zone.", required=True),
        InputColumn("channel", "text", "Way that they came in; empty: every way."),
        InputColumn("legal_entity", "text", "Legal entity of their accounts; empty: every entity."),
        InputColumn("documents", "count", "How many document ids there are.", required=True),
        InputColumn("digest", "digest", "SHA-256 of those ids, each once, sorted by bytes, commas between them."),
        InputColumn("valid_from", "time", "When the system of record counted them.", required=True),
        InputColumn("retracts", "boolean", "Whether the row withdraws an earlier one."),
    ),
}

ALIASES = {
    "labels": {"reviewed_at": "valid_from"},
    "transactions": {"time": "valid_from", "counterparty_address": "counterparty"},
    "control_totals": {"counted_at": "valid_from", "count": "documents"},
}
"""Names that a file may use for a column, by folder."""
