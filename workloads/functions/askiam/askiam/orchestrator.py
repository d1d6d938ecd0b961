"""RequestOrchestrator: has a request understood, checked by rules and precedents at once, and decided."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from askiam.answers import BadRequestError, answer, body_of, is_api
from askiam.aws import client
from askiam.decision import Decision, decide
from askiam.logs import annotate, log, metric
from askiam.parameters import parameter

#: Seconds that the validators may take together.
MOST_SECONDS = 30
UNFINISHED = "ValidationUnfinished"

Call = Callable[[str, Mapping[str, Any]], dict[str, Any]]


class NotInTimeError(Exception):
    """The caller's patience ended before the work did."""


@dataclass(frozen=True)
class Outside:
    """Everything that the orchestrator reaches.

    Attributes:
        call: Calls another function, by its name in the configuration, and gives its answer.
        tell: Puts an event on the bus.
        queue: Hands an approved request to those who grant.
        threshold: Confidence above which precedents decide.
    """

    call: Call
    tell: Callable[[str, Mapping[str, Any]], None]
    queue: Callable[[Mapping[str, Any]], None]
    threshold: float


def process(request: Mapping[str, Any], outside: Outside, *, seconds: float) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer to a request.

    Args:
        request: ``{request_id, user_id, raw_request, request_context}``, checked.
        outside: What is reached.
        seconds: Seconds after which the caller is told to ask again.
    """
    began = time.monotonic()
    metric("ConcurrentRequests", 1, Function="RequestOrchestrator")
    try:
        finished = _decide(request, outside, began, seconds)
    except NotInTimeError:
        outside.tell(UNFINISHED, request)
        _log(request, "Answered before the end", began)
        return 202, {"status": "PENDING", "request_id": request["request_id"]}
    decision, entities = finished
    _finish(request, decision, entities, outside, began)
    return 200, {
        "status": decision.status,
        "reason": decision.reason,
        "request_id": request["request_id"],
        "timestamp": _now(),
    }


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry: called by API Gateway, by the Lex connector, and by the bus for what was left unfinished."""
    outside = _outside()
    if event.get("detail-type") == UNFINISHED:
        process(event["detail"], outside, seconds=float("inf"))
        return {"status": "finished"}
    try:
        request = _checked(body_of(event) if is_api(event) else event, event)
    except BadRequestError as error:
        return answer(400, {"error": {"code": "BAD_REQUEST", "message": str(error)}})
    patience = min(float(os.environ.get("ANSWERS_AFTER_SECONDS", "25")), float(event.get("answer_within", "inf")))
    try:
        return answer(*process(request, outside, seconds=patience))
    except Exception as error:
        metric("ErrorCount", 1, Function="RequestOrchestrator", ErrorType=type(error).__name__)
        log("ERROR", "Request failed", request_id=request["request_id"], error=type(error).__name__, detail=str(error))
        return answer(500, {"error": {"code": "INTERNAL", "message": "try again"}, "request_id": request["request_id"]})


def _checked(body: Mapping[str, Any], event: Mapping[str, Any]) -> dict[str, Any]:
    """The request with an id and the caller's address; the user is who asks, so it must be said."""
    for key in ("user_id", "raw_request"):
        if not isinstance(body.get(key), str) or not body[key].strip():
            raise BadRequestError(f"{key} is missing")
    given = body.get("request_context") or {}
    gateway = event.get("requestContext") or {}
    identity = gateway.get("identity") or {}
    return {
        "request_id": gateway.get("requestId") or body.get("request_id") or str(uuid.uuid4()),
        "user_id": body["user_id"].strip().lower(),
        "raw_request": body["raw_request"],
        "context": {
            "ip_address": identity.get("sourceIp") or given.get("ip"),
            "session_id": given.get("session_id"),
            "user_agent": identity.get("userAgent") or given.get("user_agent"),
        },
    }


def _decide(
    request: Mapping[str, Any], outside: Outside, began: float, seconds: float
) -> tuple[Decision, dict[str, Any]]:
    pool = ThreadPoolExecutor(max_workers=3)
    try:
        asked = {key: request[key] for key in ("request_id", "user_id", "raw_request")}
        entities = _in_time({"extract": pool.submit(outside.call, "entity-extractor", asked)}, began, seconds)[
            "extract"
        ]
        if entities is None or "statusCode" in entities:
            found = entities or {"reason": "the request could not be understood"}
            similar = f"; did you mean {', '.join(found['similar'])}?" if found.get("similar") else ""
            return Decision("INVALID", "none", found["reason"] + similar), {}
        facts = {key: entities[key] for key in ("user_id", "app_id", "role_id")} | {"request_id": request["request_id"]}
        answers = _in_time(
            {
                "RAG": pool.submit(_timed, outside.call, "rag-validator", facts, "RAG"),
                "MCP": pool.submit(_timed, outside.call, "mcp-validator", facts, "MCP"),
            },
            began,
            seconds,
        )
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    decision = decide(answers["RAG"], answers["MCP"], outside.threshold)
    confidence = (answers["RAG"] or {}).get("confidence", 0.0)
    mcp = (answers["MCP"] or {}).get("reason", "no answer")
    return decision, {**entities, "rag_confidence": confidence, "mcp_result": mcp}


