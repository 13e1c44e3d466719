"""Why a document was not taken."""

from schemas.words import REJECTION_REASONS


class Refused(Exception):
    """A document that cannot be used, with a reason from the closed list.

    Attributes:
        reason: a key of `REJECTION_REASONS`.
        detail: what was found, without personal data.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        if reason not in REJECTION_REASONS:
            raise ValueError(f"{reason!r} is not a reason of rejection; use one of {', '.join(REJECTION_REASONS)}")
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
