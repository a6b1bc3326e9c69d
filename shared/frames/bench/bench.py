#!/usr/bin/env python3
"""Compares framezip with its peers in one run, and writes docs/BENCH.md.

`bench.py --extract target/release/examples/extract [--only h264] [--peers pyav] [--runs 1]`

A full run takes about half an hour on two cores. The first run takes a quarter of an hour more to
make the inputs. The results of a partial run are printed, unless `--out` names a file.
"""

import argparse
import pathlib
import shutil
import sys

import inputs
import report
from contenders import OURS, contenders, pyav_python
from measure import Failed, compared


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--extract", required=True, help="path of the built example `extract`")
    parser.add_argument("--only", default="", help="measure inputs with this in their names")
    parser.add_argument("--peers", help="peers, separated by commas: ffmpeg-fps,ffmpeg-seek,pyav")
    parser.add_argument("--runs", type=int, default=3, help="runs of each contender")
    parser.add_argument("--out", type=pathlib.Path, help="default: docs/BENCH.md for a full run")
    given = parser.parse_args()
    if given.runs < 1:
        parser.error("--runs must be 1 or more")
    if not pathlib.Path(given.extract).is_file():
        parser.error(f"{given.extract} does not exist")
    return parser, given


def main():
    parser, given = arguments()
    wanted = [item for item in inputs.inputs() if given.only in item.name]
    if not wanted:
        parser.error(f"no input has {given.only!r} in its name")
    everyone = contenders(pathlib.Path(given.extract).resolve(), None)
    names = [contender.name for contender in everyone]
    peers = names if given.peers is None else [OURS, *filter(None, given.peers.split(","))]
    if unknown := set(peers) - set(names):
        parser.error(f"no such peer: {', '.join(sorted(unknown))}")

    if not shutil.which("ffmpeg"):
        sys.exit("ffmpeg is missing: local/install-packages.sh ffmpeg")
    inputs.prepare(wanted)
    python = pyav_python(inputs.folder()) if "pyav" in peers else None
    everyone = contenders(pathlib.Path(given.extract).resolve(), python)
    field = [contender for contender in everyone if contender.name in peers]
    results = [result for item in wanted for result in compared(item, field, given.runs)]

    written = report.text(results, python)
    whole = not given.only and given.peers is None
    out = given.out or (report.REPOSITORY / "docs" / "BENCH.md" if whole else None)
    if out is None:
        print(written)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(written)
    print(f"wrote {out}")
    print(report.bars_table(results))


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(str(failure))
