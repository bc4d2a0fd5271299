"""Draws as SVG how figures grow with meters and with nodes: each as a multiple of its first."""

import math

PLOT = "img/growth.svg"  # beside the page
_WIDTH, _HEIGHT = 760, 400
_PANELS = {"meters": (70, 300), "nodes": (410, 300)}  # left edge and width
_TOP, _BOTTOM = 40, 96
_COLOURS = {"ingest": ("receipted/s", "#1f5fbf"), "final": ("final/s", "#7a4fa3"),
            "block": ("block time", "#b3452c"), "rss": ("memory", "#5a7d2b"),
            "start": ("start", "#c98a12")}  # fmt: skip
_STYLE = """\
  rect.page { fill: #ffffff }
  text { font: 13px 'DejaVu Sans', Verdana, sans-serif; fill: #222222 }
  .axis { stroke: #222222; fill: none }
  .grid { stroke: #e2e2e2; fill: none }
  .flat { stroke: #888888; stroke-dasharray: 5 4; fill: none }
  .line { fill: none; stroke-width: 2 }
"""


def series(report):
    """{"meters": {"final": [(9, 1.0), ...]}}: each value divided by the one of the fewest."""
    found = {}
    for figure in report["benchmarks"]:
        parts = figure["name"].split("/")
        if len(parts) != 4 or parts[0] != "growth":
            continue
        found.setdefault(parts[1], {}).setdefault(parts[3], []).append(
            (int(parts[2]), figure["value"]))  # fmt: skip
    return {of: {key: _relative(sorted(points)) for key, points in lines.items()}
            for of, lines in found.items()}  # fmt: skip


def _relative(points):
    first = points[0][1]
    return [(count, value / first) for count, value in points if first > 0 and value > 0]


class _Panel:
    """Logarithmic in both directions."""

    def __init__(self, left, width, lines):
        points = [point for line in lines.values() for point in line]
        self.counts = sorted({count for count, _ in points})
        ratios = [ratio for _, ratio in points]
        self._low = math.floor(math.log10(min(ratios)) - 0.05)
        self._high = math.ceil(math.log10(max(ratios)) + 0.05)
        self._left, self._width = left, width

    def x(self, count):
        span = math.log(self.counts[-1] / self.counts[0]) or 1
        part = math.log(count / self.counts[0]) / span
        return round(self._left + part * self._width, 1)

    def y(self, ratio):
        part = (math.log10(ratio) - self._low) / (self._high - self._low)
        return round(_HEIGHT - _BOTTOM - part * (_HEIGHT - _TOP - _BOTTOM), 1)

    def axes(self, title):
        left, right = self.x(self.counts[0]), self.x(self.counts[-1])
        bottom = self.y(10.0**self._low)
        parts = []
        for power in range(self._low, self._high + 1):
            kind, y = "flat" if power == 0 else "grid", self.y(10.0**power)
            parts += [f'<path class="{kind}" d="M{left} {y}H{right}"/>',
                      f'<text x="{left - 8}" y="{y + 4}" text-anchor="end">'
                      f'{10.0**power:g}</text>']  # fmt: skip
        for count in self.counts:
            parts.append(f'<text x="{self.x(count)}" y="{bottom + 20}" '
                         f'text-anchor="middle">{count}</text>')  # fmt: skip
        top = self.y(10.0**self._high)
        return [*parts, f'<path class="axis" d="M{left} {top}V{bottom}H{right}"/>',
                f'<text x="{(left + right) / 2}" y="{bottom + 42}" text-anchor="middle">'
                f'{title}</text>']  # fmt: skip

    def curve(self, key, points):
        colour = _COLOURS[key][1]
        path = "L".join(f"{self.x(count)} {self.y(ratio)}" for count, ratio in points)
        return [f'<path class="line" stroke="{colour}" d="M{path}"/>',
                *(f'<circle cx="{self.x(count)}" cy="{self.y(ratio)}" r="4" fill="{colour}"/>'
                  for count, ratio in points)]  # fmt: skip


def draw(report):
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-label="Readings a second, block '
        'time, memory and start as multiples of those of the smallest network">',
        f"<style>\n{_STYLE}</style>",
        f'<rect class="page" width="{_WIDTH}" height="{_HEIGHT}"/>',
        '<text x="16" y="22">multiple of the smallest; dashed: flat</text>',
    ]
    for of, lines in series(report).items():
        panel = _Panel(*_PANELS[of], lines)
        where = "meters of one node" if of == "meters" else "nodes on one machine"
        parts += panel.axes(where)
        for key, points in lines.items():
            parts += panel.curve(key, points)
    for place, (name, colour) in enumerate(_COLOURS.values()):
        x = 60 + 136 * place
        parts += [f'<circle cx="{x}" cy="{_HEIGHT - 20}" r="5" fill="{colour}"/>',
                  f'<text x="{x + 12}" y="{_HEIGHT - 15}">{name}</text>']  # fmt: skip
    return "\n".join([*parts, "</svg>", ""])
