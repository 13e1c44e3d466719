"""How the oddest place of a card stands against its design's other cards: a signal that only an archive gives."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf

from udfs.neighbours.zone_fit import LEAST_CARDS, SIGNAL, TELLING, ZoneFit, fit_zones, oddness

MOST_CARDS = 500  # of a design that are fitted: more move neither median nor spread
FIT_DDL = (
    "design string, zones array<string>, median array<double>, scale array<double>, shared array<double>,"
    " spread array<double>, usual double, cards int"
)


def with_zone_oddness(asked: DataFrame, seen: DataFrame, design_members: DataFrame, clusters: DataFrame) -> DataFrame:
    """Documents with `signals` and `odd_zone`: how odd their oddest place is among 20 or more cards of their design.

    Members of campaigns are left out of what a design is: they must not become its habit.

    Args:
        asked: doc_id, sha256, forensics, zones and more.
        seen: doc_id, sha256 and zones of the whole archive.
        design_members: sha256 and design.
        clusters: doc_id of campaign members.
    """
    members = design_members.select("sha256", "design")
    fits = design_fits(seen.join(clusters.select("doc_id"), "doc_id", "left_anti").join(members, "sha256"))

    def oddest(designs: pd.Series, marks: pd.Series) -> pd.DataFrame:
        found = [
            oddness(fits[design], _marks(cell)) if design in fits and cell is not None else None
            for design, cell in zip(designs, marks, strict=True)
        ]
        rows = [(None, None) if odd is None else (odd.value, odd.zone) for odd in found]
        return pd.DataFrame(rows, columns=["value", "zone"], dtype=object)

    make: Any = pandas_udf  # its stubs want the kind of UDF, which the hints of `oddest` give
    told = make(oddest, "value double, zone string")(F.col("_design"), F.col("zones.marks"))
    placed = asked.join(members.withColumnRenamed("design", "_design"), "sha256", "left").withColumn("_odd", told)
    signals = F.when(
        F.col("_odd.value").isNotNull(), F.map_concat("forensics.signals", F.create_map(F.lit(SIGNAL), "_odd.value"))
    ).otherwise(F.col("forensics.signals"))
    zone = F.when(F.col("_odd.value") >= TELLING, F.col("_odd.zone"))
    return placed.withColumns({"signals": signals, "odd_zone": zone}).drop("_design", "_odd")


def design_fits(cards: DataFrame) -> dict[str, ZoneFit]:
    """What each design's cards share, of the designs with enough of them.

    Args:
        cards: sha256, design and zones.
    """
    shown = cards.where(F.col("zones.marks").isNotNull()).select(
        "design", "sha256", F.col("zones.marks").alias("marks")
    )
    order = Window.partitionBy("design").orderBy("sha256")
    sample = shown.dropDuplicates(["design", "sha256"]).withColumn("_place", F.row_number().over(order))
    enough = sample.withColumn("_cards", F.count("*").over(Window.partitionBy("design")))
    kept = enough.where((F.col("_place") <= MOST_CARDS) & (F.col("_cards") >= LEAST_CARDS))
    rows = kept.select("design", "sha256", "marks").groupBy("design").applyInPandas(_fitted, FIT_DDL).collect()
    return {row["design"]: _fit_of(row.asDict()) for row in rows}


def _fitted(cards: pd.DataFrame) -> pd.DataFrame:
    """One row of FIT_DDL, or none where the cards have no places in common; the same in whatever order they come."""
    fit = fit_zones([_marks(cell) for cell in cards.sort_values("sha256")["marks"]])
    if fit is None:
        return pd.DataFrame(columns=["design", "zones", "median", "scale", "shared", "spread", "usual", "cards"])
    flat = {name: [getattr(fit, name).ravel().tolist()] for name in ("median", "scale", "shared", "spread")}
    known = {"design": [cards["design"].iloc[0]], "zones": [list(fit.zones)]}
    return pd.DataFrame({**known, **flat, "usual": [fit.usual], "cards": [fit.cards]})


def _fit_of(row: Mapping[str, Any]) -> ZoneFit:
    zones = tuple(str(zone) for zone in row["zones"])
    shape = (len(zones), len(row["median"]) // len(zones))
    median, scale, spread = (np.asarray(row[name], np.float64).reshape(shape) for name in ("median", "scale", "spread"))
    shared = np.asarray(row["shared"], np.float64).reshape(-1, median.size)
    return ZoneFit(zones, median, scale, shared, spread, float(row["usual"]), int(row["cards"]))


def _marks(cell: object) -> dict[str, list[float]]:
    """Marks by place, from a mapping or from pairs."""
    pairs = dict(cast("Mapping[str, Sequence[float]]", cell))
    return {zone: [float(mark) for mark in marks] for zone, marks in pairs.items()}
