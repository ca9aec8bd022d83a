"""What the figures cannot support, said from the figures themselves."""

from reports.figures import Figures
from reports.formats import NOTHING, count, percent
from reports.quality import ITSELF, scorecards


def limits(figures: Figures) -> list[str]:
    """Return one sentence for each thing that a reader might take the report to say, and it does not."""
    return [*about_customers(figures), *about_orders(figures), *about_models(figures)]


def about_customers(figures: Figures) -> list[str]:
    """Return what is not known of customers."""
    sentences = []
    for population in figures.populations:
        divided = {row.segmentation: 0 for row in figures.profiles if row.source == population.source}
        for row in figures.profiles:
            if row.source == population.source:
                divided[row.segmentation] += row.customers
        outside = population.customers - max(divided.values(), default=population.customers)
        if outside > 0:
            sentences.append(
                f"{count(outside)} of {count(population.customers)} customers in {population.source} belong to no "
                "segment: they have no order, or too little is known of them."
            )
        unknown = population.customers - population.customers_known
        if unknown:
            sentences.append(
                f"The satisfaction of {count(unknown)} of {count(population.customers)} customers in "
                f"{population.source} is unknown. For them the churn rule is its recency arm alone, and the table of "
                "customers at risk says so."
            )
    if figures.drivers:
        sentences.append(
            "What goes with satisfaction is not its cause: the shares describe these customers, and attributes that "
            "move together cannot be told apart by them."
        )
    return sentences


def about_orders(figures: Figures) -> list[str]:
    """Return what is not known of orders."""
    sentences = []
    for total in figures.totals:
        if total.guest_orders:
            sentences.append(
                f"{count(total.guest_orders)} of {count(total.orders)} orders in {total.source} "
                f"({percent(total.guest_orders / total.orders)}) name no customer. They count in the revenue, but "
                "belong to no segment and carry no risk."
            )
    currencies = {total.currency for total in figures.totals if total.orders}
    currencies |= {risk.currency for risk in figures.risks}
    if None in currencies:
        sentences.append("Amounts without a currency are of a source that states none.")
    if len(currencies) > 1:
        sentences.append("Amounts in different currencies stand beside each other and are never added.")
    return sentences


def about_models(figures: Figures) -> list[str]:
    """Return which customers no model says anything of."""
    sentences = [
        f"The {card.task} model is no better than the baseline “{name}”: {line.measure.lower()} {model.value} "
        f"beside {cell.value}."
        for card in scorecards(figures.metrics)
        for line in card.lines[:1]
        for model, *others in [line.cells]
        for subject, name, cell in zip(card.subjects, card.names, others, strict=True)
        if subject not in ITSELF and is_no_better(model.value, cell.value)
    ]
    if figures.populations and not figures.customers_scored:
        sentences.append(
            "No churn model has scored anyone at risk, so only the rule speaks: `make train`, `make refresh`."
        )
        return sentences
    return sentences + [
        f"No customer of {risk.source} has a modelled probability of leaving: the model learns from dated orders, and "
        "a file of totals has none. There the rule stands alone."
        for risk in figures.risks
        if not risk.scored
    ]


def is_no_better(model: str, baseline: str) -> bool:
    """Say whether a model's measure, as it is written, is not above its baseline's."""
    return NOTHING not in (model, baseline) and float(model) <= float(baseline)
