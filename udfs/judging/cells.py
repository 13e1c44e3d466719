"""Cells of a row as Python values, whether pandas, Arrow or Spark wrote them: absent is None, never nan."""

from collections.abc import Iterable, Mapping
from typing import cast

import numpy as np
import pandas as pd


def given(cell: object) -> object | None:
    """The value, or None where it is absent."""
    return None if cell is None or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)) else cell


def text(cell: object) -> str | None:
    """A string, or None."""
    value = given(cell)
    return None if value is None else str(value)


def number(cell: object) -> float | None:
    """A number, or None."""
    value = given(cell)
    return None if value is None else float(cast("float", value))


def texts(cell: object) -> tuple[str, ...]:
    """Strings of a list or array; none where it is absent."""
    value = given(cell)
    return () if value is None else tuple(str(item) for item in cast("Iterable[object]", value))


def mappings(cell: object) -> list[dict[str, object]]:
    """Structs of a list or array; none where it is absent."""
    value = given(cell)
    return [] if value is None else [dict(item) for item in cast("Iterable[Mapping[str, object]]", value)]


def numbers_by_name(cell: object) -> dict[str, float | None]:
    """A map of names to numbers, from a mapping or from pairs; empty where it is absent."""
    value = given(cell)
    pairs = {} if value is None else dict(cast("Mapping[str, object]", value))
    return {name: number(item) for name, item in pairs.items()}
