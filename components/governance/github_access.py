"""Roles that GitHub Actions takes without a stored key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pulumi
from pulumi_aws import iam

from components.component import Component
from components.documents import json_document
from components.governance.deploy_rights import AREAS, area_statements, denied_statements, role_statements
from components.names import Names
from components.storage.bucket import Bucket
from settings.account import GitHub

_ISSUER: Final = "token.actions.githubusercontent.com"
_AUDIENCE: Final = "sts.amazonaws.com"
#: Reads configuration everywhere and data nowhere.
_READS: Final = "arn:aws:iam::aws:policy/SecurityAudit"
_HOUR: Final = 3600
#: A deployment sends part of the callers to a new version for an hour, looks at it before and after, and may have to go
#: back; a preview reads for some minutes.
_SESSIONS: Final = {"preview": _HOUR, "deploy": 3 * _HOUR}


class GitHubAccess(Component):
    """GitHub's identity provider and two roles: one that reads for previews, one that deploys.

    Both trust one repository. Pull requests and the preview branches get the first; jobs of the named environments and
    branches get the second. GitHub gives a pull request from a fork no token, so it gets neither. The deploy role's
    rights are a table of what stacks are made of, ``deploy_rights``, with denials that hold whatever is added.

    Costs nothing. Names are exact, so that a workflow can name the roles; a change of the repository changes the trust
    in place.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html

    Args:
        name: Logical name.
        settings: Repository, environments, branches.
        names: Names of the stack.
        regions: Regions that stacks of the account live in.
        audit_bucket: Bucket that the deploy role may not touch.
        opts: Options of the component.

    Attributes:
        preview_role: The role for previews.
        deploy_role: The role for deployments.
        arns: ARNs of both, by ``preview`` and ``deploy``; known before deployment where the account is configured.
    """

    token = "security:GitHubAccess"  # noqa: S105 - a type token

    def __init__(
        self,
        name: str,
        *,
        settings: GitHub,
        names: Names,
        regions: Sequence[str],
        audit_bucket: Bucket | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts=opts)
        self._settings = settings
        self._names = names
        self.arns: dict[str, pulumi.Input[str]] = {
            role: names.arn("iam", f"role/{self._role_name(role)}", region="") for role in ("preview", "deploy")
        }
        provider = self._create_provider() if settings.create_provider else None
        after: list[pulumi.Resource] = [] if provider is None else [provider]
        self.preview_role = self._create_role(
            "preview",
            "Reads the account for previews and drift checks",
            ["pull_request", *(f"ref:refs/heads/{branch}" for branch in settings.preview_branches)],
            after,
        )
        self.deploy_role = self._create_role(
            "deploy",
            "Deploys the stacks of the account",
            [
                *(f"environment:{environment}" for environment in settings.environments),
                *(f"ref:refs/heads/{branch}" for branch in settings.branches),
            ],
            after,
        )
        for role in ("preview", "deploy"):
            iam.RolePolicyAttachment(
                f"{name}-{role}-reads", role=self._role(role).name, policy_arn=_READS, opts=self.child()
            )
        self._allow(regions)
        self._deny(audit_bucket)
        self.register_outputs({"previewRole": self.preview_role.arn, "deployRole": self.deploy_role.arn})

    def _role_name(self, role: str) -> str:
        return self._names.physical(role, limit=64)

    def _role(self, role: str) -> iam.Role:
        return self.preview_role if role == "preview" else self.deploy_role

    def _create_provider(self) -> iam.OpenIdConnectProvider:
        # Without thumbprints: AWS knows the authorities that GitHub's certificate comes from.
        return iam.OpenIdConnectProvider(
            self.logical_name,
            url=f"https://{_ISSUER}",
            client_id_lists=[_AUDIENCE],
            tags=self.tags,
            opts=self.child(),
        )

    def _create_role(
        self, role: str, description: str, subjects: Sequence[str], after: Sequence[pulumi.Resource]
    ) -> iam.Role:
        return iam.Role(
            f"{self.logical_name}-{role}",
            name=self._role_name(role),
            description=description,
            assume_role_policy=trust_in_github(self._names, self._settings.repository, subjects),
            max_session_duration=_SESSIONS[role],
            tags=self.tags,
            opts=self.child(depends_on=list(after), delete_before_replace=True),
        )

    def _allow(self, regions: Sequence[str]) -> None:
        areas = {area: area_statements(rights, self._names, regions) for area, rights in AREAS.items()}
        for area, statements in {**areas, "roles": role_statements(self._names)}.items():
            logical = f"{self.logical_name}-deploy-{area}"
            policy = iam.Policy(
                logical,
                name=self._names.physical("deploy", area, limit=128),
                description=f"What the pipeline may do: {area}",
                policy=_document(statements),
                tags=self.tags,
                opts=self.child(delete_before_replace=True),
            )
            iam.RolePolicyAttachment(logical, role=self.deploy_role.name, policy_arn=policy.arn, opts=self.child())

    def _deny(self, audit_bucket: Bucket | None) -> None:
        own = [
            *(f"role/{self._role_name(role)}" for role in self.arns),
            f"policy/{self._names.physical('deploy', '*', limit=128)}",
        ]
        iam.RolePolicy(
            f"{self.logical_name}-deploy-denied",
            role=self.deploy_role.name,
            policy=_document(denied_statements(self._names, own, [] if audit_bucket is None else [audit_bucket.arn])),
            opts=self.child(),
        )


def trust_in_github(names: Names, repository: str, subjects: Sequence[str]) -> pulumi.Input[str]:
    """The trust policy that lets jobs of one repository take a role.

    https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws

    Args:
        names: Names of the stack, for the account.
        repository: Owner and name.
        subjects: What a job's subject says after the repository, such as ``environment:prod``; without wildcards.
    """
    return _document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Federated": names.arn("iam", f"oidc-provider/{_ISSUER}", region="")},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        f"{_ISSUER}:aud": _AUDIENCE,
                        f"{_ISSUER}:sub": [f"repo:{repository}:{subject}" for subject in subjects],
                    }
                },
            }
        ]
    )


def _document(statements: Sequence[Any]) -> pulumi.Input[str]:
    return json_document({"Version": "2012-10-17", "Statement": [*statements]})
