"""The service: planes, use cases, and the doors in and out."""
