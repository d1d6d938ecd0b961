"""Texts as vectors, by a model on Amazon Bedrock.

As in the functions, a model is an interface that names its operation and its IAM action; another maker's is another
class with the same method.
https://docs.aws.amazon.com/bedrock/latest/userguide/titan-embedding-models.html
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Protocol

from tierwise.operations.errors import OperationError
from tierwise.operations.operation import Operation

#: The operation, and the IAM action that it needs.
OPERATION: Final = "InvokeModel"
ACTION: Final = "bedrock:InvokeModel"
#: Longest text that the model takes, in characters.
_LONGEST: Final = 50_000
#: Texts at once; a text a call is all that the model takes.
_AT_ONCE: Final = 8


class Embedder(Protocol):
    """Turns texts into vectors."""

    def embed(self, texts: list[str]) -> list[list[float]]:
        """A vector for each text, in order."""
        ...


class TitanEmbedder:
    """Amazon Titan Text Embeddings V2.

    Args:
        operation: The command.
        model: The model's id.
        dimension: Length of a vector: 256, 512 or 1024.
    """

    def __init__(self, operation: Operation, model: str, dimension: int) -> None:
        self._aws = operation.aws
        self._model = model
        self._dimension = dimension

    def embed(self, texts: list[str]) -> list[list[float]]:
        """A vector for each text; several at once, since the model takes one a call."""
        if not texts:
            return []
        # The first alone: it opens the connection that the others share.
        first = self._one(texts[0])
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return [first, *pool.map(self._one, texts[1:])]

    def _one(self, text: str) -> list[float]:
        asked = {"inputText": text[:_LONGEST] or " ", "dimensions": self._dimension, "normalize": True}
        answer = self._aws.query(
            "bedrock-runtime",
            OPERATION,
            modelId=self._model,
            contentType="application/json",
            accept="application/json",
            body=json.dumps(asked),
        )
        said: Any = json.loads(answer["body"].read())
        vector = [float(value) for value in said.get("embedding", [])]
        if len(vector) != self._dimension:
            raise OperationError(
                f"{self._model}  answers {len(vector)} numbers, the index takes {self._dimension}: "
                "the model and the mapping do not fit"
            )
        return vector
