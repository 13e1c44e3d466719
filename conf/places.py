"""Where a lake, its tables and its models are, and what follows where only some of that is named."""

from pathlib import Path

from pydantic import Field

from conf.errors import BadSettings
from conf.leaf import Leaf

S3, SQLITE = "s3://", "sqlite:///"


class Places(Leaf):
    """Where things are."""

    lake: str | None = Field(default=None, description="Folder or s3:// prefix of the lake.")
    tables: str | None = Field(
        default=None, description="Folder or s3:// prefix of the tables; default LAKE/_lookback/tables."
    )
    models: str | None = Field(
        default=None,
        description="MLflow store; default mlflow.db beside the tables, to be named where those are on s3://.",
    )
    inventory: str | None = Field(
        default=None, description="CSV or Parquet that lists the lake's objects, in place of listing it."
    )
    feed: str | None = Field(
        default=None, description="Delta table whose new rows are manifest rows, beside those of manifests/."
    )

    feed_lost: int | None = Field(
        default=None,
        ge=0,
        description="Version of that table up to which changes cannot be told: a night from before it takes all rows.",
    )

    @property
    def lake_root(self) -> str:
        """The lake's root, absolute, without a trailing slash.

        Raises:
            BadSettings: none is named.
        """
        if self.lake is None:
            raise BadSettings("no lake is named; give --lake FOLDER, or set LOOKBACK__HOW__PLACES__LAKE")
        return _absolute(self.lake)

    @property
    def tables_root(self) -> str:
        """Root of the tables, a folder or an s3:// prefix.

        Raises:
            BadSettings: no lake is named, or the place is of another kind.
        """
        root = _absolute(self.tables or f"{self.lake_root}/_lookback/tables")
        if "://" in root and not root.startswith(S3):
            raise BadSettings(f"{root}: tables are kept in a folder or on s3://. Set places.tables to one of them")
        return root

    @property
    def models_store(self) -> str:
        """MLflow tracking and registry store.

        Raises:
            BadSettings: none is named, and none can be beside the tables.
        """
        return self.models or f"{SQLITE}{self.home}/mlflow.db"

    @property
    def home(self) -> str:
        """Folder for models and control specimens: beside the tables, else beside the store of models.

        Raises:
            BadSettings: the tables are in an object store, and no store of models in a folder is named.
        """
        if "://" not in self.tables_root:
            return self.tables_root.rpartition("/")[0]
        models = self.models or ""
        if not models.startswith(SQLITE):
            raise BadSettings(
                f"{self.tables_root}: tables may be there, but models and control specimens need a folder that every "
                f"worker reaches. Name one: --set places.models={SQLITE}/FOLDER/mlflow.db"
            )
        return str(Path(models.removeprefix(SQLITE)).absolute().parent)


def _absolute(place: str) -> str:
    """A place as every process finds it, whatever folder it runs in."""
    return place.rstrip("/") if "://" in place else str(Path(place).absolute())
