"""AWS IAM: documents that name what they allow, and trust that names who is trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any, Final, cast

from guardrails import documents
from guardrails.checks import at_least, every, is_true
from guardrails.documents import Statement
from guardrails.resource import UNKNOWN, Resource
from guardrails.rule import Deferred, Kind, Outcome, Scope, declare

POLICY: Final = "aws:iam/policy:Policy"
ROLE: Final = "aws:iam/role:Role"
ROLE_POLICY: Final = "aws:iam/rolePolicy:RolePolicy"
USER_POLICY: Final = "aws:iam/userPolicy:UserPolicy"
GROUP_POLICY: Final = "aws:iam/groupPolicy:GroupPolicy"
ROLE_ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
USER_ATTACHMENT: Final = "aws:iam/userPolicyAttachment:UserPolicyAttachment"
GROUP_ATTACHMENT: Final = "aws:iam/groupPolicyAttachment:GroupPolicyAttachment"
ATTACHMENT: Final = "aws:iam/policyAttachment:PolicyAttachment"

INLINE: Final = (ROLE_POLICY, USER_POLICY, GROUP_POLICY)
DOCUMENTS: Final = (POLICY, *INLINE, ROLE)
_READS: Final = ("policy", "inlinePolicies[].policy")
GITHUB: Final = "token.actions.githubusercontent.com"

#: Actions that AWS cannot limit to a resource, beyond Describe* and List* (service authorization reference).
UNSCOPABLE: Final = (
    "acm:get*",
    "acm:requestcertificate",
    "aoss:*policy",
    "aoss:*vpcendpoint",
    "aoss:createcollection",
    "aoss:createcollectiongroup",
    "aoss:tagresource",
    "aoss:untagresource",
    "application-autoscaling:*scalabletarget*",
    "backup-storage:mountcapsule",
    "ce:*",
    "chatbot:createslackchannelconfiguration",
    "cloudfront:create*policy",
    "cloudfront:createdistribution",
    "cloudfront:createfunction",
    "cloudfront:createmonitoringsubscription",
    "cloudfront:createoriginaccesscontrol",
    "cloudfront:createvpcorigin",
    "cloudfront:deletemonitoringsubscription",
    "cloudwatch:get*",
    "cloudwatch:putmetricdata",
    "cognito-identity:*",
    "cognito-idp:createuserpool",
    "comprehend:*",
    "dax:*parametergroup",
    "dax:*subnetgroup",
    "ec2:assignprivateipaddresses",
    "ec2:createnetworkinterface",
    "ec2:deletenetworkinterface",
    "ec2:unassignprivateipaddresses",
    "ec2messages:*",
    "ecr:getauthorizationtoken",
    "ecs:deregistertaskdefinition",
    "ecs:discoverpollendpoint",
    "elasticloadbalancing:setwebacl",
    "kms:createkey",
    "lambda:createeventsourcemapping",
    "logs:createlogdelivery",
    "logs:deletelogdelivery",
    "logs:deletequerydefinition",
    "logs:deleteresourcepolicy",
    "logs:getlogdelivery",
    "logs:putquerydefinition",
    "logs:putresourcepolicy",
    "logs:updatelogdelivery",
    "pricing:*",
    "rds:createdbproxy",
    "rekognition:detect*",
    "route53:createhealthcheck",
    "route53:createhostedzone",
    "secretsmanager:getrandompassword",
    "servicediscovery:createprivatednsnamespace",
    "servicediscovery:discoverinstances",
    "servicediscovery:tagresource",
    "servicediscovery:untagresource",
    "ses:getsendquota",
    "ssm:updateinstanceinformation",
    "ssmmessages:*",
    "sts:getcalleridentity",
    "sts:getservicebearertoken",
    "synthetics:createcanary",
    "tag:getresources",
    "textract:*",
    "translate:*",
    "xray:getsampling*",
    "xray:put*",
)
#: Condition keys that narrow a statement on every resource to some of them.
_SCOPING_KEYS: Final = ("*:resourcetag/*", "ec2:vpc", "ec2:subnet", "ecs:cluster")
#: Actions that let their holder give itself more, when they hold for every resource.
_ESCALATION: Final = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
)
#: With PassRole on every role, each of these runs code as any of them.
_RUNS_AS: Final = (
    "apprunner:CreateService",
    "batch:RegisterJobDefinition",
    "cloudformation:CreateStack",
    "codebuild:CreateProject",
    "datapipeline:CreatePipeline",
    "ec2:RunInstances",
    "ecs:RegisterTaskDefinition",
    "ecs:RunTask",
    "glue:CreateDevEndpoint",
    "glue:CreateJob",
    "lambda:CreateFunction",
    "sagemaker:CreateNotebookInstance",
    "sagemaker:CreateTrainingJob",
    "scheduler:CreateSchedule",
    "states:CreateStateMachine",
)
#: Actions that act as a role which is there already, no PassRole needed, when they hold for every resource.
_TAKES_OVER: Final = (
    "cloudformation:UpdateStack",
    "codebuild:StartBuild",
    "glue:UpdateJob",
    "lambda:UpdateFunctionCode",
    "ssm:SendCommand",
    "ssm:StartSession",
    "states:UpdateStateMachine",
    "sts:AssumeRole",
)
_FULL_ACCESS: Final = ("AdministratorAccess*", "PowerUserAccess", "IAMFullAccess", "*FullAccess")
#: AWS-managed policies that are as narrow as one's own would be.
_MANAGED: Final = (
    "service-role/*",
    "aws-service-role/*",
    "AmazonSSMManagedInstanceCore",
    "AWSXRayDaemonWriteAccess",
    "AWSXRayWriteOnlyAccess",
    "CloudWatchAgentServerPolicy",
    "CloudWatchLambdaInsightsExecutionRolePolicy",
    "AWSCodeDeployRoleForECSLimited",
    "AmazonECSInfrastructureRolePolicy*",
    "AWSSupportAccess",
    "SecurityAudit",
    "ReadOnlyAccess",
    "ViewOnlyAccess",
)


def identity_statements(holder: Resource) -> Iterator[tuple[str, Statement] | Outcome]:
    """Every statement of an identity's documents with the words that name it, or what a check yields instead."""
    paths = ["policy"]
    if holder.type == ROLE:
        inline = holder.get("inlinePolicies")
        if inline is UNKNOWN:
            yield Deferred("inlinePolicies")
            return
        count = len(cast(list[Any], inline)) if isinstance(inline, list) else 0
        paths = [f"inlinePolicies[{index}].policy" for index in range(count)]
    yield from documents.each(holder, *paths)


