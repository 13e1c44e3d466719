"""Transaction patterns: what they are called, what they weigh and how they are told."""

from dataclasses import dataclass
from datetime import datetime

from conf.wording import count

NEAR_LIMIT = 0.8  # a deposit of 80 to 100 % of the limit may be cut to stay under it
STRUCTURED_DEPOSITS = 3  # so many of them inside the window
PASSED_SHARE = 0.8  # of what came in leaves again

# Log-odds of each pattern, judged by what FATF lists as red flags; honest traders show the first two at times.
PATTERN_LOG_ODDS = {"structuring": 1.5, "pass_through": 1.2, "shared_withdrawal_address": 2.5}


@dataclass(frozen=True)
class Pattern:
    """A named pattern that one account's transactions show.

    Attributes:
        name: key of PATTERN_LOG_ODDS.
        fired_at: when the transaction happened that completed it for the first time.
        transactions: ids of the rows that fired, sorted.
        others: accounts of other persons that take part.
    """

    name: str
    fired_at: datetime
    transactions: tuple[str, ...]
    others: int = 0


def canonical_address(address: str | None) -> str | None:
    """An address in the form that equals compare: trimmed; hexadecimal and bech32 ones in lower case, base58 as it is.

    Bech32 (BIP 173) and hexadecimal addresses mean the same in either case, base58 ones do not.
    """
    trimmed = (address or "").strip()
    if not trimmed:
        return None
    folded = trimmed.lower()
    return folded if folded.startswith(("0x", "bc1", "tb1", "ltc1")) else trimmed


def pattern_reason(pattern: Pattern) -> str:
    """What the transactions did, in words, with the rows that fired."""
    rows = ", ".join(pattern.transactions[:5]) + (", ..." if len(pattern.transactions) > 5 else "")
    number = len(pattern.transactions)
    told = {
        "structuring": f"{count(number, 'deposit')} just under the reporting limit in a short time",
        "pass_through": f"Deposits left again within hours ({count(number, 'transaction')})",
        "shared_withdrawal_address": (
            f"{count(number, 'withdrawal')} to an address shared with {count(pattern.others, 'account')} of strangers"
        ),
    }[pattern.name]
    return f"{told}: {rows}"
