from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from udfs.reading.lines import TextLine
from udfs.reading.mrz import find_mrz, parse_mrz
from udfs.specimens.mrz_lines import MrzContent, MrzFormat, compose_mrz, transliterate

NAMES = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖØÑ", min_size=1, max_size=9)
SERIALS = st.text(alphabet="ACEFHJKLMNPRTUVWXY0123456789", min_size=5, max_size=9)
CONTENTS = st.builds(
    MrzContent,
    code=st.just("I"),
    issuer=st.sampled_from(["UTO", "XVA", "D"]),
    surname=NAMES,
    given_names=st.lists(NAMES, min_size=1, max_size=2).map(" ".join),
    number=SERIALS,
    nationality=st.sampled_from(["UTO", "XMD"]),
    birth_date=st.dates(date(1935, 1, 1), date(2009, 12, 31)),
    sex=st.sampled_from(["F", "M", "X"]),
    expiry_date=st.dates(date(2026, 1, 1), date(2034, 12, 31)),
    optional=st.sampled_from(["", "850101", "A1B2"]),
)
CODES: dict[MrzFormat, str] = {"TD1": "I", "TD2": "I", "TD3": "P", "MRVA": "V", "MRVB": "V"}


@settings(max_examples=120, deadline=None)
@given(CONTENTS, st.sampled_from(list(CODES)))
def test_what_is_composed_is_read_back(content: MrzContent, form: MrzFormat) -> None:
    content = MrzContent(**(vars(content) | {"code": CODES[form]}))
    rows = compose_mrz(form, content)
    mrz = parse_mrz(rows)
    assert mrz is not None
    assert mrz.format.replace("-", "") == form
    assert mrz.lines == rows
    assert not mrz.repaired
    assert all(held is not False for held in mrz.checks.values())
    values = {name: field.value for name, field in mrz.fields.items()}
    assert values["number"] == content.number
    assert values["birth_date"] == content.birth_date.isoformat()
    assert values["expiry_date"] == content.expiry_date.isoformat()
    assert values["sex"] == content.sex
    assert values["nationality"] == content.nationality
    assert values["surname"].replace(" ", "<") == transliterate(content.surname)


@settings(max_examples=60, deadline=None)
@given(CONTENTS, st.sampled_from(["TD1", "TD2", "TD3"]), st.integers(1, 9))
def test_a_birth_date_changed_without_its_check_digit_fails(content: MrzContent, form: MrzFormat, add: int) -> None:
    rows = list(compose_mrz(form, MrzContent(**(vars(content) | {"code": CODES[form]}))))
    start = 0 if form == "TD1" else 13
    digit = str((int(rows[1][start]) + add) % 10)
    rows[1] = rows[1][:start] + digit + rows[1][start + 1 :]
    mrz = parse_mrz(rows)
    assert mrz is not None
    assert mrz.checks["birth"] is False
    assert mrz.checks["composite"] is False


SHORT_OF_FILLERS = MrzContent(
    code="I",
    issuer="UTO",
    surname="A" * 9,
    given_names="AAAAAA AAAAAAAAA",  # three fillers are left at the row's end, as many as are lost and one
    number="00000",
    nationality="UTO",
    birth_date=date(2000, 1, 1),
    sex="F",
    expiry_date=date(2026, 1, 1),
    optional="",
)


@settings(max_examples=60, deadline=None)
@given(CONTENTS, st.sampled_from(["TD1", "TD3"]), st.integers(0, 5))
@example(SHORT_OF_FILLERS, "TD1", 2)
def test_fillers_lost_at_the_end_of_the_names_are_put_back(content: MrzContent, form: MrzFormat, lost: int) -> None:
    rows = list(compose_mrz(form, MrzContent(**(vars(content) | {"code": CODES[form]}))))
    names = 2 if form == "TD1" else 0
    most = len(rows[names]) - len(rows[names].rstrip("<")) - 1
    read = [row[: len(row) - min(lost, most)] if i == names and most > 0 else row for i, row in enumerate(rows)]
    lines = [
        TextLine(row, (0, 40.0 * i, 900, 40.0 * i + 30), ((0, 0), (900, 0), (900, 30), (0, 30)), 0.9)
        for i, row in enumerate(read)
    ]
    mrz = find_mrz(lines)
    assert mrz is not None
    assert mrz.lines == tuple(rows)
