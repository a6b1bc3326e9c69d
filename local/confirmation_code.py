"""Prints the newest confirmation code mailed to an address, from the local stack's mail on stdin."""

import json
import re
import sys

address = sys.argv[1]
messages = json.load(sys.stdin)
messages = messages.get("messages", messages) if isinstance(messages, dict) else messages
for message in reversed(messages):
    text = json.dumps(message)
    code = re.search(r"\b\d{6}\b", text)
    if address in text and code:
        print(code.group())
        break
else:
    sys.exit(f"no confirmation code was mailed to {address}")
