#!/usr/bin/env python3
"""Compares framezip with its peers, and writes docs/BENCH.md and the charts in docs/charts.

`bench.py --extract target/release/examples/extract [--only h264] [--peers pyav] [--runs 1]`
`bench.py --charts`

The whole benchmark takes about 40 minutes on two cores. The first run takes a quarter of an hour
more to make the inputs. A partial run prints its tables, unless `--out` names a file.
`--charts` draws the charts again from docs/BENCH.md and measures nothing.
"""

import argparse
import pathlib
import shutil
import sys

import charts
import inputs
import report
from contenders import OURS, contenders, pyav_python
from measure import Failed, compared

DOCUMENT = report.REPOSITORY / "docs" / "BENCH.md"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--extract", help="measure with this build of the example `extract`")
    action.add_argument("--charts", action="store_true", help="draw the charts from docs/BENCH.md")
    parser.add_argument("--only", default="", help="the inputs whose names contain this")
    parser.add_argument("--peers", help="some of ffmpeg-fps,ffmpeg-seek,pyav; framezip always runs")
    parser.add_argument("--runs", type=int, default=3, help="runs of each contender on each input")
    parser.add_argument("--out", type=pathlib.Path, help="docs/BENCH.md if everything is measured")
    given = parser.parse_args()
    if given.runs < 1:
        parser.error("--runs must be 1 or more")
    if given.extract and not pathlib.Path(given.extract).is_file():
        parser.error(f"{given.extract} does not exist")
    return parser, given


def main():
    parser, given = arguments()
    if given.charts:
        print(f"wrote {charts.write(DOCUMENT)}")
    else:
        benchmark(parser, given)


def benchmark(parser, given):
    wanted = [item for item in inputs.inputs() if given.only in item.name]
    if not wanted:
        parser.error(f"no input's name contains {given.only!r}")
    extract = pathlib.Path(given.extract).resolve()
    names = [contender.name for contender in contenders(extract, None)]
    chosen = names if given.peers is None else [OURS, *filter(None, given.peers.split(","))]
    if unknown := set(chosen) - set(names):
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")

    if not shutil.which("ffmpeg"):
        sys.exit("ffmpeg is missing: local/install-packages.sh ffmpeg")
    inputs.prepare(wanted)
    python = pyav_python(inputs.folder()) if "pyav" in chosen else None
    measured = [contender for contender in contenders(extract, python) if contender.name in chosen]
    results = [result for item in wanted for result in compared(item, measured, given.runs)]

    written = report.text(results, python)
    whole = not given.only and given.peers is None
    out = given.out or (DOCUMENT if whole else None)
    if out is None:
        print(written)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(written)
    print(f"wrote {out}")
    if whole:
        print(f"wrote {charts.write(out)}")
    print(report.bars_table(results))


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(str(failure))
