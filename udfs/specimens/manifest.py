"""What the exporter and its vendor say of a document; nothing here knows what is forged."""

import json
from datetime import datetime, timedelta

import numpy as np

from udfs.specimens.population import Planned
from udfs.specimens.render import field_values

VENDORS = ("Verilens", "Idomatic")
DIGEST_SHARE = 0.7  # manifests that name the digest
CLEARED_SHARE = 0.94
ZONE_HOURS = 2


def manifest_row(doc: Planned, uri: str, sha256: str) -> dict[str, object]:
    """One row of a manifest."""
    rng = np.random.default_rng(doc.seeds)
    cleared = bool(rng.random() < CLEARED_SHARE)
    decided = doc.submitted_at + timedelta(seconds=int(rng.integers(30, 3_600)))
    return {
        "doc_id": doc.doc_id,
        "account_id": doc.account.account_id,
        "uri": uri,
        "side": doc.design.side if doc.design else "front",
        "submitted_at": _with_offset(doc.submitted_at),
        "submission_id": doc.submission_id,
        "sha256": sha256 if rng.random() < DIGEST_SHARE else None,
        "doc_type": doc.design.doc_type if doc.design else "selfie",
        "issuer": doc.design.issuer if doc.design else None,
        "channel": doc.channel,
        "decision": "accepted" if cleared else "manual_review",
        "decided_at": _with_offset(decided),
        "vendor": VENDORS[int(rng.integers(len(VENDORS)))],
        "vendor_result": "clear" if cleared else "caution",
        "vendor_fields": _vendor_fields(doc),
    }


def _vendor_fields(doc: Planned) -> str | None:
    """What the vendor read: the machine readable half, as such services do."""
    if doc.design is None:
        return None
    values = field_values(doc.design, doc.person, doc.papers)
    wanted = ("surname", "given_names", "number", "birth_date", "expiry_date", "nationality", "sex")
    return json.dumps({name: values[name] for name in wanted if name in values}, sort_keys=True)


def _with_offset(moment: datetime) -> str:
    """An ISO time as an exporter in a zone east of Greenwich writes it."""
    shifted = (moment + timedelta(hours=ZONE_HOURS)).replace(tzinfo=None)
    return f"{shifted.isoformat(timespec='seconds')}+{ZONE_HOURS:02d}:00"
