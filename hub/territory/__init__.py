"""Zone systems, and the synthetic demo territory."""
