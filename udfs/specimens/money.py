"""Transactions of all accounts: the story's pass-through among honest traffic that looks much like it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from udfs.specimens.world import Account, Row, Story, moment_between, token

ASSETS = (("BTC", "bitcoin", 61_250.0), ("ETH", "ethereum", 2_980.0), ("USDC", "ethereum", 0.92), ("EUR", "sepa", 1.0))
USUAL, STRUCTURING, PASSING, CUSTODIAN = 5.0, 0.03, 0.04, 0.07
REPORTING_LIMIT = 10_000


@dataclass(frozen=True)
class Transfer:
    """One movement of money, worth `fiat` euro."""

    account_id: str
    direction: str
    at: datetime
    fiat: float
    counterparty: str


def draw_transactions(
    accounts: Sequence[Account], story: Story, until: datetime, rng: np.random.Generator
) -> list[tuple[datetime, Row]]:
    """Every transaction up to a moment, in order of time."""
    custodian = "0x" + token(rng, 40)
    transfers: list[Transfer] = []
    for account in accounts:
        transfers += _honest(account, custodian, until, rng)
    transfers += _of_story({account.account_id: account for account in accounts}, story, until, rng)
    rows = [(transfer.at, _row(transfer, rng)) for transfer in transfers]
    return sorted(rows, key=lambda timed: (timed[0], timed[1]["transaction_id"]))


def _honest(account: Account, custodian: str, until: datetime, rng: np.random.Generator) -> Iterator[Transfer]:
    """Savings, spendings, now and then an arbitrageur who passes deposits on, or amounts under the limit."""
    wallet = custodian if rng.random() < CUSTODIAN else "0x" + token(rng, 40)
    style = rng.random()
    for _ in range(int(rng.poisson(USUAL))):
        at = moment_between(account.opened_at, until, rng)
        fiat = float(np.exp(rng.normal(6.2, 1.1)))
        if style < STRUCTURING:
            fiat = REPORTING_LIMIT - float(rng.uniform(40, 900))
        if rng.random() < 0.6:
            yield Transfer(account.account_id, "in", at, fiat, "0x" + token(rng, 40))
            if STRUCTURING < style < STRUCTURING + PASSING:
                later = min(until, at + timedelta(minutes=int(rng.integers(20, 400))))
                yield Transfer(account.account_id, "out", later, fiat * float(rng.uniform(0.95, 0.995)), wallet)
        else:
            yield Transfer(account.account_id, "out", at, fiat, wallet)


def _of_story(
    accounts: dict[str, Account], story: Story, until: datetime, rng: np.random.Generator
) -> Iterator[Transfer]:
    """The old account's deposits leave within hours for one address, to which four of its campaign pay too."""
    for account_id, deposits in ((story.account_id, 5), *((other, 2) for other in story.sharing)):
        opened = accounts[account_id].opened_at
        for _ in range(deposits):
            at = moment_between(opened, max(opened + timedelta(hours=1), until - timedelta(hours=6)), rng)
            fiat = float(rng.uniform(2_500, 9_600))
            out = min(until, at + timedelta(minutes=int(rng.integers(12, 200))))
            yield Transfer(account_id, "in", at, fiat, "0x" + token(rng, 40))
            yield Transfer(account_id, "out", out, fiat * float(rng.uniform(0.97, 0.995)), story.address)


def _row(transfer: Transfer, rng: np.random.Generator) -> Row:
    """The transfer as the ledger's export has it."""
    asset, network, price = ASSETS[int(rng.integers(len(ASSETS)))]
    return {
        "transaction_id": "t" + token(rng, 14),
        "account_id": transfer.account_id,
        "direction": transfer.direction,
        "amount": f"{transfer.fiat / price:.8f}",
        "asset": asset,
        "network": network,
        "counterparty": transfer.counterparty,
        "valid_from": transfer.at.isoformat(),
        "fiat_value": f"{transfer.fiat:.2f}",
        "fiat_currency": "EUR",
    }
