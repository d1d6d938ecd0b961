"""A language model, asked whether precedents speak for a request.

The operation is Bedrock's Converse, which needs ``bedrock:InvokeModel`` on the model's ARN; the link ``model:decision``
gives exactly that. Another model, or another maker's, is another class with the same method.
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from askiam.aws import client as aws_client

#: The operation, and the IAM action that it needs.
OPERATION = "Converse"
ACTION = "bedrock:InvokeModel"
_QUESTION = (
    "You check requests for application roles. Given the request and earlier decisions, say whether granting it fits "
    'them. Answer with JSON alone: {"compliant": true or false, "confidence": 0 to 1, "reason": "one sentence"}.'
)


@dataclass(frozen=True)
class Opinion:
    """What a model thinks of a request.

    Attributes:
        compliant: Whether it fits earlier decisions.
        confidence: How sure the model is, 0 to 1.
        reason: One sentence.
    """

    compliant: bool
    confidence: float
    reason: str


class Model(Protocol):
    """Says what it thinks of a request."""

    def judge(self, request: Mapping[str, Any], precedents: Sequence[Mapping[str, Any]]) -> Opinion:
        """An opinion on a request in the light of precedents."""
        ...


class BedrockModel:
    """A model on Amazon Bedrock.

    Args:
        model_id: Its id.
        client: boto3's ``bedrock-runtime``.
    """

    def __init__(self, model_id: str, client: Any) -> None:
        self._model_id = model_id
        self._client = client

    def judge(self, request: Mapping[str, Any], precedents: Sequence[Mapping[str, Any]]) -> Opinion:
        """An opinion; an answer that is not the JSON that was asked for counts as no."""
        text = json.dumps({"request": dict(request), "decisions": [dict(item) for item in precedents]}, default=str)
        answer = self._client.converse(
            modelId=self._model_id,
            system=[{"text": _QUESTION}],
            messages=[{"role": "user", "content": [{"text": text}]}],
            inferenceConfig={"maxTokens": 200, "temperature": 0},
        )
        try:
            said = json.loads(answer["output"]["message"]["content"][0]["text"])
            confidence = min(1.0, max(0.0, float(said["confidence"])))
            return Opinion(said["compliant"] is True, confidence, str(said["reason"]))
        except (KeyError, IndexError, TypeError, ValueError):
            return Opinion(False, 0.0, "the model's answer could not be read")


def from_environment(environment: Mapping[str, str] = os.environ) -> Model | None:
    """The model that the function links to, or None."""
    model_id = environment.get("MODEL_DECISION")
    if not model_id:
        return None
    return BedrockModel(model_id, aws_client("bedrock-runtime", environment["MODEL_DECISION_REGION"]))
