"""What all releases tell together: a new one is audited jointly with everything that is out for those who read it."""
