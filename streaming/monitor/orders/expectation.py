"""What is usual for a customer, of the sums of their past, their segment's and their shop's.

Empirical Bayes, as in B. Efron and C. Morris, Data analysis using Stein's estimator and its generalizations, JASA 70
(1975): the fewer orders a customer has, the more the group's mean counts; a customer's spread is mixed with what
customers of the shop usually have.
"""

from pyspark.sql import DataFrame

# A shop is judged from so many orders on, a segment speaks for its customers from so many.
SHOP_ORDERS, SEGMENT_ORDERS = 100, 100
# A customer's own past is named as what an order is compared with from so many orders on.
OWN_ORDERS = 3
# The shop's spread counts as much as so many orders of the customer: an order that is odd itself would hide the next.
SPREAD_ORDERS = 20
# Chances of a shop begin as if it had seen so many gaps, those of a customer as if they were the shop's.
SHOP_GAPS, OWN_GAPS = 10, 2
# Values within a tenth of each other are alike, however regular a shop was.
LEAST_VARIANCE = 0.01


def expect_sizes(frame: DataFrame) -> DataFrame:
    """Return what is usual of the logarithm of an order's value less `slope` times that of its lines.

    Args:
        frame: sums `own_*` of the customer, `segment_*`, `shop_*` of all orders, and `shop_within_*`.

    Returns:
        The frame and `orders`, `slope`, `expected`, `spread`, `degrees` of a Student t, and `evidence`.
    """
    own = add_own_spread(add_shop_spread(frame))
    certain = "(1 + 1 / (prior_orders + own_orders))"
    return own.selectExpr(
        "*",
        "own_orders as orders",
        "(prior_orders * group_mean + own_sum_l - slope * own_sum_x) / (prior_orders + own_orders) as expected",
        f"sqrt(({SPREAD_ORDERS} * within + greatest(own_squares, 0d)) / degrees * {certain}) as spread",
        f"case when own_orders >= {OWN_ORDERS} then 'customer' when segment_orders >= {SEGMENT_ORDERS} then 'segment' "
        "else 'shop' end as evidence",
    )


def add_shop_spread(frame: DataFrame) -> DataFrame:
    """Return the sums with the shop's `slope` and `shop_mean`, and its variances: `total`, and `within` customers."""
    sloped = frame.selectExpr("*", "coalesce(shop_within_lx / nullif(shop_within_xx, 0), 0d) as slope")
    shop = sloped.selectExpr(
        "*",
        "(shop_sum_l - slope * shop_sum_x) / shop_orders as shop_mean",
        f"{squares('shop_sum_ll', 'shop_sum_lx', 'shop_sum_xx')} / shop_orders as shop_square",
        f"{squares('shop_within_ll', 'shop_within_lx', 'shop_within_xx')} / nullif(shop_freedom, 0) as pooled",
    )
    total = f"greatest(shop_square - shop_mean * shop_mean, {LEAST_VARIANCE}d)"
    return shop.selectExpr(
        "*",
        f"{total} as total",
        f"greatest(if(shop_freedom >= {SPREAD_ORDERS}, pooled, {total}), {LEAST_VARIANCE}d) as within",
    )


def add_own_spread(frame: DataFrame) -> DataFrame:
    """Return the sums with what a customer's mean is drawn to, how far, and the customer's own spread.

    `prior_orders` is for how many orders of the customer `group_mean` counts; `own_squares` are the squared deviations
    from the customer's own mean, and `degrees` the freedom that both spreads have together.
    """
    own_square = "(own_sum_l - slope * own_sum_x) * (own_sum_l - slope * own_sum_x) / own_orders"
    return frame.selectExpr(
        "*",
        "within / greatest(total - within, within / 10) as prior_orders",
        f"if(segment_orders >= {SEGMENT_ORDERS}, (segment_sum_l - slope * segment_sum_x) / segment_orders, shop_mean) "
        "as group_mean",
        f"if(own_orders > 0, {squares('own_sum_ll', 'own_sum_lx', 'own_sum_xx')} - {own_square}, 0) as own_squares",
        f"{SPREAD_ORDERS} + greatest(own_orders - 1, 0d) as degrees",
    )


def squares(ll: str, lx: str, xx: str) -> str:
    """Return the SQL of the sum of squares of l - slope * x."""
    return f"({ll} - 2 * slope * {lx} + slope * slope * {xx})"


def expect_gaps(frame: DataFrame) -> DataFrame:
    """Return how soon the next order usually comes.

    Beside purchases on two bills and customers who come back the same day, orders come at a rate of their own, which
    is drawn from a gamma distribution: the wait is a Lomax one, as in P. S. Fader, B. G. S. Hardie and K. L. Lee,
    "Counting your customers" the easy way, Marketing Science 24 (2005).

    Args:
        frame: sums `own_*` of a customer's gaps, `shop_*` of the shop's, and `day`, the midnight.

    Returns:
        The frame and `split_chance`, `repeat_chance`, `shape` and `hours` of the wait, and `evidence`.
    """
    now = "unix_micros(day) / 3.6e9d"
    shop = frame.selectExpr(
        "*",
        f"(shop_splits + 1) / (shop_gaps + {SHOP_GAPS}) as shop_split_chance",
        f"(shop_repeats + 1) / (shop_gaps + {SHOP_GAPS}) as shop_repeat_chance",
        f"(shop_customers * {now} - shop_joined) / (shop_gaps - shop_splits + 1) as shop_hours",
    )
    return shop.selectExpr(
        "*",
        f"(own_splits + {OWN_GAPS} * shop_split_chance) / (own_gaps + {OWN_GAPS}) as split_chance",
        f"(own_repeats + {OWN_GAPS} * shop_repeat_chance) / (own_gaps + {OWN_GAPS}) as repeat_chance",
        "1 + own_gaps - own_splits as shape",
        f"shop_hours + if(own_customers > 0, {now} - own_joined, 0) as hours",
        f"if(own_gaps + 1 >= {OWN_ORDERS}, 'customer', 'shop') as evidence",
    )
