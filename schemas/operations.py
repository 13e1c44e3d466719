"""What was run, counted, measured and published."""

from schemas.table import NIGHT, RUN_ID, Column, Table, choice

COVERAGE = Table(
    name="coverage",
    doc="One row per night and detector: every manifest row is in exactly one column.",
    key=("run_id", "detector"),
    scope="lineage",
    columns=(
        Column("detector", "string", "The detector; `manifest` for the whole.", required=True),
        *(
            Column(name, "bigint", doc, check=f"{name} >= 0", required=True)
            for name, doc in (
                (
                    "manifest_rows",
                    "Manifest rows of all nights up to this one; one whose file has pages counts once a page.",
                ),
                ("scored", "Rows whose document has a score; for a detector, by that detector."),
                ("rejected", "Rows that were rejected, at any stage."),
                ("duplicate", "Rows that repeat an earlier one."),
                ("erased", "Rows whose document was erased."),
                ("pending", "Rows that wait for a later night."),
                ("skipped", "Rows that this detector abstained from; 0 for the whole."),
            )
        ),
        Column("reasons", "map<string, bigint>", "Rejected or skipped rows by reason.", required=True),
        RUN_ID,
        NIGHT,
    ),
)

METRICS = Table(
    name="metrics",
    doc="One row per run, measure and segment.",
    key=("run_id", "measure", "segment"),
    scope="lineage",
    columns=(
        Column("measure", "string", "What was measured.", required=True),
        Column("segment", "string", "Of what part; `all` for the whole.", required=True),
        Column("value", "double", "The figure, where the same inputs give it again."),
        Column(
            "measured", "double", "The figure, where it describes the machine's work, such as seconds.", measured=True
        ),
        Column("n", "bigint", "Of how many."),
        RUN_ID,
        NIGHT,
    ),
)

RUNS = Table(
    name="runs",
    doc="One row per step of a run; the step `night` opens and ends it.",
    key=("run_id", "step", "state", "at"),
    scope="head",
    columns=(
        Column("attempt", "int", "Counts the attempts of a night, from 1.", required=True),
        Column("step", "string", "The step.", required=True),
        choice("state", "How far it is.", ("opened", "done", "failed", "released", "abandoned")),
        Column("frozen", "string", "Inputs that every resume uses, JSON; with state opened."),
        Column("settings_digest", "string", "Digest of the settings that decide results.", required=True),
        Column("code_version", "string", "Version of the code, and digest of its sources."),
        Column("parts", "map<string, string>", "Fingerprints of the inspector's parts."),
        Column("reads", "map<string, bigint>", "Versions of the tables read."),
        Column("writes", "map<string, bigint>", "Versions of the tables written."),
        Column("note", "string", "What to know of it, such as why it failed."),
        Column("machine", "string", "What it ran on.", measured=True),
        Column("at", "timestamp", "When the row was written.", measured=True),
        Column("seconds", "double", "How long the step took.", measured=True),
        Column("stages", "map<string, double>", "Worker seconds by stage.", measured=True),
        Column("contents", "bigint", "Contents that inspect went through in those seconds.", measured=True),
        RUN_ID,
        NIGHT,
    ),
)

RELEASES = Table(
    name="releases",
    doc="One row per publication: the newest names the table versions that readers see.",
    key=("sequence",),
    scope="head",
    columns=(
        Column("sequence", "bigint", "Counts the publications, from 1.", required=True),
        choice("event", "A night published, or the newest one withdrawn.", ("published", "withdrawn")),
        Column("release", "string", "The run whose tables readers see from here on.", required=True),
        Column("parent", "string", "The release that this one followed; null for the first."),
        Column("lineage", "array<string>", "All runs whose rows it shows, oldest first.", required=True),
        Column("versions", "map<string, bigint>", "Version of each table.", required=True),
        Column("rows", "map<string, bigint>", "Rows of each released view.", required=True),
        Column("digests", "map<string, string>", "Digest of each replaced table.", required=True),
        Column("published_at", "timestamp", "When.", measured=True),
        RUN_ID,
        NIGHT,
    ),
)

BACKFILLS = Table(
    name="backfills",
    doc="One row per beginning, slice and end of a back-fill, in which a new inspector looks at the archive.",
    key=("run_id", "state", "slice"),
    scope="head",
    columns=(
        choice("state", "What the row tells of.", ("opened", "slice", "done")),
        Column("slice", "int", "The slice, from 0; null for beginning and end."),
        Column("inspector", "string", "Fingerprint of the inspector that looks.", required=True),
        Column("version", "string", "Its version in the registry.", required=True),
        Column("contents", "bigint", "Contents to look at: of the whole, or of the slice.", required=True),
        Column("refused", "bigint", "Contents of the slice that it could not look at."),
        Column("refused_contents", "array<string>", "Their sha256: later back-fills of the inspector leave them out."),
        Column("frozen", "string", "Inputs that every resume uses, JSON; with state opened."),
        Column("at", "timestamp", "When the row was written.", measured=True),
        Column("seconds", "double", "How long the slice took.", measured=True),
        RUN_ID,
        NIGHT,
    ),
)
