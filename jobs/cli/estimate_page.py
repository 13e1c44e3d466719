"""What a check says of the nights to come: how long, how dear, how many."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from conf.errors import NightRefused
from conf.settings import CostSettings
from conf.wording import count, duration

if TYPE_CHECKING:
    from jobs.health.lake_check import LakeReport
    from jobs.health.night_estimate import Estimate

DAY = 86_400


@dataclass(frozen=True)
class Plan:
    """How nights will be run, and what machines cost.

    Attributes:
        prices: of a core-hour and a GPU-hour.
        nightly: what a night is to inspect: contents, as in 5000, or hours, as in 22:00-06:00; null: all.
    """

    prices: CostSettings
    nightly: str | None = None

    @property
    def limit(self) -> int | None:
        """Contents that a night inspects at most; null without a limit."""
        return int(self.nightly) if self.nightly and self.nightly.isdecimal() and int(self.nightly) else None

    @property
    def seconds(self) -> float | None:
        """Seconds of one night; null without an end.

        Raises:
            NightRefused: it is neither a number above 0 nor a span HH:MM-HH:MM.
        """
        if self.nightly is None or self.limit:
            return None
        try:
            begins, ends = (time.fromisoformat(clock.strip()) for clock in self.nightly.split("-"))
        except ValueError as error:
            raise NightRefused(
                f"--nightly {self.nightly}: write how many contents a night is to inspect, such as 5000, or when, "
                "such as 22:00-06:00"
            ) from error
        span = 60 * (60 * (ends.hour - begins.hour) + ends.minute - begins.minute)
        return span % DAY or DAY


def estimated(report: "LakeReport", plan: Plan) -> Iterator[str]:
    """Sentences: the night, its cost, the backlog; what each assumes."""
    estimate = report.estimate
    if estimate is None or not estimate.measured_on:
        yield "A night is not estimated: that needs an inspector and two sound images."
        yield f"{count(report.waiting, 'document')} wait."
        yield from _pdfs(report)
        return
    left = report.history.waiting
    of_which = f" ({report.new:,} new, {left:,} left by earlier nights)" if left else ""
    yield (
        f"Inspecting {count(estimate.documents, 'document')}{of_which} takes about {duration(estimate.seconds)} on "
        f"{_machine(estimate)} ({estimate.seconds_each:.2f} s each, measured on {estimate.measured_on}); "
        f"{_rest(report)}."
    )
    yield _cost(estimate, plan.prices)
    yield _backlog(estimate, plan)
    yield from _pdfs(report)


def _pdfs(report: "LakeReport") -> Iterator[str]:
    """How many documents PDFs are counted as."""
    pages = report.images
    if report.pdfs and pages.pdfs:
        documents = count(round(report.pdfs * pages.pages_each), "document")
        measured = f"{pages.pages_each:.1f} pages each, as the {pages.pdfs:,} opened have"
        yield f"Among them {count(report.pdfs, 'PDF')}, counted as {documents}: {measured}."
    elif report.pdfs:
        yield f"Among them {count(report.pdfs, 'PDF')}, each counted as one page, because none was opened."


def _rest(report: "LakeReport") -> str:
    past = report.history
    if past.rest_seconds is None:
        return "links, scores and the rest come on top"
    return f"links, scores and the rest took {duration(past.rest_seconds)} in {past.night}, and come on top"


def _cost(estimate: "Estimate", prices: CostSettings) -> str:
    hours, cost = f"{_figure(estimate.hours)} {estimate.unit}-hours", estimate.cost(prices)
    if cost is None:
        return f"Cost: {hours}; with a price it is told in money: --set cost.{estimate.unit.lower()}_hour=0.05."
    price = prices.gpu_hour if estimate.unit == "GPU" else prices.core_hour
    return (
        f"Cost: {_figure(cost)} {prices.currency}: {hours} at {price:g}. Assumes machines like this one, always busy, "
        "paid for the time they work; storage, requests and the steps after inspecting are not in it."
    )


def _backlog(estimate: "Estimate", plan: Plan) -> str:
    window = plan.seconds
    most = estimate.a_night(plan.limit, window)
    bound = f"--limit {plan.limit:,}" if plan.limit else f"{plan.nightly} to inspect in"
    how = f" with {bound}" if plan.nightly is not None else ""
    each = f", {most:,} in each" if most < estimate.documents else ""
    return (
        f"Backlog: {count(estimate.documents, 'document')}, {count(estimate.nights(plan.limit, window), 'night')}{how}"
        f"{each}, if nothing else comes."
    )


def _figure(value: float) -> str:
    return f"{value:,.2f}" if value >= 1 else f"{value:.2g}"


def _machine(estimate: "Estimate") -> str:
    return "its GPU" if estimate.unit == "GPU" else count(estimate.cores, "core")
