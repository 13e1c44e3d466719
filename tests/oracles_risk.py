"""Slow, obvious twins of what decides the risk of accounts."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

from conf.settings import ProfileSettings
from udfs.judging.account_risk import (
    DAMPING,
    SIGNAL_LOG_ODDS,
    VERDICT_LOG_ODDS,
    AccountEvidence,
)
from udfs.judging.transactions import PATTERN_LOG_ODDS, canonical_address

Row = dict[str, Any]
Fired = dict[tuple[str, str], tuple[datetime, list[str], int]]


def log_odds_at(evidence: AccountEvidence, instant: datetime, settings: ProfileSettings) -> float | None:
    """Log-odds at an instant straight from the rules; None before the account's life."""
    documents = [d for d in evidence.documents if d.submitted_at <= instant]
    starts = [d.submitted_at for d in evidence.documents] + [s.valid_from for s in evidence.signals]
    starts += [p.fired_at for p in evidence.patterns]
    starts += [evidence.opened_at] if evidence.opened_at else []
    starts += [evidence.verdict.valid_from] if evidence.verdict else []
    if not starts or instant < min(starts):
        return None
    own = sorted((d.own for d in documents if d.own > 0), reverse=True)
    best: dict[str, float] = defaultdict(float)
    for d in documents:
        since = max(d.submitted_at, d.knowable_at) if d.knowable_at else d.submitted_at
        if d.campaign_id and since <= instant:
            best[d.campaign_id] = max(best[d.campaign_id], d.bonus)
    ties = sorted((bonus for bonus in best.values() if bonus > 0), reverse=True)
    kinds: dict[str, float] = defaultdict(float)
    for signal in evidence.signals:
        if signal.valid_from <= instant:
            kinds[signal.kind] = max(kinds[signal.kind], signal.strength)
    total = math.log(settings.prior / (1 - settings.prior))
    total += sum(value * DAMPING**place for place, value in enumerate(own))
    total += sum(value * DAMPING**place for place, value in enumerate(ties))
    total += sum(SIGNAL_LOG_ODDS[kind] * strength for kind, strength in kinds.items())
    total += sum(PATTERN_LOG_ODDS[p.name] for p in evidence.patterns if p.fired_at <= instant)
    if evidence.verdict and evidence.verdict.valid_from <= instant:
        total += VERDICT_LOG_ODDS[evidence.verdict.verdict]
    return total


def known_log_odds(
    nights: dict[date, AccountEvidence], valid: datetime, known: date, settings: ProfileSettings
) -> float | None:
    """Log-odds that were true at `valid` by the evidence of the last night not after `known`."""
    published = [night for night in nights if night <= known]
    return log_odds_at(nights[max(published)], valid, settings) if published else None


def shapley_by_orders(causes: Sequence[str], value: Callable[[frozenset[str]], float]) -> dict[str, float]:
    """Average marginal value of each cause over every order of the causes."""
    orders = list(permutations(causes))
    shares = dict.fromkeys(causes, 0.0)
    for order in orders:
        acted: set[str] = set()
        for cause in order:
            before = value(frozenset(acted))
            acted.add(cause)
            shares[cause] += (value(frozenset(acted)) - before) / len(orders)
    return shares


def slow_patterns(rows: list[Row], persons: dict[str, str | None], settings: ProfileSettings) -> Fired:
    """Patterns by loops over pairs of rows: {(account, name): (fired_at, sorted ids, others)}.

    Args:
        rows: dicts with transaction_id, account_id, direction, amount, asset, counterparty, fiat_value, fiat_currency,
            valid_from.
        persons: account to person, None where unknown.
        settings: limits and windows.
    """
    found: Fired = {}
    for account in sorted({row["account_id"] for row in rows}):
        own = [row for row in rows if row["account_id"] == account]
        for name, (times, ids) in {
            "structuring": _structuring(own, settings),
            "pass_through": _pass_through(own, settings),
        }.items():
            if times:
                found[account, name] = (min(times), sorted(ids), 0)
    found |= _shared_addresses(rows, persons, settings)
    return found


def _structuring(own: list[Row], settings: ProfileSettings) -> tuple[list[datetime], set[str]]:
    limit, window = settings.structuring_limit, timedelta(days=settings.structuring_window_days)
    near = [
        r
        for r in own
        if r["direction"] == "in" and r["fiat_value"] is not None and 0.8 * limit <= float(r["fiat_value"]) < limit
    ]
    times: list[datetime] = []
    ids: set[str] = set()
    for last in near:
        together = [
            r
            for r in near
            if r["fiat_currency"] == last["fiat_currency"]
            and last["valid_from"] - window <= r["valid_from"] <= last["valid_from"]
        ]
        if len(together) >= 3:
            times.append(last["valid_from"])
            ids |= {r["transaction_id"] for r in together}
    return times, ids


def _pass_through(own: list[Row], settings: ProfileSettings) -> tuple[list[datetime], set[str]]:
    window = timedelta(hours=settings.pass_through_hours)
    times: list[datetime] = []
    ids: set[str] = set()
    for deposit in own:
        if deposit["direction"] != "in" or deposit["amount"] <= 0:
            continue
        after = [
            r
            for r in own
            if r["asset"] == deposit["asset"]
            and deposit["valid_from"] <= r["valid_from"] <= deposit["valid_from"] + window
        ]
        came = sum(r["amount"] for r in after if r["direction"] == "in")
        left = sum(r["amount"] for r in after if r["direction"] == "out")
        if left and float(left) >= 0.8 * float(came):
            times.append(max(r["valid_from"] for r in after if r["direction"] == "out"))
            ids |= {r["transaction_id"] for r in after}
    return times, ids


def _shared_addresses(rows: list[Row], persons: dict[str, str | None], settings: ProfileSettings) -> Fired:
    by_address: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for row in rows:
        address = canonical_address(row["counterparty"])
        if row["direction"] == "out" and address:
            by_address[address].append((persons.get(row["account_id"]) or row["account_id"], row))
    hits: dict[str, list[tuple[datetime, str, int]]] = defaultdict(list)
    for uses in by_address.values():
        first: dict[str, datetime] = {}
        for person, row in uses:
            first[person] = min(first.get(person, row["valid_from"]), row["valid_from"])
        if len(first) < settings.shared_address_accounts:
            continue
        since = sorted(first.values())[settings.shared_address_accounts - 1]
        for person, row in uses:
            others = {r["account_id"] for p, r in uses if p != person}
            hits[row["account_id"]].append((max(since, row["valid_from"]), row["transaction_id"], len(others)))
    return {
        (account, "shared_withdrawal_address"): (
            min(h[0] for h in uses),
            sorted({h[1] for h in uses}),
            max(h[2] for h in uses),
        )
        for account, uses in hits.items()
    }
