from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pytest

from conf.settings import ProfileSettings
from schemas.words import MOVE_CAUSES
from tests.fakes_risk import MemoryRun, Row
from tests.oracles_risk import slow_patterns

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


NIGHTS = (date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3))
TRANSACTION = (
    "transaction_id string, account_id string, direction string, amount decimal(38,18), asset string, "
    "counterparty string, fiat_value decimal(38,18), fiat_currency string, valid_from timestamp"
)


def at(text: str) -> datetime:
    """Without a zone, as Spark collects times."""
    return datetime.fromisoformat(text)


def fact(night: date, row: int, **columns: object) -> Row:
    return {"file": "f", "row": row, "known_at": night, "run_id": f"{night}.1", "night": night} | columns


def profiled(spark: "SparkSession", night: date, tables: dict[str, list[Row]], parent: MemoryRun | None) -> MemoryRun:
    from jobs.steps import profiles

    run = MemoryRun(spark, night, f"{night}.1", now=tables)
    if parent is not None:
        kept = ("scores", "clusters", "campaigns")
        run.parent = {name: parent.now[name] for name in kept if name in parent.now} | {
            "risk_profiles": parent.written["risk_profiles"],
            "risk_profile_history": parent.parent.get("risk_profile_history", [])
            + parent.written["risk_profile_history"],
        }
    profiles.main(run)
    return run


def log_odds(profile: Row) -> float:
    components = profile["components"]
    return float(profile["base_log_odds"] + sum(components[name] for name in sorted(components)))


@pytest.mark.spark
def test_three_nights_of_profiles_history_and_moves(spark: "SparkSession") -> None:
    first, second, third = NIGHTS
    score = {"doc_id": "D-1", "role": "champion", "account_id": "A-1", "risk": 0.3, "scorer": "s", "inspector": "i"}
    score |= {"reasons": ["Its passport shares a blank with 2 documents of 2 other accounts"], "campaign_id": None}
    tables: dict[str, list[Row]] = {
        "accounts": [
            fact(first, 0, account_id="A-1", opened_at=at("2026-01-01"), valid_from=at("2026-01-01")),
            fact(first, 1, account_id="A-2", opened_at=at("2026-01-02"), valid_from=at("2026-01-02")),
        ],
        "documents": [{"doc_id": "D-1", "account_id": "A-1", "submitted_at": at("2026-01-03")}],
        "scores": [score],
        "account_signals": [
            fact(first, 0, signal_id="S-1", account_id="A-2", kind="bot", valid_from=at("2026-01-09"), strength=0.5)
        ],
    }
    one = profiled(spark, first, tables, None)
    assert {row["account_id"]: row["tier"] for row in one.written["risk_profiles"]} == {"A-1": "elevated", "A-2": "low"}

    member = {"doc_id": "D-1", "account_id": "A-1", "campaign_id": "C-1", "tie": 0.9, "kinds": ["template"]}
    campaign = {"campaign_id": "C-1", "documents": 3, "accounts": 3, "cohesion": 1.0, "weakest_tie": 0.9}
    grown = tables | {
        "clusters": [member],
        "campaigns": [campaign | {"knowable_at": at("2026-02-01")}],
        "scores": [score | {"risk": 0.95, "campaign_id": "C-1"}],
    }
    two = profiled(spark, second, grown, one)
    assert {row["account_id"] for row in two.written["risk_profile_history"]} == {"A-1"}
    spans = sorted(
        (row["valid_from"], row["valid_to"], row["campaigns"]) for row in two.written["risk_profile_history"]
    )
    assert [span[1] for span in spans] == [spans[1][0], spans[2][0], None]
    assert spans[2][0] == at("2026-02-01")
    assert [span[2] for span in spans] == [[], [], ["C-1"]]

    retracted = fact(third, 0, signal_id="S-1", account_id="A-2", kind="bot", valid_from=at("2026-01-09"))
    label = fact(third, 0, target_kind="account", target_id="A-1", verdict="cleared", valid_from=at("2026-03-02"))
    last = grown | {
        "account_signals": [*tables["account_signals"], retracted | {"retracts": True}],
        "labels": [label],
        "scores": [score | {"risk": 0.97, "campaign_id": "C-1", "scorer": "t"}],
    }
    three = profiled(spark, third, last, two)
    moves = {row["account_id"]: row["moves"] for row in three.written["risk_profile_history"]}
    assert moves["A-2"]["new_evidence"] == pytest.approx(-0.5)
    assert moves["A-1"]["new_label"] == pytest.approx(-3.0)
    assert moves["A-1"]["new_model"] > 0
    assert moves["A-1"]["new_cluster"] == moves["A-1"]["new_threshold"] == 0
    for before, now in ((one, two), (two, three)):
        was = {row["account_id"]: log_odds(row) for row in before.written["risk_profiles"]}
        new = {row["account_id"]: log_odds(row) for row in now.written["risk_profiles"]}
        for row in now.written["risk_profile_history"]:
            assert sorted(row["moves"]) == sorted(MOVE_CAUSES)
            move = new[row["account_id"]] - was[row["account_id"]]
            assert sum(row["moves"].values()) == pytest.approx(move, abs=1e-9)

    _ask_with_two_clocks(spark, three)
    again = profiled(spark, date(2026, 3, 4), last, three)
    assert again.written["risk_profile_history"] == []


