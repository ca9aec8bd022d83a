"""How surprising a value is: minus the logarithm, base 10, of the chance of as much or more.

Only functions that Spark has are used, so that a stream computes it in its own engine; what a step uses often is a
column of its own.
"""

import math

from pyspark.sql import DataFrame

# W. H. Press et al., Numerical Recipes (1992), 6.2, erfcc: erfc of x >= 0 to 1.2e-7 of itself.
ERFC = (-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
        0.17087277)  # fmt: skip
# Of a normal deviate: nine of ten lie within so many standard deviations.
NINE_OF_TEN = 1.6448536269514722
TEMPORARY = ("student_t", "degrees", "deviate", "root", "half_tail")


def add_tail(frame: DataFrame) -> DataFrame:
    """Return a frame with `score`: the surprise of a Student t of `degrees` (above 2) being `student_t` or more.

    By the normal deviate of D. P. Gaver and K. Kafadar, A retrievable recipe for inverse t, The American Statistician
    38 (1984), which grows with t: two values never change places. `student_t` and `degrees` are taken away.
    """
    deviate = (
        "sign(student_t) * (degrees - 1) * sqrt(ln(1 + student_t * student_t / degrees) / (degrees - 1.5d)) as deviate"
    )
    with_deviate = frame.selectExpr("*", deviate)
    with_root = with_deviate.selectExpr("*", "1 / (1 + abs(deviate) / sqrt(8d)) as root")
    with_tail = with_root.selectExpr("*", f"{log_half_erfc()} as half_tail")
    upper = "case when deviate >= 0 then half_tail else log1p(-exp(half_tail)) end"
    return with_tail.selectExpr("*", f"greatest(-({upper}) / {math.log(10)}d, 0d) as score").drop(*TEMPORARY)


def log_half_erfc() -> str:
    """Return the SQL of the natural logarithm of the tail beyond |deviate|; the tail itself is zero from 38 on."""
    polynomial = f"{ERFC[-1]}d"
    for factor in reversed(ERFC[:-1]):
        polynomial = f"({factor}d + root * {polynomial})"
    return f"ln(root) - deviate * deviate / 2 + {polynomial} - ln(2d)"
