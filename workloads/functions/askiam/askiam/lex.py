"""LexConnector: turns a conversation into a request, and the decision into a sentence."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any

from askiam.answers import BadRequestError, answer, body_of, is_api
from askiam.aws import client
from askiam.logs import log

#: Seconds that the orchestrator may take; Lex itself waits no longer than 30.
PATIENCE = 12
_SLOTS = ("UserName", "ApplicationName", "RoleName")


def fulfil(event: Mapping[str, Any], ask: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Lex V2's answer to a filled intent: closed, fulfilled or failed, with one message.

    https://docs.aws.amazon.com/lexv2/latest/dg/lambda-response-format.html

    Args:
        event: Lex V2's event.
        ask: Gives the orchestrator's answer to a request.

    Raises:
        BadRequestError: It is no event of Lex V2 with the three slots.
    """
    try:
        intent = event["sessionState"]["intent"]
        user, application, role = (intent["slots"][slot]["value"]["interpretedValue"] for slot in _SLOTS)
    except (KeyError, TypeError):
        raise BadRequestError("an event of Lex V2 with the slots UserName, ApplicationName and RoleName") from None
    reply = ask(
        {
            "user_id": user,
            "raw_request": f"I need {role} in {application}",
            "request_context": {"session_id": event.get("sessionId")},
            "answer_within": PATIENCE,
        }
    )
    body = json.loads(reply["body"])
    status = body.get("status", "ERROR")
    said = {
        "VALID": f"{user} may have {role} in {application}. The role will be granted.",
        "INVALID": f"{user} cannot have {role} in {application}: {body.get('reason', 'no reason given')}.",
        "PENDING": f"This takes longer. Ask again with the number {body.get('request_id')}.",
    }.get(status, "This cannot be checked now. Please try again later.")
    state = "Fulfilled" if status in ("VALID", "INVALID", "PENDING") else "Failed"
    return {
        "sessionState": {
            "dialogAction": {"type": "Close"},
            "intent": {**intent, "state": state},
            "sessionAttributes": event["sessionState"].get("sessionAttributes") or {},
        },
        "messages": [{"contentType": "PlainText", "content": said}],
    }


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry: called by the bot, and by the route for other chat services, whose body is the bot's event."""
    if not is_api(event):
        return fulfil(event, _ask)
    try:
        reply = fulfil(body_of(event), _ask)
    except BadRequestError as error:
        return answer(400, {"error": {"code": "BAD_REQUEST", "message": str(error)}})
    return answer(200, reply)


def _ask(request: dict[str, Any]) -> dict[str, Any]:
    name, _, alias = os.environ["FUNCTION_REQUEST_ORCHESTRATOR"].partition(":")
    reply = client("lambda").invoke(FunctionName=name, Qualifier=alias, Payload=json.dumps(request).encode())
    text = json.load(reply["Payload"])
    if "FunctionError" in reply:
        log("ERROR", "Orchestrator failed", error=text.get("errorMessage"))
        return {"body": "{}"}
    return text
