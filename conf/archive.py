"""Settings of an archive of years: in which order it is looked at, and when its tables want upkeep."""

from typing import Literal

from pydantic import Field

from conf.leaf import Leaf

First = Literal["oldest", "newest", "riskiest"]


class OrderSettings(Leaf):
    """In which order contents are looked at, where a night does not reach all."""

    first: First = Field(
        default="oldest",
        description="oldest or newest submitted; riskiest: most warnings (not cleared then, signals on the account, "
        "its risk), then the account's risk, then newest.",
    )


class UpkeepSettings(Leaf):
    """When tables want upkeep."""

    small_files: int = Field(default=64, ge=1, description="Small files from which a table is compacted.")
    cluster_bytes: int = Field(
        default=1 << 30, ge=0, description="Bytes from which a table that is asked by content is clustered by it."
    )
