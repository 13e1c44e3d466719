"""Opinions: contradictions, scores and the risk of accounts."""

from schemas.table import NIGHT, RUN_ID, Column, Table, choice, identifier, share
from schemas.words import CONTRADICTION_KINDS, EVIDENCE_FAMILIES, ROLES, TIERS

CONTRADICTIONS = Table(
    name="contradictions",
    doc="One row per contradiction inside a submission, as of the night; places, never values.",
    key=("submission_id", "kind", "left_place", "right_place"),
    scope="night",
    columns=(
        identifier("submission_id", "The submission."),
        choice("kind", "What contradicts.", CONTRADICTION_KINDS),
        Column("left_place", "string", "One reading's place: document, source, field.", required=True),
        Column("right_place", "string", "The other's.", required=True),
        Column("doc_ids", "array<string>", "The documents that it concerns.", required=True),
        Column("fields", "array<string>", "The fields that it concerns.", required=True),
        share("confidence", "One less the chance that a reading error made it.", required=True),
        share("frequency", "Share of its design's documents that show this kind; null with too few."),
        RUN_ID,
        NIGHT,
    ),
)

EVIDENCE = tuple(
    share(name, f"Calibrated evidence that it is {name}; null where it abstains.") for name in EVIDENCE_FAMILIES
)
CONTEXT = (
    Column("campaign_id", "string", "The campaign that corroborates, if any."),
    Column("abstained", "array<string>", "Families that could not be judged.", required=True),
    Column("reasons", "array<string>", "Why, in sentences.", required=True),
    Column(
        "risk_basis", "string", "What the calibration was made on: specimens, or labels of this lake.", required=True
    ),
    Column("scorer", "string", "Fingerprint of the scorer.", required=True),
    Column("inspector", "string", "Fingerprint of the inspector whose observation was scored.", required=True),
)

SCORES = Table(
    name="scores",
    doc="One row per document and role, as of the night.",
    key=("doc_id", "role"),
    scope="night",
    columns=(
        identifier("doc_id", "The document."),
        choice("role", "Which model's opinion.", ROLES),
        identifier("account_id", "Its account."),
        share("risk", "Calibrated probability that the document is fraudulent, with corroboration.", required=True),
        *EVIDENCE,
        *CONTEXT,
        RUN_ID,
        NIGHT,
    ),
)

SCORE_CHANGES = Table(
    name="score_changes",
    doc="One row per change of a document's risk between two releases.",
    key=("run_id", "doc_id", "role"),
    scope="lineage",
    columns=(
        identifier("doc_id", "The document."),
        choice("role", "Which model's opinion.", ROLES),
        share("before", "Risk in the parent release; null for a new document."),
        share("after", "Risk now; null where it is no longer scored."),
        Column("cause", "string", "New document, new evidence, new model or new cluster.", required=True),
        RUN_ID,
        NIGHT,
    ),
)

PROFILE = (
    share("risk", "Probability that the account is fraudulent.", required=True),
    choice("tier", "Tier of that risk.", TIERS),
    Column("base_log_odds", "double", "Log-odds before any component.", required=True),
    Column(
        "components",
        "map<string, double>",
        "Share of each component in log-odds; base and components sum.",
        required=True,
    ),
    Column("reasons", "array<string>", "Why, in sentences, the weightiest first.", required=True),
    Column("documents", "array<string>", "Documents that contribute.", required=True),
    Column("campaigns", "array<string>", "Campaigns that contribute.", required=True),
)

RISK_PROFILES = Table(
    name="risk_profiles",
    doc="One row per account, as of the night.",
    key=("account_id",),
    scope="night",
    columns=(identifier("account_id", "The account."), *PROFILE, RUN_ID, NIGHT),
)

RISK_PROFILE_HISTORY = Table(
    name="risk_profile_history",
    doc="One row per account, night that changed it and valid period: what was true of a date, as known on another.",
    key=("account_id", "known_at", "valid_from"),
    scope="lineage",
    columns=(
        identifier("account_id", "The account."),
        Column("known_at", "date", "From which night on this was known, until that account's next.", required=True),
        Column("valid_from", "timestamp", "From when on it was true.", required=True),
        Column("valid_to", "timestamp", "Until when, that instant excluded; null: still."),
        *PROFILE,
        Column("moves", "map<string, double>", "Share of each cause in the move of log-odds since the parent release."),
        RUN_ID,
        NIGHT,
    ),
)
