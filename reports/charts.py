"""Charts as inline SVG: values in, markup out; no scripts, no fonts of their own, the same bytes for the same numbers.

Lengths across are percentages, so that a chart is as wide as the page and its text keeps its size on a phone. Text that
may be long is HTML and wraps. Colours are classes of `templates/charts.css`, which a page with charts includes; what a
colour says is also written, beside the bar, above the column or in its tooltip.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from reports import formats

# Pixels: of a chart on a phone, on paper or a tablet, and on a desk, and at most of a character. Text that has no room
# on the narrower ones carries the class of the first that shows it.
WIDTHS, CHARACTER = {"": 250, " wide": 500, " desk": 860}, 8
BAR, GAP = 15, 3
STACK = 22
# Of columns: where they stand, how high the highest may be, and the widest share of the width that one takes.
BASE, HEIGHT, WIDEST = 210, 184, 16
TICKS = 4


@dataclass(frozen=True)
class Bar:
    """One labelled row or column: a value per series, what is written beside each, and the tooltip of all.

    Without a tooltip of its own each part says its series and its value.
    """

    label: str
    values: Sequence[float]
    texts: Sequence[str] = ()
    tip: str = ""


@dataclass(frozen=True)
class Chart:
    """What every chart needs to be read without being seen, and its legend as (style class, name)."""

    title: str
    description: str
    series: Sequence[tuple[str, str]] = field(default_factory=list)


def grouped_bars(chart: Chart, bars: Sequence[Bar], top: float | None = None) -> Markup:
    """Return horizontal bars, one per series, below each other for each row; `top` is the value of the full width."""
    full = top or max((value for bar in bars for value in bar.values), default=0) or 1
    longest = 100 - room([text for bar in bars for text in bar.texts])
    rows = []
    for bar in bars:
        parts = []
        for place, ((style, name), value, text) in enumerate(zip(chart.series, bar.values, bar.texts, strict=True)):
            y, width = place * (BAR + GAP), longest * min(max(value, 0) / full, 1)
            parts.append(rectangle((0, y), (width, BAR), style, bar.tip or f"{bar.label}, {name}: {text}"))
            parts.append(text_beside(width, y + BAR - 3, text))
        rows.append(row(bar.label, len(chart.series) * (BAR + GAP) - GAP, parts))
    return figure(chart, table_of_bars(chart, rows))


def stacked_bars(chart: Chart, bars: Sequence[Bar]) -> Markup:
    """Return horizontal bars of shares that fill the width; a share's text is written into it where there is room.

    A text more than there are series is written beside the whole bar.
    """
    count = len(chart.series)
    longest = 100 - room([text for bar in bars for text in bar.texts[count:]])
    rows = []
    for bar in bars:
        x, parts = 0.0, []
        for (style, name), value, text in zip(chart.series, bar.values, bar.texts, strict=False):
            part = longest * max(0.0, min(value, 1.0))
            if part:
                parts.append(rectangle((x, 0), (part, STACK), style, bar.tip or f"{bar.label}, {name}: {text}"))
            if part * WIDTHS[""] / 100 > CHARACTER * len(text):
                parts.append(
                    Markup('<text x="{}%" y="15.5" class="inside on-{}">{}</text>').format(
                        number(x + part / 2), style, text
                    )
                )
            x += part
        parts += [text_beside(longest, 15.5, text) for text in bar.texts[count:]]
        rows.append(row(bar.label, STACK, parts))
    return figure(chart, table_of_bars(chart, rows))


def columns(chart: Chart, bars: Sequence[Bar], write: Callable[[float], str] = formats.short) -> Markup:
    """Return stacked vertical columns over an axis of round numbers, the sum of each above it where all have room.

    Where all are counts, the numbers of the axis are whole.
    """
    totals = [sum(bar.values) for bar in bars]
    top = axis_top(max(totals, default=0))
    if all(total == int(total) for total in totals):
        top = TICKS * math.ceil(top / TICKS)
    step = min(100 / max(len(bars), 1), WIDEST)
    parts = axis(top, write)
    sums = [write(total) if total else "" for total in totals]
    labelled = spacing([bar.label for bar in bars], step)
    summed = spacing(sums, step)
    for index, (bar, text) in enumerate(zip(bars, sums, strict=True)):
        x, y = index * step, float(BASE)
        for (style, name), value in zip(chart.series, bar.values, strict=True):
            size = HEIGHT * max(value, 0) / top
            y -= size
            tip = bar.tip or f"{bar.label}, {name}: {write(value)}"
            if size:
                parts.append(rectangle((x + step * 0.14, y), (step * 0.72, size), style, tip))
        for kind in [kind for kind, every in summed.items() if text and every == 1][:1]:
            parts.append(text_around(x + step / 2, y - 5, text, "value" + kind))
        for kind in [kind for kind, every in labelled.items() if index % every == 0][:1]:
            parts.append(text_around(x + step / 2, BASE + 20, bar.label, "axis" + kind))
    drawing = Markup('<svg class="plot" height="{}" role="img" aria-label="{}">{}</svg>')
    return figure(chart, drawing.format(BASE + 30, chart.description, Markup("").join(parts)))


def usual_range(measured: float, usual: tuple[float | None, float | None, float | None], tip: str) -> Markup:
    """Return a small picture of a value as a dot beside the usual ones: a band from low to high, a line at the middle.

    Args:
        measured: the value.
        usual: low, middle and high; what is None is not drawn.
        tip: the tooltip, which says all of them.
    """
    low, middle, high = usual
    known = [value for value in (measured, low, middle, high) if value is not None]
    first, last = min(0.0, *known), max(*known, 0.0)

    def at(value: float) -> float:
        return 4 + 92 * (value - first) / ((last - first) or 1)

    parts = [Markup('<line x1="0" y1="9" x2="100%" y2="9" class="grid"/>')]
    if low is not None and high is not None:
        parts.append(rectangle((at(low), 4), (max(at(high) - at(low), 1), 10), "usual"))
    if middle is not None:
        parts.append(Markup('<line x1="{0}%" y1="2" x2="{0}%" y2="16" class="middle"/>').format(number(at(middle))))
    parts.append(Markup('<circle cx="{}%" cy="9" r="5" class="bad"/>').format(number(at(measured))))
    return Markup('<svg class="range" height="18" role="img" aria-label="{0}"><title>{0}</title>{1}</svg>').format(
        tip, Markup("").join(parts)
    )


def axis_top(value: float) -> float:
    """Return the smallest round number not below a value, one that four ticks divide well."""
    if value <= 0:
        return 1
    size = 10 ** math.floor(math.log10(value))
    return next(step * size for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * size >= value * (1 - 1e-9))


def axis(top: float, write: Callable[[float], str]) -> list[Markup]:
    """Return the lines of a vertical axis from 0 to a top, with their numbers to the left of the plot."""
    line = Markup(
        '<line x1="0" y1="{0}" x2="100%" y2="{0}" class="grid"/><text x="-8" y="{1}" class="axis end">{2}</text>'
    )
    places = [(BASE - HEIGHT * tick / TICKS, write(top * tick / TICKS)) for tick in range(TICKS + 1)]
    return [line.format(number(y), number(y + 4), text) for y, text in places]


def spacing(texts: Sequence[str], step: float) -> dict[str, int]:
    """Return which of the texts below each other's column have room: every how many, by the class of the width.

    Those that a narrower chart shows stand on the wider ones, too.
    """
    longest, every = CHARACTER * max(map(len, texts), default=0) + 4, 1
    found = {}
    for kind, width in reversed(WIDTHS.items()):
        every *= max(1, math.ceil(longest / (step / 100 * width * every)))
        found[kind] = every
    return {kind: found[kind] for kind in WIDTHS}


def room(texts: Sequence[str]) -> float:
    """Return the share of the width, in percent, that the longest text beside a bar needs on a phone."""
    longest = max(map(len, texts), default=0)
    return min(100 * (CHARACTER * longest + 10) / WIDTHS[""], 70) if longest else 0


def figure(chart: Chart, body: Markup) -> Markup:
    """Return a drawing below its title and legend."""
    keys = [Markup('<span class="key"><i class="{}"></i>{}</span>').format(*series) for series in chart.series]
    return Markup('<figure><figcaption><b>{}</b><span class="legend">{}</span></figcaption>{}</figure>').format(
        chart.title, Markup("").join(keys), body
    )


def table_of_bars(chart: Chart, rows: Sequence[Markup]) -> Markup:
    """Return labelled rows, which are one picture to who cannot see it."""
    return Markup('<div class="bars" role="img" aria-label="{}">{}</div>').format(
        chart.description, Markup("").join(rows)
    )


def row(label: str, height: float, parts: Sequence[Markup]) -> Markup:
    """Return one row: its label, and to the right of it, on a phone below it, its bars."""
    return Markup('<div class="row"><span class="label">{}</span><svg height="{}">{}</svg></div>').format(
        label, number(height), Markup("").join(parts)
    )


def text_beside(x: float, y: float, text: str) -> Markup:
    """Return what is written to the right of a bar."""
    return Markup('<text x="{}%" y="{}" dx="7" class="value">{}</text>').format(number(x), number(y), text)


def text_around(x: float, y: float, text: str, kind: str) -> Markup:
    """Return text around a place."""
    return Markup('<text x="{}%" y="{}" class="middle {}">{}</text>').format(number(x), number(y), kind, text)


def rectangle(place: tuple[float, float], size: tuple[float, float], style: str, tip: str = "") -> Markup:
    """Return one bar with its tooltip; its place and size across are percentages, upright they are pixels."""
    title = Markup("<title>{}</title>").format(tip) if tip else ""
    return Markup('<rect x="{}%" y="{}" width="{}%" height="{}" class="{}">{}</rect>').format(
        number(place[0]), number(place[1]), number(size[0]), number(size[1]), style, title
    )


def number(value: float) -> str:
    """Return a coordinate with at most two decimals, so that equal numbers are equal bytes."""
    return f"{value:.2f}".rstrip("0").removesuffix(".")
