"""Verifies signed messages with PyPI's standardwebhooks: a JSON list on stdin, a list of verdicts on stdout."""

import json
import sys

from standardwebhooks import Webhook, WebhookVerificationError


def verify(case):
    headers = {
        "webhook-id": case["id"],
        "webhook-timestamp": case["timestamp"],
        "webhook-signature": case["signature"],
    }
    try:
        Webhook(case["secret"]).verify(case["body"], headers)
    except WebhookVerificationError:
        return False
    return True


print(json.dumps([verify(case) for case in json.load(sys.stdin)]))
