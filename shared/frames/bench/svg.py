"""The elements of an SVG chart: the page with its styles, texts, and marks in a contender's colour."""

from html import escape

WIDTH = 720
MARGIN = 24

# Each rule with its colour in light and in dark mode. The page paints its own background, because an
# image does not know the background of the document around it.
COLOURS = (
    (".page{{fill:{}}}", "#ffffff", "#0d1117"),
    (".page{{stroke:{}}}", "#d1d9e0", "#3d444d"),
    (".rule{{stroke:{}}}", "#e4e8ec", "#262c36"),
    ("text{{fill:{}}}", "#1f2328", "#f0f6fc"),
    (".note{{fill:{}}}", "#59636e", "#9198a1"),
    (".framezip{{color:{}}}", "#0969da", "#4493f8"),
    (".ffmpeg{{color:{}}}", "#57606a", "#9198a1"),
    (".pyav{{color:{}}}", "#8c959f", "#6e7681"),
)
FONT = "system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif"
SHAPES = (
    f"text{{font:12px {FONT}}}"
    ".title{font-size:17px;font-weight:600}"
    ".head{font-size:13px;font-weight:600}"
    ".strong{font-weight:600}"
    ".mark{fill:currentColor}"
    "path.mark{fill:none;stroke:currentColor;stroke-width:2}"
)


def page(name, height, title, description, marks):
    """Returns the whole file. Screen readers read `title` and `description`."""
    light = "".join(rule.format(colour) for rule, colour, _ in COLOURS)
    dark = "".join(rule.format(colour) for rule, _, colour in COLOURS)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{name}-title {name}-desc">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-desc">{escape(description)}</desc>',
        "<style>",
        light,
        SHAPES,
        f"@media(prefers-color-scheme:dark){{{dark}}}",
        "</style>",
        f'<rect class="page" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1}" rx="8"/>',
        *marks,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def heading(title, note):
    return [text(MARGIN, 40, title, "title"), text(MARGIN, 61, note, "note")]


def text(x, y, words, style="", anchor="start"):
    style = f' class="{style}"' if style else ""
    anchor = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{number(x)}" y="{number(y)}"{style}{anchor}>{escape(words)}</text>'


def horizontal_rule(left, right, y):
    """A hairline, placed so that it covers one row of pixels."""
    return f'<path class="rule" d="M{number(left)} {round(y) + 0.5}H{number(right)}"/>'


def bar(x, y, width, height, style):
    return (
        f'<rect class="mark {style}" x="{number(x)}" y="{number(y)}" width="{number(width)}" '
        f'height="{number(height)}" rx="2"/>'
    )


def line(points, style):
    """A line with a dot at each of its points, which are pairs of x and y."""
    path = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    dots = [
        f'<circle class="mark {style}" cx="{number(x)}" cy="{number(y)}" r="4"/>' for x, y in points
    ]
    return [f'<path class="mark {style}" d="M{path}"/>', *dots]


def number(value):
    """A tenth of a pixel is enough, and keeps the file small."""
    return f"{round(value, 1):g}"
