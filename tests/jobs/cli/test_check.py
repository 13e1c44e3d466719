"""The command check over the worked examples of a foreign export: no Spark, no inspector."""

from pathlib import Path

import pytest

from jobs.cli.app import main
from tests.udfs.intake.examples import EXPORTS

SHOWN = {
    "nested_checks": ("doc_id I-811", "side front", "issuer UTO", "vendor nested checks", "declared_name Ada Specimen"),
    "flat_csv": ("doc_id D-9001", "side front", "doc_type id_card", "submitted_at 2026-02-28 08:00:00+00:00"),
}


@pytest.mark.parametrize("mapping", SHOWN)
def test_an_example_is_shown_as_it_would_be_read(
    lake: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, mapping: str
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    name, text = EXPORTS[mapping]
    (lake / "manifests" / name).write_text(text)
    (lake / "manifests" / "more.csv.gz").write_bytes(b"")
    with pytest.raises(SystemExit) as left:
        main(["check", str(lake), "--mapping", mapping, "--sample", "0"])
    told = " ".join(capsys.readouterr().out.split())
    assert left.value.code in (0, None), told
    assert "manifests 1 2 2 0" in told
    assert all(line in told for line in SHOWN[mapping]), told
    assert "1 file of drop folders not read, as no name ends in .parquet, .csv, .jsonl" in told
    assert f"Next: lookback night --date YYYY-MM-DD --lake {lake} --set ingest.mapping={mapping}" in told
    assert sorted(path.name for path in lake.rglob("*")) == sorted([name, "manifests", "more.csv.gz"])


def test_codes_without_a_word_are_told(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name, text = EXPORTS["flat_csv"]
    (lake / "manifests" / name).write_text(text.replace(",F,", ",REAR,") + text.splitlines()[1].replace(",F,", ",?,"))
    asked = ["check", str(lake), "--mapping", "flat_csv", "--sample", "0"]
    for form, told in (("table", "f.csv: codes of side without a word: REAR, ?"), ("csv", "side: REAR, ?")):
        with pytest.raises(SystemExit):
            main([*asked, "--format", form])
        assert told in " ".join(capsys.readouterr().out.split())
