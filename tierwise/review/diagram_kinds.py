"""What an architecture picture draws: each type's word, its sign and the family whose colour it has.

The signs are our own line drawings on a square of 24 units, so that a picture needs no font, no file and no network.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Family = Literal["edge", "compute", "data", "storage", "messaging", "security"]


class Kind(NamedTuple):
    """One kind of thing that is drawn.

    Attributes:
        word: What it is, for people.
        sign: Key of ``SIGNS``.
        family: Whose colour it has.
    """

    word: str
    sign: str
    family: Family


#: By type. Everything else is part of one of these, or passes a reference on.
KINDS: Final[dict[str, Kind]] = {
    "aws:route53/zone:Zone": Kind("DNS zone", "signpost", "edge"),
    "aws:cloudfront/distribution:Distribution": Kind("CDN", "globe", "edge"),
    "aws:wafv2/webAcl:WebAcl": Kind("Firewall", "shield", "security"),
    "aws:cognito/userPool:UserPool": Kind("User pool", "person", "security"),
    "aws:apigateway/restApi:RestApi": Kind("REST API", "brackets", "edge"),
    "aws:apigatewayv2/api:Api": Kind("HTTP API", "brackets", "edge"),
    "aws:lb/loadBalancer:LoadBalancer": Kind("Load balancer", "fork", "edge"),
    "aws:ec2/natGateway:NatGateway": Kind("NAT gateway", "exit", "edge"),
    "aws:ec2/instance:Instance": Kind("Instance", "chip", "compute"),
    "aws:autoscaling/group:Group": Kind("Instance group", "stack", "compute"),
    "aws:ecs/service:Service": Kind("Service", "box", "compute"),
    "aws:lambda/function:Function": Kind("Function", "lambda", "compute"),
    "aws:sfn/stateMachine:StateMachine": Kind("State machine", "flow", "compute"),
    "aws:rds/instance:Instance": Kind("Database", "cylinder", "data"),
    "aws:rds/cluster:Cluster": Kind("Database", "cylinder", "data"),
    "aws:rds/proxy:Proxy": Kind("Database proxy", "fork", "data"),
    "aws:elasticache/replicationGroup:ReplicationGroup": Kind("Cache", "bolt", "data"),
    "aws:elasticache/serverlessCache:ServerlessCache": Kind("Cache", "bolt", "data"),
    "aws:opensearch/serverlessCollection:ServerlessCollection": Kind("Search", "lens", "data"),
    "aws:opensearch/domain:Domain": Kind("Search", "lens", "data"),
    "aws:efs/fileSystem:FileSystem": Kind("File system", "folder", "storage"),
    "aws:dynamodb/table:Table": Kind("Table", "grid", "data"),
    "aws:s3/bucket:Bucket": Kind("Bucket", "bucket", "storage"),
    "aws:sqs/queue:Queue": Kind("Queue", "queue", "messaging"),
    "aws:sns/topic:Topic": Kind("Topic", "fanout", "messaging"),
    "aws:cloudwatch/eventBus:EventBus": Kind("Event bus", "fanout", "messaging"),
    "aws:scheduler/schedule:Schedule": Kind("Schedule", "clock", "messaging"),
    "aws:cloudwatch/eventRule:EventRule": Kind("Event rule", "bolt", "messaging"),
    "aws:cloudtrail/trail:Trail": Kind("Audit trail", "book", "security"),
    "aws:cfg/recorder:Recorder": Kind("Configuration recorder", "book", "security"),
    "aws:guardduty/detector:Detector": Kind("Threat detector", "eye", "security"),
    "aws:accessanalyzer/analyzer:Analyzer": Kind("Access analyzer", "lens", "security"),
}

#: Lines of each sign, as an SVG path.
SIGNS: Final[dict[str, str]] = {
    "bolt": "M13 3 5 14h6l-1 7 8-11h-6z",
    "book": "M6 3h12v18H6zM9.5 8h5M9.5 12h5M9.5 16h3",
    "box": "m12 3 8 4.5v9L12 21l-8-4.5v-9zM12 12l8-4.5M12 12v9M12 12 4 7.5",
    "brackets": "m9 6-6 6 6 6M15 6l6 6-6 6",
    "bucket": "M4 6c0-1.7 3.6-3 8-3s8 1.3 8 3-3.6 3-8 3-8-1.3-8-3zl2 13c.2 1.2 2.8 2 6 2s5.8-.8 6-2l2-13",
    "chip": "M7 7h10v10H7zM10 3v4M14 3v4M10 17v4M14 17v4M3 10h4M3 14h4M17 10h4M17 14h4",
    "clock": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3.5 2",
    "cloud": "M7 18a4.5 4.5 0 0 1-.5-9A6 6 0 0 1 18 9.5 4.3 4.3 0 0 1 17.5 18z",
    "cylinder": "M5 6c0-1.7 3.1-3 7-3s7 1.3 7 3-3.1 3-7 3-7-1.3-7-3zv12c0 1.7 3.1 3 7 3s7-1.3 7-3V6"
    "M5 12c0 1.7 3.1 3 7 3s7-1.3 7-3",
    "exit": "M4 12h12M11 7l5 5-5 5M20 4v16",
    "eye": "M2 12c3-5 6.5-7 10-7s7 2 10 7c-3 5-6.5 7-10 7s-7-2-10-7zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
    "fanout": "M4 12h15M10 12l8-7M10 12l8 7",
    "flow": "M9 3h6v5H9zM3 16h6v5H3zM15 16h6v5h-6zM12 8v4M6 16v-4h12v4",
    "folder": "M3 5h6l2 3h10v11H3z",
    "fork": "M12 3v7M12 10 5 19M12 10l7 9M12 10v10",
    "globe": "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3.5 4 3.5 14 0 18M12 3c-3.5 4-3.5 14 0 18",
    "grid": "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
    "lambda": "M7 4h3l7 16h2M11.3 9 6 20",
    "lens": "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.3 15.3 21 21",
    "person": "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c.5-4 4-6 8-6s7.5 2 8 6",
    "queue": "M3 8h4.5v8H3zM9.7 8h4.6v8H9.7zM16.5 8H21v8h-4.5z",
    "shield": "m12 3 7 3v5c0 5-3 8-7 10-4-2-7-5-7-10V6z",
    "signpost": "M12 3v18M5 6h11l3 2.5L16 11H5z",
    "stack": "M8 8h12v12H8zM4 16V4h12",
}
