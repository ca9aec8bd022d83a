"""Reading the figures of the report from PostgreSQL."""

from typing import Any, LiteralString

import psycopg

from common.thresholds import AT_RISK_DAYS
from reports import live_queries
from reports.figures import (
    LAST_SPAN,
    AtRisk,
    Clock,
    Driver,
    Figures,
    Metric,
    Month,
    Population,
    Profile,
    Recency,
    Risk,
    Totals,
)
from reports.views import one_version

TOP_CUSTOMERS = 10
VIEWS = (
    "run_bounds",
    "customer_behaviour",
    "segment_profiles",
    "at_risk_customers",
    "satisfaction_drivers",
    "model_quality",
    "source_totals",
    "sales_by_month",
)

# Sorting by code point, so that the order does not hang on the database's locale.
CLOCKS: LiteralString = """
    select source, time_zone, as_of_day
    from reporting.run_bounds
    order by source collate "C"
"""
POPULATIONS: LiteralString = """
    select
        source,
        count(*) as customers,
        count(*) filter (where satisfaction_level = 'Satisfied') as satisfied,
        count(*) filter (where satisfaction_level = 'Neutral') as neutral,
        count(*) filter (where satisfaction_level = 'Unsatisfied') as unsatisfied
    from reporting.customer_behaviour
    group by source
    order by source collate "C"
"""
PROFILES: LiteralString = """
    select
        source, segmentation, segment_name, currency, customers, customer_share, total_spend, average_spend,
        average_orders, average_rating, at_risk_share
    from reporting.segment_profiles
    order by source collate "C", segmentation collate "C", customers desc, segment_name collate "C"
"""
RISKS: LiteralString = """
    select
        source,
        currency,
        count(*) filter (where is_at_risk_by_rule) as by_rule,
        count(*) filter (where is_at_risk_by_rule and satisfaction_level is null) as by_recency_alone,
        count(*) filter (where is_at_risk_by_rule and is_at_risk_by_model) as by_both,
        count(*) filter (where not is_at_risk_by_rule) as by_model_alone,
        count(churn_probability) as scored,
        sum(value_at_stake) filter (where is_at_risk_by_rule) as value_at_stake
    from reporting.at_risk_customers
    group by source, currency
    order by source collate "C", currency collate "C" nulls last
"""
RECENCY: LiteralString = """
    select
        behaviour.source,
        least(greatest(behaviour.days_since_last_purchase - 1, 0) / %(span_days)s, %(last_span)s) as span,
        count(*) filter (where risk.is_at_risk_by_rule and risk.is_at_risk_by_model) as both,
        count(*) filter (where risk.is_at_risk_by_rule and not risk.is_at_risk_by_model) as rule_alone,
        count(*) filter (where not risk.is_at_risk_by_rule) as model_alone,
        count(*) filter (where risk.customer_id is null) as neither
    from reporting.customer_behaviour as behaviour
    left join reporting.at_risk_customers as risk
        on behaviour.source = risk.source and behaviour.customer_id = risk.customer_id
    where behaviour.days_since_last_purchase is not null
    group by 1, 2
    order by behaviour.source collate "C", span
"""
AT_RISK: LiteralString = """
    select
        source, customer_id, reason, evidence, days_since_last_purchase, satisfaction_level, churn_probability,
        total_spend, currency, value_at_stake
    from (
        select
            *,
            row_number() over (
                partition by source order by value_at_stake desc nulls last, customer_id collate "C"
            ) as place
        from reporting.at_risk_customers
        where is_at_risk_by_rule
    ) as placed
    where place <= %(top)s
    order by source collate "C", place
"""
DRIVERS: LiteralString = """
    select source, factor, factor_value, customers_known, satisfied_share, neutral_share, unsatisfied_share
    from reporting.satisfaction_drivers
    where customers_known > 0
    order by source collate "C", factor collate "C", factor_value collate "C"
"""
METRICS: LiteralString = """
    select task, version, subject, metric, metric_value, metric_low, metric_high, data_as_of
    from reporting.model_quality
    order by task collate "C", subject collate "C", metric collate "C"
"""
TOTALS: LiteralString = """
    select
        source, currency, customers, orders, guest_orders, order_lines, returns, return_lines, items, gross_revenue,
        returned_amount, net_revenue, first_ordered_at, last_ordered_at
    from reporting.source_totals
    order by source collate "C", currency collate "C" nulls last
"""
MONTHS: LiteralString = """
    select source, currency, month_on, orders, gross_revenue
    from reporting.sales_by_month
    order by source collate "C", currency collate "C" nulls last, month_on
"""


def read(connection: psycopg.Connection[Any]) -> Figures:
    """Return the figures; a view that does not exist yet leaves its rows empty and is named in `missing`."""
    with one_version(connection, (*VIEWS, *live_queries.TABLES)) as views:
        return Figures(
            clocks=views.rows("run_bounds", Clock, CLOCKS),
            populations=views.rows("customer_behaviour", Population, POPULATIONS),
            profiles=views.rows("segment_profiles", Profile, PROFILES),
            risks=views.rows("at_risk_customers", Risk, RISKS),
            recency=views.rows("at_risk_customers", Recency, RECENCY, span_days=AT_RISK_DAYS, last_span=LAST_SPAN),
            at_risk=views.rows("at_risk_customers", AtRisk, AT_RISK, top=TOP_CUSTOMERS),
            drivers=views.rows("satisfaction_drivers", Driver, DRIVERS),
            metrics=views.rows("model_quality", Metric, METRICS),
            totals=views.rows("source_totals", Totals, TOTALS),
            months=views.rows("sales_by_month", Month, MONTHS),
            live=live_queries.read(views),
            missing=[view for view in views.missing if view in VIEWS],
        )
