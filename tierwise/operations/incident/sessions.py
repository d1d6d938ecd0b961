"""End the sessions of the stack's users.

An access token that is out already is good until it runs out, an hour by default: what checks it asks nobody.
https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminUserGlobalSignOut.html
"""

from __future__ import annotations

from tierwise.operations.errors import AwsError, OperationError
from tierwise.operations.operation import Operation, Outcome
from tierwise.operations.record import Step


def revoke_sessions(operation: Operation, users: list[str], *, disable: bool) -> Outcome:
    """Sign users out everywhere.

    Args:
        operation: The command.
        users: User names; everybody when empty.
        disable: Whether they may not sign in again either.

    Raises:
        OperationError: The stack has no user pool, or there is no such user.
    """
    pool = str(operation.stack.require("userPool", "user pool"))
    names = users or [
        str(user["Username"]) for user in operation.aws.pages("cognito-idp", "ListUsers", "Users", UserPoolId=pool)
    ]
    if not names:
        raise OperationError(f"{operation.stack.key}  has no users")
    ending = "signed out everywhere" + (" and locked out" if disable else "")
    operation.confirm(f"{len(names)} users will be {ending}.")
    with operation.exclusive():
        # Names of people are not written down: the number tells how far it is.
        step = Step("sessions", "0", str(len(names)))
        entry = operation.record.begin([step], ending)
        for number, name in enumerate(names, 1):
            try:
                operation.aws.change("cognito-idp", "AdminUserGlobalSignOut", UserPoolId=pool, Username=name)
                if disable:
                    operation.aws.change("cognito-idp", "AdminDisableUser", UserPoolId=pool, Username=name)
            except AwsError as error:
                operation.record.end(entry, "failed", f"stopped at user {number} of {len(names)}")
                if error.missing or error.code == "UserNotFoundException":
                    raise OperationError(f"{operation.stack.key}  has no user {name} in {pool}") from None
                raise
            step.before = str(number)
        step.done = True
        operation.record.end(entry, "done")
    identity = operation.stack.settings.identity
    minutes = max((client.access_token_minutes for client in identity.clients.values()), default=60) if identity else 60
    operation.console.say(
        f"{len(names)} users are {ending}. Access tokens that are out are good for {minutes} more minutes."
    )
    return Outcome(document={"users": len(names), "disabled": disable, "tokensGoodForMinutes": minutes})
