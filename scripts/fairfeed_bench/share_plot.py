"""Draws as SVG the surplus left against the generation curtailed needlessly: a line for every
basis and resolution, a dot for every margin."""

_WIDTH, _HEIGHT = 760, 480
_LEFT, _TOP, _RIGHT, _BOTTOM = 64, 24, 250, 56
_MOST_NEEDLESS, _MOST_LEFT = 6.0, 80.0
_GOAL_NEEDLESS, _GOAL_LEFT = 2.3, 15.0
_BASES = {
    "previous_window": ("the window before", "#b3452c"),
    "same_window_yesterday": ("yesterday", "#c98a12"),
    "mean_of_past_days": ("mean of past days", "#5a7d2b"),
    "expected": ("expected", "#1f5fbf"),
    "foresight": ("perfect foresight", "#666666"),
}
_STYLE = """\
  rect.page { fill: #ffffff }
  text { font: 13px 'DejaVu Sans', Verdana, sans-serif; fill: #222222 }
  .axis { stroke: #222222; fill: none }
  .grid { stroke: #e2e2e2; fill: none }
  .goal { fill: #dff0df }
  .line { fill: none; stroke-width: 2 }
  .window { stroke-dasharray: 5 4 }
"""


def _x(needless):
    return round(_LEFT + needless / _MOST_NEEDLESS * (_WIDTH - _LEFT - _RIGHT), 1)


def _y(left):
    return round(_HEIGHT - _BOTTOM - left / _MOST_LEFT * (_HEIGHT - _TOP - _BOTTOM), 1)


def _axes():
    parts = [f'<rect class="goal" x="{_x(0)}" y="{_y(_GOAL_LEFT)}" '
             f'width="{_x(_GOAL_NEEDLESS) - _x(0):.1f}" '
             f'height="{_y(0) - _y(_GOAL_LEFT):.1f}"/>']  # fmt: skip
    for tick in range(0, int(_MOST_NEEDLESS) + 1):
        parts += [f'<path class="grid" d="M{_x(tick)} {_y(0)}V{_y(_MOST_LEFT)}"/>',
                  f'<text x="{_x(tick)}" y="{_y(0) + 18}" '
                  f'text-anchor="middle">{tick}</text>']  # fmt: skip
    for tick in range(0, int(_MOST_LEFT) + 1, 20):
        parts += [f'<path class="grid" d="M{_x(0)} {_y(tick)}H{_x(_MOST_NEEDLESS)}"/>',
                  f'<text x="{_x(0) - 8}" y="{_y(tick) + 4}" '
                  f'text-anchor="end">{tick}</text>']  # fmt: skip
    middle = (_x(0) + _x(_MOST_NEEDLESS)) / 2
    return [*parts,
            f'<path class="axis" d="M{_x(0)} {_y(_MOST_LEFT)}V{_y(0)}H{_x(_MOST_NEEDLESS)}"/>',
            f'<text x="{middle}" y="{_HEIGHT - 14}" text-anchor="middle">curtailed needlessly, '
            '% of generation</text>',
            f'<text transform="translate(18 {_y(_MOST_LEFT / 2)}) rotate(-90)" '
            'text-anchor="middle">left standing, % of surplus</text>']  # fmt: skip


def _series(runs):
    """The points of each basis and resolution, by ascending margin."""
    series = {}
    for run in sorted(runs, key=lambda run: run["margin"]):
        point = run["needless_percent"], run["left_percent"]
        series.setdefault((run["basis"], run["resolution"]), []).append(point)
    return series


def _curve(colour, resolution, points):
    seen = [(x, y) for x, y in points if x <= _MOST_NEEDLESS and y <= _MOST_LEFT]
    path = "L".join(f"{_x(x)} {_y(y)}" for x, y in seen)
    kind = "line window" if resolution == "window" else "line"
    parts = [f'<path class="{kind}" stroke="{colour}" d="M{path}"/>'] if len(seen) > 1 else []
    fill = "#ffffff" if resolution == "window" else colour
    return parts + [f'<circle cx="{_x(x)}" cy="{_y(y)}" r="4" fill="{fill}" stroke="{colour}" '
                    'stroke-width="2"/>' for x, y in seen]  # fmt: skip


def _legend():
    x = _x(_MOST_NEEDLESS) + 24
    parts = []
    for place, (name, colour) in enumerate(_BASES.values()):
        y = _TOP + 16 + 22 * place
        parts += [f'<circle cx="{x}" cy="{y - 4}" r="5" fill="{colour}"/>',
                  f'<text x="{x + 14}" y="{y}">{name}</text>']  # fmt: skip
    y = _TOP + 16 + 22 * len(_BASES) + 12
    notes = ("filled, full line: by quarter hour", "hollow, dashed: by window",
             "a dot for every margin", "green: the goal")  # fmt: skip
    return parts + [f'<text x="{x - 6}" y="{y + 20 * place}">{note}</text>'
                    for place, note in enumerate(notes)]  # fmt: skip


def draw(runs):
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-label="Surplus left standing against '
        'generation curtailed needlessly, by basis, resolution and margin">',
        f"<style>\n{_STYLE}</style>",
        f'<rect class="page" width="{_WIDTH}" height="{_HEIGHT}"/>',
        *_axes(),
    ]
    for (basis, resolution), points in _series(runs).items():
        parts += _curve(_BASES[basis][1], resolution, points)
    return "\n".join([*parts, *_legend(), "</svg>", ""])