def _ask_with_two_clocks(spark: "SparkSession", run: MemoryRun) -> None:
    """The SQL function and the frame function answer alike."""
    from jobs.publishing.as_of import create_profile_as_of, profile_as_of

    rows = run.parent["risk_profile_history"] + run.written["risk_profile_history"]
    history = run.frame("risk_profile_history", rows)
    history.createOrReplaceTempView("risk_profile_history")
    create_profile_as_of(spark)
    asked = "SELECT account_id, round(risk, 3) AS risk FROM profile_as_of('2026-02-15', known => '{}')"
    known = {night: {row.account_id: row.risk for row in spark.sql(asked.format(night)).collect()} for night in NIGHTS}
    assert [known[night]["A-1"] for night in NIGHTS] == [0.3, 0.95, 0.97]
    assert known[NIGHTS[2]]["A-2"] == 0.01
    assert spark.sql("SELECT * FROM profile_as_of('2025-12-31')").count() == 0
    assert spark.sql("SELECT * FROM profile_as_of('2026-02-15', known => '2026-02-28')").count() == 0
    for night in NIGHTS:
        framed = profile_as_of(history, at("2026-02-15"), night).collect()
        assert {row.account_id: round(row.risk, 3) for row in framed} == known[night]


def _random_transactions(rng: np.random.Generator, count: int) -> list[Row]:
    addresses = [None, "", " 0xAB", "0xab", "Abc", "abc", *(f"z{number}" for number in range(200))]
    return [
        {
            "transaction_id": f"T-{number}",
            "account_id": f"A-{rng.integers(60)}",
            "direction": str(rng.choice(["in", "out"])),
            "amount": Decimal(str(rng.choice(["0", "1", "2", "5", "0.3"]))),
            "asset": str(rng.choice(["BTC", "ETH"])),
            "counterparty": addresses[int(rng.integers(len(addresses)))],
            "fiat_value": None
            if rng.random() < 0.1
            else Decimal(int(rng.choice([100, 7999, 8000, 8500, 9999, 10000]))),
            "fiat_currency": str(rng.choice(["USD", "EUR"])),
            "valid_from": at("2026-01-01") + timedelta(hours=int(rng.integers(24 * 60))),
        }
        for number in range(count)
    ]


@pytest.mark.spark
def test_patterns_equal_the_slow_twin(spark: "SparkSession") -> None:
    from jobs.scoring.transaction_patterns import find_patterns

    rows = _random_transactions(np.random.default_rng(5), 1_500)
    persons = {f"A-{number}": (f"P-{number // 2}" if number % 3 else None) for number in range(60)}
    transactions = spark.createDataFrame([tuple(row.values()) for row in rows], TRANSACTION)
    people = spark.createDataFrame(list(persons.items()), "account_id string, person string")
    found = find_patterns(transactions, people, ProfileSettings()).collect()
    fast = {(row.account_id, row.name): (row.fired_at, row.transactions, row.others) for row in found}
    slow = slow_patterns(rows, persons, ProfileSettings())
    assert {name for _, name in slow} == {"structuring", "pass_through", "shared_withdrawal_address"}
    assert fast == slow


@pytest.mark.spark
def test_merged_accounts_are_one_person_at_a_shared_address(spark: "SparkSession") -> None:
    from jobs.linking.persons import persons
    from jobs.scoring.transaction_patterns import find_patterns

    first = NIGHTS[0]
    opened = {"opened_at": at("2026-01-01"), "valid_from": at("2026-01-01")}
    into = {"A-0": None, "A-1": "A-0", "A-2": "A-1", "A-3": None, "A-4": None}
    facts = [fact(first, row, account_id=a, merged_into=b, **opened) for row, (a, b) in enumerate(into.items())]
    accounts = MemoryRun(spark, first, f"{first}.1").frame("accounts", facts)
    rows = [
        (f"T-{name}", name, "out", Decimal(1), "BTC", "z1", None, None, at("2026-01-02"))
        for name in ("A-0", "A-1", "A-2", "A-3")
    ]
    transactions = spark.createDataFrame(rows, TRANSACTION)
    assert find_patterns(transactions, persons(accounts), ProfileSettings()).collect() == []
    fourth = spark.createDataFrame([("T-A-4", "A-4", *rows[0][2:])], TRANSACTION)
    fired = find_patterns(transactions.unionByName(fourth), persons(accounts), ProfileSettings()).collect()
    others = {row.account_id: row.others for row in fired}
    assert others == {"A-0": 2, "A-1": 2, "A-2": 2, "A-3": 4, "A-4": 4}


@pytest.mark.spark
def test_the_night_follows_mergers_when_it_looks_for_patterns(spark: "SparkSession") -> None:
    first = NIGHTS[0]
    opened = {"opened_at": at("2026-01-01"), "valid_from": at("2026-01-01")}
    into = {"A-0": None, "A-1": "A-0", "A-2": "A-0", "B-0": None, "B-1": None, "B-2": None}
    facts = [fact(first, row, account_id=a, merged_into=b, **opened) for row, (a, b) in enumerate(into.items())]
    paid = {"direction": "out", "amount": Decimal(1), "asset": "BTC", "valid_from": at("2026-01-02")}
    payments = [
        fact(first, row, transaction_id=f"T-{account}", account_id=account, counterparty=account[0], **paid)
        for row, account in enumerate(into)
    ]
    run = profiled(spark, first, {"accounts": facts, "transactions": payments}, None)
    odds = {row["account_id"]: log_odds(row) for row in run.written["risk_profiles"]}
    assert all(odds[f"A-{number}"] < odds[f"B-{number}"] for number in range(3))
