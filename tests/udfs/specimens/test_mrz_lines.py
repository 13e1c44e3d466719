"""The composer against the examples of Doc 9303 and an independent, slow check-digit computation."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from udfs.specimens.issuers import DESIGNS
from udfs.specimens.mrz_lines import (
    LINE_LENGTH,
    MrzContent,
    MrzFormat,
    check_digit,
    compose_mrz,
    name_field,
    transliterate,
)
from udfs.specimens.people import draw_papers, draw_person

ERIKSSON = MrzContent(
    code="P",
    issuer="UTO",
    surname="Eriksson",
    given_names="Anna Maria",
    number="L898902C3",
    nationality="UTO",
    birth_date=date(1974, 8, 12),
    sex="F",
    expiry_date=date(2012, 4, 15),
)


def slow_digit(text: str) -> str:
    total = 0
    for place, char in enumerate(text):
        value = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".find(char)
        total += max(value, 0) * [7, 3, 1][place % 3]
    return str(total % 10)


def test_passport_example_of_doc_9303() -> None:
    assert compose_mrz("TD3", replace(ERIKSSON, optional="ZE184226B")) == (
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
    )


def test_td1_and_td2_examples_of_doc_9303() -> None:
    card = replace(ERIKSSON, code="I", number="D23145890")
    assert compose_mrz("TD1", card) == (
        "I<UTOD231458907<<<<<<<<<<<<<<<",
        "7408122F1204159UTO<<<<<<<<<<<6",
        "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",
    )
    assert compose_mrz("TD2", card) == ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")


def test_visa_example_of_doc_9303() -> None:
    visa = replace(ERIKSSON, code="V", optional="6ZE184226B")
    assert compose_mrz("MRVA", visa)[1] == "L898902C36UTO7408122F12041596ZE184226B<<<<<<"
    assert len(compose_mrz("MRVB", visa)[1]) == LINE_LENGTH["MRVB"]


def test_long_number_of_a_card_continues_in_the_optional_data() -> None:
    first = compose_mrz("TD1", replace(ERIKSSON, code="I", number="D23145890734"))[0]
    assert first.startswith("I<UTOD23145890<734" + slow_digit("D23145890734") + "<")


def test_long_number_is_refused_where_the_format_cannot_hold_it() -> None:
    with pytest.raises(ValueError, match="holds 9"):
        compose_mrz("TD3", replace(ERIKSSON, number="D23145890734"))


@pytest.mark.parametrize("form", ["TD1", "TD2", "TD3", "MRVA", "MRVB"])
def test_lines_of_drawn_people_have_their_length_alphabet_and_digits(form: MrzFormat) -> None:
    rng = np.random.default_rng(8)
    for _ in range(40):
        person = draw_person(rng)
        papers = draw_papers(person, DESIGNS[0], date(2026, 3, 1), rng)
        lines = compose_mrz(
            form,
            replace(
                ERIKSSON,
                surname=person.surname,
                given_names=person.given_names,
                number=papers.number,
                birth_date=person.birth_date,
                sex=person.sex,
                expiry_date=papers.expiry_date,
                optional=papers.personal_number[:8],
            ),
        )
        assert {len(line) for line in lines} == {LINE_LENGTH[form]}
        assert not set("".join(lines)) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")
        check_digits_hold(form, lines)


def check_digits_hold(form: MrzFormat, lines: tuple[str, ...]) -> None:
    if form == "TD1":
        first, second = lines[0], lines[1]
        assert first[14] == slow_digit(first[5:14])
        assert second[6] == slow_digit(second[:6])
        assert second[14] == slow_digit(second[8:14])
        assert second[29] == slow_digit(first[5:30] + second[0:7] + second[8:15] + second[18:29])
        return
    second = lines[1]
    assert second[9] == slow_digit(second[:9])
    assert second[19] == slow_digit(second[13:19])
    assert second[27] == slow_digit(second[21:27])
    if form == "TD3":
        assert second[42] == slow_digit(second[28:42])
    if form in {"TD2", "TD3"}:
        assert second[-1] == slow_digit(second[0:10] + second[13:20] + second[21:-1])


def test_check_digit_equals_the_slow_one() -> None:
    for text in ("520727", "AB2134<<<", "HA672242<658022549601086<<<<<<<<<<<<<<0", "L898902C3"):
        assert check_digit(text) == slow_digit(text)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("O'Connor", "OCONNOR"),
        ("Müldeby-Ångström", "MUELDEBY<AANGSTROEM"),
        ("Červović", "CERVOVIC"),
        ("Łomnera Ørst", "LOMNERA<OERST"),
        ("Weiß, Zoë", "WEISS<ZOE"),
    ],
)
def test_transliteration(written: str, expected: str) -> None:
    assert transliterate(written) == expected


def test_a_cut_name_ends_with_a_letter() -> None:
    cut = name_field("Nilavadhanananda", "Chayapa Dejthamrong Krasuang", 39)
    assert cut == "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"
    cut = name_field("Bennelong Wooloomooloo Warrandyte Warnambool", "Dingo Potoroo", 39)
    assert cut == "BENNELONG<WOOLOOMOOLOO<WARRAND<<DINGO<P"


def test_every_length_of_name_fills_its_field() -> None:
    for length in range(30, 45):
        for cut in range(1, 60):
            given = "AB C DEF GH IJKLM NOPQ R STUV WXYZA BCDEF GHI JKLMN OPQRST UV"[:cut].strip()
            field = name_field("VANE MORT", given, length)
            assert len(field) == length
            assert "<<" in field
            if len(f"VANE<MORT<<{given}") > length:
                assert field[-1].isalpha()
