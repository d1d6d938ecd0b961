"""The embedded preview: runs the unchanged Pulumi program in process and records what it would create."""
