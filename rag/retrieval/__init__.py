"""Question to evidence: follow-ups, both channels, fusion, and why each passage was found."""
