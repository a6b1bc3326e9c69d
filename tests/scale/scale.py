#!/usr/bin/env python3
"""Measures long videos on a local stack and writes docs/SCALE.md.

`scale.py --framezip target/release/framezip [--only sparse] [--to 1500]`, with shared/frames/bench
on PYTHONPATH, after `make build`.

It takes about a quarter of an hour on two cores. Nothing else should run on the machine. It needs 12 GB
of memory, because the stack keeps its objects there. The figures are kept in the cache; `--figures`
writes the document from them again.
"""

import argparse
import dataclasses
import json
import pathlib
import shutil
import sys

import document
import inputs
import report
from cases import cases
from client import Failed
from runs import Run, measured


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--framezip", type=pathlib.Path, help="the built command")
    parser.add_argument("--only", default="", help="cases whose names have this in them")
    parser.add_argument("--to", type=int, help="where the 2-hour video ends, in seconds")
    parser.add_argument("--figures", action="store_true", help="those of the last whole run")
    given = parser.parse_args()
    if not given.figures and not (given.framezip and given.framezip.is_file()):
        parser.error("--framezip must name the built command")
    return given


def measure(given, wanted):
    """Returns the figures of these cases in the form that is kept as JSON."""
    if not shutil.which("ffmpeg"):
        sys.exit("ffmpeg is missing: local/install-packages.sh ffmpeg")
    inputs.prepare([case.item for case in wanted])
    machine = report.versions(None)
    runs = [measured(case, given.framezip.resolve()) for case in wanted]
    return {
        "to": given.to,
        "machine": machine,
        "runs": [dataclasses.asdict(run) for run in runs],
    }


def main():
    given = arguments()
    kept = inputs.folder() / "scale.json"
    if given.figures:
        figures = json.loads(kept.read_text())
    else:
        wanted = [case for case in cases(given.to) if given.only in case.name]
        figures = measure(given, wanted)
        if given.only:
            print(json.dumps(figures["runs"], indent=2))
            return
        kept.write_text(json.dumps(figures, indent=2))
    runs = {run["case"]: Run(**run) for run in figures["runs"]}
    out = report.REPOSITORY / "docs" / "SCALE.md"
    out.write_text(document.text(cases(figures["to"]), runs, figures["machine"]))
    print(f"wrote {out}")


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(str(failure))