def _in_time(
    work: Mapping[str, Future[dict[str, Any]]], began: float, seconds: float
) -> dict[str, dict[str, Any] | None]:
    """Each answer, or None for what failed or took longer than validators may.

    Raises:
        NotInTimeError: The caller's patience ended first.
    """
    patience = began + seconds - time.monotonic()
    _done, late = wait(work.values(), timeout=min(MOST_SECONDS, max(patience, 0)))
    if late and patience < MOST_SECONDS:
        raise NotInTimeError
    return {name: None if future in late else _result(name, future) for name, future in work.items()}


def _result(name: str, future: Future[dict[str, Any]]) -> dict[str, Any] | None:
    error = future.exception()
    if error is None:
        return future.result()
    metric("ErrorCount", 1, Function=name, ErrorType=type(error).__name__)
    log("ERROR", "Validator failed", validator=name, error=str(error))
    return None


def _timed(call: Call, function: str, facts: Mapping[str, Any], component: str) -> dict[str, Any]:
    began = time.monotonic()
    try:
        return call(function, facts)
    finally:
        metric("ValidationLatency", (time.monotonic() - began) * 1000, "Milliseconds", Component=component)


def _finish(
    request: Mapping[str, Any], decision: Decision, entities: Mapping[str, Any], outside: Outside, began: float
) -> None:
    resource = f"{entities.get('app_id', '')}/{entities.get('role_id', '')}"
    outcome = {
        "request_id": request["request_id"],
        "user_id": request["user_id"],
        "validation_result": decision.status,
        "reason": decision.reason,
        "path": decision.path,
        "resource": resource,
        "timestamp": _now(),
        "context": request["context"],
    }
    outside.tell("ValidationCompleted", outcome)
    if decision.status == "VALID":
        outside.queue({key: outcome[key] for key in ("request_id", "user_id", "resource")})
    metric("AccessRequestCount", 1, Status=decision.status)
    annotate(
        request_id=request["request_id"],
        user_id=request["user_id"],
        validation_status=decision.status,
        rag_confidence=float(entities.get("rag_confidence", 0)),
        mcp_result=str(entities.get("mcp_result", "")),
    )
    _log(
        request,
        "Validation completed",
        began,
        validation_result=decision.status,
        role_id=entities.get("role_id"),
        app_id=entities.get("app_id"),
    )


def _log(request: Mapping[str, Any], message: str, began: float, **more: Any) -> None:
    log(
        "INFO",
        message,
        request_id=request["request_id"],
        user_id=request["user_id"],
        duration_ms=(time.monotonic() - began) * 1000,
        context=request["context"],
        **more,
    )


@cache
def _outside() -> Outside:
    functions, events, queues = client("lambda"), client("events"), client("sqs")

    def call(function: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        target = os.environ[f"FUNCTION_{function.replace('-', '_').upper()}"]
        name, _, alias = target.partition(":")
        reply = functions.invoke(FunctionName=name, Qualifier=alias, Payload=json.dumps(dict(payload)).encode())
        text = json.load(reply["Payload"])
        if "FunctionError" in reply:
            raise RuntimeError(f"{function}: {text.get('errorType')}: {text.get('errorMessage')}")
        return text

    def tell(kind: str, detail: Mapping[str, Any]) -> None:
        entry = {
            "EventBusName": os.environ["EVENT_BUS"],
            "Source": os.environ["SYSTEM"],
            "DetailType": kind,
            "Detail": json.dumps(dict(detail), default=str),
        }
        if events.put_events(Entries=[entry])["FailedEntryCount"]:
            raise RuntimeError(f"the bus refused {kind}")

    def queue(message: Mapping[str, Any]) -> None:
        queues.send_message(QueueUrl=os.environ["QUEUE_GRANTS"], MessageBody=json.dumps(dict(message)))

    return Outside(call=call, tell=tell, queue=queue, threshold=float(parameter("app/rag-threshold")))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
