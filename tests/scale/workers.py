"""CPU time and memory of the processes of the extract function, as the kernel counts them."""

import contextlib
import os
import pathlib
import threading

from stack import EXTRACT

JIFFIES = os.sysconf("SC_CLK_TCK")
PAUSE = 1.0


def cpu_seconds(pid):
    """Returns the user and system time since the process started."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / JIFFIES


def peak_bytes(pid):
    """Returns the most memory that was resident at once."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


class Watch:
    """Looks at a stack's workers again and again, so that the figures of those that end are kept."""

    def __init__(self, stack):
        self.stack = stack
        self.cpu, self.peaks = {}, {}
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.stack_before = cpu_seconds(self.stack.pid)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.stack_cpu = cpu_seconds(self.stack.pid) - self.stack_before

    def watch(self):
        while not self.over.wait(PAUSE):
            self.look()
        self.look()

    def look(self):
        for entry in pathlib.Path("/proc").iterdir():
            if entry.name.isdigit():
                # the process may end meanwhile
                with contextlib.suppress(OSError, StopIteration):
                    self.look_at(entry)

    def look_at(self, entry):
        if entry.name in self.cpu or self.is_worker(entry):
            cpu, peak = cpu_seconds(entry.name), peak_bytes(entry.name)
            self.cpu[entry.name], self.peaks[entry.name] = cpu, peak

    def is_worker(self, entry):
        wanted = {
            f"AWS_ENDPOINT_URL={self.stack.endpoint}".encode(),
            f"AWS_LAMBDA_FUNCTION_NAME={EXTRACT}".encode(),
        }
        return wanted <= set((entry / "environ").read_bytes().split(b"\0"))
