"""The VPC, its ways out, who may reach whom, and the load balancer."""
