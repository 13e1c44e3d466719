from dataclasses import replace
from datetime import UTC, datetime

import pytest

from conf.settings import ContradictionSettings
from schemas.words import CONTRADICTION_KINDS
from udfs.judging.contradictions import ReadDocument, ReadField, Submission, find_contradictions
from udfs.judging.reading_errors import chance_right

SETTINGS = ContradictionSettings(min_confidence=0.9)
CHECKS = {"number": True, "birth": True, "expiry": True, "optional": True, "composite": True}
MRZ = {
    "surname": "ERIKSSON", "given_names": "ANNA MARIA", "number": "L898902C3", "birth_date": "1974-08-12",
    "expiry_date": "2032-04-15", "sex": "F", "nationality": "UTO",
}  # fmt: skip
VISUAL = MRZ | {"birth_date": "12.08.1974", "expiry_date": "15.04.2032", "issue_date": "16.04.2022"}


def iso(text: str) -> str:
    parts = text.split(".")
    return "-".join(reversed(parts)) if len(parts) == 3 else text


def passport(**changed: str) -> ReadDocument:
    visual = VISUAL | {k.removeprefix("visual_"): v for k, v in changed.items() if k.startswith("visual_")}
    mrz = MRZ | {k.removeprefix("mrz_"): v for k, v in changed.items() if k.startswith("mrz_")}
    fields = [ReadField(n, "visual", iso(v), v, 0.98) for n, v in visual.items()]
    # The raw text of an MRZ's name is its whole field; one that no filler ends may have been cut.
    fields += [ReadField(n, "mrz", v, f"{v}<<" if "name" in n else v, 0.99) for n, v in mrz.items()]
    return ReadDocument("D-1", "page", "passport", tuple(fields), CHECKS)


def kinds(submission: Submission) -> list[str]:
    return [c.kind for c in find_contradictions(submission, SETTINGS)]


def test_a_genuine_passport_contradicts_nothing() -> None:
    submission = Submission(
        (passport(),), "Anna Eriksson", "1974-08-12", "UTO", {"number": "L898902C3"}, datetime(2026, 3, 1, tzinfo=UTC)
    )
    assert find_contradictions(submission, SETTINGS) == ()


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"visual_birth_date": "12.08.1979"}, "birth_date_mismatch"),
        ({"visual_expiry_date": "15.04.2031"}, "expiry_date_mismatch"),
        ({"visual_number": "L898982C3"}, "number_mismatch"),
        ({"visual_surname": "ERIKSEN"}, "name_mismatch"),
        ({"visual_sex": "M"}, "sex_mismatch"),
        ({"visual_nationality": "XVA"}, "nationality_mismatch"),
        ({"visual_issue_date": "16.04.1974", "visual_expiry_date": "15.04.2032"}, "validity_period"),
    ],
)
def test_one_changed_field_is_found(changed: dict[str, str], kind: str) -> None:
    found = find_contradictions(Submission((passport(**changed),)), SETTINGS)
    assert kind in [c.kind for c in found]
    assert all(c.kind in CONTRADICTION_KINDS for c in found)


def test_places_name_no_values_and_the_detail_does() -> None:
    (found,) = find_contradictions(Submission((passport(visual_birth_date="12.08.1979"),)), SETTINGS)
    assert found.places == ("D-1/visual/birth_date", "D-1/mrz/birth_date")
    assert "12.08.1979" in found.detail
    assert found.doc_ids == ("D-1",)
    assert found.confidence == pytest.approx(chance_right("visual", "birth_date", 0.98) * 0.99)


@pytest.mark.parametrize(
    "changed",
    [
        {"visual_surname": "ÉRIKSSON"},
        {"visual_surname": "MÜLLER", "mrz_surname": "MUELLER"},
        {"visual_surname": "MÜLLER", "mrz_surname": "MUXXLLER"},
        {"visual_surname": "O'CONNOR", "mrz_surname": "OCONNOR"},
        {"visual_surname": "SMITH-JONES", "mrz_surname": "SMITH JONES"},
        {"visual_number": "L8989O2C3"},
        {"mrz_sex": "X"},
        {"mrz_birth_date": "1974-08-XX"},
        {"visual_birth_date": "08/12/1974"},
        {"visual_nationality": "UTOPIAN"},
    ],
)
def test_permitted_spellings_contradict_nothing(changed: dict[str, str]) -> None:
    assert kinds(Submission((passport(**changed),))) == []


