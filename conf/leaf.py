"""What every node of the settings is."""

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict


class Leaf(BaseModel):
    """Frozen and closed: a typo is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _known(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{zone!r} is no IANA zone, such as Europe/Vilnius") from error
    return zone


Zone = Annotated[str, AfterValidator(_known)]
"""The name of a time zone that is known here."""
