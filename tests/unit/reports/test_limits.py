"""What the page must not let its reader believe."""

from dataclasses import replace
from decimal import Decimal

from reports.figures import Figures, Metric
from reports.limits import limits

NO_BETTER = "The satisfaction model is no better than the baseline “Best single column”: accuracy 0.977 beside 0.977."


def test_nothing_is_said_of_an_empty_lake() -> None:
    assert limits(Figures()) == []


def test_every_limit_of_the_two_shops_is_said_with_its_numbers(figures: Figures) -> None:
    assert [sentence.split(".")[0] for sentence in limits(figures)] == [
        "The satisfaction of 4,000 of 4,000 customers in retail is unknown",
        "The satisfaction of 2 of 350 customers in shop is unknown",
        "What goes with satisfaction is not its cause: the shares describe these customers, and attributes that move "
        "together cannot be told apart by them",
        "1,500 of 20,000 orders in retail (8 %) name no customer",
        "Amounts without a currency are of a source that states none",
        "Amounts in different currencies stand beside each other and are never added",
        "No customer of shop has a modelled probability of leaving: the model learns from dated orders, and a file of "
        "totals has none",
    ]


def test_customers_outside_every_segment_are_counted(figures: Figures) -> None:
    fewer = replace(figures, profiles=figures.profiles[:1])
    assert limits(fewer)[0].startswith("3,000 of 4,000 customers in retail belong to no segment")


def test_a_model_that_does_not_beat_its_baseline_is_named(figures: Figures) -> None:
    measured = [
        Metric("satisfaction", "1", subject, "accuracy", Decimal(value), None, None, None)
        for subject, value in (
            ("model", "0.977"),
            ("majority", "0.359"),
            ("best_column", "0.9770001"),
            ("champion", "0.98"),
        )
    ]
    sentences = limits(replace(figures, metrics=measured))
    assert NO_BETTER in sentences
    assert not any("Commonest class" in sentence or "Champion" in sentence for sentence in sentences)
