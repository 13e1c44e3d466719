"""What every node of the settings is."""

from pydantic import BaseModel, ConfigDict


class Leaf(BaseModel):
    """Frozen and closed: a typo is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
