"""A new local stack for one measurement: the real template, with no worker yet."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time

import boto3

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
REGION = "eu-central-1"
EXTRACT = "framezip-extract"
PAUSE = 0.5


class Stack:
    """The stack that runs in `folder`."""

    def __init__(self, folder, port):
        self.folder = folder
        self.endpoint = f"http://127.0.0.1:{port}"
        self.outputs = json.loads((folder / "outputs.json").read_text())
        self.pid = int((folder / "ministack.pid").read_text())

    def aws(self, service):
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return boto3.client(service, endpoint_url=self.endpoint, region_name=REGION, **keys)

    def limit_workers(self, most):
        """Sets how many jobs are extracted at once, at most."""
        functions = self.aws("lambda")
        found = functions.list_event_source_mappings(FunctionName=EXTRACT)["EventSourceMappings"]
        for mapping in found:
            scaling = {"MaximumConcurrency": most}
            functions.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig=scaling)

    def settle(self):
        """Waits until no job waits or is in flight: a worker cleans up after its video is ready."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        queue, queues = self.outputs["JobsQueueUrl"], self.aws("sqs")
        while True:
            counts = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
            if not any(int(counts[name]) for name in names):
                return
            time.sleep(PAUSE)

    def log(self):
        """Returns every line that the extract function logged, and that Lambda logged about it."""
        pages = self.aws("logs").get_paginator("filter_log_events")
        group = f"/aws/lambda/{EXTRACT}"
        return [
            event["message"]
            for page in pages.paginate(logGroupName=group)
            for event in page["events"]
        ]


@contextlib.contextmanager
def running(*parameters):
    """Runs a stack with these parameters of the template, each `Name=value`, and stops it at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # The stack would end a worker that is idle for long, and the kernel would drop its counters.
    kept = {**os.environ, "AWS_DEFAULT_REGION": REGION, "LAMBDA_WARM_TTL_SECONDS": "86400"}
    with tempfile.TemporaryDirectory(prefix="framezip-scale-") as name:
        local, folder = REPOSITORY / "local", pathlib.Path(name)
        try:
            words = [local / "start.sh", folder, str(port), *parameters]
            subprocess.run(words, env=kept, check=True)
            yield Stack(folder, port)
        finally:
            subprocess.run([local / "stop.sh", folder], check=True)
