"""Tells the story of a document: the answer, why, what to type next."""

from collections.abc import Mapping
from typing import Any

from conf.wording import count
from jobs.cli.pages import Line, columns, commands, heading, sentence, some, style_of
from jobs.stories.clashes import Clash, Reading
from jobs.stories.documents import DocumentStory
from jobs.stories.sayings import CONTRADICTION_WORDS, day, decided, kinds, place, risk, share, what


def document_page(story: DocumentStory, lake: str | None = None) -> list[Line]:
    """The page of one document; the commands at its end name the lake, where one is given."""
    facts = story.facts
    lines = sentence(f"Document {story.doc_id}: {risk(story.risk, story.tier) or story.state}", 0, style_of(story.tier))
    if facts:
        submitted = f"{what(facts)} of account {facts['account_id']}, submitted on {day(facts['submitted_at'])}"
        lines += sentence(submitted + _decision(facts))
    lines += [line for refusal in story.rejections for line in sentence(refusal)]
    if story.reasons:
        lines += [*heading("Why"), *(line for reason in story.reasons for line in sentence(reason))]
    if story.evidence:
        told = [(family, "abstained" if value is None else share(value)) for family, value in story.evidence.items()]
        lines += [*heading("Evidence of its own, at even odds"), *columns(told)]
        lines += sentence(f"calibrated on {story.basis['risk_basis']}")
    return [
        *lines,
        *_clashes(story),
        *_ties(story),
        *_campaign_of(story),
        *_changes(story),
        *commands(_after_document(story), lake),
    ]


def _clashes(story: DocumentStory) -> list[Line]:
    if not story.contradictions:
        return []
    title = "Contradictions in its submission" + (" (values: personal data)" if story.with_values else "")
    return [*heading(title), *(line for clash in story.contradictions for line in _clash(clash))]


def _clash(clash: Clash) -> list[Line]:
    rare = "" if clash.frequency is None else f", shown by {clash.frequency:.1%} of the others of its design"
    said = CONTRADICTION_WORDS.get(clash.kind, clash.kind.replace("_", " "))
    readings = dict.fromkeys(clash.readings)
    return [
        *sentence(f"{said} (confidence {clash.confidence:.2f}{rare})"),
        *columns([(place(reading.place), _read(reading)) for reading in readings], 4),
    ]


def _read(reading: Reading) -> str:
    sure = "" if reading.confidence is None else f"read with confidence {reading.confidence:.2f}"
    return ", ".join(part for part in (reading.value, sure) if part)


def _ties(story: DocumentStory) -> list[Line]:
    rows = [
        (kinds([tie.kind]), tie.doc_id, f"account {tie.account_id or 'unknown'}", f"similarity {tie.similarity:.3g}")
        for tie in story.ties
    ]
    return [*heading("Tied to"), *some(rows)] if rows else []


def _campaign_of(story: DocumentStory) -> list[Line]:
    found = story.campaign
    if found is None:
        return []
    size = f"{count(found['documents'], 'document')} of {count(found['accounts'], 'account')}"
    held = f"{found['campaign_id']}: {size}; this one by {kinds(found['kinds'])}, tie {found['tie']:.2f}"
    weakest = f"weakest tie {share(found['weakest_tie'])}, knowable since {day(found['knowable_at'])}"
    return [*heading("Campaign"), *sentence(f"{held}; {weakest}")]


def _changes(story: DocumentStory) -> list[Line]:
    rows = [
        (change.night, f"{share(change.before)} -> {share(change.after)}", change.cause.replace("_", " "))
        for change in story.history
    ]
    return [*heading("How its risk changed"), *columns(rows)] if rows else []


def _after_document(story: DocumentStory) -> list[tuple[str, str]]:
    pairs = [(f"lookback account {story.facts['account_id']}", "the account's life")] if story.facts else []
    if story.campaign is not None:
        pairs.append((f"lookback campaign {story.campaign['campaign_id']}", "the members side by side"))
    if story.contradictions and not story.with_values:
        pairs.append((f"lookback document {story.doc_id} --values", "with what was read (personal data)"))
    return pairs


def _decision(facts: Mapping[str, Any]) -> str:
    told = decided(facts)
    return f"; {told}" if told else ""
