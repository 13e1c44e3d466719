"""Names of months as documents print them: English, and the abbreviations of other languages in Latin letters."""

import unicodedata

# The first three letters, accents off; where languages disagree on a month (Finnish MAR, Croatian LIS) none is listed.
SHORT = {
    1: "JAN ENE GEN IAN STY OCA", 2: "FEB FEV LUT SUB", 3: "MAR MRT MRZ", 4: "APR AVR ABR KWI NIS",
    5: "MAY MAI MAG MEI MAJ", 6: "JUN GIU IUN CZE HAZ", 7: "JUL LUG IUL LIP TEM", 8: "AUG AGO AOU SIE AGU",
    9: "SEP SET WRZ EYL SZE", 10: "OCT OKT OTT OUT PAZ EKI", 11: "NOV NOI LIS KAS", 12: "DEC DEZ DIC DES GRU ARA",
}  # fmt: skip
# French June and July share three letters.
LONG = {"JUIN": 6, "JUIL": 7}
ROMAN = {
    "I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10, "XI": 11, "XII": 12,
}  # fmt: skip
_NUMBERS = {name: number for number, names in SHORT.items() for name in names.split()} | LONG
# A reader sees digits where it expects them.
_LETTERS = str.maketrans("0158", "OISB")


def month_number(name: str) -> int | None:
    """Give the month (1 to 12) of a name or its abbreviation, in capitals, digits among its letters taken for them."""
    bare = without_accents(name).translate(_LETTERS)
    return _NUMBERS.get(bare[:4]) or _NUMBERS.get(bare[:3])


def without_accents(text: str) -> str:
    """Give a text with accents taken off its letters; letters of other scripts stay whole."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)
