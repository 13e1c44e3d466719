"""Texts that a forger, or a bad reader, could give the parsers: MRZ lines, barcode payloads, dates."""

from tests.robustness.draws import Rng, below, one_of

TD3 = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
TD1 = ("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<")
TD2 = ("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6")
MRVA = ("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<")
LINES = (TD3, TD1, TD2, MRVA)
ALPHABET = "<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Lookalikes, digits of other scripts, what upper() lengthens, marks, controls, what no encoding has.
ODD = "ОАВС０１²³①٣५ßŉǰİı\u0301\u200b\u202e\x00\x07\t\n\r \ud800\U0001f600«‹＜≤一'\";\\%{}"
ELEMENTS = (
    "DAQ",
    "DBB",
    "DBD",
    "DBA",
    "DBC",
    "DCA",
    "DCS",
    "DAC",
    "DAD",
    "DCT",
    "DAA",
    "DAB",
    "DAG",
    "DCG",
    "DDE",
    "DZZ",
)


def mrz_lines(rng: Rng) -> tuple[str, ...]:
    """Lines near a layout of Doc 9303: of wrong length, alphabet, number, of fillers alone, or random."""
    lines = [*one_of(rng, LINES)]
    match below(rng, 8):
        case 0:
            lines = ["<" * len(line) for line in lines]
        case 1:
            lines = ["".join(one_of(rng, ALPHABET) for _ in line) for line in lines]
        case 2:
            lines = [line[: below(rng, 50)] + "<" * below(rng, 60) for line in lines]
        case 3:
            lines = lines * one_of(rng, (2, 30)) if rng.random() < 0.5 else lines[: below(rng, 3)]
        case 4:
            lines = [one_of(rng, (line.lower(), line.replace("<", " "), line * 40, "")) for line in lines]
        case _:
            pass
    alphabet = ODD if rng.random() < 0.6 else ALPHABET
    return tuple(_typed(rng, line, alphabet, below(rng, 9)) for line in lines)


def aamva_text(rng: Rng) -> str:
    """A payload near the AAMVA standard: wild versions, lengths, offsets, elements, separators."""
    head = one_of(
        rng, ("@\n\x1e\rANSI ", "@\n\x1c\rAAMVA", "@AKAMVA", "ANSI ", "@" * 400 + "ANSI" + " " * 400, "@\nANSI\n\n")
    )
    number = one_of(rng, ("636026", "000000", "٦٣٦٠٢٦", "-36026", "6360"))
    version = one_of(rng, ("10", "01", "00", "99", "xx", "٠١", ""))
    subfile = one_of(rng, ("DL00410278", "DL99999999", "DL0000-001", "ZV", ""))
    elements = [one_of(rng, ELEMENTS) + _value(rng) for _ in range(below(rng, 30))]
    separator = one_of(rng, ("\n", "\r", "\r\n", "", "\x1e", "DL"))
    text = head + number + version + "0002" + subfile + "DL" + separator.join(elements) + "\r"
    return _typed(rng, text, ODD, below(rng, 5)) if rng.random() < 0.4 else text


def symbol_text(rng: Rng) -> str:
    """The payload of a QR code: a link, controls, other scripts, thousands of characters, nothing."""
    texts = (
        "https://example.org/?q=" + "a" * 200,
        "\x00\x01\x02\x1d\x1e\x04",
        "",
        "0" * 2_000,
        ODD,
        "<svg/onload=1>",
        "😀" * 90,
    )
    return _typed(rng, one_of(rng, texts), ODD, below(rng, 4))


def date_text(rng: Rng) -> str:
    """A date of a calendar that has none such, or a text that is nearly one."""
    parts = [one_of(rng, ("00", "1", "31", "29", "32", "99", "٣١", "²²", "0O", "")) for _ in range(2)]
    year = one_of(rng, ("0000", "9999", "1900", "2024", "20240", "٢٠٢٤", "24", "-1", "1" * 400))
    month = one_of(rng, (*parts, "FEB", "SEPTEMBER", "MÄRZ", "FEB/FÉV", "O2", "ßßß"))
    mark = one_of(rng, (".", "/", "-", " ", "", ". ", " / ", "\n", "．", "\x00"))
    text = mark.join(one_of(rng, ((parts[0], month, year), (year, month, parts[0]), (month, parts[0], year), parts)))
    return _typed(rng, text * one_of(rng, (1, 1, 1, 300)), ODD, below(rng, 3))


def _value(rng: Rng) -> str:
    values = (
        "20240230",
        "02302024",
        "99999999",
        "T",
        "1",
        "",
        "NONE",
        "ERIKSSON",
        "A" * 300,
        "a,b@c,,",
        "٢٠٢٤٠١٠١",
        "\x00",
    )
    return one_of(rng, values)


def _typed(rng: Rng, text: str, alphabet: str, times: int) -> str:
    """A text with some characters exchanged."""
    typed = list(text)
    for _ in range(times):
        if typed:
            typed[below(rng, len(typed))] = one_of(rng, alphabet)
    return "".join(typed)
