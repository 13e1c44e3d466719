"""What ties documents together."""

from schemas.table import NIGHT, RUN_ID, Column, Table, choice, identifier, share
from schemas.words import CLUSTER_EVENTS, LINK_KINDS

LINKS = Table(
    name="links",
    doc="One row per pair of documents and kind of tie.",
    key=("left_doc", "right_doc", "kind", "fingerprint"),
    scope="lineage",
    columns=(
        identifier("left_doc", "The document whose id sorts first."),
        identifier("right_doc", "The other document."),
        choice("kind", "What ties them.", LINK_KINDS),
        Column(
            "similarity", "double", "Raw similarity of that kind, on its own scale; 0: the tie ended.", required=True
        ),
        Column("evidence", "string", "What can be shown for it, JSON, without personal data."),
        Column("fingerprint", "string", "Fingerprint of what was compared and how.", required=True),
        RUN_ID,
        NIGHT,
    ),
)

CLUSTERS = Table(
    name="clusters",
    doc="One row per document in a campaign, as of the night.",
    key=("doc_id",),
    scope="night",
    columns=(
        identifier("doc_id", "The document."),
        identifier("account_id", "Its account."),
        Column("campaign_id", "string", "The campaign.", required=True),
        Column("joined", "date", "The night it was first in this campaign.", required=True),
        Column("tie", "double", "Its strongest tie inside, as a share of 0 to 1.", required=True),
        Column("kinds", "array<string>", "Kinds of ties that hold it.", required=True),
        RUN_ID,
        NIGHT,
    ),
)

CAMPAIGNS = Table(
    name="campaigns",
    doc="One row per campaign, as of the night.",
    key=("campaign_id",),
    scope="night",
    columns=(
        Column("campaign_id", "string", "Stable over nights, never used again.", required=True),
        Column("born", "date", "The night it was first seen.", required=True),
        Column("documents", "int", "Documents in it.", required=True),
        Column("accounts", "int", "Accounts in it.", required=True),
        share("cohesion", "Ties there are, as a share of those there could be."),
        share("weakest_tie", "The weakest of the ties that hold it together."),
        Column("kinds", "array<string>", "Kinds of ties, the most frequent first.", required=True),
        Column("design", "string", "The design that most of its documents show."),
        Column("first_submitted_at", "timestamp", "When its first document was submitted.", required=True),
        Column("knowable_at", "timestamp", "When its third document was submitted: it could have been seen then."),
        RUN_ID,
        NIGHT,
    ),
)

CLUSTER_EVENTS_TABLE = Table(
    name="cluster_events",
    doc="One row per change of a campaign.",
    key=("run_id", "campaign_id", "event"),
    scope="lineage",
    columns=(
        Column("campaign_id", "string", "The campaign.", required=True),
        choice("event", "What happened.", CLUSTER_EVENTS),
        Column("cause", "string", "Why, in words.", required=True),
        Column("documents", "int", "Documents after it.", required=True),
        Column("joined", "array<string>", "Documents that came.", required=True),
        Column("left", "array<string>", "Documents that went.", required=True),
        Column("others", "array<string>", "The other campaigns of a split or merge.", required=True),
        RUN_ID,
        NIGHT,
    ),
)
