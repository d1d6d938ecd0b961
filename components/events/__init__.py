"""What happens, told to whom it concerns: buses, rules and queues."""
