"""One flat specimen, as the printing office of its fictional issuer made it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Box = tuple[float, float, float, float]
Image = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Rendered:
    """A flat document and the whole truth about it.

    Attributes:
        image: BGR uint8 [h, w, 3], the finished flat page.
        ground: the same page before anything personal was printed on it.
        design: id of the design it was drawn from.
        side: `front`, `back` or `page`.
        zones: box in pixels (x0, y0, x1, y1) of each printed field, and of `portrait`, `mrz`, `barcode`.
        printed: text as printed, by field name.
        values: canonical value (ISO dates, three-letter states), by field name.
    """

    image: Image
    ground: Image
    design: str
    side: str
    zones: Mapping[str, Box]
    printed: Mapping[str, str]
    values: Mapping[str, str]
