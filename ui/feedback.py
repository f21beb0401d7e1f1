"""What readers thought of answers, as JSON lines next to the collection."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from ui.conversation import Exchange


class FeedbackFile:
    """Appends one line for each rating.

    A reader who rates and then writes a reason leaves two lines with the same `id`: the later
    one holds. Each line is one write to a file opened for appending, so lines of several
    processes never mix.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()

    @classmethod
    def beside(cls, collection: Path) -> FeedbackFile:
        """Return the file of a collection: outside its folder, which rebuilding may empty."""
        collection = collection.absolute()  # "." has no name
        return cls(collection.with_name(f"{collection.name}.feedback.jsonl"))

    def append(self, exchange: Exchange, reason: str = "") -> None:
        """Write the exchange with its rating durably.

        Raises:
            OSError: the file cannot be written.
        """
        record = {
            "id": exchange.id,
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "question": exchange.question,
            "answer": exchange.text,
            "refused": exchange.refused,
            "sentences": [asdict(sentence) for sentence in exchange.sentences],
            "sources": [asdict(source) for source in exchange.sources],
            "rating": exchange.rating,
            "reason": reason,
        }
        line = json.dumps(record, ensure_ascii=False, default=str) + "\n"
        with self._lock:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            target = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(target, line.encode())
                os.fsync(target)
            finally:
                os.close(target)