def test_names_cut_at_the_fields_end_contradict_nothing() -> None:
    given = "BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL"
    document = passport(visual_given_names=given, mrz_given_names="BENNELONG WOOLOOMOOLOO WARRA")
    assert "name_mismatch" in kinds(Submission((document,)))
    full = tuple(replace(f, raw=f.raw.rstrip("<")) if f.source == "mrz" else f for f in document.fields)
    assert kinds(Submission((replace(document, fields=full),))) == []


def test_an_unsure_reading_counts_for_nothing() -> None:
    document = passport(visual_birth_date="12.08.1979")
    unsure = tuple(replace(f, confidence=0.85) if f.name == "birth_date" else f for f in document.fields)
    assert kinds(Submission((replace(document, fields=unsure),))) == []


def test_failing_check_digits() -> None:
    failing = replace(passport(), mrz_checks=CHECKS | {"birth": False, "composite": False})
    assert kinds(Submission((failing,))) == ["check_digit"]


def test_dates_that_no_calendar_has_and_malformed_ones() -> None:
    impossible = ReadField("issue_date", "visual", None, "31.02.2022", 0.97)
    malformed = ReadField("issue_date", "visual", None, "16.04.20222", 0.97)
    document = ReadDocument("D-1", "front", "id_card", (impossible,))
    assert kinds(Submission((document,))) == ["impossible_date"]
    assert kinds(Submission((replace(document, fields=(malformed,)),))) == ["malformed_text"]


def test_a_number_with_a_colon_for_a_digit_is_malformed() -> None:
    for name in ("number", "personal_number"):
        fields = [ReadField(name, "visual", raw, raw, 0.97) for raw in ("AB12:456", "AB-12/456")]
        assert kinds(Submission((ReadDocument("D-1", "front", "id_card", (fields[0],)),))) == ["malformed_text"]
        assert kinds(Submission((ReadDocument("D-1", "front", "id_card", (fields[1],)),))) == []


def test_expired_at_submission() -> None:
    submission = Submission((passport(),), submitted_at=datetime(2032, 5, 1, tzinfo=UTC))
    assert kinds(submission) == ["expired_at_submission"]


def test_barcode_against_the_front() -> None:
    front = ReadDocument("D-1", "front", "driving_licence", (ReadField("number", "visual", "A123", "A123", 0.97),))
    back = ReadDocument("D-2", "back", "driving_licence", (ReadField("number", "barcode", "B456", "B456", 0.999),))
    (found,) = find_contradictions(Submission((front, back)), SETTINGS)
    assert found.kind == "barcode_mismatch"
    assert found.doc_ids == ("D-1", "D-2")


def test_two_documents_of_one_person_may_have_two_numbers() -> None:
    licence = ReadDocument("D-2", "front", "driving_licence", (ReadField("number", "visual", "A1", "A1", 0.99),))
    assert kinds(Submission((passport(), licence))) == []


def test_declared_and_vendor_values() -> None:
    declared = Submission((passport(),), "Peter Stevenson", "1975-08-12", "XVA", {"number": "K111111K1"})
    found = kinds(declared)
    for kind in ("name_mismatch", "birth_date_mismatch", "nationality_mismatch", "number_mismatch"):
        assert kind in found


def test_a_vendors_names_are_held_against_a_name_in_one_piece() -> None:
    name = ReadField("full_name", "visual", "ANNA MARIA ERIKSSON", "ANNA MARIA ERIKSSON", 0.98)
    licence = ReadDocument("D-1", "front", "driving_licence", (name,))
    same, other = ({"surname": surname, "given_names": "ANNA MARIA"} for surname in ("ERIKSSON", "STEVENSON"))
    assert kinds(Submission((licence,), vendor_fields=same)) == []
    assert kinds(Submission((licence,), vendor_fields=other)) == ["name_mismatch"]


def test_what_is_declared_agrees_with_names_cut_in_an_mrz() -> None:
    given = "BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL"
    document = passport(visual_given_names=given, mrz_given_names="BENNELONG WOOLOOMOOLOO WARRA")
    full = tuple(replace(f, raw=f.raw.rstrip("<")) if f.source == "mrz" else f for f in document.fields)
    declared = Submission((replace(document, fields=full),), f"{given} Eriksson", vendor_fields={"given_names": given})
    assert kinds(declared) == []


def test_names_with_letters_that_a_machine_zone_lacks_agree_on_both_sides() -> None:
    sides = [
        ReadDocument(doc_id, side, "id_card", (ReadField("surname", "visual", "ØRSTEBY", "ØRSTEBY", 0.99),))
        for doc_id, side in (("D-1", "front"), ("D-2", "back"))
    ]
    assert kinds(Submission(tuple(sides))) == []
