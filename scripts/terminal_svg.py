"""Draws the output of a command as a terminal in SVG, for README.md.

    scripts/demo 2>&1 | tee run.txt
    python3 scripts/terminal_svg.py 'scripts/demo' < run.txt > docs/img/demo.svg
"""

import sys
from html import escape

_FONT_PX = 13
_CHARACTER_PX = 7.83  # advance of the usual monospace fonts at this size
_LINE_PX = 18
_MARGIN_PX = 18
_BAR_PX = 30
_STYLE = """\
  .frame { fill: #14181f }
  .bar { fill: #232a35 }
  text { font: 13px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #d3dae4;
         white-space: pre }
  .prompt { fill: #7ee0a1 }
  .heading { fill: #8ec7ff; font-weight: 600 }
  .good { fill: #7ee0a1; font-weight: 600 }
  .quiet { fill: #8b96a5 }
"""


def _class_of(line):
    if line.startswith("$ "):
        return "prompt"
    if line.startswith("Everything sent is final"):
        return "good"
    if line.startswith(("window ", "draining", "verifying")):
        return "quiet"
    is_heading = line[:1].isupper() and not line.startswith(" ")
    return "heading" if is_heading else ""


def draw(lines):
    width = round(max(map(len, lines)) * _CHARACTER_PX) + 2 * _MARGIN_PX
    height = _BAR_PX + len(lines) * _LINE_PX + 2 * _MARGIN_PX
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img" aria-label="A run of scripts/demo">',
        f"<style>\n{_STYLE}</style>",
        f'<rect class="frame" width="{width}" height="{height}" rx="8"/>',
        f'<path class="bar" d="M0 8a8 8 0 0 1 8-8h{width - 16}a8 8 0 0 1 8 8v22H0z"/>',
    ]
    for place, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        parts.append(f'<circle cx="{20 + 20 * place}" cy="15" r="6" fill="{colour}"/>')
    for number, line in enumerate(lines):
        if not line:
            continue
        y = _BAR_PX + _MARGIN_PX + number * _LINE_PX + _FONT_PX
        # Exact advances align columns and bars in any font.
        length = round(len(line) * _CHARACTER_PX)
        parts.append(
            f'<text class="{_class_of(line)}" x="{_MARGIN_PX}" y="{y}" textLength="{length}" '
            f'lengthAdjust="spacingAndGlyphs" xml:space="preserve">{escape(line)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    shown = ["$ " + sys.argv[1], *sys.stdin.read().rstrip().split("\n")]
    sys.stdout.write(draw(shown))
