import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from jobs.cli.output import Format, print_rows

ROW = {"risk": 0.9999522094816481, "big": 1234567.891, "fiat": Decimal("10.50"), "none": None, "kinds": ["a", "b"]}


def test_csv_loses_no_digit(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([ROW], Format.csv)
    assert capsys.readouterr().out.splitlines() == [
        "risk,big,fiat,none,kinds",
        '0.9999522094816481,1234567.891,10.50,,"[""a"", ""b""]"',
    ]


@pytest.mark.parametrize("form", [Format.csv, Format.json])
def test_times_carry_their_offset(capsys: pytest.CaptureFixture[str], form: Format) -> None:
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    local = moment.astimezone().replace(tzinfo=None)  # as Spark hands it over
    print_rows([{"at": moment, "then": local}], form)
    assert capsys.readouterr().out.count("2026-03-01T12:00:00+00:00") == 2


def test_json_is_one_array(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([ROW], Format.json)
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["risk"], row["fiat"], row["none"]) == (ROW["risk"], "10.50", None)
