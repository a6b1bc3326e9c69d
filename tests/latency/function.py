"""The deployed api function, run by this script."""

import subprocess
import tempfile
import time

from client import Failed
from runtime_api import RuntimeApi, Silent
from stack import REGION, REPOSITORY

NAME = "framezip-api"
BUILT = REPOSITORY / ".aws-sam" / "build" / "ApiFunction"
LOG_SHOWN = 2000


class Function:
    """The deployed function: its ARN and the environment that Lambda gives its processes, with the
    credentials of its own role and with `endpoint` instead of AWS. It inherits no other variable.
    """

    def __init__(self, stack, endpoint):
        deployed = stack.aws("lambda").get_function_configuration(FunctionName=NAME)
        role, logging = deployed["Role"], deployed["LoggingConfig"]
        session = stack.aws("sts").assume_role(RoleArn=role, RoleSessionName=NAME)["Credentials"]
        self.arn = deployed["FunctionArn"]
        self.variables = {
            **deployed["Environment"]["Variables"],
            "AWS_ACCESS_KEY_ID": session["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": session["SecretAccessKey"],
            "AWS_SESSION_TOKEN": session["SessionToken"],
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_LAMBDA_FUNCTION_NAME": NAME,
            "AWS_LAMBDA_FUNCTION_VERSION": deployed["Version"],
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(deployed["MemorySize"]),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_FORMAT": logging["LogFormat"],
            "AWS_LAMBDA_LOG_LEVEL": logging["ApplicationLogLevel"],
            "AWS_LAMBDA_LOG_GROUP_NAME": logging["LogGroup"],
            "AWS_LAMBDA_LOG_STREAM_NAME": "latency",
            "LAMBDA_TASK_ROOT": str(BUILT),
            "_HANDLER": deployed["Handler"],
        }


class Process:
    """A process of the function. When the block is entered, it has polled for its first event."""

    def __init__(self, function):
        self.function = function

    def __enter__(self):
        self.api, self.log = RuntimeApi(self.function.arn), tempfile.TemporaryFile()
        own = {**self.function.variables, "AWS_LAMBDA_RUNTIME_API": self.api.address}
        words = [BUILT / "bootstrap"]
        began = time.perf_counter_ns()
        self.child = subprocess.Popen(words, env=own, stdout=self.log, stderr=self.log)
        try:
            # The nanoseconds from its start to its first poll.
            self.cold = self.or_failed(self.api.polled) - began
        except Failed:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()
        self.api.close()
        self.log.close()

    def invoke(self, event):
        """Returns the answer once the process has polled again, so that it always waits for an event."""
        answer = self.or_failed(self.api.invoke, event)
        self.or_failed(self.api.polled)
        if not answer.good:
            raise Failed(f"the function failed: {answer.body.decode()}")
        return answer

    def or_failed(self, ask, *words):
        try:
            return ask(*words)
        except Silent as silence:
            self.log.seek(0)
            log = self.log.read()[-LOG_SHOWN:].decode(errors="replace")
            raise Failed(f"{silence}\n{log}") from None
