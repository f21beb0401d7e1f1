"""Models by name: fetched, verified, and turned into engines."""
