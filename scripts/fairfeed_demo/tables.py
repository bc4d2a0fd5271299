"""Figures and tables for people."""

from datetime import datetime, timezone

_BARS = "▁▂▃▄▅▆▇█"


def kwh(watt_hours, sign=""):
    return f"{watt_hours / 1000:{sign},.2f}"


def kw(watts):
    return f"{watts / 1000:.2f}"


def percent(ppm):
    return f"{ppm / 10_000:.1f} %"


def money(micro):
    """An amount in hundredths of the currency; an amount that rounds to zero is "0.00"."""
    hundredths = round(micro / 10_000)
    return f"{hundredths / 100:,.2f}"


def grid_time(seconds, form="%a %H:%M"):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime(form)


def bars(values):
    """One character for each value: '·' for zero, a higher bar for more."""
    top = max(values, default=0)
    if top <= 0:
        return "·" * len(values)
    return "".join(
        "·" if value <= 0 else _BARS[min(len(_BARS) - 1, value * len(_BARS) // (top + 1))]
        for value in values
    )


def table(alignment, rows, indent="  "):
    """Lines of a table; `alignment` has an l or r for each column."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(alignment))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if side == "l" else cell.rjust(width)
            for side, cell, width in zip(alignment, row, widths)
        ]
        lines.append((indent + "  ".join(cells)).rstrip())
    return lines


def counted(count, what):
    return f"{count:,} {what}" + ("" if count == 1 else "s")
