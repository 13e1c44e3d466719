"""A lake is the same bytes for the same seed, holds what was planned, and keeps its truth to itself."""

import csv
import hashlib
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest

from conf.errors import BadLake
from schemas.contract import ALIASES, CONTRACT
from udfs.specimens.attacks.canvas import flat_canvas
from udfs.specimens.capture import capture, edit_of, flat_page, genuine_twin, twins
from udfs.specimens.lake import LakePlan, deliver, plan_lake
from udfs.specimens.population import POPULAR
from udfs.specimens.truth import truth_folder


@pytest.fixture(scope="module")
def plan() -> LakePlan:
    return plan_lake(160, 3)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("specimens") / "lake"
    small = plan_lake(24, 11)
    for night in range(2):
        deliver(small, out, night, workers=1)
    return out


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def rows_of(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".csv":
        return list(csv.DictReader(path.open(encoding="utf-8")))
    return list(pq.read_table(path).to_pylist())


def manifest_rows(lake: Path, night: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for path in sorted((lake / "manifests").glob(f"{night}.*")):
        if path.suffix == ".csv":
            rows += list(csv.DictReader(path.open(encoding="utf-8")))
        elif path.suffix == ".jsonl":
            rows += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        else:
            rows += pq.read_table(path).to_pylist()
    return rows


def test_the_plan_holds_exactly_the_documents_asked_for() -> None:
    for documents in (24, 61, 160):
        plan = plan_lake(documents, 5)
        assert len(plan.documents) == documents
        assert len({doc.doc_id for doc in plan.documents}) == documents
        assert {doc.account_id for doc in plan.documents} <= {account.account_id for account in plan.accounts}


def test_the_same_seed_plans_the_same_lake() -> None:
    assert plan_lake(40, 9) == plan_lake(40, 9)
    assert plan_lake(40, 9) != plan_lake(40, 10)


def test_too_small_a_lake_is_refused() -> None:
    with pytest.raises(ValueError, match="24 or more"):
        plan_lake(12, 1)


def test_the_popular_design_and_the_nights_have_their_shares(plan: LakePlan) -> None:
    popular = sum(doc.design_id == POPULAR.design_id for doc in plan.documents)
    assert 55 <= popular <= 60
    nights = Counter(doc.night for doc in plan.documents)
    assert abs(nights[0] - nights[1]) <= 4


def test_the_story_is_planted(plan: LakePlan) -> None:
    documents = {doc.doc_id: doc for doc in plan.documents}
    campaign = next(each for each in plan.campaigns if each.campaign_id == plan.story.campaign_id)
    members = [documents[doc_id] for doc_id in campaign.doc_ids]
    old = documents[plan.story.doc_id]
    account = next(each for each in plan.accounts if each.account_id == old.account_id)
    assert len(members) == 12
    assert len({doc.account_id for doc in members}) == 12
    assert {doc.night for doc in members} == {0, 1}
    assert len({doc.forgery.blank for doc in members if doc.forgery}) == 1
    assert account.opened_at.date().isoformat() == "2025-11-14"
    assert old.decided_at.date() == old.submitted_at.date() == account.opened_at.date()
    assert (old.decision, old.night) == ("accepted", 1)
    assert sum(doc.night == 0 for doc in members) == 2
    assert old.forgery is not None
    assert old.forgery.retyped == "birth_date"
    receivers = {row["account_id"] for _, row in plan.transactions if row["counterparty"] == plan.story.address}
    assert receivers == {plan.story.account_id, *plan.story.sharing}
    assert len(plan.story.sharing) == 4


def test_no_account_has_two_forgeries_and_every_kind_is_there(plan: LakePlan) -> None:
    forged = [doc for doc in plan.documents if doc.forgery]
    assert max(Counter(doc.account_id for doc in forged).values()) == 1
    kinds = Counter(doc.forgery.attack for doc in forged if doc.forgery)
    assert kinds["portrait_reuse"] == 4
    assert set(kinds) == {
        "shared_blank", "portrait_reuse", "near_copy", "retype", "portrait_swap", "copy_move", "splice", "inpaint",
        "generated_patches", "generated_transposed",
        "halftone", "inkjet", "dye_sublimation", "grey_copy", "stripe_screen", "pentile_screen",
        "pasted_photo", "cut_out",
    }  # fmt: skip
    by_night = Counter(doc.night for doc in forged)
    assert abs(by_night[0] - by_night[1]) <= 2


def test_renewals_households_and_second_accounts_are_among_the_genuine() -> None:
    plan = plan_lake(600, 1)
    visits = Counter(account_id for account_id, _ in {(doc.account_id, doc.submission_id) for doc in plan.documents})
    assert sum(count > 1 for count in visits.values()) >= 10
    devices = Counter(account.device_id for account in plan.accounts)
    assert sum(count > 1 for count in devices.values()) >= 5
    assert plan.successors
    scans = {doc.camera.device for doc in plan.documents if doc.channel == "branch" and doc.design_id}
    assert len(scans) == 1


def test_documents_come_after_their_account_and_before_their_night_is_over(plan: LakePlan) -> None:
    opened = {account.account_id: account.opened_at for account in plan.accounts}
    for doc in plan.documents:
        assert opened[doc.account_id] <= doc.submitted_at < plan.calendar.span(doc.night)[1] + timedelta(hours=2)
        assert doc.submitted_at - timedelta(minutes=5) < doc.decided_at


def test_near_copies_are_of_genuine_documents_that_came_before(plan: LakePlan) -> None:
    documents = {doc.doc_id: doc for doc in plan.documents}
    copies = [doc for doc in plan.documents if doc.copy_of]
    assert len(copies) == 2
    for doc in copies:
        assert doc.copy_of is not None
        source = documents[doc.copy_of.doc_id]
        assert source.forgery is None
        assert source == doc.copy_of
        assert source.submitted_at < doc.submitted_at
        assert source.account_id != doc.account_id


def test_any_number_of_workers_writes_the_same_bytes(lake: Path, tmp_path: Path) -> None:
    again = tmp_path / "lake"
    deliver(plan_lake(24, 11), again, 0, workers=2)
    first = {name: digest for name, digest in digests(lake).items() if name in digests(again)}
    assert digests(again) == first
    assert digests(truth_folder(again)).items() <= digests(truth_folder(lake)).items()


def test_every_manifest_row_resolves_and_all_formats_occur(lake: Path) -> None:
    assert {path.suffix for path in (lake / "manifests").iterdir()} == {".csv", ".jsonl", ".parquet"}
    loose = packed = 0
    for night in ("2026-03-01", "2026-03-02"):
        for row in manifest_rows(lake, night):
            uri, _, key = row["uri"].partition("#")
            assert (lake / uri).is_file()
            if key:
                packed += 1
                table = pq.read_table(lake / uri, columns=["key"])
                assert key in table.column("key").to_pylist()
            else:
                loose += 1
    assert loose
    assert packed


def test_digests_are_true_and_bad_rows_are_in_each_night(lake: Path) -> None:
    for night in ("2026-03-01", "2026-03-02"):
        rows = manifest_rows(lake, night)
        assert max(Counter(row["doc_id"] for row in rows).values()) >= 2
        sizes = [(lake / row["uri"]).stat().st_size for row in rows if "#" not in row["uri"]]
        assert 0 in sizes
        for row in rows:
            if row.get("sha256") and "#" not in row["uri"]:
                assert hashlib.sha256((lake / row["uri"]).read_bytes()).hexdigest() == row["sha256"]


def test_the_totals_are_those_of_the_manifests_though_nobody_counted_them(lake: Path) -> None:
    entities: dict[str, str] = {}
    for name in ("2026-03-01.csv", "2026-03-02.parquet"):
        entities |= {row["account_id"]: row["legal_entity"] for row in rows_of(lake / "accounts" / name)}
    ids: dict[tuple[str, str, str], set[str]] = {}
    for night, name in (("2026-03-01", "2026-03-01.csv"), ("2026-03-02", "2026-03-02.parquet")):
        for row in manifest_rows(lake, night):
            day = datetime.fromisoformat(row["submitted_at"]).astimezone(UTC).date().isoformat()
            ids.setdefault((day, row["channel"], entities[row["account_id"]]), set()).add(row["doc_id"])
        for total in rows_of(lake / "control_totals" / name):
            came = sorted(ids[total["day"], total["channel"], total["legal_entity"]])
            assert int(total["documents"]) == len(came)
            assert total["digest"] == hashlib.sha256(",".join(came).encode()).hexdigest()


def test_every_column_is_in_the_contract(lake: Path) -> None:
    beside = {"labels": {"label_id"}}
    for folder, columns in CONTRACT.items():
        header = next(csv.reader((lake / folder / "2026-03-01.csv").open(encoding="utf-8")))
        names = {ALIASES.get(folder, {}).get(name, name) for name in header}
        assert names - {column.name for column in columns} == beside.get(folder, set())
        assert {column.name for column in columns if column.required} <= names


def test_the_truth_lies_beside_the_lake_and_nowhere_in_it(lake: Path) -> None:
    truth = list(csv.DictReader((truth_folder(lake) / "documents.csv").open(encoding="utf-8")))
    assert len(truth) == 24
    story = json.loads((truth_folder(lake) / "story.json").read_text(encoding="utf-8"))
    assert story["doc_id"] in {row["doc_id"] for row in truth if row["attack"] == "shared_blank"}
    assert (truth_folder(lake) / "captures" / "2026-03-02.csv").is_file()
    for path in lake.rglob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert not any(word in text for word in ("forged", "shared_blank", "near_copy", "blank-1", "recapture"))


def test_a_twin_differs_in_the_document_only(plan: LakePlan) -> None:
    forged = next(doc for doc in plan.documents if doc.forgery and doc.forgery.attack == "retype")
    one, two = twins(forged)
    assert one.data != two.data
    assert (one.corners == two.corners).all()
    assert one.changed
    assert not two.changed
    honest = next(doc for doc in plan.documents if doc.forgery is None and doc.design_id)
    assert capture(honest).data == capture(genuine_twin(honest)).data


def test_portraits_of_a_folder_change_the_pictures_alone(plan: LakePlan, tmp_path: Path) -> None:
    for number in range(160):
        level = np.full((60, 50, 3), (number * 37 % 256, 255 - number, number), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / f"{number:03d}.png"), level)
    drawn, plan = plan, plan_lake(160, 3, portraits=tmp_path)
    assert plan == replace(drawn, faces=plan.faces)
    assert plan.faces == plan_lake(160, 3, portraits=tmp_path).faces
    swapped = next(doc for doc in plan.documents if doc.forgery and doc.forgery.attack == "portrait_swap")
    selfie = next(doc for doc in plan.documents if doc.design_id is None)
    for doc in (swapped, selfie):
        assert capture(doc, plan.faces).data == capture(doc, plan.faces).data != capture(doc).data
    page = flat_page(swapped, plan.faces)
    x0, y0, x1, y1 = (round(each) for each in page.zones["portrait"])
    forged = edit_of(swapped.forgery, plan.faces)(flat_canvas(page))
    ours, theirs = (image[y0 + 9 : y1 - 9, x0 + 9 : x1 - 9].mean(axis=(0, 1)) for image in (forged.image, page.image))
    assert abs(ours - theirs).max() > 2


def test_a_lake_needs_a_portrait_for_everyone_it_shows(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "one.png"), np.zeros((60, 50, 3), dtype=np.uint8))
    with pytest.raises(BadLake, match="each with a portrait of their own; 1 found"):
        plan_lake(24, 11, portraits=tmp_path)
