"""Articles as a searchable collection on disk: catalogue, word index and vector index."""
