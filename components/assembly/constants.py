"""Names that several parts of a platform share."""

from __future__ import annotations

from typing import Final

#: CloudFront reads certificates, and Route 53 writes its metrics, in this region only.
GLOBAL_REGION: Final = "us-east-1"
#: The task that dumps the database, and its database user.
DUMP: Final = "database-dump"
