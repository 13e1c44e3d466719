"""Accounts, signals, money and labels of a lake of specimens."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np

from udfs.specimens.population import Account, Planned

Rows = list[dict[str, object]]
SHARED_ADDRESS_ACCOUNTS = 4
NETWORKS = {"XQC": 61_000.0, "QTH": 2_400.0, "UTUSD": 1.0}
SIGNAL_SHARES = {"bot": 0.03, "promotion_abuse": 0.04, "chargeback": 0.02}
CONFIRMED_SHARE, CLEARED_SHARE = 0.3, 0.08  # of forgeries and of genuine ones, what a reviewer had found


def account_rows(documents: Sequence[Planned]) -> Rows:
    """One row an account; the name is the one on its document."""
    return [_account_row(doc) for doc in documents]


def _account_row(doc: Planned) -> dict[str, object]:
    account, person = doc.account, doc.account.person
    rng = np.random.default_rng(account.seed)
    return {
        "account_id": account.account_id,
        "person_id": account.person_id,
        "legal_entity": str(rng.choice(["Lookout Exchange EU", "Lookout Exchange Ltd"])),
        "kind": "personal",
        "declared_name": f"{person.given_names} {person.surname}",
        "birth_date": person.birth_date.isoformat(),
        "nationality": person.nationality,
        "opened_at": account.opened_at.isoformat(),
        "closed_at": None,
        "merged_into": None,
        "jurisdiction": str(rng.choice(["UTO", "XVA"])),
        "customer_tier": str(rng.choice(["basic", "plus"])),
        "retain_until": (account.opened_at.date() + timedelta(days=3_650)).isoformat(),
        "legal_hold": False,
    }


def signal_rows(documents: Sequence[Planned]) -> Rows:
    """The device of every account, and what other systems raised at random."""
    rows: Rows = []
    for doc in documents:
        account = doc.account
        rng = np.random.default_rng((account.seed, 1))
        rows.append(_signal(account, "device", account.opened_at, 1.0, account.device_id))
        for kind, part in SIGNAL_SHARES.items():
            if rng.random() < part:
                seen = account.opened_at + timedelta(hours=int(rng.integers(1, 900)))
                rows.append(_signal(account, kind, seen, round(float(rng.uniform(0.3, 0.9)), 2), None))
    return rows


def _signal(account: Account, kind: str, at: datetime, strength: float, device: str | None) -> dict[str, object]:
    return {
        "signal_id": f"G-{account.account_id[2:]}-{kind}",
        "account_id": account.account_id,
        "kind": kind,
        "valid_from": at.isoformat(),
        "strength": strength,
        "device_id": device,
        "detail": None,
    }


def transaction_rows(documents: Sequence[Planned], campaign: Sequence[str], told: str) -> Rows:
    """Ordinary money of every account; some of the campaign's passes through to one address."""
    sharing = {told, *[name for name in campaign if name != told][: SHARED_ADDRESS_ACCOUNTS - 1]}
    rows: Rows = []
    for doc in documents:
        account = doc.account
        rng = np.random.default_rng((account.seed, 2))
        for _ in range(int(rng.integers(2, 7))):
            at = account.opened_at + timedelta(minutes=int(rng.integers(600, 90_000)))
            direction = "in" if rng.random() < 0.6 else "out"
            rows.append(_payment(account, rng, at, direction, f"U{int(rng.integers(16**12)):012x}", None))
        if account.account_id in sharing:
            rows += _passed_through(account, rng)
    return [row | {"transaction_id": f"T-{place:06d}-{row['account_id']}"[:128]} for place, row in enumerate(rows)]


def _passed_through(account: Account, rng: np.random.Generator) -> Rows:
    """Deposits that leave within hours to the one address."""
    rows: Rows = []
    for turn in range(3):
        at = account.opened_at + timedelta(days=20 + 25 * turn, minutes=int(rng.integers(1_000)))
        value = round(float(rng.uniform(8_000, 19_000)), 2)
        rows.append(_payment(account, rng, at, "in", f"U{int(rng.integers(16**12)):012x}", value))
        later = at + timedelta(hours=int(rng.integers(1, 9)))
        rows.append(_payment(account, rng, later, "out", "U5e7f00c0ffee", round(value * 0.985, 2)))
    return rows


def _payment(
    account: Account, rng: np.random.Generator, at: datetime, direction: str, other: str, value: float | None
) -> dict[str, object]:
    asset = str(rng.choice(list(NETWORKS)))
    worth = value if value is not None else round(float(rng.lognormal(5.5, 1.2)), 2)
    return {
        "transaction_id": "",
        "account_id": account.account_id,
        "direction": direction,
        "amount": f"{worth / NETWORKS[asset]:.12f}",
        "asset": asset,
        "valid_from": at.isoformat(),
        "network": f"{asset.lower()}-main",
        "counterparty": other,
        "fiat_value": f"{worth:.2f}",
        "fiat_currency": "USD",
    }


def label_rows(documents: Sequence[Planned], day: date) -> Rows:
    """What a reviewer had found by the night: some of the single forgeries, and some genuine ones cleared."""
    rows: Rows = []
    for doc in documents:
        rng = np.random.default_rng((*doc.seeds, 3))
        part = CLEARED_SHARE if doc.attack is None else CONFIRMED_SHARE
        if doc.campaign is None and rng.random() < part:
            verdict = "cleared" if doc.attack is None else "confirmed"
            at = datetime.combine(day, doc.submitted_at.timetz()) - timedelta(days=int(rng.integers(1, 20)))
            rows.append(
                {
                    "target_kind": "document",
                    "target_id": doc.doc_id,
                    "verdict": verdict,
                    "reviewer": f"reviewer-{int(rng.integers(1, 6))}",
                    "reviewed_at": max(at, doc.submitted_at + timedelta(hours=1)).isoformat(),
                    "reviewed_because": "random_sample" if doc.attack is None else "complaint",
                    "sampling_probability": CLEARED_SHARE if doc.attack is None else None,
                }
            )
    return rows
