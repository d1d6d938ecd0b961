"""The starter workload: a gateway and its services in one container image, the role chosen by SERVICE_NAME."""
