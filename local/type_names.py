"""Prints the type names that the workspace defines more than once outside tests, with their places: structs,
enums, unions, traits and type aliases. Associated types do not count. Exits 1 if there are any.
"""

import collections
import re
import sys

from rust_source import blocks, code, files, line_of

DEFINITION = re.compile(r"(?<![\w#$])(struct|enum|union|trait|type)\s+([A-Z]\w*)")
ITEM = re.compile(r"(?:#!?\[[^\]]*\]\s*|pub(?:\([^)]*\))?\s+|default\s+|unsafe\s+|auto\s+)*(\w+)")


def associated(text):
    """Returns the ranges of a text in which a `type` is an associated one: directly in an impl or a trait."""
    ranges, stack = [], []
    for position, brace, header in blocks(text):
        if stack and stack[-1][1]:
            ranges.append((stack[-1][0], position))
        if brace == "{":
            item = ITEM.match(header.strip())
            stack.append([position, bool(item and item[1] in ("impl", "trait"))])
        elif stack:
            stack.pop()
            if stack:
                stack[-1][0] = position
    return ranges


def definitions():
    for path in files():
        text = code(path)
        ranges = associated(text)
        for found in DEFINITION.finditer(text):
            kind, name = found.groups()
            inside = any(start < found.start() < end for start, end in ranges)
            if not (kind == "type" and inside):
                yield name, f"{path}:{line_of(text, found.start())}: {kind}"


places = collections.defaultdict(list)
for name, place in definitions():
    places[name].append(place)
repeated = {name: found for name, found in sorted(places.items()) if len(found) > 1}
for name, found in repeated.items():
    print(name, *found, sep="\n    ")
print(f"{len(repeated)} type names are defined more than once")
sys.exit(bool(repeated))
