"""What the world meets first: CloudFront, WAF, certificates and names."""