def _statements(judge: Callable[[Statement], str | None]) -> Any:
    """Judge each statement of an identity's documents; what ``judge`` answers follows the statement's name."""

    def run(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
        for found in identity_statements(holder):
            if not isinstance(found, tuple):
                yield found
            elif found[1].allow and (message := judge(found[1])):
                yield f"{found[0]} {message}"

    return run


def _administrator(statement: Statement) -> str | None:
    every_action = "*" in statement.actions or "*:*" in statement.actions or bool(statement.not_actions)
    return "allows everything on everything" if every_action and statement.on_everything else None


declare(
    "IAM.1",
    "high",
    Kind.IAM,
    'IAM policies should not allow full "*" administrative privileges',
    types=DOCUMENTS,
    reads=_READS,
    check=_statements(_administrator),
    why="Whoever holds the identity for a minute owns the account.",
    fix="name the actions and the ARNs that the workload uses",
)


def _whole_service(statement: Statement) -> str | None:
    whole = [action for action in statement.actions if action == "*" or action.endswith(":*")]
    scoped = [action for action in whole if not _unscopable(action)]
    return f"allows {', '.join(scoped)}" if scoped else None


declare(
    "IAM.21",
    "low",
    Kind.IAM,
    "IAM customer managed policies that you create should not allow wildcard actions for services",
    types=POLICY,
    reads=("policy",),
    check=_statements(_whole_service),
    why="A whole service includes the deletion of its data and the rights of its policies.",
    fix='"Action": ["s3:GetObject", "s3:PutObject"]',
)


def _wild_actions(statement: Statement) -> str | None:
    wild = [action for action in statement.actions if "*" in action and not _reads_only(action)]
    wild = [action for action in wild if not _unscopable(action)]
    if statement.not_actions:
        return "uses NotAction, which allows whatever AWS adds later"
    return f"allows {', '.join(wild)}" if wild else None


def _reads_only(action: str) -> bool:
    verb = action.partition(":")[2]
    return verb.startswith(("get", "list", "describe", "batchget", "head")) and verb.rstrip("*") != ""


def _unscopable(action: str) -> bool:
    service, _, verb = action.partition(":")
    if verb.startswith(("describe", "list")) and not action.startswith("s3:listbucket"):
        return True
    return any(fnmatchcase(f"{service}:{verb}", pattern) for pattern in UNSCOPABLE)


declare(
    "P.IAM.actions",
    "medium",
    Kind.IAM,
    "IAM statements should name their actions",
    types=(*INLINE, ROLE),
    reads=_READS,
    check=_statements(_wild_actions),
    why="A wildcard includes the deletion of data, and whatever AWS adds next year.",
    fix='"Action": ["dynamodb:GetItem", "dynamodb:PutItem"]',
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
)


def _every_resource(resource: str) -> bool:
    return resource == "*" or (resource.startswith("arn:") and resource.split(":", 5)[-1] in ("*", "*/*"))


def _wild_resources(statement: Statement) -> str | None:
    if not statement.not_resources and not any(_every_resource(resource) for resource in statement.resources):
        return None
    if any(fnmatchcase(key, pattern) for _, key, _ in statement.conditions for pattern in _SCOPING_KEYS):
        return None
    scopable = [action for action in statement.actions if not _unscopable(action)]
    return f"allows {', '.join(scopable)} on every resource" if scopable else None


declare(
    "P.IAM.wildcard",
    "medium",
    Kind.IAM,
    "IAM statements should name the resources that AWS lets them name",
    types=DOCUMENTS,
    reads=_READS,
    check=_statements(_wild_resources),
    why="The workload reaches the data of every other system in the account.",
    fix='"Resource": [bucket.arn, f"{bucket.arn}/*"]',
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
)


def _escalates(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
    wide: list[Statement] = []
    for found in identity_statements(holder):
        if not isinstance(found, tuple):
            yield found
        elif found[1].allow and (found[1].not_resources or any(_every_resource(r) for r in found[1].resources)):
            wide.append(found[1])
    given = [action for action in _ESCALATION if any(s.allows(action) and not s.conditions for s in wide)]
    if given:
        yield f"allows {', '.join(given)} on every identity, which lets its holder give itself more"
    elif any(s.allows("iam:PassRole") and not s.conditions for s in wide):
        runs = [action for action in _RUNS_AS if any(s.allows(action) for s in wide)]
        and_run = f" and {', '.join(runs)}" if runs else ""
        yield f"allows iam:PassRole{and_run} on every role, which lets its holder act as any of them"
    else:
        taken = [action for action in _TAKES_OVER if any(s.allows(action) and not s.conditions for s in wide)]
        if taken:
            yield f"allows {', '.join(taken)} on every resource, which lets its holder act with their rights"


declare(
    "P.IAM.escalation",
    "high",
    Kind.IAM,
    "IAM policies should not let their holder raise its own rights",
    types=DOCUMENTS,
    reads=_READS,
    check=_escalates,
    why="One identity with such a right is an administrator in two calls.",
    fix='"Resource": task_role.arn, with a condition on iam:PassedToService',
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
)


def _decrypts_all(statement: Statement) -> str | None:
    given = [action for action in ("kms:Decrypt", "kms:ReEncryptFrom") if statement.allows(action)]
    every_key = bool(statement.not_resources) or any(
        _every_resource(r) or (r.startswith("arn:") and r.endswith((":key/*", ":alias/*"))) for r in statement.resources
    )
    limited = any(key == "kms:viaservice" or key.startswith("aws:resourcetag/") for _, key, _ in statement.conditions)
    return f"allows {', '.join(given)} with every key" if given and every_key and not limited else None


declare(
    "KMS.1",
    "medium",
    Kind.IAM,
    "IAM customer managed policies should not allow decryption actions on all KMS keys",
    types=POLICY,
    reads=("policy",),
    check=_statements(_decrypts_all),
    why="One stolen identity would read whatever any key of the account protects.",
    fix='"Resource": key.arn',
)

declare(
    "KMS.2",
    "medium",
    Kind.IAM,
    "IAM principals should not have IAM inline policies that allow decryption actions on all KMS keys",
    types=(*INLINE, ROLE),
    reads=_READS,
    check=_statements(_decrypts_all),
    why="One stolen identity would read whatever any key of the account protects.",
    fix='"Resource": key.arn',
)


def _on_users(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
    if holder.type != ATTACHMENT or holder.get("users"):
        yield "gives a user rights directly"
    elif holder.get("users") is UNKNOWN:
        yield "may give users rights directly; users is not known before deployment"


declare(
    "IAM.2",
    "low",
    Kind.IAM,
    "IAM users should not have IAM policies attached",
    types=(USER_POLICY, USER_ATTACHMENT, ATTACHMENT),
    reads=("user", "users"),
    check=_on_users,
    why="Rights on single users are never reviewed together.",
    fix="attach the policy to a role, and let people take the role",
)

for _id, _type, _what in (
    ("IAM.3", "aws:iam/accessKey:AccessKey", "access keys should be rotated every 90 days or less"),
    ("IAM.5", "aws:iam/userLoginProfile:UserLoginProfile", "with a console password should have MFA"),
):
    declare(
        _id,
        "medium",
        Kind.IAM,
        f"IAM users' {_what}" if _id == "IAM.3" else f"IAM users {_what}",
        types=_type,
        reads=("user",),
        check=lambda _resource, _scope: ("a program should make no long-lived credentials",),
        why="Rotation and MFA cannot be seen in a program, so it should not make credentials that need them.",
        fix="use a role: GitHub OIDC for pipelines, IAM Identity Center for people",
    )


def _cloud_shell(attachment: Resource, _scope: Scope) -> Iterator[Outcome]:
    if str(attachment.get("policyArn")).endswith("/AWSCloudShellFullAccess"):
        yield "attaches AWSCloudShellFullAccess"


declare(
    "IAM.27",
    "medium",
    Kind.IAM,
    "IAM identities should not have the AWSCloudShellFullAccess policy attached",
    types=(ROLE_ATTACHMENT, USER_ATTACHMENT, GROUP_ATTACHMENT),
    reads=("policyArn",),
    check=_cloud_shell,
    references=("policyArn",),
    why="CloudShell can carry files out of the account.",
    fix="delete the attachment",
    frameworks="CIS",
)


def _managed_names(holder: Resource) -> Iterator[str]:
    for arn in (holder.get("policyArn"), *holder.all("managedPolicyArns[]")):
        if isinstance(arn, str) and ":aws:policy/" in arn:
            yield arn.split(":aws:policy/", 1)[1]


def _full_access(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
    for name in _managed_names(holder):
        if any(fnmatchcase(name.rsplit("/", 1)[-1], pattern) for pattern in _FULL_ACCESS):
            yield f"attaches {name}"


declare(
    "P.IAM.admin",
    "high",
    Kind.IAM,
    "No identity should hold one of AWS's full-access policies",
    types=(ROLE_ATTACHMENT, USER_ATTACHMENT, GROUP_ATTACHMENT, ATTACHMENT, ROLE),
    reads=("policyArn", "managedPolicyArns"),
    check=_full_access,
    references=("policyArn", "managedPolicyArns"),
    why="Full access includes the deletion of the data and of its backups.",
    fix="RolePolicy with the actions and ARNs that the workload uses",
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
)


def _unlisted(holder: Resource, _scope: Scope) -> Iterator[Outcome]:
    for name in _managed_names(holder):
        if not any(fnmatchcase(name, pattern) for pattern in _MANAGED):
            yield f"attaches the AWS-managed policy {name}"


declare(
    "P.IAM.managed",
    "low",
    Kind.ADVICE,
    "Workloads should have policies of their own in place of AWS-managed ones",
    types=(ROLE_ATTACHMENT, ROLE),
    reads=("policyArn", "managedPolicyArns"),
    check=_unlisted,
    references=("policyArn", "managedPolicyArns"),
    why="AWS-managed policies allow every resource of the account and grow over time.",
    fix="RolePolicy with the actions and ARNs that the workload uses",
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html",
)


def _trust(statement: Statement, _scope: Scope) -> Iterator[str]:
    if statement.public:
        yield "trusts everybody"
    federated = [value for kind, value in statement.principals if kind == "Federated"]
    if federated and not statement.conditions:
        yield "trusts every user of an identity provider"


declare(
    "P.IAM.trust",
    "high",
    Kind.IAM,
    "Roles should name who may assume them",
    types=ROLE,
    reads=("assumeRolePolicy",),
    check=documents.allowing("assumeRolePolicy", _trust),
    why="A role that everybody may assume is a public password.",
    fix='"Principal": {"Service": "ecs-tasks.amazonaws.com"}',
    url="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
)


def _github(statement: Statement, _scope: Scope) -> Iterator[str]:
    if not any(GITHUB in value for _, value in statement.principals):
        return
    subjects = [
        value
        for operator, values in statement.conditions_on(f"{GITHUB}:sub")
        if operator in ("stringequals", "stringlike")
        for value in values
    ]
    if not subjects:
        yield f"trusts every repository on GitHub: it has no condition on {GITHUB}:sub"
    for subject in subjects:
        parts = subject.split(":", 2)
        repository = parts[1] if len(parts) > 1 else ""
        if parts[0] != "repo" or "*" in repository or "/" not in repository:
            yield "does not name one repository"
        elif len(parts) < 3 or parts[2] in ("", "*", "ref:*", "ref:refs/heads/*", "environment:*"):
            yield "trusts every branch and pull request of the repository"
    if not any(True for _ in statement.conditions_on(f"{GITHUB}:aud")):
        yield f"has no condition on {GITHUB}:aud"


declare(
    "P.IAM.oidc",
    "high",
    Kind.IAM,
    "Trust in GitHub should name the repository and the environment or branch",
    types=ROLE,
    reads=("assumeRolePolicy",),
    check=documents.allowing("assumeRolePolicy", _github),
    why="Without it any repository, or any pull request from a fork, deploys to the account.",
    fix=f'"StringEquals": {{"{GITHUB}:aud": "sts.amazonaws.com", "{GITHUB}:sub": "repo:org/name:environment:prod"}}',
    url="https://docs.github.com/en/actions/security-for-github-actions/security-hardening-your-deployments/"
    "configuring-openid-connect-in-amazon-web-services",
)

declare(
    "IAM.7",
    "medium",
    Kind.FREE,
    "Password policies for IAM users should have strong configurations",
    types="aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
    check=every(
        at_least("minimumPasswordLength", 8, absent=6),
        is_true("requireLowercaseCharacters"),
        is_true("requireUppercaseCharacters"),
        is_true("requireNumbers"),
        is_true("requireSymbols"),
    ),
    why="A short password is guessed.",
    fix="AccountPasswordPolicy(minimum_password_length=14, require_symbols=True, ...)",
)
