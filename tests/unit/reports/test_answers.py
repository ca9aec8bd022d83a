"""The three sentences, word for word."""

from dataclasses import replace
from decimal import Decimal

from reports.answers import answers, chosen_profiles, ranked_factors, segmentations
from reports.figures import Driver, Figures, Risk


def test_segments_names_the_segment_that_brings_most(figures: Figures) -> None:
    assert answers(figures)[0].sentence == (
        "retail has 4,000 customers in 2 segments, of whom the 1,000 in “Champions” (25 %) bring 67 % of the spend; "
        "shop has 350 customers in 2 segments, of whom the 117 in “Gold, under 35, New York” (33 %) "
        "bring 52 % of the spend."
    )


def test_churn_keeps_currencies_apart_and_the_model_beside_the_rule(figures: Figures) -> None:
    assert answers(figures)[1].sentence == (
        "1,316 of 4,350 customers (30 %) are at risk of leaving by the rule: 1,200 of 4,000 in retail (GBP 812,346 at "
        "stake) and 116 of 350 in shop (66,000 at stake); the model expects 900 of them to leave, and 50 others."
    )
    euros = Risk("retail", "EUR", 10, 10, 0, 0, 0, Decimal(500))
    both = answers(replace(figures, risks=[euros, *figures.risks]))[1].sentence
    assert "1,210 of 4,000 in retail (EUR 500 and GBP 812,346 at stake)" in both


def test_churn_without_scores_says_nothing_of_the_model(figures: Figures) -> None:
    snapshot = replace(figures, populations=figures.populations[1:], risks=figures.risks[1:])
    assert answers(snapshot)[1].sentence == (
        "116 of 350 customers (33 %) are at risk of leaving by the rule: 116 of 350 in shop (66,000 at stake)."
    )


def test_no_one_at_risk_is_an_answer_too(figures: Figures) -> None:
    answer = answers(replace(figures, risks=[]))[1]
    assert answer.is_known
    assert answer.sentence == "0 of 4,350 customers (0 %) are at risk of leaving by the rule."


def test_satisfaction_counts_the_known_and_names_what_it_goes_with(figures: Figures) -> None:
    assert answers(figures)[2].sentence == (
        "Of the 348 customers whose satisfaction is known, 125 (36 %) are satisfied, 107 neutral and 116 (33 %) "
        "unsatisfied, while that of 4,002 others is unknown; it goes most with city: 100 % are satisfied where it is "
        "San Francisco, 0 % where it is Chicago."
    )


def test_factors_that_do_not_split_satisfaction_are_not_named(figures: Figures) -> None:
    even = [Driver("shop", "city", city, 10, Decimal("0.5"), Decimal(0), Decimal("0.5")) for city in ("A", "B")]
    assert answers(replace(figures, drivers=even))[2].sentence.endswith("others is unknown.")


def test_factors_rank_by_how_far_apart_their_values_lie(figures: Figures) -> None:
    assert ranked_factors(figures.drivers) == [("shop", "city"), ("shop", "gender")]


def test_each_source_is_answered_by_the_rule_or_what_stands_in_for_it(figures: Figures) -> None:
    retail, shop = figures.profiles[:2], figures.profiles[2:]
    by_rfm = [replace(row, segmentation="rfm") for row in (*retail, *shop)]
    by_model = [replace(row, segmentation="model") for row in retail]
    chosen = chosen_profiles(replace(figures, profiles=[*by_model, *by_rfm, *shop]))
    assert [(row.source, row.segmentation, row.segment_name) for row in chosen] == [
        ("retail", "rfm", "champions"),
        ("retail", "rfm", "occasional"),
        ("shop", "rule", "Gold, under 35, New York"),
        ("shop", "rule", "Bronze, 35 to 50, Chicago"),
    ]


def test_segmentations_by_what_the_shop_names_come_last(figures: Figures) -> None:
    retail = figures.profiles[:2]
    by_tier = [replace(row, segmentation="a_tier") for row in retail]
    by_city = [replace(row, segmentation="city") for row in retail]
    groups = segmentations([*by_tier, *by_city, *retail])
    assert list(groups) == [("retail", "rule"), ("retail", "city"), ("retail", "a_tier")]
