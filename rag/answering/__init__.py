"""Evidence in, verified and cited answer out."""
