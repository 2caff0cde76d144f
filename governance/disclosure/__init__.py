"""Statistical disclosure control: rules on holdings that a released cell must pass."""
