"""The settings: one closed, frozen tree in two halves, what decides results and how the work is done."""

import hashlib
import json
from typing import Literal

from pydantic import Field

from conf.archive import OrderSettings, UpkeepSettings
from conf.leaf import Leaf, Zone
from conf.mapping import Given
from conf.places import Places


class IngestSettings(Leaf):
    """How input files are understood."""

    zone: Zone | None = Field(
        default=None,
        description="IANA zone of times without an offset, where no mapping tells; null: such times are refused.",
    )
    submission_minutes: int = Field(
        default=30, ge=1, description="Without submission_id, what one account submits within so long is one act."
    )
    roots: tuple[str, ...] = Field(
        default=(), description="Folders or s3:// prefixes beside the lake that addresses may point into."
    )
    max_pages: int = Field(default=10, ge=1, le=999, description="Pages of a PDF; one with more is refused whole.")
    mapping: Given | None = Field(
        default=None, description="How a foreign export is read: a name in conf/mappings, or a YAML file."
    )

    def zone_of(self, folder: str) -> str | None:
        """Zone of a folder's times without an offset: the export's where its mapping reads them, else the settings'."""
        return (self.mapping.zone if self.mapping and self.maps(folder) else None) or self.zone

    def maps(self, folder: str) -> bool:
        """Whether a mapping says how the folder's rows are read."""
        return self.mapping is not None and folder in self.mapping.folders

    def files_of(self, folder: str) -> str:
        """The drop folder that holds the files of a folder's rows."""
        mapped = self.mapping.folders.get(folder) if self.mapping else None
        return (mapped and mapped.files) or folder


class ImageLimits(Leaf):
    """What the guard lets through to a codec."""

    max_bytes: int = Field(default=40_000_000, description="Bytes of one file.")
    max_side: int = Field(default=12_000, description="Pixels of one side.")
    max_pixels: int = Field(default=60_000_000, description="Pixels of one picture.")
    max_pixels_per_byte: int = Field(default=600, description="Pixels that one byte may stand for: a bomb's mark.")


class ReadingSettings(Leaf):
    """How text is read."""

    detector_side: int = Field(default=736, description="Longest side given to the text detector, pixels.")
    width_buckets: tuple[int, ...] = Field(
        default=(96, 160, 224, 288, 352, 416, 480, 576, 704, 832, 960),
        description="Widths that lines are padded to, at 48 pixels of height.",
    )
    batch: int = Field(default=1, description="Lines of one recognition batch; more gain nothing on one thread.")
    min_card_width: int = Field(default=500, description="Below so many pixels of card width nothing is read.")


class InspectSettings(Leaf):
    """What decides an observation, beside the weights."""

    limits: ImageLimits = ImageLimits()
    reading: ReadingSettings = ReadingSettings()
    card_width: int = Field(default=1_100, description="Width that a card is rectified to, pixels.")
    plate_width: int = Field(default=192, description="Width of the plate, pixels.")
    parts: tuple[str, ...] = Field(
        default=("file", "quality", "card", "reading", "forensics", "vectors", "portrait", "copy", "plate", "zones"),
        description="Parts that look.",
    )


class LinkSettings(Leaf):
    """What ties documents together."""

    design_similarity: float = Field(
        default=0.8, description="Cosine to a design's centroid from which a document shows it."
    )
    min_design_documents: int = Field(default=12, description="Documents that a design's median needs.")
    near_copy_bits: int = Field(default=40, description="PDQ bits, of 256, that near copies may differ in.")
    false_match_rate: float = Field(
        default=1e-5, description="Unrelated pairs that may be tied, as a share, for measured thresholds."
    )
    template_z: float = Field(
        default=6.0, description="Cohort-normalised similarity that a template tie needs at least."
    )
    portrait_similarity: float = Field(
        default=0.9, description="Cosine that one portrait photo needs at least, where pixels cannot be compared."
    )
    portrait_agreement: float = Field(
        default=0.995, description="Agreement of two portraits' pixels that one photo needs at least."
    )
    neighbours: int = Field(default=20, description="Nearest neighbours asked for.")


class ClusterSettings(Leaf):
    """What makes a campaign."""

    min_documents: int = Field(default=3, description="Documents that a campaign has at least.")
    min_accounts: int = Field(default=2, description="Accounts that it touches at least.")
    min_tie: float = Field(default=0.5, description="Tie, 0 to 1, below which nothing fuses.")


class ContradictionSettings(Leaf):
    """When a contradiction counts."""

    min_confidence: float = Field(
        default=0.9, ge=0, le=1, description="One less the chance of a reading error that it needs."
    )


class ScoreSettings(Leaf):
    """How evidence becomes risk."""

    contradictions: ContradictionSettings = ContradictionSettings()
    prevalence: float = Field(default=0.01, gt=0, lt=1, description="Share of forgeries assumed until labels tell.")
    change: float = Field(default=0.01, description="Smallest difference that score_changes logs.")


