"""What a function is given to call another function, or to ask a language model. Makes no resource."""

from __future__ import annotations

from components.functions.lambda_function import LIVE, function_name
from components.grant import Grant, Statement
from components.names import Names
from settings.models import Model


def call_grant(names: Names, function: str, exact_name: str | None) -> Grant:
    """Let a function call another one's alias, found as ``FUNCTION_<NAME>``.

    Args:
        names: Names of the stack.
        function: The called function's name in the settings.
        exact_name: Its exact name, where the settings give one.
    """
    name = function_name(names, function, exact_name)
    return Grant(
        environment={f"FUNCTION_{function.replace('-', '_').upper()}": f"{name}:{LIVE}"},
        statements=[
            Statement(
                sid="CallFunctions",
                actions=["lambda:InvokeFunction"],
                resources=[names.arn("lambda", f"function:{name}:{LIVE}")],
            )
        ],
    )


def model_grant(names: Names, name: str, model: Model) -> Grant:
    """Let a function ask one model of Bedrock, found as ``MODEL_<NAME>``; the operation is Converse.

    https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html

    Args:
        names: Names of the stack.
        name: The model's name in the settings.
        model: The model.
    """
    region = model.region or names.region
    key = f"MODEL_{name.replace('-', '_').upper()}"
    return Grant(
        environment={key: model.id, f"{key}_REGION": region},
        statements=[
            Statement(
                sid="AskModels",
                actions=["bedrock:InvokeModel"],
                # Foundation models belong to AWS, so their ARNs name no account.
                resources=[f"arn:aws:bedrock:{region}::foundation-model/{model.id}"],
            )
        ],
    )
