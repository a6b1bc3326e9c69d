// Verifies a request to a webhook with the reference library: verify-webhook.mjs SECRET < REQUEST
//
// REQUEST is the request as it came over HTTP/1.1. Prints the event's type; fails if the signature is not valid.

import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const [head = "", body = ""] = readFileSync(0, "utf8").split("\r\n\r\n");
const headers = Object.fromEntries(
  head
    .split("\r\n")
    .slice(1)
    .map((line) => line.split(": "))
    .map(([name = "", value = ""]) => [name.toLowerCase(), value]),
);
console.log(new Webhook(process.argv[2] ?? "").verify(body, headers).type);
