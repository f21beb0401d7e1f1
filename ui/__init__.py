"""The chat page of 问报 for staff: ask, read the verified answer, open its sources."""
