"""The workspace's Rust code as the checks in this folder read it: without comments, strings and tests."""

import functools
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent

# The text that is blanked: comments, strings and characters. A lifetime is not a character.
TOKENS = re.compile(
    r"""//[^\n]* | (?P<block>/\*) | \b[bc]?r(?P<hashes>\#*)"(?:.|\n)*?"(?P=hashes)
    | [bc]?"(?:\\(?:.|\n)|[^"\\])*" | b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\\n])'""",
    re.VERBOSE,
)
TEST = re.compile(r"#\[\s*(?:cfg\(\s*(?:all\(\s*)?test\b|(?:\w+::)*test\b)")
MODULE = re.compile(r"\bmod\s+(\w+)\s*$")
# Folders of tests, and of programs that are no part of a crate.
NOT_SOURCE = {"tests", "benches", "examples"}


def files():
    """Returns the tracked Rust files outside tests, as paths relative to the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.rs"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
    )
    paths = [pathlib.Path(line) for line in listed.stdout.splitlines()]
    paths = [path for path in paths if (ROOT / path).exists() and not is_test(path)]
    for_tests = {path for source in paths for path in read(source)[1]}
    return [path for path in paths if not ({path, *path.parents} & for_tests)]


def is_test(path):
    return bool(NOT_SOURCE & set(path.parts)) or path.name == "tests.rs"


def code(path):
    """Returns a file's text, with comments, strings and tests replaced by spaces. Lines stay where they are."""
    return read(path)[0]


@functools.cache
def read(path):
    """Returns a file's code, and the files and folders of the modules that it has for tests only."""
    return without_tests(path, without_text((ROOT / path).read_text(encoding="utf-8")))


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_text(text):
    parts, end = [], 0
    while token := TOKENS.search(text, end):
        start, stop = token.span()
        if token["block"]:
            stop = end_of_comment(text, start)
        parts += [text[end:start], blank(text[start:stop])]
        end = stop
    return "".join([*parts, text[end:]])


def end_of_comment(text, start):
    """Returns the end of a block comment. Such comments nest."""
    depth = 0
    for mark in re.finditer(r"/\*|\*/", text[start:]):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return start + mark.end()
    return len(text)


def without_tests(path, text):
    parts, end, for_tests = [], 0, set()
    while test := TEST.search(text, end):
        # the item after the attribute ends with its block, or with a semicolon before that
        item = re.compile(r"[{;]").search(text, test.end())
        stop = item.end() if item else len(text)
        if item and item.group() == "{":
            stop = end_of_block(text, item.start())
        elif module := MODULE.search(text[test.end() : item.start() if item else stop]):
            folder = path.parent if path.stem in ("lib", "main", "mod") else path.with_suffix("")
            for_tests |= {folder / f"{module[1]}.rs", folder / module[1]}
        parts += [text[end : test.start()], blank(text[test.start() : stop])]
        end = stop
    return "".join([*parts, text[end:]]), for_tests


def end_of_block(text, start):
    depth = 0
    for brace in re.finditer(r"[{}]", text[start:]):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return start + brace.end()
    return len(text)


def blocks(text):
    """Returns the blocks that a text opens and closes: each brace with its position and, for an opening one,
    the header before it."""
    end = 0
    for mark in re.finditer(r"[{};]", text):
        if mark.group() == "{":
            yield mark.start(), "{", text[end : mark.start()]
        elif mark.group() == "}":
            yield mark.start(), "}", ""
        end = mark.end()


def line_of(text, position):
    return text.count("\n", 0, position) + 1
