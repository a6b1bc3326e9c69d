"""A user who uses the real command `framezip`."""

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request

from stack import REPOSITORY

EMAIL = "scale@example.com"
# The pause between two looks at the video, in seconds: how exactly its time is measured.
PAUSE = 1.0


class Failed(Exception):
    """The command failed, or the video did."""


class Client:
    """A user of a stack. `program` is the built command."""

    def __init__(self, program, stack):
        self.program, self.stack = program, stack
        own = {
            "FRAMEZIP_API": stack.outputs["ApiUrl"],
            "FRAMEZIP_CONFIG_DIR": str(stack.folder / "client"),
            "FRAMEZIP_PASSWORD": f"Aa1-{secrets.token_urlsafe(12)}",
        }
        self.environment = {**os.environ, **own}

    def run(self, *words):
        command = [self.program, "--json", "--quiet", *words]
        ended = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        if ended.returncode:
            raise Failed(f"framezip {words[0]} failed: {ended.stderr or ended.stdout}")
        return ended.stdout

    def sign_up(self):
        self.run("sign-up", "--email", EMAIL)
        with urllib.request.urlopen(f"{self.stack.endpoint}/_ministack/ses/messages") as answer:
            mails = answer.read()
        script = [sys.executable, REPOSITORY / "local" / "confirmation_code.py", EMAIL]
        code = subprocess.run(script, input=mails, stdout=subprocess.PIPE, check=True)
        self.run("confirm", "--email", EMAIL, code.stdout.decode().strip())
        self.run("sign-in", "--email", EMAIL)

    def upload(self, path, options):
        """Uploads a file and returns the video's id once the last byte is sent."""
        return json.loads(self.run("upload", path, *options))["video"]["id"]

    def wait(self, video, seen):
        """Waits until a video is ready. Calls `seen` with its progress, or None, at each look."""
        while True:
            view = json.loads(self.run("status", video))
            if view["status"] == "ready":
                return view
            seen(view.get("progress"))
            time.sleep(PAUSE)

    def download(self, video, path):
        self.run("download", video, "--output", path)
