"""How a customer's features become a vector: numbers within what was learned from, words one place each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyspark.ml import Pipeline
from pyspark.ml.feature import OneHotEncoder, SQLTransformer, StringIndexer, VectorAssembler
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from common.contracts.model import quote
from common.frames import one_row
from spark.satisfaction.model import NUMBERS, WORDS

# Where a number ends: beyond this share of the training rows are single odd ones.
ENDS = (0.001, 0.5, 0.999)
ERROR = 0.0005
# A number is of no use where fewer of those who are to be scored lie where anything was learned.
LEAST_INSIDE = 0.5
# Rarer words of a column count as one, so that no shop has more inputs than rows to learn them from.
MOST_WORDS, OTHERS = 50, "others"


@dataclass(frozen=True)
class Span:
    """Where the training rows have a number: its ends, its median, and whether some rows have none."""

    low: float
    middle: float
    high: float
    has_gaps: bool


def spans(training: DataFrame) -> dict[str, Span]:
    """Return the span of each numeric column of `prepared` that holds any value."""
    ends = training.approxQuantile(list(NUMBERS), list(ENDS), ERROR)
    gaps = one_row(training.agg(*(F.count_if(F.col(name).isNull()).alias(name) for name in NUMBERS)))
    return {
        name: Span(low=of_name[0], middle=of_name[1], high=of_name[2], has_gaps=gaps[name] > 0)
        for name, of_name in zip(NUMBERS, ends, strict=True)
        if of_name
    }


def inside(scored: DataFrame, known: Mapping[str, Span]) -> dict[str, float]:
    """Return, by number, which share of the rows to be scored that have it lies in its span; 1 where none has it.

    Satisfaction is learned at the moment of a rating and asked for at any other, so a number such as the days since
    the last purchase may never have been seen at the size that most customers have by now.
    """
    if not known:
        return {}
    shares = [
        F.coalesce(F.avg(F.col(name).between(span.low, span.high).cast("double")), F.lit(1.0)).alias(name)
        for name, span in known.items()
    ]
    return one_row(scored.agg(*shares)).asDict()


def comparable(known: Mapping[str, Span], shares: Mapping[str, float]) -> dict[str, Span]:
    """Return the spans of the numbers that say the same of who is to be scored as of who was learned from."""
    return {name: span for name, span in known.items() if shares[name] >= LEAST_INSIDE}


def common(training: DataFrame) -> dict[str, list[str]]:
    """Return the commonest words of each column that has more than MOST_WORDS of them; of equals the first by name."""
    commonest = {}
    for name in WORDS:
        counts = training.groupBy(name).count().orderBy(F.col("count").desc(), name).limit(MOST_WORDS + 1).collect()
        if len(counts) > MOST_WORDS:
            commonest[name] = [row[name] for row in counts[:MOST_WORDS]]
    return commonest


def encoder(numbers: Mapping[str, Span], words: Mapping[str, Sequence[str]] | None = None) -> Pipeline:
    """Return the unfitted stages from the columns of `prepared` to `features`; none of them looks at the label.

    Args:
        numbers: the numeric columns to use. Beyond its span a number counts as the end of it; a missing one counts as
            the median, and that it is missing is an input of its own where it was so at training.
        words: of a column of many words those that are told apart, by `common`.
    """
    names = [*(f"{name}_filled" for name in numbers), *(f"{n}_missing" for n, span in numbers.items() if span.has_gaps)]
    word_columns, indexes, encoded = ([f"{name}_{end}" for name in WORDS] for end in ("word", "index", "encoded"))
    added = ", ".join([*number_inputs(numbers), *word_inputs(words or {})])
    return Pipeline(
        stages=[
            SQLTransformer(statement=f"select *, {added} from __THIS__"),
            StringIndexer(
                inputCols=word_columns, outputCols=indexes, handleInvalid="keep", stringOrderType="alphabetAsc"
            ),
            OneHotEncoder(inputCols=indexes, outputCols=encoded, handleInvalid="keep"),
            VectorAssembler(inputCols=[*names, *encoded], outputCol="features"),
        ]
    )


def word_inputs(words: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the SQL of the inputs that words become: the rarer words of a column count as one."""
    return [
        f"if({name} in ({', '.join(map(quote, words[name]))}), {name}, {quote(OTHERS)}) as {name}_word"
        if name in words
        else f"{name} as {name}_word"
        for name in WORDS
    ]


def number_inputs(numbers: Mapping[str, Span]) -> Sequence[str]:
    """Return the SQL of the inputs that numbers become."""
    values = [
        f"if({name} is null, {span.middle!r}d, least(greatest({name}, {span.low!r}d), {span.high!r}d)) as {name}_filled"
        for name, span in numbers.items()
    ]
    return [*values, *(f"double({n} is null) as {n}_missing" for n, span in numbers.items() if span.has_gaps)]
