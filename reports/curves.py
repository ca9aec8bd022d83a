"""Reliability curves as inline SVG: what came true against what was predicted, and the diagonal of a perfect model."""

from collections.abc import Sequence

from markupsafe import Markup

from reports.charts import Chart, figure, number
from reports.formats import count, percent
from reports.model_queries import Point

# In units of the drawing, which is about as wide as a phone and never drawn larger than in pixels.
WIDTH, SIDE = 398, 310
LEFT, TOP = 60, 34
# The area of a dot follows the rows behind it, within what can be seen and does not hide others.
SMALLEST, LARGEST = 2.5, 9.0


def reliability(title: str, curves: Sequence[tuple[str, str, Sequence[Point]]]) -> Markup:
    """Return a figure of curves, each a style class, a name, and its points in the order of their tenths."""
    most = max((point.held_out_rows for _, _, points in curves for point in points), default=1)
    parts = [*axes(), line("perfect", [(0.0, 0.0), (1.0, 1.0)])]
    for style, name, points in curves:
        places = [(float(point.predicted_share), float(point.happened_share)) for point in points]
        parts.append(line(style, places))
        for point, place in zip(points, places, strict=True):
            size = max(SMALLEST, LARGEST * (point.held_out_rows / most) ** 0.5)
            parts.append(dot(style, place, size, f"{name}: {point_text(point)}"))
    spoken = "; ".join(f"{name}: {', '.join(map(point_text, points))}" for _, name, points in curves)
    chart = Chart(title, spoken, [(style, name) for style, name, _ in curves])
    drawing = Markup('<svg class="square" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    return figure(chart, drawing.format(WIDTH, TOP + SIDE + 44, spoken, Markup("").join(parts)))


def point_text(point: Point) -> str:
    """Return a point in words."""
    return (
        f"predicted {percent(point.predicted_share, 1)}, came true {percent(point.happened_share, 1)} "
        f"of {count(point.held_out_rows)}"
    )


def axes() -> list[Markup]:
    """Return the grid, its shares and what stands on which side."""
    parts = []
    for quarter in range(5):
        share = quarter / 4
        (x, y), text = at((share, share)), percent(share)
        grid = Markup('<line x1="{}" y1="{}" x2="{}" y2="{}" class="grid"/>')
        parts += [
            grid.format(number(x), TOP, number(x), TOP + SIDE),
            grid.format(LEFT, number(y), LEFT + SIDE, number(y)),
            Markup('<text x="{}" y="{}" class="axis middle">{}</text>').format(number(x), TOP + SIDE + 18, text),
            Markup('<text x="{}" y="{}" class="axis end">{}</text>').format(LEFT - 10, number(y + 4), text),
        ]
    below = Markup('<text x="{}" y="{}" class="axis middle">predicted</text>').format(LEFT + SIDE // 2, TOP + SIDE + 38)
    above = Markup('<text x="{}" y="{}" class="axis">came true</text>').format(LEFT - 44, TOP - 16)
    return [*parts, below, above]


def at(place: tuple[float, float]) -> tuple[float, float]:
    """Return where two shares, predicted and happened, are drawn."""
    return LEFT + SIDE * place[0], TOP + SIDE * (1 - place[1])


def line(style: str, places: Sequence[tuple[float, float]]) -> Markup:
    """Return a line through places."""
    points = " ".join(f"{number(x)},{number(y)}" for x, y in map(at, places))
    return Markup('<polyline points="{}" class="{}"/>').format(points, style)


def dot(style: str, place: tuple[float, float], size: float, text: str) -> Markup:
    """Return a dot with its tooltip."""
    x, y = at(place)
    return Markup('<circle cx="{}" cy="{}" r="{}" class="{}"><title>{}</title></circle>').format(
        number(x), number(y), number(size), style, text
    )
