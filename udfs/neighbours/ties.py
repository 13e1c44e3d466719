"""How strong a tie is: raw similarities of every kind brought to one scale of 0 to 1."""

import math

FUSING = ("same_file", "near_copy", "template", "portrait_photo", "same_number")
NEVER_FUSING = ("shared_device", "own_resubmission")
SUPPORT = 0.3  # what a shared device is worth beside other ties
TIE_DECIMALS = 6


def tie(kind: str, similarity: float, threshold: float) -> float:
    """A raw similarity as a tie of 0 to 1: one half at the kind's threshold.

    Similarities that end at one (hashes, cosines) run linearly from the threshold to one; z-scores, which have no
    end, follow z / (z + threshold); a shared number counts by the confidence of its readings.
    """
    if kind == "same_file":
        return 1.0
    if kind == "template":
        return round(similarity / (similarity + threshold), TIE_DECIMALS) if similarity > 0 else 0.0
    if kind == "same_number":
        return round(min(max(similarity, 0.0), 1.0), TIE_DECIMALS)
    if kind in {"near_copy", "portrait_photo"}:
        above = (similarity - threshold) / max(1.0 - threshold, 1e-9)
        return round(0.5 + 0.5 * min(max(above, -1.0), 1.0), TIE_DECIMALS)
    return SUPPORT if kind == "shared_device" else 0.0


def together(ties: list[float]) -> float:
    """Ties of several kinds between one pair as one tie: the chance that not all of them are chance."""
    return round(1.0 - math.prod(1.0 - value for value in sorted(ties)), TIE_DECIMALS)
