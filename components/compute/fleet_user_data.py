"""What an instance of a fleet runs at its first boot: pure, without secrets, and the same for the same settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from components.compute.task_definition import USER


@dataclass(frozen=True, kw_only=True)
class InstanceSpec:
    """What an instance runs.

    Attributes:
        name: The fleet's name; also the name of the container and its unit.
        image: Image, pinned by digest or commit.
        region: Region of registry and log group.
        log_group: Log group of the container.
        environment: Plain variables; a secret is named here, never held.
        metrics_namespace: Namespace of the agent's metrics; None without the agent.
    """

    name: str
    image: str
    region: str
    log_group: str
    environment: Mapping[str, str]
    metrics_namespace: str | None


def fleet_user_data(spec: InstanceSpec) -> str:
    """The script for Amazon Linux 2023.

    The container shares the host's network, so that instance metadata can keep its hop limit of one: nothing behind a
    bridge reaches the role's credentials. Docker writes the container's output to CloudWatch Logs itself. The unit
    restarts the container and survives a reboot; the image is pulled once, by digest or commit, so a restart asks
    the registry for nothing. Repositories of Amazon Linux are in S3, reached through the gateway endpoint.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html

    Raises:
        ValueError: A variable holds a line break, which an environment file cannot.
    """
    registry = spec.image.partition("/")[0]
    agent = "" if spec.metrics_namespace is None else _agent(spec.metrics_namespace)
    packages = "docker" if spec.metrics_namespace is None else "docker amazon-cloudwatch-agent"
    return f"""#!/bin/bash
set -euo pipefail

until dnf install -y --setopt=install_weak_deps=False {packages}; do
  sleep 5
done
{agent}
cat > /etc/{spec.name}.env <<'VARIABLES'
{_environment_file(spec.environment)}
VARIABLES

cat > /etc/systemd/system/{spec.name}.service <<'UNIT'
[Unit]
Description={spec.name}
Requires=docker.service
After=docker.service network-online.target

[Service]
ExecStartPre=-/usr/bin/docker rm --force {spec.name}
ExecStart=/usr/bin/docker run --rm --name {spec.name} --network host --env-file /etc/{spec.name}.env \\
  --user {USER} --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \\
  --log-driver awslogs --log-opt awslogs-region={spec.region} --log-opt awslogs-group={spec.log_group} \\
  --log-opt mode=non-blocking --log-opt max-buffer-size=4m {spec.image}
ExecStop=/usr/bin/docker stop --time 30 {spec.name}
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
UNIT

systemctl enable --now docker
until aws ecr get-login-password --region {spec.region} \\
  | docker login --username AWS --password-stdin {registry} && docker pull {spec.image}; do
  sleep 5
done
rm -f /root/.docker/config.json
systemctl daemon-reload
systemctl enable --now {spec.name}
"""


def _agent(namespace: str) -> str:
    """Memory and root disk, by group alone: a metric for each instance that ever lived would be paid for.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
    """
    config = {
        "agent": {"metrics_collection_interval": 60, "omit_hostname": True, "run_as_user": "cwagent"},
        "metrics": {
            "namespace": namespace,
            "append_dimensions": {"AutoScalingGroupName": "${aws:AutoScalingGroupName}"},
            "metrics_collected": {
                "mem": {"measurement": ["mem_used_percent"]},
                "disk": {"measurement": ["used_percent"], "resources": ["/"], "drop_device": True},
            },
        },
    }
    path = "/opt/aws/amazon-cloudwatch-agent/etc/fleet.json"
    return f"""
cat > {path} <<'AGENT'
{json.dumps(config, indent=2)}
AGENT
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl -a fetch-config -m ec2 -s -c file:{path}
"""


def _environment_file(environment: Mapping[str, str]) -> str:
    for name, value in environment.items():
        if "\n" in value:
            raise ValueError(f"{name} holds a line break, which the environment file of an instance cannot")
    return "\n".join(f"{name}={value}" for name, value in sorted(environment.items()))
