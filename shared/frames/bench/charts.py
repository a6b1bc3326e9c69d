"""docs/charts: the times and the peaks of memory in docs/BENCH.md, as two small charts.

They are drawn from the document, not from the measurements, so they always agree with it.
"""

import dataclasses
import itertools
import math

import inputs
import svg
from contenders import OURS

# The rows of the table in README.md.
TIME_INPUTS = ("h264-60s", "hevc-60s", "h264-10min", "av1-10min")
# The same video in several lengths, shortest first.
MEMORY_INPUTS = ("h264-60s", "h264-10min", "h264-60min")
CODECS = {"h264": "H.264", "hevc": "HEVC", "av1": "AV1"}


@dataclasses.dataclass(frozen=True)
class Shown:
    """A contender of the charts: its name in the document, its label, and the style of its marks."""

    contender: str
    label: str
    style: str

    @property
    def text_style(self):
        return "strong" if self.contender == OURS else "note"


SHOWN = (
    Shown(OURS, "framezip", "framezip"),
    Shown("ffmpeg-fps", "ffmpeg", "ffmpeg"),
    Shown("pyav", "PyAV", "pyav"),
)


@dataclasses.dataclass(frozen=True)
class Group:
    """One input and its figure for each contender, in the order of `SHOWN`."""

    item: inputs.Input
    figures: list

    @property
    def length(self):
        minutes = self.item.seconds // 60
        return "1 minute" if minutes == 1 else f"{minutes} minutes"

    @property
    def task(self):
        return f"{self.length}, {self.item.interval}"

    def sentence(self, form):
        """The figures for screen readers; `form` adds the unit."""
        figures = [f"{shown.label} {form(figure)}" for shown, figure in self.pairs()]
        return f"{CODECS[self.item.codec]}, {self.task}: {', '.join(figures)}."

    def pairs(self):
        return zip(SHOWN, self.figures, strict=True)


def write(document):
    """Draws both charts into the folder `charts` next to `document`, and returns the folder.

    Inputs that the document does not have are left out.
    """
    rows = measured_rows(document.read_text())
    folder = document.parent / "charts"
    folder.mkdir(exist_ok=True)
    (folder / "time.svg").write_text(time_chart(groups(rows, TIME_INPUTS, "time s")))
    (folder / "memory.svg").write_text(memory_chart(groups(rows, MEMORY_INPUTS, "peak MB")))
    return folder


def measured_rows(text):
    """The rows of all tables that compare contenders, by input and contender."""
    rows, head = {}, None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if not line.startswith("|"):
            head = None
        elif head is None:
            head = cells
        elif head[:2] == ["input", "contender"]:
            rows[cells[0], cells[1]] = dict(zip(head, cells, strict=True))
    return rows


def groups(rows, names, column):
    items = {item.name: item for item in inputs.inputs()}
    return [
        Group(items[name], [float(rows[name, shown.contender][column]) for shown in SHOWN])
        for name in names
        if all((name, shown.contender) in rows for shown in SHOWN)
    ]


# ---- time ------------------------------------------------------------------------------------------

PANEL_TOP = 98
PANEL_GAP = 40
GROUP_HEIGHT = 88
BAR_HEIGHT, BAR_PITCH = 14, 19
NAME_WIDTH, VALUE_WIDTH = 70, 54


def time_chart(shown_groups):
    """Panels side by side, one for each length; in each, one group of bars for each input."""
    panels = [list(panel) for _, panel in itertools.groupby(shown_groups, lambda group: group.task)]
    width = (svg.WIDTH - 2 * svg.MARGIN - PANEL_GAP * (len(panels) - 1)) / len(panels)
    title = "Time to extract the frames"
    note = "Seconds, shorter is better. 1080p30, 2 threads each. Each side has its own scale."
    marks = svg.heading(title, note)
    for at, panel in enumerate(panels):
        marks += time_panel(svg.MARGIN + at * (width + PANEL_GAP), width, panel)
    height = PANEL_TOP + max(map(len, panels)) * GROUP_HEIGHT + svg.MARGIN
    sentences = [group.sentence(seconds) for group in shown_groups]
    return svg.page("time", height, title, " ".join([note, *sentences]), marks)


