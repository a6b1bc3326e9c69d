"""What no schema can tell of requests that are as they must be."""

from uuid import uuid4

import schemathesis
from hypothesis import strategies

# in the range of every option that takes one
schemathesis.openapi.format(
    "fraction",
    strategies.builds("{}/{}".format, strategies.integers(1, 1000), strategies.integers(1, 999)),
)


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    # a cursor is signed: none that is made up is taken
    if case.query:
        case.query.pop("cursor", None)
    # a key names one call: under the same, another body is refused
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = str(uuid4())
    # which URLs are good is no matter of patterns
    if case.path == "/webhook" and isinstance(case.body, dict):
        case.body["url"] = "https://nowhere.invalid/"
    # a range ends behind its start
    elif isinstance(case.body, dict):
        for video in case.body.get("videos", [case.body]):
            options = video.get("extraction")
            if options and options.get("from") is not None:
                options.pop("to", None)
