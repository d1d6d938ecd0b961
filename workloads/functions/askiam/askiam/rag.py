"""RAGValidator: what earlier decisions, and a model where they disagree, say to a request."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from askiam.logs import log, metric
from askiam.model import Model
from askiam.model import from_environment as model_from_environment
from askiam.precedents import Precedents
from askiam.precedents import from_environment as precedents_from_environment
from askiam.resilience import CircuitBreaker, CircuitOpenError

#: Shares of approval between which precedents disagree.
_DISAGREE = (0.2, 0.8)


def validate(
    event: Mapping[str, Any], precedents: Precedents, model: Model | None, breaker: CircuitBreaker
) -> dict[str, Any]:
    """``{is_valid, confidence, documents, reason}``; confidence grows with the number of precedents that agree.

    Args:
        event: ``{user_id, app_id, role_id, request_id}``.
        precedents: Where earlier decisions are found.
        model: Asked where they disagree; None where there is none.
        breaker: Leaves a failing model alone for a while.
    """
    documents = precedents.find(event["app_id"], event["role_id"])
    if not documents:
        return _answer(False, 0.0, [], "no precedents")
    approved = sum(1 for document in documents if document["approved"]) / len(documents)
    # Twenty that agree give 0.952; one alone gives 0.5.
    weight = len(documents) / (len(documents) + 1)
    if model is not None and _DISAGREE[0] < approved < _DISAGREE[1]:
        try:
            opinion = breaker.call(lambda: model.judge(event, documents))
        except CircuitOpenError as error:
            log("WARNING", "Model left alone", request_id=event.get("request_id", ""), error=str(error))
        except Exception as error:  # the rules decide in its place
            metric("ErrorCount", 1, Function="RAGValidator", ErrorType=type(error).__name__)
            log("ERROR", "Model failed", request_id=event.get("request_id", ""), error=type(error).__name__)
        else:
            return _answer(opinion.compliant, opinion.confidence, documents, opinion.reason)
    said = approved >= 0.5
    share = max(approved, 1 - approved)
    reason = f"{approved:.0%} of {len(documents)} earlier requests were approved"
    return _answer(said, share * weight, documents, reason)


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Lambda's entry."""
    answer = validate(event, *_parts())
    metric("RAGConfidence", answer["confidence"], "None")
    log("INFO", "Precedents looked for", request_id=event["request_id"], rag_confidence=answer["confidence"])
    return answer


@cache
def _parts() -> tuple[Precedents, Model | None, CircuitBreaker]:
    return precedents_from_environment(os.environ), model_from_environment(os.environ), CircuitBreaker()


def _answer(is_valid: bool, confidence: float, documents: list[dict[str, Any]], reason: str) -> dict[str, Any]:
    return {"is_valid": is_valid, "confidence": round(confidence, 4), "documents": documents, "reason": reason}
