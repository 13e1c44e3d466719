import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from udfs.reading.labels import find_label, later_labels
from udfs.reading.lines import TextLine
from udfs.reading.visual_zone import read_visual_zone


def line(text: str, x: float, y: float, height: float = 24) -> TextLine:
    x1 = x + 12 * len(text)
    quad = ((x, y), (x1, y), (x1, y + height), (x, y + height))
    return TextLine(text, (x, y, x1, y + height), quad, 0.99, (0.999,) * len(text))


def values(*lines: TextLine) -> dict[str, str | None]:
    return {field.name: field.value for field in read_visual_zone(lines, None)}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Surname / Nomo", "surname"),
        ("Nomo / Surname", "surname"),
        ("Date of birth", "birth_date"),
        ("Date of brith", "birth_date"),
        ("DATE OF EXPIRATION", "expiry_date"),
        ("4a. Date of issue", "issue_date"),
        ("Passport No.", "number"),
        ("Place of birth", "other"),
    ],
)
def test_labels_in_their_many_forms(text: str, name: str) -> None:
    label = find_label(text)
    assert label is not None
    assert label.field == name


def test_values_are_no_labels() -> None:
    assert find_label("ERIKSSON") is None
    assert find_label("12.04.1988") is None


def test_labels_read_as_one_line_are_told_apart() -> None:
    assert later_labels("Sex/Sekso Nationality /Natulo") == [10]
    found = values(line("Sex/Sekso Nationality /Natulo", 50, 100), line("M", 50, 130), line("XBO", 170, 130))
    assert found == {"sex": "M", "nationality": "XBO"}


def test_values_under_and_beside_their_labels() -> None:
    found = values(
        line("Surname / Nomo", 50, 100),
        line("VANDISEN", 50, 130),
        line("Date of birth", 50, 200),
        line("03.07.1998", 50, 230),
        line("Sex", 400, 200),
        line("F", 400, 230),
        line("Nationality:", 50, 300),
        line("UTO", 230, 300),
        line("Card No.", 50, 350),
        line("AB123456", 50, 380),
        line("Date of expiry: 03.07.2030", 50, 430),
    )
    assert found == {
        "surname": "VANDISEN", "birth_date": "1998-07-03", "sex": "F", "nationality": "UTO", "number": "AB123456",
        "expiry_date": "2030-07-03",
    }  # fmt: skip


def test_licence_codes_name_values_beside_them() -> None:
    found = values(
        line("1. ERIKSSON", 50, 100), line("2. ANNA MARIA", 50, 140), line("3. 12.08.1974", 50, 180),
        line("4a. 01.02.2020", 50, 220), line("4b. 01.02.2030", 50, 260), line("5. A1234567", 50, 300),
        line("9. AMB", 50, 340),
    )  # fmt: skip
    assert found == {
        "surname": "ERIKSSON", "given_names": "ANNA MARIA", "birth_date": "1974-08-12", "issue_date": "2020-02-01",
        "expiry_date": "2030-02-01", "number": "A1234567", "categories": "AM B",
    }  # fmt: skip


def test_a_malformed_date_is_kept_as_it_reads() -> None:
    (field,) = read_visual_zone([line("Date of birth", 50, 100), line("03.07.19988", 50, 130)], None)
    assert (field.name, field.value, field.raw) == ("birth_date", None, "03.07.19988")


def test_a_date_that_may_mean_two_days_is_unsure() -> None:
    (field,) = read_visual_zone([line("Date of birth", 50, 100), line("03/07/1998", 50, 130)], None)
    assert field.value == "1998-07-03"
    assert field.confidence < 0.6


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=30), st.integers(0, 600), st.integers(0, 400)), max_size=8))
def test_garbage_never_raises(found: list[tuple[str, int, int]]) -> None:
    fields = read_visual_zone([line(text, x, y) for text, x, y in found], None)
    assert all(0 <= field.confidence <= 1 for field in fields)
    assert len({field.name for field in fields}) == len(fields)


def test_labels_without_a_space_between_them_are_told_apart() -> None:
    found = values(line("Sex / SeksenNationality / Natulen", 50, 100), line("F", 50, 130), line("XQL", 175, 130))
    assert found == {"sex": "F", "nationality": "XQL"}


def test_a_misread_label_is_no_value() -> None:
    codes = [line("3. 12.08.1974", 50, 220), line("5. A1234567", 50, 260)]
    for words in ("Sumame /Nomu", "Svmanie / Nomu", "Surname"):
        found = values(line(f"1. {words}", 50, 100), line("ORLOVIĆ", 50, 130), *codes)
        assert found["surname"] == "ORLOVIĆ", words
