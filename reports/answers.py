"""The three answers in words: the same sentences in the report and at the end of `make run`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from reports.figures import Driver, Figures, Population, Profile, Risk
from reports.formats import count, percent, plural, whole_amount, words

# The business rule is what people act on; the others stand in for a source where it found nothing.
SEGMENTATIONS = ("rule", "rfm", "model", "city")

NOT_EXPORTED = "PostgreSQL holds no report tables yet; `make refresh` builds and exports them."
EMPTY = "The lake holds no customers yet; `make run ORDERS=… MAPPING=…` or `make run SNAPSHOT=…` brings them."


@dataclass(frozen=True)
class Answer:
    """One question, its answer in one sentence, and whether the data could give one."""

    key: str
    title: str
    question: str
    headline: str
    caption: str
    sentence: str
    is_known: bool = True


def answers(figures: Figures) -> list[Answer]:
    """Return the three answers."""
    return [segments(figures), churn(figures), satisfaction(figures)]


def segments(figures: Figures) -> Answer:
    """Say which segments there are and which one brings most of the spend, by source."""
    title, question = "Segments", "Which kinds of customers are there, and what do they bring?"
    chosen = chosen_profiles(figures)
    if not chosen:
        return missing_answer(figures, "segments", title, question, "No segments yet; `make refresh` builds them.")
    parts = [segments_of(source, list(rows)) for source, rows in groupby(chosen, key=lambda row: row.source)]
    most = max(chosen, key=lambda row: (row.spend, row.customers))
    return Answer(
        key="segments",
        title=title,
        question=question,
        headline=percent(spend_share(most, chosen) or most.customer_share),
        caption=f"of the spend in {most.source} comes from “{words(most.segment_name)}”"
        if most.spend
        else f"of the customers of {most.source} are “{words(most.segment_name)}”",
        sentence="; ".join(parts) + ".",
    )


def segments_of(source: str, profiles: Sequence[Profile]) -> str:
    """Return the clause on one source."""
    customers = sum(row.customers for row in profiles)
    best = max(profiles, key=lambda row: (row.spend, row.customers))
    start = f"{source} has {plural(customers, 'customer')} in {plural(len(profiles), 'segment')}"
    share = spend_share(best, profiles)
    if share is None:
        largest = max(profiles, key=lambda row: row.customers)
        return f"{start}, of whom {percent(largest.customer_share)} are “{words(largest.segment_name)}”"
    return (
        f"{start}, of whom the {count(best.customers)} in “{words(best.segment_name)}” "
        f"({percent(best.customer_share)}) bring {percent(share)} of the spend"
    )


def churn(figures: Figures) -> Answer:
    """Say how many customers the rule finds at risk, and what they have spent, by source and currency."""
    title, question = "Churn risk", "Who is about to leave, and what is at stake?"
    if not figures.customers:
        return missing_answer(figures, "churn", title, question, EMPTY)
    at_risk = sum(risk.by_rule for risk in figures.risks)
    parts = [churn_of(population, figures.risks) for population in figures.populations]
    share = percent(Decimal(at_risk) / figures.customers)
    everyone = plural(figures.customers, "customer")
    sentence = f"{count(at_risk)} of {everyone} ({share}) are at risk of leaving by the rule"
    return Answer(
        key="churn",
        title=title,
        question=question,
        headline=count(at_risk),
        caption=f"of {everyone} are at risk of leaving",
        sentence=f"{sentence}{f': {list_in_words(parts)}' if at_risk else ''}{model_clause(figures.risks)}.",
    )


def churn_of(population: Population, risks: Iterable[Risk]) -> str:
    """Return the clause on one source; amounts of different currencies stay apart."""
    of_source = [risk for risk in risks if risk.source == population.source]
    at_risk = sum(risk.by_rule for risk in of_source)
    text = f"{count(at_risk)} of {count(population.customers)} in {population.source}"
    sums = [whole_amount(risk.value_at_stake, risk.currency) for risk in of_source if risk.value_at_stake]
    return f"{text} ({list_in_words(sums)} at stake)" if sums else text


def model_clause(risks: Sequence[Risk]) -> str:
    """Return what the model says of those whom the rule finds; empty where it has scored none."""
    if not any(risk.scored for risk in risks):
        return ""
    both, alone = sum(risk.by_both for risk in risks), sum(risk.by_model_alone for risk in risks)
    return f"; the model expects {count(both)} of them to leave, and {count(alone)} others"


def satisfaction(figures: Figures) -> Answer:
    """Say how satisfied the customers are where it is known, and which factor it goes with most."""
    title, question = "Satisfaction", "How satisfied are the customers, and what goes with it?"
    known = sum(population.customers_known for population in figures.populations)
    if not known:
        missing = (
            "No customer's satisfaction is known: orders do not tell it; "
            "`make snapshot FILE=…` or rating events do, then `make refresh`."
        )
        return missing_answer(figures, "satisfaction", title, question, missing if figures.customers else EMPTY)
    satisfied = sum(population.satisfied for population in figures.populations)
    neutral = sum(population.neutral for population in figures.populations)
    unsatisfied = known - satisfied - neutral
    sentence = (
        f"Of the {plural(known, 'customer')} whose satisfaction is known, {count(satisfied)} "
        f"({percent(Decimal(satisfied) / known)}) are satisfied, {count(neutral)} neutral and {count(unsatisfied)} "
        f"({percent(Decimal(unsatisfied) / known)}) unsatisfied"
    )
    unknown = figures.customers - known
    sentence += f", while that of {count(unknown)} others is unknown" if unknown else ""
    return Answer(
        key="satisfaction",
        title=title,
        question=question,
        headline=percent(Decimal(satisfied) / known),
        caption=f"of the {plural(known, 'customer')} we know it of are satisfied",
        sentence=f"{sentence}{driver_clause(figures.drivers)}.",
    )


def driver_clause(drivers: Sequence[Driver]) -> str:
    """Return the clause on the factor that splits satisfaction most; empty where there is none."""
    ranked = ranked_factors(drivers)
    if not ranked:
        return ""
    rows = [row for row in drivers if (row.source, row.factor) == ranked[0]]
    high = max(rows, key=lambda row: (row.satisfied_share, row.customers_known))
    low = min(rows, key=lambda row: (row.satisfied_share, -row.customers_known))
    if high.satisfied_share == low.satisfied_share:
        return ""
    return (
        f"; it goes most with {words(high.factor).lower()}: {percent(high.satisfied_share)} are satisfied "
        f"where it is {high.factor_value}, {percent(low.satisfied_share)} where it is {low.factor_value}"
    )


def ranked_factors(drivers: Sequence[Driver]) -> list[tuple[str, str]]:
    """Return (source, factor) by how far apart its values lie: the weighted variance of the satisfied share."""
    spread: dict[tuple[str, str], Decimal] = {}
    for key in sorted({(row.source, row.factor) for row in drivers}):
        rows = [row for row in drivers if (row.source, row.factor) == key]
        total = sum(row.customers_known for row in rows)
        mean = sum((row.satisfied_share * row.customers_known for row in rows), Decimal(0)) / total
        spread[key] = sum((row.customers_known * (row.satisfied_share - mean) ** 2 for row in rows), Decimal(0)) / total
    return sorted(spread, key=lambda key: (-spread[key], key))


def chosen_profiles(figures: Figures) -> list[Profile]:
    """Return, for each source, the profiles of the segmentation that the answer is about."""
    groups = segmentations(figures.profiles)
    first = dict(reversed(groups))
    return [row for key, rows in groups.items() if first[key[0]] == key[1] for row in rows]


def segmentations(profiles: Iterable[Profile]) -> dict[tuple[str, str], list[Profile]]:
    """Return the profiles by source and segmentation; in each, the most spending first.

    The preferred segmentation comes first, those by an attribute of the shop's own last, by name.
    """
    places = {name: place for place, name in enumerate(SEGMENTATIONS)}
    ranked = sorted(profiles, key=lambda row: (-row.spend, -row.customers, row.segment_name))
    groups: dict[tuple[str, str], list[Profile]] = {}
    for row in sorted(
        ranked, key=lambda row: (row.source, places.get(row.segmentation, len(places)), row.segmentation)
    ):
        groups.setdefault((row.source, row.segmentation), []).append(row)
    return groups


def spend_share(profile: Profile, profiles: Iterable[Profile]) -> Decimal | None:
    """Return a segment's share of the spend of its source and segmentation; None where nothing was spent."""
    group = (profile.source, profile.segmentation)
    total = sum((row.spend for row in profiles if (row.source, row.segmentation) == group), Decimal(0))
    return profile.spend / total if total > 0 else None


def missing_answer(figures: Figures, key: str, title: str, question: str, missing: str) -> Answer:
    """Return the answer that says what is missing and which command gives it."""
    if figures.missing:
        missing = NOT_EXPORTED
    elif not figures.customers:
        missing = EMPTY
    return Answer(key, title, question, "–", "not known yet", missing, is_known=False)


def list_in_words(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
