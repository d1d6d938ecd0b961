"""``tierwise search``: the indexes of a collection of OpenSearch Serverless, made and filled."""
