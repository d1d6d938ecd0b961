"""Things that run in the fake AWS, as the stacks make them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from typing import Any

ROLE_TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def container_service(ecs: Any, cluster: str, name: str, *, revisions: int, desired: int = 1) -> list[str]:
    """A service of a cluster that runs the newest of some revisions.

    Returns:
        ARNs of the task definitions, the oldest first.
    """
    ecs.create_cluster(clusterName=cluster)
    arns = [
        ecs.register_task_definition(
            family=f"{cluster}-{name}",
            containerDefinitions=[{"name": name, "image": f"repo/{name}:{number}", "memory": 128}],
        )["taskDefinition"]["taskDefinitionArn"]
        for number in range(1, revisions + 1)
    ]
    ecs.create_service(cluster=cluster, serviceName=name, taskDefinition=arns[-1], desiredCount=desired)
    return arns


def described(name: str, task_definition: str, *, desired: int = 1, running: int = 1, **more: Any) -> dict[str, Any]:
    """A service as ECS describes it once a deployment has come through."""
    deployment = {
        "id": "ecs-svc/1",
        "status": "PRIMARY",
        "taskDefinition": task_definition,
        "rolloutState": "COMPLETED",
        "desiredCount": desired,
        "runningCount": running,
    }
    return {
        "serviceName": name,
        "status": "ACTIVE",
        "taskDefinition": task_definition,
        "desiredCount": desired,
        "runningCount": running,
        "pendingCount": 0,
        "deployments": [deployment],
        "events": [],
        **more,
    }


def function(lambda_: Any, iam: Any, name: str, *, versions: int, live: int) -> None:
    """A function with published versions and its alias ``live``."""
    role = iam.create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=ROLE_TRUST)["Role"]["Arn"]
    lambda_.create_function(
        FunctionName=name, Runtime="python3.13", Role=role, Handler="h.h", Code={"ZipFile": archive("0")}
    )
    for number in range(1, versions + 1):
        lambda_.update_function_code(FunctionName=name, ZipFile=archive(str(number)))
        lambda_.publish_version(FunctionName=name)
    lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion=str(live))


def archive(content: str) -> bytes:
    """A function's code."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        packed.writestr("h.py", f"VERSION = {content!r}\n")
    return data.getvalue()


def alarm(cloudwatch: Any, name: str, state: str, reason: str = "", description: str = "") -> None:
    """An alarm in a state."""
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        AlarmDescription=description,
        Namespace="AWS/ECS",
        MetricName="CPUUtilization",
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=80,
        ComparisonOperator="GreaterThanThreshold",
    )
    cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason=reason or state)


def fleet(autoscaling: Any, ec2: Any, name: str, *, servers: int) -> None:
    """An Auto Scaling group with servers."""
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    ec2.create_launch_template(
        LaunchTemplateName=name, LaunchTemplateData={"ImageId": image, "InstanceType": "t4g.micro"}
    )
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateName": name, "Version": "$Latest"},
        MinSize=servers,
        MaxSize=servers,
        DesiredCapacity=servers,
        AvailabilityZones=["us-east-1a"],
    )


def names_of(items: Sequence[dict[str, Any]], key: str) -> list[str]:
    """One field of some objects."""
    return [str(item[key]) for item in items]
