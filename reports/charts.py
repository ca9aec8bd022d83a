"""Charts as inline SVG: real text, no scripts, no fonts of their own, the same bytes for the same numbers.

Every chart carries a title and a description for screen readers; colours are classes of the page's style sheet.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from reports import formats

WIDTH = 960
LABELS = 230
RIGHT = 76
BAR = 15
TICKS = 4
# A label longer than this would run into its bar at the page's font size.
LONGEST = 32
# Two or three columns would otherwise be as wide as the page.
WIDEST = 110
# Labels of columns stand so far apart at least.
LABEL_OF_COLUMN = 70


@dataclass(frozen=True)
class Bar:
    """One labelled row of a bar chart: a value per series, what is written beside each, and the tooltip of all."""

    label: str
    values: Sequence[float]
    texts: Sequence[str] = ()
    tip: str = ""


@dataclass(frozen=True)
class Chart:
    """What every chart needs to be read without being seen, its legend as (style class, name), its units across."""

    title: str
    description: str
    series: Sequence[tuple[str, str]] = field(default_factory=list)
    width: int = WIDTH


def grouped_bars(chart: Chart, bars: Sequence[Bar], top: float | None = None) -> Markup:
    """Return horizontal bars, one per series, below each other for each row; `top` is the value of the full width."""
    full = top or max((value for bar in bars for value in bar.values), default=0) or 1
    height_of_row = len(chart.series) * (BAR + 3) + 16
    parts = []
    for index, bar in enumerate(bars):
        y = index * height_of_row + 8
        middle = y + (height_of_row - 16) / 2
        parts.append(label(bar.label, middle))
        for place, ((style, _), value, text) in enumerate(zip(chart.series, bar.values, bar.texts, strict=True)):
            width = (WIDTH - LABELS - RIGHT) * min(value / full, 1)
            top_edge = y + place * (BAR + 3)
            parts.append(rectangle(LABELS, top_edge, width, BAR, style))
            parts.append(
                Markup('<text x="{}" y="{}" class="value">{}</text>').format(
                    number(LABELS + width + 8), number(top_edge + BAR - 3), text
                )
            )
    return picture(chart, len(bars) * height_of_row + 4, parts)


def stacked_bars(chart: Chart, bars: Sequence[Bar]) -> Markup:
    """Return horizontal bars of shares that fill the width; a share's text is written into it where there is room."""
    width, step = WIDTH - LABELS - RIGHT, 30
    parts = []
    for index, bar in enumerate(bars):
        y, x = index * step + 4, float(LABELS)
        parts.append(label(bar.label, y + 11))
        for (style, _), value, text in zip(chart.series, bar.values, bar.texts, strict=False):
            part = width * max(0.0, min(value, 1.0))
            parts.append(rectangle(x, y, part, 22, style))
            if part > 12 * len(text):
                parts.append(
                    Markup('<text x="{}" y="{}" class="inside on-{}">{}</text>').format(
                        number(x + part / 2), number(y + 15.5), style, text
                    )
                )
            x += part
        if len(bar.texts) > len(chart.series):
            parts.append(
                Markup('<text x="{}" y="{}" class="value">{}</text>').format(
                    number(LABELS + width + 10), number(y + 15.5), bar.texts[-1]
                )
            )
    return picture(chart, len(bars) * step + 4, parts)


def columns(chart: Chart, bars: Sequence[Bar], write: Callable[[float], str] = formats.short) -> Markup:
    """Return stacked vertical columns over an axis of round numbers."""
    left, height, base = 64, 190, 210
    top = axis_top(max((sum(bar.values) for bar in bars), default=0))
    step = min((chart.width - left - 8) / max(len(bars), 1), WIDEST)
    parts = []
    for tick in range(TICKS + 1):
        y = base - height * tick / TICKS
        parts.append(
            Markup('<line x1="{}" y1="{y}" x2="{}" y2="{y}" class="grid"/>').format(left, chart.width - 8, y=number(y))
        )
        parts.append(
            Markup('<text x="{}" y="{}" class="axis end">{}</text>').format(
                left - 10, number(y + 4), write(top * tick / TICKS)
            )
        )
    every = max(1, math.ceil(len(bars) / (chart.width // LABEL_OF_COLUMN)))
    for index, bar in enumerate(bars):
        x, y = left + index * step + step * 0.14, float(base)
        for (style, _), value in zip(chart.series, bar.values, strict=True):
            size = height * max(value, 0) / top
            y -= size
            parts.append(rectangle(x, y, step * 0.72, size, style, bar.tip))
        if index % every == 0:
            parts.append(
                Markup('<text x="{}" y="{}" class="axis middle">{}</text>').format(
                    number(x + step * 0.36), base + 20, bar.label
                )
            )
    return picture(chart, base + 30, parts)


def axis_top(value: float) -> float:
    """Return the smallest round number not below a value, one that four ticks divide well."""
    if value <= 0:
        return 1
    size = 10 ** math.floor(math.log10(value))
    return next(step * size for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * size >= value * (1 - 1e-9))


def picture(chart: Chart, height: float, parts: Sequence[Markup]) -> Markup:
    """Return the parts as one figure with its legend."""
    legend = Markup("").join(
        Markup('<span class="key"><i class="{}"></i>{}</span>').format(style, name) for style, name in chart.series
    )
    return Markup(
        '<figure><figcaption><b>{title}</b><span class="legend">{legend}</span></figcaption>'
        '<div class="scroll"><svg viewBox="0 0 {width} {height}" role="img" aria-label="{description}">'
        "<title>{title}</title><desc>{description}</desc>{parts}</svg></div></figure>"
    ).format(
        title=chart.title,
        legend=legend,
        width=chart.width,
        height=number(height),
        description=chart.description,
        parts=Markup("").join(parts),
    )


def label(text: str, middle: float) -> Markup:
    """Return the label of a row, cut where it would not fit; the whole text is its tooltip."""
    shown = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return Markup('<text x="{}" y="{}" class="label end"><title>{}</title>{}</text>').format(
        LABELS - 12, number(middle + 4.5), text, shown
    )


def rectangle(x: float, y: float, width: float, height: float, style: str, tip: str = "") -> Markup:
    """Return one bar, with its tooltip where it has one."""
    place = (number(x), number(y), number(width), number(height), style)
    if not tip:
        return Markup('<rect x="{}" y="{}" width="{}" height="{}" class="{}"/>').format(*place)
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" class="{}"><title>{}</title></rect>').format(*place, tip)


def number(value: float) -> str:
    """Return a coordinate with at most one decimal, so that equal numbers are equal bytes."""
    return f"{value:.1f}".removesuffix(".0")