def time_panel(left, width, panel):
    scale = (width - NAME_WIDTH - VALUE_WIDTH) / max(max(group.figures) for group in panel)
    start = left + NAME_WIDTH
    marks = [
        svg.text(left, PANEL_TOP, panel[0].task, "head"),
        svg.horizontal_rule(left, left + width, PANEL_TOP + 9),
    ]
    for at, group in enumerate(panel):
        top = PANEL_TOP + 14 + at * GROUP_HEIGHT
        marks.append(svg.text(left, top + 15, CODECS[group.item.codec]))
        for place, (shown, time) in enumerate(group.pairs()):
            y = top + 23 + place * BAR_PITCH
            length = time * scale
            marks += [
                svg.text(left, y + 11, shown.label, shown.text_style),
                svg.bar(start, y, length, BAR_HEIGHT, shown.style),
                svg.text(start + length + 7, y + 11, seconds(time), shown.text_style),
            ]
    return marks


def seconds(time):
    return f"{time:.1f} s"


# ---- memory ----------------------------------------------------------------------------------------

PLOT_LEFT, PLOT_RIGHT = 104, 580
PLOT_TOP, PLOT_BOTTOM = 108, 262
GRID_LEFT, GRID_RIGHT = 56, 604
GRID_MEGABYTES = 50
LABEL_PITCH = 16


def memory_chart(shown_groups):
    """One line for each contender over the length of the video."""
    title = "Peak memory against the length of the video"
    video = f"1080p30 {CODECS[shown_groups[0].item.codec]}"
    note = f"MB, lower is better. {video}, 2 threads each. Lengths on a logarithmic scale."
    highest = max(max(group.figures) for group in shown_groups)

    def level(peak):
        return PLOT_BOTTOM - peak / highest * (PLOT_BOTTOM - PLOT_TOP)

    marks = svg.heading(title, note)
    for peak in range(0, int(highest) + 1, GRID_MEGABYTES):
        marks.append(svg.horizontal_rule(GRID_LEFT, GRID_RIGHT, level(peak)))
        marks.append(svg.text(GRID_LEFT - 10, round(level(peak)) + 4, str(peak), "note", "end"))
    places = positions([group.item.seconds for group in shown_groups])
    for at, shown in enumerate(SHOWN):
        levels = [level(group.figures[at]) for group in shown_groups]
        marks += svg.line(list(zip(places, levels, strict=True)), shown.style)
    for x, group in zip(places, shown_groups, strict=True):
        marks += point_labels(x, group, level)
    marks += line_labels([level(peak) for peak in shown_groups[-1].figures])
    sentences = [group.sentence(megabytes) for group in shown_groups]
    return svg.page("memory", PLOT_BOTTOM + 62, title, " ".join([note, *sentences]), marks)


def positions(lengths):
    logarithms = [math.log(length) for length in lengths]
    span = logarithms[-1] - logarithms[0] or 1
    scale = (PLOT_RIGHT - PLOT_LEFT) / span
    return [PLOT_LEFT + (logarithm - logarithms[0]) * scale for logarithm in logarithms]


def point_labels(x, group, level):
    """The task below the plot, and each peak: the highest above its point, the others below."""
    marks = [
        svg.text(x, PLOT_BOTTOM + 22, group.length, "strong", "middle"),
        svg.text(x, PLOT_BOTTOM + 38, group.item.interval, "note", "middle"),
    ]
    for shown, peak in group.pairs():
        y = level(peak) + (-10 if peak == max(group.figures) else 19)
        marks.append(svg.text(x, y, f"{peak:.0f}", shown.text_style, "middle"))
    return marks


def line_labels(levels):
    """Names at the right ends of the lines, moved down where they would overlap."""
    marks, lowest = [], -math.inf
    for y, shown in sorted(zip(levels, SHOWN, strict=True), key=lambda pair: pair[0]):
        lowest = max(y, lowest + LABEL_PITCH)
        style = "mark framezip strong" if shown.contender == OURS else shown.text_style
        marks.append(svg.text(GRID_RIGHT + 12, lowest + 4, shown.label, style))
    return marks


def megabytes(peak):
    return f"{peak:.0f} MB"
