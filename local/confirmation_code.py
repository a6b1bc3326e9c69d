"""Prints the newest confirmation code mailed to an address, from the local stack's mail on stdin."""

import json
import re
import sys

address = sys.argv[1]
accounts = json.load(sys.stdin)["messages"]
for mail in reversed([mail for mails in accounts.values() for mail in mails]):
    code = re.search(r"\b\d{6}\b", mail["BodyText"])
    if address in mail["To"] and code:
        print(code.group())
        break
else:
    sys.exit(f"no confirmation code was mailed to {address}")
