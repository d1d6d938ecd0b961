"""API Gateway: HTTP and REST APIs, who may call them, and what they log."""
