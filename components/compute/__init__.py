"""Containers on Fargate: clusters, services, tasks, images, and how a new version takes over."""
