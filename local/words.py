"""Prints where the repository uses a word or phrase of words.txt, with the reason to avoid it. Exits 1 if it
does. Names count too: camel case and snake case are split into words.
"""

import fnmatch
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
FILES = [
    *["*.rs", "*.py", "*.sh", "*.md", "*.yaml", "*.yml", "*.toml", "*.c", "*.css", "Makefile", ".ci/run"],
    *["web/*.ts", "web/*.tsx", "web/*.mjs"],  # elsewhere, .ts files are videos
]


class Phrase:
    def __init__(self, text, reason):
        self.text, self.reason, self.exceptions = text, reason, []
        words = r"\s+".join(map(re.escape, text.split()))
        self.pattern = re.compile(rf"(?<![A-Za-z0-9]){words}(?![A-Za-z0-9])", re.IGNORECASE)

    def is_allowed(self, path, line):
        return any(
            fnmatch.fnmatch(path, files) and (text == "*" or text in line)
            for files, text in self.exceptions
        )


def phrases():
    found = []
    for line in (HERE / "words.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        if not fields[0]:
            _, files, text, _reason = fields
            found[-1].exceptions.append((files, text))
        else:
            text, reason = fields
            found.append(Phrase(text, reason))
    return found


def main():
    listed = subprocess.run(
        ["git", "ls-files", *FILES], cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=True
    )
    count, banned = 0, phrases()
    for path in listed.stdout.splitlines():
        lines = (HERE.parent / path).read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", line)
            for phrase in banned:
                if phrase.pattern.search(words) and not phrase.is_allowed(path, line):
                    count += 1
                    print(f"{path}:{number}: {phrase.text}: {phrase.reason}")
    print(f"{count} words or phrases to avoid")
    return bool(count)


if __name__ == "__main__":
    sys.exit(main())
