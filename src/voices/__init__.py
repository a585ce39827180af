"""What employees and customers write, read together."""
