"""Cost against size as small charts side by side: SVG by hand, both axes logarithmic."""
import html
import math

WIDTH, HEIGHT = 380, 250
LEFT, RIGHT, TOP, BOTTOM = 62, 20, 40, 46


def short(value):
    """1500 as 1.5k."""
    for limit, letter in ((1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:g}{letter}"
    return f"{value:g}" if value < 10 else f"{value:.0f}"


def decades(low, high):
    return [10.0**e for e in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]


def chart(title, unit, points, x0, y0):
    xs = decades(min(p[0] for p in points), max(p[0] for p in points))
    ys = decades(min(p[1] for p in points) / 1.5, max(p[1] for p in points) * 1.5)

    def place(x, y):
        across = (math.log10(x) - math.log10(xs[0])) / (math.log10(xs[-1]) - math.log10(xs[0]) or 1)
        up = (math.log10(y) - math.log10(ys[0])) / (math.log10(ys[-1]) - math.log10(ys[0]) or 1)
        return x0 + LEFT + across * (WIDTH - LEFT - RIGHT), y0 + HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    out = [f'<text x="{x0 + LEFT}" y="{y0 + 22}" class="title">{html.escape(title)}</text>']
    for x in xs:
        px, bottom = place(x, ys[0])
        out.append(f'<line x1="{px:.1f}" y1="{place(x, ys[-1])[1]:.1f}" x2="{px:.1f}" y2="{bottom:.1f}" class="grid"/>')
        out.append(f'<text x="{px:.1f}" y="{bottom + 16:.1f}" class="axis" text-anchor="middle">{short(x)}</text>')
    for y in ys:
        left, py = place(xs[0], y)
        out.append(f'<line x1="{left:.1f}" y1="{py:.1f}" x2="{place(xs[-1], y)[0]:.1f}" y2="{py:.1f}" class="grid"/>')
        out.append(f'<text x="{left - 6:.1f}" y="{py + 4:.1f}" class="axis" text-anchor="end">{short(y)}</text>')
    line = " ".join("{:.1f},{:.1f}".format(*place(*p)) for p in points)
    out.append(f'<polyline points="{line}" class="line"/>')
    for x, y in points:
        px, py = place(x, y)
        out.append(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3.5" class="dot"/>')
        out.append(f'<text x="{px:.1f}" y="{py - 9:.1f}" class="value" text-anchor="middle">{f"{y:,.0f}" if y >= 100 else f"{y:.3g}"}</text>')
    out.append(f'<text x="{x0 + (LEFT + WIDTH - RIGHT) / 2:.0f}" y="{y0 + HEIGHT - 10}" class="axis" text-anchor="middle">{html.escape(unit)}</text>')
    return out


def draw(charts):
    """charts: (title, unit of x, [(x, y), …]) each."""
    rows = (len(charts) + 1) // 2
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {rows * HEIGHT}" width="{2 * WIDTH}" height="{rows * HEIGHT}" '
           'role="img" aria-label="cost against size">',
           "<style>text{font-family:sans-serif;font-size:11px;fill:#333}.title{font-size:13px;font-weight:bold}.axis{fill:#666}"
           ".grid{stroke:#ddd;stroke-width:1}.line{fill:none;stroke:#0a6;stroke-width:2}.dot{fill:#0a6}</style>",
           '<rect width="100%" height="100%" fill="#fff"/>']
    for i, (title, unit, points) in enumerate(charts):
        out += chart(title, unit, points, i % 2 * WIDTH, i // 2 * HEIGHT)
    return "\n".join(out + ["</svg>", ""])
