#!/usr/bin/env python3
"""Measures the api function alone and writes docs/LATENCY.md.

`latency.py --framezip target/release/framezip`, with shared/frames/bench and tests/scale on
PYTHONPATH, after `make build`. It takes half a minute. Nothing else should run on the machine
meanwhile. It fails if an answer is wrong, but not if a bar is missed.
"""

import argparse
import json
import pathlib
import sys
import urllib.request

import page
import report
from client import EMAIL, Client, Failed
from figures import PROCESSES, REQUESTS, UNMEASURED, Figures, Request
from function import Function, Process
from proxy import Proxy
from stack import REPOSITORY, running

FUNCTIONS = ["api", "enqueue", "extract", "notify", "deliver", "reconcile"]
VIDEO, OPTIONS = REPOSITORY / "tests" / "media" / "sample.mp4", ("--every", "1")
CALL = "DynamoDB_20120810.GetItem"
LINKS = ["download", "poster"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--framezip", type=pathlib.Path, required=True, help="the built command")
    given = parser.parse_args()
    if not given.framezip.is_file():
        parser.error(f"{given.framezip} is not there")
    return given


def ready_video(program, stack):
    """Makes a video ready and returns it as the deployed api shows it."""
    client = Client(program, stack)
    client.sign_up()
    return client.wait(client.upload(VIDEO, OPTIONS), lambda _: None)


def read_event(video):
    """Returns the event that API Gateway sends for `GET /videos/{id}` of the owner."""
    event = json.loads((REPOSITORY / "events" / "api.json").read_text())
    context, route, path = event["requestContext"], "GET /videos/{id}", f"/videos/{video['id']}"
    del event["queryStringParameters"]
    event |= {"routeKey": route, "rawPath": path, "rawQueryString": ""}
    event["pathParameters"] = {"id": video["id"]}
    context["routeKey"], context["http"]["path"] = route, path
    claims = context["authorizer"]["jwt"]["claims"]
    claims |= {"sub": video["owner"], "cognito:username": video["owner"], "email": EMAIL}
    return json.dumps(event).encode()


class Reader:
    """Asks processes for the video and checks that they answer as the deployed function does."""

    def __init__(self, video, proxy):
        self.video, self.proxy = video, proxy
        self.event = read_event(video)

    def asked(self, process):
        answer = process.invoke(self.event)
        calls = self.proxy.taken()
        view = viewed(answer.body)
        if without_links(view) != without_links(self.video):
            raise Failed(f"the video is not what the deployed function shows: {view}")
        if [call.target for call in calls] != [CALL]:
            raise Failed(f"expected exactly one {CALL}: {calls}")
        return view, Request(answer.ended - answer.began, calls[0].nanoseconds)


def viewed(body):
    """Returns the video in an answer to API Gateway."""
    answer = json.loads(body)
    if answer["statusCode"] != 200:
        raise Failed(f"the answer is not 200: {answer}")
    return json.loads(answer["body"])


def without_links(view):
    """Returns what is the same in all answers: of a link its fields, but not their values."""
    return view | {name: view.get(name, {}).keys() for name in LINKS}


def measured(program):
    with running() as stack:
        proxy = Proxy(stack.endpoint)
        function = Function(stack, proxy.endpoint)
        reader = Reader(ready_video(program, stack), proxy)
        cold, first = [], []
        for _ in range(PROCESSES):
            with Process(function) as process:
                if calls := proxy.taken():
                    raise Failed(f"requests before the first event: {calls}")
                cold.append(process.cold)
                first.append(reader.asked(process)[1])
        with Process(function) as process:
            for _ in range(UNMEASURED):
                reader.asked(process)
            asked = [reader.asked(process) for _ in range(REQUESTS)]
        follow(asked[-1][0]["download"])
        return Figures(cold, first, [request for _, request in asked], zip_sizes(stack))


def zip_sizes(stack):
    """Returns the sizes of all functions' zips, which `sam deploy` made."""
    configured = stack.aws("lambda").get_function_configuration
    return {name: configured(FunctionName=f"framezip-{name}")["CodeSize"] for name in FUNCTIONS}


def follow(download):
    """Checks that a link from the measured process works."""
    with urllib.request.urlopen(download["url"]) as answer:
        if len(answer.read()) != download["bytes"]:
            raise Failed("the link to the zip gives another length")


def main():
    figures = measured(arguments().framezip.resolve())
    out = REPOSITORY / "docs" / "LATENCY.md"
    out.write_text(page.text(figures, report.machine()))
    print(f"wrote {out}")
    print(page.bars_table(figures))


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(str(failure))
