"""Input facts: what a lake says of accounts, signals, money, verdicts and totals; appended, with two clocks."""

from schemas.table import NIGHT, RUN_ID, Column, Table, choice, identifier, share
from schemas.words import EVIDENCE_FAMILIES, REVIEW_REASONS, SIGNAL_KINDS, VERDICTS

SOURCE = (
    Column("file", "string", "SHA-256 of the file of the drop folder it came in.", required=True),
    Column("row", "bigint", "Row in that file, from 0.", required=True),
)
CLOCKS = (
    Column("valid_from", "timestamp", "When the fact happened or began to hold.", required=True),
    Column("known_at", "date", "The night that took it in.", required=True),
    Column("retracts", "boolean", "Whether the row withdraws an earlier row of the same key."),
    RUN_ID,
    NIGHT,
)

ACCOUNTS = Table(
    name="accounts",
    doc="One row per statement about an account; the newest known one holds.",
    key=("file", "row"),
    scope="lineage",
    personal=True,
    columns=(
        identifier("account_id", "The account."),
        identifier("person_id", "The person behind it, as the exchange knows.", required=False),
        Column("legal_entity", "string", "Legal entity that keeps the account."),
        Column("kind", "string", "Kind of account, such as personal or business."),
        Column("declared_name", "string", "Name that the holder declared."),
        Column("birth_date", "date", "Birth date that the holder declared."),
        Column("nationality", "string", "Nationality that the holder declared, three letters."),
        Column("opened_at", "timestamp", "When it was opened."),
        Column("closed_at", "timestamp", "When it was closed; null while open."),
        identifier("merged_into", "The account that it became part of.", required=False),
        Column("jurisdiction", "string", "Jurisdiction whose rules hold."),
        Column("customer_tier", "string", "The exchange's own tier of service."),
        Column("retain_until", "date", "Until when the law wants it kept."),
        Column("legal_hold", "boolean", "Whether nothing of it may be erased."),
        *SOURCE,
        *CLOCKS,
    ),
)

ACCOUNT_SIGNALS = Table(
    name="account_signals",
    doc="One row per signal that another system raised on an account.",
    key=("file", "row"),
    scope="lineage",
    columns=(
        identifier("signal_id", "Id of the signal in its own system.", required=False),
        identifier("account_id", "The account."),
        choice("kind", "What was seen.", SIGNAL_KINDS),
        share("strength", "How sure that system is; 1 where it does not say."),
        identifier("device_id", "The device, for a signal of kind device.", required=False),
        Column("detail", "string", "That system's own words."),
        *SOURCE,
        *CLOCKS,
    ),
)

TRANSACTIONS = Table(
    name="transactions",
    doc="One row per deposit or withdrawal.",
    key=("file", "row"),
    scope="lineage",
    columns=(
        identifier("transaction_id", "The transaction."),
        identifier("account_id", "The account."),
        choice("direction", "Seen from the account.", ("in", "out")),
        Column("amount", "decimal(38,18)", "Amount in the asset.", check="amount >= 0", required=True),
        Column("asset", "string", "Asset or currency.", required=True),
        Column("network", "string", "Network that carried it."),
        Column("counterparty", "string", "Address or account on the other side."),
        Column("fiat_value", "decimal(38,18)", "Worth at that time, in the fiat currency."),
        Column("fiat_currency", "string", "Currency of that worth."),
        *SOURCE,
        *CLOCKS,
    ),
)

LABELS = Table(
    name="labels",
    doc="One row per verdict of a reviewer.",
    key=("file", "row"),
    scope="lineage",
    columns=(
        choice("target_kind", "What was judged.", ("document", "account", "campaign")),
        identifier("target_id", "The judged document, account or campaign."),
        choice("verdict", "The verdict.", VERDICTS),
        Column("reviewer", "string", "Who judged."),
        choice("reviewed_because", "Why it was looked at.", REVIEW_REASONS, required=False),
        share("sampling_probability", "Chance that it was drawn for review, for a random sample."),
        choice("family", "How a confirmed document was forged; null: not said.", EVIDENCE_FAMILIES, required=False),
        *SOURCE,
        *CLOCKS,
    ),
)

CONTROL_TOTALS = Table(
    name="control_totals",
    doc="One row per count of documents by the system of record; the newest known one of its day and kind holds.",
    key=("file", "row"),
    scope="lineage",
    columns=(
        Column("day", "date", "Day that the documents were submitted on, in monitor.totals_zone.", required=True),
        Column("channel", "string", "Way that they came in; null: every way."),
        Column("legal_entity", "string", "Legal entity of their accounts; null: every entity."),
        Column("documents", "bigint", "How many document ids there are.", check="documents >= 0", required=True),
        Column("digest", "string", "SHA-256 of those ids, each once, sorted by bytes, commas between them."),
        *SOURCE,
        *CLOCKS,
    ),
)

INPUTS = (ACCOUNTS, ACCOUNT_SIGNALS, TRANSACTIONS, LABELS, CONTROL_TOTALS)
