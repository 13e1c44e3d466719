"""Every table, declared once."""

from schemas.campaigns import CAMPAIGNS, CLUSTER_EVENTS_TABLE, CLUSTERS, LINKS
from schemas.documents import DOCUMENTS, REJECTED
from schemas.inputs import INPUTS
from schemas.observations import DESIGN_MEMBERS, DESIGNS, FIELDS, OBSERVATIONS, PLATES, VECTORS
from schemas.operations import BACKFILLS, COVERAGE, METRICS, RELEASES, RUNS
from schemas.risk import CONTRADICTIONS, RISK_PROFILE_HISTORY, RISK_PROFILES, SCORE_CHANGES, SCORES
from schemas.table import Table

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        DOCUMENTS,
        REJECTED,
        *INPUTS,
        OBSERVATIONS,
        FIELDS,
        VECTORS,
        PLATES,
        DESIGNS,
        DESIGN_MEMBERS,
        LINKS,
        CLUSTERS,
        CAMPAIGNS,
        CLUSTER_EVENTS_TABLE,
        CONTRADICTIONS,
        SCORES,
        SCORE_CHANGES,
        RISK_PROFILES,
        RISK_PROFILE_HISTORY,
        COVERAGE,
        METRICS,
        RUNS,
        RELEASES,
        BACKFILLS,
    )
}
