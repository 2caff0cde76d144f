"""Tables with margins: which keys are hidden so that nobody who reads the rest finds out a secret."""
