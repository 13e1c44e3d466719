from typing import TYPE_CHECKING

import pytest

from tests.fakes_zones import cards, smoothed

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SEEN = (
    "doc_id string, sha256 string, forensics struct<signals: map<string, double>>,"
    " zones struct<marks: map<string, array<double>>>"
)


@pytest.mark.spark
def test_the_oddest_place_of_a_card_is_told_where_its_design_has_other_cards(spark: "SparkSession") -> None:
    from jobs.scoring.zones import SIGNAL, with_zone_oddness

    many = cards(40)
    many[7] = smoothed(many[7], "visual.birth_date", by=3.0)
    alone = cards(5, seed=2)
    marks = {f"M-{place:02}": card for place, card in enumerate(many)} | {
        f"F-{place}": card for place, card in enumerate(alone)
    }
    campaign = {f"C-{place}": smoothed(card, "visual.number", by=3.0) for place, card in enumerate(cards(15))}
    rows = [(name, name, ({"ela_mean": 1.0},), (card,)) for name, card in (marks | campaign).items()]
    rows.append(("N-1", "N-1", ({"ela_mean": 1.0},), None))
    seen = spark.createDataFrame(rows, SEEN)
    design = {"M": "passport", "C": "passport", "F": "licence", "N": "passport"}
    members = spark.createDataFrame([(row[1], design[row[0][0]]) for row in rows], "sha256 string, design string")
    clusters = spark.createDataFrame([(name,) for name in campaign], "doc_id string")

    told = with_zone_oddness(seen, seen, members, clusters).select("doc_id", "signals", "odd_zone").collect()
    signals = {row["doc_id"]: row["signals"] for row in told}
    zones = {row["doc_id"]: row["odd_zone"] for row in told}
    assert zones["M-07"] == "visual.birth_date"
    assert {zones[name] for name in campaign} == {"visual.number"}
    assert zones["F-0"] is None
    assert len(signals) == len(rows)
    assert all(each["ela_mean"] == 1.0 for each in signals.values())
    assert SIGNAL not in signals["F-0"], "five cards are no design"
    assert SIGNAL not in signals["N-1"], "nothing was measured on it"
    others = [each[SIGNAL] for name, each in signals.items() if name[0] == "M" and name != "M-07"]
    assert signals["M-07"][SIGNAL] > max(others)
    assert min(signals[name][SIGNAL] for name in campaign) > max(others), "a campaign became its own habit"
