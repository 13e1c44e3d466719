"""Campaign ids that survive nights: tonight's groups matched to the parent release's by maximum overlap."""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

ID_LENGTHS = range(4, 53)  # base32 characters: the shortest that is free
Members = frozenset[str]


@dataclass(frozen=True)
class Former:
    """A campaign of the parent release.

    Attributes:
        born: the night it was first seen.
        members: its documents.
    """

    born: date
    members: Members


@dataclass(frozen=True)
class Event:
    """One change of one campaign; `joined` and `left` of a night's events lead from one release to the next."""

    campaign_id: str
    event: str
    cause: str
    documents: int
    joined: tuple[str, ...]
    left: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Lineage:
    """Tonight's campaigns and what changed.

    Attributes:
        members: documents of each campaign, by id.
        events: every change, by campaign and event.
    """

    members: Mapping[str, Members]
    events: tuple[Event, ...]


def inherit(groups: Iterable[Members], before: Mapping[str, Former], *, night: date, used: Iterable[str]) -> Lineage:
    """Names for tonight's groups: each former id goes to the group that holds most of it.

    Pairs of group and former campaign are taken by overlap, then by the former's size, then age, then id, then the
    group's first document; what is left over gets an id that was never used.
    """
    ordered = sorted(groups, key=sorted)
    members = {name: ordered[at] for name, at in _matched(ordered, before).items()}
    taken = set(used) | set(before)
    for group in (group for group in ordered if group not in members.values()):
        name = new_id(group, night, taken)
        taken.add(name)
        members[name] = group
    return Lineage(members=dict(sorted(members.items())), events=_events(members, before))


def new_id(members: Iterable[str], night: date, taken: Iterable[str]) -> str:
    """`C-` and the first base32 characters of a digest of founding night and members that no campaign has had."""
    text = "\n".join([night.isoformat(), *sorted(members)])
    digest = base64.b32encode(hashlib.sha256(text.encode()).digest()).decode()
    known = set(taken)
    return next(name for name in (f"C-{digest[:length]}" for length in ID_LENGTHS) if name not in known)


def _matched(groups: list[Members], before: Mapping[str, Former]) -> dict[str, int]:
    """Former id to position of the group that keeps it."""
    home = {doc: name for name, former in before.items() for doc in former.members}
    overlaps: dict[tuple[str, int], int] = {}
    for position, group in enumerate(groups):
        for doc in group & home.keys():
            overlaps[home[doc], position] = overlaps.get((home[doc], position), 0) + 1
    order = sorted(
        overlaps,
        key=lambda pair: (-overlaps[pair], -len(before[pair[0]].members), before[pair[0]].born, *pair),
    )
    kept: dict[str, int] = {}
    for name, position in order:
        if name not in kept and position not in kept.values():
            kept[name] = position
    return kept


def _events(members: Mapping[str, Members], before: Mapping[str, Former]) -> tuple[Event, ...]:
    """All changes between two nights."""
    was = {doc: name for name, former in before.items() for doc in former.members}
    now = {doc: name for name, group in members.items() for doc in group}
    events = [_death(name, former.members, now) for name, former in before.items() if name not in members]
    for name, group in members.items():
        if name in before:
            events += _changes(name, (before[name].members, group), (was, now), before)
        else:
            events.append(_birth(name, group, was))
    return tuple(sorted(events, key=lambda event: (event.campaign_id, event.event)))


def _birth(name: str, group: Members, was: Mapping[str, str]) -> Event:
    """A campaign that was not there."""
    parents = _names(group, was)
    cause = f"split from {', '.join(parents)}" if parents else f"{len(group)} documents were found tied to one another"
    return Event(name, "birth", cause, len(group), tuple(sorted(group)), (), parents)


def _death(name: str, former: Members, now: Mapping[str, str]) -> Event:
    """A campaign that is no more."""
    heirs = _names(former, now)
    cause = f"its documents went to {', '.join(heirs)}" if heirs else "its documents are no longer tied to one another"
    return Event(name, "death", cause, 0, (), tuple(sorted(former)), heirs)


def _changes(
    name: str,
    change: tuple[Members, Members],
    homes: tuple[Mapping[str, str], Mapping[str, str]],
    before: Mapping[str, Former],
) -> list[Event]:
    """What came to and went from a campaign that kept its id; each document stands in one event."""
    old, new = change
    was, now = homes
    came, gone = new - old, old - new
    merged = frozenset(doc for doc in came if doc in was)
    parted = frozenset(doc for doc in gone if now.get(doc, name) not in before and doc in now)
    parts = (
        ("growth", came - merged, frozenset[str](), "new documents are tied to it", ()),
        ("merge", merged, frozenset[str](), "documents of another campaign are tied to it", _names(merged, was)),
        ("split", frozenset[str](), parted, "a part of it is no longer tied to the rest", _names(parted, now)),
        ("shrink", frozenset[str](), gone - parted, "documents are no longer tied to it", _names(gone - parted, now)),
    )
    return [
        Event(name, event, cause, len(new), tuple(sorted(joined)), tuple(sorted(left)), others)
        for event, joined, left, cause, others in parts
        if joined or left
    ]


def _names(docs: Iterable[str], home: Mapping[str, str]) -> tuple[str, ...]:
    """Campaigns that documents are in, sorted."""
    return tuple(sorted({home[doc] for doc in docs if doc in home}))
