"""The evaluation page: upload a test set, watch it run, read the report, compare runs."""
