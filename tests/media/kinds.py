#!/usr/bin/env python3
"""Prints one line of kinds.json: the right results for a file, known from how it was made.

Arguments: FILE KIND NUMBERS WHY [FIELDS…]. NUMBERS are the numbers that the frames show, such as
"10-19 40-59", or empty if they are not certain. FIELDS are JSON objects with further fields. Two of these
are for this script: `rate` (frames a second, by default 25), and `resume`, which gives a frame its time;
later frames continue from there at that rate: {"10": 0.8}. `times` is left out if FIELDS has it as null.
"""

import json
import sys
from fractions import Fraction


def ranges(text):
    found = []
    for part in text.split():
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def main():
    file, kind, text, why = sys.argv[1:5]
    further = {}
    for fields in sys.argv[5:]:
        further.update(json.loads(fields) or {})
    rate = Fraction(further.pop("rate", 25))
    resume = {int(frame): Fraction(str(at)) for frame, at in further.pop("resume", {}).items()}
    facts = {"kind": int(kind)}
    if text:
        numbers, times, at = ranges(text), [], Fraction(0)
        for frame in range(len(numbers)):
            at = resume.get(frame, at)
            times.append(round(float(at), 6))
            at += 1 / rate
        facts.update(options={"fps": 25}, numbers=numbers, times=times)
        facts.update(duration=round(float(at), 6))
    facts.update(further, why=why)
    facts = {name: value for name, value in facts.items() if value is not None}
    print(json.dumps({file: facts}, ensure_ascii=False, separators=(",", ":"))[1:-1])


if __name__ == "__main__":
    main()
