"""What was submitted, and what was not taken."""

from schemas.contract import CONTRACT
from schemas.table import NIGHT, RUN_ID, Column, Table, choice, identifier
from schemas.words import DOC_TYPES, REJECTION_OUTCOMES, REJECTION_REASONS, SIDES, STAGES

DOCUMENTS = Table(
    name="documents",
    doc="One row per document ever submitted.",
    key=("doc_id",),
    scope="lineage",
    columns=(
        identifier("doc_id", "The document: one image of one side or page; ID.p1, ID.p2 for the pages of a PDF."),
        identifier("submission_id", "The act that it was submitted in, with its other sides, retakes and selfie."),
        identifier("account_id", "The account that submitted it."),
        Column("uri", "string", "Where its bytes are, inside the allowed roots.", required=True),
        Column(
            "sha256",
            "string",
            "Digest of its picture's bytes; of a rendered page, of file and number.",
            check="sha256 RLIKE '^[0-9a-f]{64}$'",
            required=True,
        ),
        Column("channel", "string", "Way that it came in, such as app, web or branch."),
        choice("doc_type", "Declared type.", DOC_TYPES, required=False),
        Column("issuer", "string", "Declared issuer."),
        choice("side", "Which side or page it shows.", SIDES, required=False),
        Column("submitted_at", "timestamp", "When it was submitted.", required=True),
        Column("decision", "string", "What the exchange decided then."),
        Column("decided_at", "timestamp", "When it decided."),
        Column("vendor", "string", "Vendor that checked it then."),
        Column("vendor_result", "string", "What that vendor answered."),
        Column("vendor_fields", "string", "What that vendor read, JSON."),
        Column("manifest", "string", "SHA-256 of the manifest that named it.", required=True),
        Column("row", "bigint", "Row in that manifest, from 0.", required=True),
        Column("page", "int", "Page of its file, from 1; null where the file is one picture."),
        Column("pages", "int", "Pages of that file; null likewise."),
        Column("known_at", "date", "The night that took it in.", required=True),
        RUN_ID,
        NIGHT,
    ),
)

REJECTED = Table(
    name="rejected",
    doc="One row per input row that was not taken, or whose document could not be processed at a stage.",
    key=("source", "manifest", "row", "page", "stage", "inspector"),
    scope="lineage",
    columns=(
        choice("source", "Drop folder.", tuple(CONTRACT)),
        Column("manifest", "string", "SHA-256 of the file.", required=True),
        Column("row", "bigint", "Row in that file, from 0.", required=True),
        Column("page", "int", "Page of its file, from 1; null where the file is one picture."),
        Column("pages", "int", "Pages of that file; null likewise."),
        Column("doc_id", "string", "The document; null where the row's id cannot be read."),
        Column("sha256", "string", "Digest of the document's bytes, where known."),
        identifier("account_id", "Its account, where the row says so, refused by ingest.", required=False),
        Column("channel", "string", "Way that it came in, likewise."),
        Column("submitted_at", "timestamp", "When it was submitted, likewise."),
        choice("outcome", "What became of the row.", REJECTION_OUTCOMES),
        choice("stage", "Where it was found.", STAGES),
        choice("reason", "Why.", tuple(REJECTION_REASONS)),
        Column("detail", "string", "What was found, without personal data."),
        Column("inspector", "string", "Fingerprint of the inspector, for stage inspect."),
        RUN_ID,
        NIGHT,
    ),
)
