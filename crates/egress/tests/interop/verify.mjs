// Verifies signed messages with npm's standardwebhooks: a JSON list on stdin, a list of verdicts on stdout.
// The argument is the folder that holds node_modules.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(resolve(process.argv[2], "package.json"));
const { Webhook, WebhookVerificationError } = require("standardwebhooks");

function verify({ secret, id, timestamp, signature, body }) {
  const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
  try {
    new Webhook(secret).verify(body, headers);
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false;
    throw error;
  }
  return true;
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(verify)));
