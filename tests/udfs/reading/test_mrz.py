import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from udfs.reading.lines import TextLine
from udfs.reading.mrz import check_digit, find_mrz, parse_mrz
from udfs.reading.mrz_layouts import ALPHABET

# The worked examples of Doc 9303, parts 4 to 7 (issuer Utopia).
TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
MRVA = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<")
MRVB = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<")


def as_lines(rows: tuple[str, ...]) -> list[TextLine]:
    lines = []
    for i, row in enumerate(rows):
        x1, y0, y1 = 20.0 * len(row), 500.0 + 40 * i, 530.0 + 40 * i
        lines.append(TextLine(row, (0.0, y0, x1, y1), ((0.0, y0), (x1, y0), (x1, y1), (0.0, y1)), 0.99))
    return lines


@pytest.mark.parametrize(
    ("text", "digit"), [("520727", 3), ("AB2134<<<", 5), ("HA672242<658022549601086<<<<<<<<<<<<<<0", 8)]
)
def test_check_digit_of_doc_9303(text: str, digit: int) -> None:
    assert check_digit(text) == digit


@pytest.mark.parametrize(("rows", "name"), [(TD3, "TD3"), (TD2, "TD2"), (TD1, "TD1"), (MRVA, "MRV-A"), (MRVB, "MRV-B")])
def test_examples_of_doc_9303(rows: tuple[str, ...], name: str) -> None:
    mrz = find_mrz(as_lines(rows))
    assert mrz is not None
    assert mrz.format == name
    assert mrz.lines == rows
    assert all(v is not False for v in mrz.checks.values())
    values = {k: f.value for k, f in mrz.fields.items()}
    assert (values["surname"], values["given_names"]) == ("ERIKSSON", "ANNA MARIA")
    assert values["sex"] == "F"
    assert values["birth_date"] == ("1940-09-07" if name.startswith("MRV") else "1974-08-12")
    assert values["issuing_state"] == "UTO"


def test_long_number_goes_on_in_the_optional_data() -> None:
    rows = ("I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<")
    mrz = parse_mrz(rows)
    assert mrz is not None
    assert mrz.fields["number"].value == "D23145890734"
    assert mrz.checks["number"] is True
    assert mrz.checks["composite"] is True


@pytest.mark.parametrize("digit", ["0", "<"])
def test_empty_optional_check_digit_is_zero_or_filler(digit: str) -> None:
    second = "L898902C36UTO7408122F1204159" + "<" * 14 + digit
    second += str(check_digit(second[:10] + second[13:20] + second[21:43]))
    mrz = parse_mrz((TD3[0], second))
    assert mrz is not None
    assert mrz.checks["optional"] is True
    assert mrz.checks["composite"] is True


def test_unknown_parts_of_a_birth_date() -> None:
    birth = "7408<<" + str(check_digit("7408<<"))
    second = "D231458907UTO" + birth + "F1204159<<<<<<<"
    second += str(check_digit(second[:10] + second[13:20] + second[21:35]))
    mrz = parse_mrz((TD2[0], second))
    assert mrz is not None
    assert mrz.fields["birth_date"].value == "1974-08-XX"
    assert mrz.checks["birth"] is True


def test_letter_o_read_as_zero_is_repaired_by_position_and_said_so() -> None:
    mrz = find_mrz(as_lines(("P<UT0ERIKSS0N<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", TD3[1].replace("7408122", "74O8122"))))
    assert mrz is not None
    assert mrz.lines == TD3
    assert len(mrz.repaired) == 3
    clean = find_mrz(as_lines(TD3))
    assert clean is not None
    assert mrz.fields["surname"].confidence < clean.fields["surname"].confidence


def test_number_is_repaired_only_where_check_digits_accept_it() -> None:
    rows = ("I<UTOBO0145897<<<<<<<<<<<<<<<<", TD1[1], TD1[2])
    digit = check_digit("BO0145897")
    first = f"I<UTOBO0145897{digit}" + "<" * 15
    body = TD1[1][:29]
    second = body + str(check_digit(first[5:30] + body[0:7] + body[8:15] + body[18:29]))
    assert len(rows[0]) == 30
    misread = first.replace("BO0", "B00")
    mrz = parse_mrz((misread, second, TD1[2]))
    assert mrz is not None
    assert mrz.fields["number"].value == "BO0145897"
    assert mrz.checks["number"] is True


def test_forged_digit_fails_its_check_and_the_composite() -> None:
    mrz = find_mrz(as_lines((TD3[0], TD3[1].replace("740812", "790812"))))
    assert mrz is not None
    assert mrz.checks["birth"] is False
    assert mrz.checks["composite"] is False
    assert mrz.checks["number"] is True


@pytest.mark.parametrize("dropped", [1, 2, 7])
def test_dropped_fillers_are_put_back(dropped: int) -> None:
    mrz = find_mrz(as_lines((TD3[0][:-dropped], TD3[1].replace("<<<<<1", "<<<1"))))
    assert mrz is not None
    assert mrz.lines == TD3


def test_added_fillers_are_taken_out() -> None:
    mrz = find_mrz(as_lines((TD3[0] + "<<", TD3[1])))
    assert mrz is not None
    assert mrz.lines == TD3


def test_row_read_in_two_pieces_is_joined() -> None:
    lines = as_lines(TD3)
    left, right = lines[0].text[:25], lines[0].text[30:]
    quad = lines[0].quad
    pieces = [TextLine(left, (0, 500, 500, 530), quad, 0.9), TextLine(right, (600, 501, 880, 531), quad, 0.9)]
    mrz = find_mrz([*pieces, lines[1]])
    assert mrz is not None
    assert mrz.lines == TD3


@pytest.mark.parametrize("odd", ["²", "٣", "А", "é", "\x00", "\ud800", " "])
def test_characters_that_no_mrz_has_make_none_of_it(odd: str) -> None:
    first, second = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
    assert parse_mrz([first, second]) is not None
    for at in (0, 9, 13, 28, 42):
        assert parse_mrz([first, second[:at] + odd + second[at + 1 :]]) is None


def test_plain_text_is_no_mrz() -> None:
    assert find_mrz(as_lines(("REPUBLIC OF UTOPIA", "PASSPORT", "SURNAME ERIKSSON"))) is None


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(alphabet=ALPHABET + " «k", max_size=50), max_size=5))
def test_garbage_never_raises(rows: list[str]) -> None:
    mrz = find_mrz(as_lines(tuple(rows)))
    assert mrz is None or set(mrz.checks) == {"number", "birth", "expiry", "optional", "composite"}


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=string.digits + string.ascii_uppercase, min_size=1, max_size=9), st.integers(0, 8))
def test_any_single_digit_change_in_the_number_is_noticed(number: str, at: int) -> None:
    field = number.ljust(9, "<")
    position = at % len(number)
    if not number[position].isdigit():
        return
    other = str((int(number[position]) + 1) % 10)
    assert check_digit(field) != check_digit(field[:position] + other + field[position + 1 :])
