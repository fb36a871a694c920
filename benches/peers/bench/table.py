"""A table on standard output."""


def show(title, columns, rows):
    """`columns` maps headings to what they show of a row; a row that failed shows its reason instead."""
    lines = [list(columns)]
    for row in rows:
        lines.append([row["name"], row["failed"]] if "cpu_micros" not in row else [cell(of, row) for of in columns.values()])
    widths = [max((len(line[at]) for line in lines if len(line) == len(columns)), default=0) for at in range(len(columns))]
    print(f"\n{title}")
    for line in lines:
        padded = [text.ljust(width) if at == 0 else text.rjust(width) for at, (text, width) in enumerate(zip(line, widths))]
        print("  " + ("  ".join(padded) if len(line) == len(columns) else f"{line[0].ljust(widths[0])}  {line[1]}"), flush=True)


def cell(of, row):
    try:
        return of(row)
    except (KeyError, ZeroDivisionError):
        return "-"


def busy(row):
    """How much of its core a server used: much less than all says that it is the load that is slow."""
    return f"{row['requests_per_second'] * row['cpu_micros'] / 1e4:.0f} %"
