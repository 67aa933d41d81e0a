"""What renders an audit result."""