class ProfileSettings(Leaf):
    """How an account's risk is made."""

    prior: float = Field(default=0.01, gt=0, lt=1, description="Share of fraudulent accounts assumed.")
    tiers: dict[str, float] = Field(
        default={"elevated": 0.1, "high": 0.5, "severe": 0.9}, description="Risk from which a tier begins."
    )
    structuring_limit: float = Field(
        default=10_000, description="Reporting limit in fiat that deposits may be cut to stay under."
    )
    structuring_window_days: int = Field(default=7, description="Days in which such deposits count together.")
    pass_through_hours: int = Field(
        default=48, description="Hours within which a deposit that leaves again passed through."
    )
    shared_address_accounts: int = Field(default=3, description="Strangers that must share a withdrawal address.")


class MonitorSettings(Leaf):
    """When a night is not good enough."""

    drift_psi: float = Field(
        default=0.25, description="Population stability index of risk above which drift is reported."
    )
    control_documents: int = Field(
        default=12, description="Documents of the control lake, half of them forged; 0: none."
    )
    totals_zone: Zone = Field(default="UTC", description="IANA zone that the system of record counts its days in.")


class ReleaseSettings(Leaf):
    """How long readers may look back at whole releases."""

    keep: int = Field(default=14, ge=2, description="Releases that stay live.")
    retention_days: int = Field(
        default=60, description="Days that replaced files stay; longer than the live releases span."
    )


class What(Leaf):
    """The half that decides results."""

    ingest: IngestSettings = IngestSettings()
    inspect: InspectSettings = InspectSettings()
    order: OrderSettings = OrderSettings()
    link: LinkSettings = LinkSettings()
    cluster: ClusterSettings = ClusterSettings()
    score: ScoreSettings = ScoreSettings()
    profile: ProfileSettings = ProfileSettings()
    monitor: MonitorSettings = MonitorSettings()
    releases: ReleaseSettings = ReleaseSettings()

    @property
    def digest(self) -> str:
        """SHA-256 of this half, 16 hex digits."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class SparkSettings(Leaf):
    """The Spark session, where spark-submit has not decided."""

    master: str | None = Field(default=None, description="Master; null: what spark-submit gave, else local[cores].")
    cores: int | None = Field(default=None, description="Cores of local mode; null: those found.")
    driver_memory: str | None = Field(default=None, description="Driver heap; null: a quarter of the memory found.")
    shuffle_partitions: int | None = Field(default=None, description="Null: twice the cores.")
    conf: dict[str, str] = Field(default={}, description="More Spark settings.")


class WorkerSettings(Leaf):
    """How a worker goes about its batches."""

    batch: int = Field(default=8, ge=1, description="Documents of one padded batch.")
    fetch_threads: int = Field(default=8, ge=1, description="Files fetched at once.")
    decode_threads: int = Field(default=2, ge=1, description="Pictures decoded at once.")
    queue_bytes: int = Field(default=64_000_000, description="Bytes fetched ahead at most.")
    deadline_seconds: float = Field(default=60.0, gt=0, description="Seconds that one document may take.")
    memory_bytes: int = Field(default=4_000_000_000, description="Address space that an isolated document may add.")
    isolation: Literal["none", "child"] = Field(
        default="none", description="child: each document in a limited child process."
    )
    device: Literal["auto", "cpu", "cuda"] = Field(default="auto", description="Where nets run.")


class SliceSettings(Leaf):
    """The unit of work that is committed once."""

    documents: int = Field(default=2_000, ge=1, description="Contents of one inspect slice.")
    in_flight: int = Field(default=2, ge=1, description="Slices computed ahead of the committing thread.")
    writers: int = Field(default=4, ge=1, description="Tables of one step or slice that are committed side by side.")


class LeaseSettings(Leaf):
    """One writer."""

    seconds: int = Field(default=300, ge=1, description="A lease not renewed for so long may be taken over.")
    wait_seconds: int = Field(default=0, description="How long to wait for a lease that another holds.")


class CostSettings(Leaf):
    """What machines cost, for estimates alone."""

    core_hour: float | None = Field(default=None, ge=0, description="Price of one core for one hour; null: not told.")
    gpu_hour: float | None = Field(default=None, ge=0, description="Price of one GPU and its cores for one hour.")
    currency: str = Field(default="EUR", description="What prices are in.")


class How(Leaf):
    """The half that may change on a resume."""

    places: Places = Places()
    spark: SparkSettings = SparkSettings()
    worker: WorkerSettings = WorkerSettings()
    slices: SliceSettings = SliceSettings()
    lease: LeaseSettings = LeaseSettings()
    cost: CostSettings = CostSettings()
    upkeep: UpkeepSettings = UpkeepSettings()


class Settings(Leaf):
    """The whole tree."""

    what: What = What()
    how: How = How()

    @property
    def lake(self) -> str:
        """The lake's root, absolute, without a trailing slash; BadSettings where none is named."""
        return self.how.places.lake_root

    @property
    def tables(self) -> str:
        """Root of the tables, a folder or an s3:// prefix; BadSettings where no lake is named."""
        return self.how.places.tables_root

    @property
    def models(self) -> str:
        """MLflow tracking and registry store; BadSettings where none is named, and none can be beside the tables."""
        return self.how.places.models_store

    @property
    def home(self) -> str:
        """Folder for models and control specimens; BadSettings where tables are on s3:// and no models are named."""
        return self.how.places.home
