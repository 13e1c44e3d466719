"""Why an account's log-odds moved between two releases: Shapley shares of five causes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import factorial

from schemas.words import MOVE_CAUSES
from udfs.judging.account_risk import damped

Toggled = frozenset[str]

ROUNDING = 1e-9  # a residual below it comes of adding in another order


@dataclass(frozen=True)
class DocumentMove:
    """One document before and now; 0 where it was or is not there.

    Attributes:
        own: log-odds of its own evidence, before and now.
        own_cause: what changed it.
        bonus: log-odds of its campaign, before and now.
        bonus_cause: what changed that.
        campaigns: its campaign before and now.
    """

    own: tuple[float, float] = (0.0, 0.0)
    own_cause: str = "new_evidence"
    bonus: tuple[float, float] = (0.0, 0.0)
    bonus_cause: str = "new_cluster"
    campaigns: tuple[str | None, str | None] = (None, None)


@dataclass(frozen=True)
class AccountMove:
    """What an account's log-odds are made of, before and now.

    Attributes:
        log_odds: the published log-odds before, and those of now.
        documents: its documents.
        base: log-odds of the prior.
        verdict: log-odds of the account's verdict.
        rest: log-odds of signals and transactions.
    """

    log_odds: tuple[float, float]
    documents: tuple[DocumentMove, ...] = ()
    base: tuple[float, float] = (0.0, 0.0)
    verdict: tuple[float, float] = (0.0, 0.0)
    rest: tuple[float, float] = (0.0, 0.0)


def move_shares(move: AccountMove) -> dict[str, float]:
    """Share of each cause, sorted by name; they sum to the move.

    What the parts cannot explain, because rules or settings changed between the releases, is a new threshold's.
    """
    shares = shapley(lambda causes: _log_odds(move, causes))
    explained = sum(shares[cause] for cause in sorted(shares))
    residual = (move.log_odds[1] - move.log_odds[0]) - explained
    rounding = abs(residual) < ROUNDING
    heaviest = max(sorted(shares), key=lambda cause: abs(shares[cause]))
    shares[heaviest if rounding else "new_threshold"] += residual
    return dict(sorted(shares.items()))


def shapley(value: Callable[[Toggled], float]) -> dict[str, float]:
    """Average marginal value of each cause over all orders of the causes, by its closed form over 2^5 subsets."""
    values = {
        frozenset(chosen): value(frozenset(chosen))
        for size in range(len(MOVE_CAUSES) + 1)
        for chosen in combinations(MOVE_CAUSES, size)
    }
    return {cause: _share(cause, values) for cause in MOVE_CAUSES}


def _share(cause: str, values: Mapping[Toggled, float]) -> float:
    others = [name for name in MOVE_CAUSES if name != cause]
    total = 0.0
    for size in range(len(others) + 1):
        orders = factorial(size) * factorial(len(others) - size) / factorial(len(MOVE_CAUSES))
        for chosen in combinations(others, size):
            without = frozenset(chosen)
            total += orders * (values[without | {cause}] - values[without])
    return total


def _log_odds(move: AccountMove, causes: Toggled) -> float:
    """Log-odds where the chosen causes have acted and the others have not."""
    own = damped((_pick(d.own, d.own_cause, causes), "") for d in move.documents)
    bonuses: dict[str, float] = {}
    for document in move.documents:
        campaign = document.campaigns[document.bonus_cause in causes]
        if campaign is not None:
            bonus = _pick(document.bonus, document.bonus_cause, causes)
            bonuses[campaign] = max(bonus, bonuses.get(campaign, 0.0))
    ties = damped((bonuses[campaign], campaign) for campaign in sorted(bonuses))
    documents = sum(weight for weight, _ in own) + sum(weight for weight, _ in ties)
    singles = ((move.base, "new_threshold"), (move.verdict, "new_label"), (move.rest, "new_evidence"))
    return documents + sum(_pick(pair, cause, causes) for pair, cause in singles)


def _pick(pair: tuple[float, float], cause: str, causes: Toggled) -> float:
    return pair[cause in causes]
