"""Rules for valid requests that a schema cannot say, and a check of all errors' words."""

import os
import re
from uuid import uuid4

import schemathesis
from hypothesis import strategies

# in the range of every option that accepts a fraction
schemathesis.openapi.format(
    "fraction",
    strategies.builds("{}/{}".format, strategies.integers(1, 1000), strategies.integers(1, 999)),
)

# words of libraries and of Rust, which mean nothing to a client; "none" in quotes is a value of our own
FOREIGN = re.compile(
    r"untagged|\b[iu](8|16|32|64|128|size)\b|\bf(32|64)\b|invalid (digit|type|value|length|character)"
    r"|\bexpected\b|unknown (field|variant)|missing field|duplicate field|did not match|\bvariant\b"
    r"|trailing (characters|comma)|\bEOF\b|at line \d+ column|control character \(|provided string"
    r"|out of range|relative URL|serde|axum|uuid|hyper|tokio|\bstruct\b|\benum\b|\btuple\b|\bsequence\b"
    r"|::|\bSome\(|\bNone\b|\bOk\(|\bErr\(|panicked|deserializ|serializ|parse error|invalid utf",
    re.IGNORECASE,
)


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    # a cursor contains a digest, so a random one is refused
    if case.query:
        case.query.pop("cursor", None)
    # a key belongs to one call: with the same key, another body is refused
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid4())
    # no pattern says which URLs are valid
    if case.path == "/webhook" and isinstance(case.body, dict):
        case.body["url"] = "https://nowhere.invalid/"
    elif isinstance(case.body, dict):
        for video in case.body.get("videos", [case.body]):
            options = video.get("extraction")
            if options:
                settle(options)


def settle(options):
    """Makes options valid where the schema does not say what is."""
    # a number has at most six decimals
    for name in ("every", "fps", "from", "to"):
        if name in options:
            options[name] = rounded(options[name])
    if options.get("at"):
        options["at"] = [rounded(place) for place in options["at"]]
    # a range ends after its start
    if options.get("from") is not None:
        options.pop("to", None)


def rounded(number):
    return round(number, 6) if isinstance(number, float) else number


@schemathesis.check
def errors_are_in_our_words(ctx, response, case):
    """Checks that an error says in our words which field is wrong, and names each field once."""
    if not response.headers.get("content-type", [""])[0].startswith("application/problem+json"):
        return
    problem = response.json()
    errors = problem.get("errors", [])
    with open(os.environ["FRAMEZIP_DETAILS"], "a", encoding="utf-8") as seen:
        for text in [problem["detail"], *(error["detail"] for error in errors)]:
            seen.write(text.replace("\n", " ") + "\n")
    for error in errors:
        found = FOREIGN.search(error["detail"].replace('"none"', ""))
        assert not found, f"{error} has a word of a library: {found.group()}"
    # the detail of a wrong field repeats its name, which the client chose
    if not errors:
        found = FOREIGN.search(problem["detail"])
        assert not found, f"{problem['detail']} has a word of a library: {found.group()}"
    fields = [error["field"] for error in errors]
    assert len(fields) == len(set(fields)), f"a field is named twice: {fields}"
    if problem["code"] == "invalid_request":
        assert errors, f"no field is named: {problem}"
