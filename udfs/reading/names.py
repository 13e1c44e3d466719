"""Whether two spellings of a name are one name: transliteration and truncation by ICAO Doc 9303 part 3, 6 and 4.6."""

import unicodedata
from collections.abc import Sequence

# Doc 9303 part 3, section 6.A: letters with more than their bare base letter; every permitted spelling.
SPELLINGS = {
    "Ä": ("AE", "A"), "Å": ("AA", "A"), "Æ": ("AE",), "Ð": ("D",), "Ĳ": ("IJ",), "Ł": ("L",), "Ñ": ("N", "NXX"),
    "Ö": ("OE", "O"), "Ø": ("OE", "O"), "Œ": ("OE",), "Ü": ("UE", "UXX", "U"), "ß": ("SS",), "ẞ": ("SS",),
    "Þ": ("TH",), "Đ": ("D",), "Ħ": ("H",), "ı": ("I",), "Ŋ": ("N",), "Ŧ": ("T",),
}  # fmt: skip
# Characters that readers take for one another; each class is written as its first member.
CLASSES = {"0": "O", "Q": "O", "1": "I", "L": "I", "|": "I", "5": "S", "8": "B", "2": "Z", "6": "G", "V": "U", "Y": "U"}


def folded(text: str) -> str:
    """Give a text's letters and digits in capitals with confusable characters made one."""
    bare = unicodedata.normalize("NFKD", text.upper())
    return "".join(CLASSES.get(c, c) for c in bare if c.isascii() and c.isalnum())


def words_of(name: str) -> list[str]:
    """Split a name into words; apostrophes vanish, every other mark separates (Doc 9303 part 3, 4.6)."""
    kept = "".join("" if c in "'\u2019`\u00b4." else c if c.isalnum() else " " for c in name.upper())
    return kept.split()


def fewest_changes(name: str, other: str, *, cut: bool) -> int:
    """Count the characters by which two names differ at least, over every permitted spelling; spaces do not count.

    Args:
        name: the spelling with diacritics, if any.
        other: the other, often that of an MRZ.
        cut: whether `other` may end early because its field was full.
    """
    # The first spelling of each letter, which the other name's spellings hold too.
    target = folded("".join(SPELLINGS.get(letter, (letter,))[0] for letter in other.upper().replace("ß", "ẞ")))
    costs = list(range(len(target) + 1))
    for options in _options(name):
        costs = [min(_after(costs, target, option)[i] for option in options) for i in range(len(target) + 1)]
        if cut and costs[-1] == 0:
            return 0
    return costs[-1]


def _options(name: str) -> list[tuple[str, ...]]:
    """Give, for each letter of a name, the ways to write it."""
    options = []
    for letter in "".join(words_of(name)).replace("ß", "ẞ"):
        spellings = SPELLINGS.get(letter, (letter,))
        options.append(tuple(dict.fromkeys(folded(spelling) for spelling in spellings)))
    return [option for option in options if any(option)]


def _after(costs: Sequence[int], target: str, option: str) -> list[int]:
    """Take one step of the edit distance for each character of a spelling."""
    for character in option:
        row = [costs[0] + 1]
        for i, wanted in enumerate(target, start=1):
            row.append(min(costs[i] + 1, row[-1] + 1, costs[i - 1] + (character != wanted)))
        costs = row
    return list(costs)


def shares_names(name: str, other: str, *, cut: bool = False) -> bool:
    """Tell whether the words of one name stand, in any order, among those of the other, nearly as written.

    Args:
        name: a name.
        other: another, which may leave words out or have more.
        cut: whether the words of one of them may end early.
    """
    words, others = _apart(words_of(name), words_of(other))
    return _stand_among(words, others, cut=cut) or _stand_among(others, words, cut=cut)


def _apart(words: Sequence[str], others: Sequence[str]) -> tuple[list[str], list[str]]:
    """Take the words that two names share out of both, each once, or one word would vouch for two that are like it."""
    left = list(others)
    kept = []
    for word in words:
        same = next((other for other in left if folded(other) == folded(word)), None)
        if same is None:
            kept.append(word)
        else:
            left.remove(same)
    return kept, left


def _stand_among(words: Sequence[str], others: Sequence[str], *, cut: bool) -> bool:
    """Tell whether each word is nearly one of the others, or borders on one's end: a reader loses spaces."""
    written = [folded(other) for other in others]
    return all(
        any(other.startswith(folded(word)) or other.endswith(folded(word)) for other in written)
        or any(_near(word, other, cut=cut) for other in others)
        or folded(word) in _joined(written)
        for word in words
    )


def _joined(words: Sequence[str]) -> set[str]:
    """Give every run of neighbouring words as one."""
    return {"".join(words[first:last]) for first in range(len(words)) for last in range(first + 1, len(words) + 1)}


def _near(word: str, other: str, *, cut: bool) -> bool:
    if cut and 0 in (fewest_changes(word, other, cut=True), fewest_changes(other, word, cut=True)):
        return True
    if min(len(word), len(other)) == 1:
        return folded(word)[:1] == folded(other)[:1]
    changes = min(fewest_changes(word, other, cut=False), fewest_changes(other, word, cut=False))
    return changes <= max(len(word), len(other)) // 4
