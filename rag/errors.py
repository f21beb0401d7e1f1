"""Every error that WenBao raises on purpose.

    WenBaoError
    ├── SettingsError        a setting has a wrong name or value
    ├── CorpusError          a file or folder cannot be read as articles
    ├── ModelError           a model is missing, damaged or does not fit
    │   └── DownloadError    no mirror delivered the model
    ├── CollectionError      an index on disk cannot be used
    │   ├── CollectionMissingError    nothing has been ingested yet
    │   ├── CollectionDamagedError    a file does not match its checksum or format
    │   └── CollectionBusyError       another process is writing
    ├── QuestionError        a question cannot be asked as it stands (empty, too long)
    ├── GenerationError      the generator failed while answering
    └── EvaluationError      a run cannot be made, resumed or compared
        └── TestSetError     a test set cannot be read; it lists each problem

Each message says what happened, why, and, in `remedy`, the command or step that mends it.
"""

from __future__ import annotations


class WenBaoError(Exception):
    """What happened and why; `remedy` says what to do about it."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} → {self.remedy}" if self.remedy else self.message


class SettingsError(WenBaoError):
    """A setting has a wrong name or value."""


class CorpusError(WenBaoError):
    """A file or folder cannot be read as articles."""


class ModelError(WenBaoError):
    """A model is missing, damaged or does not fit."""


class DownloadError(ModelError):
    """No mirror delivered the model."""


class CollectionError(WenBaoError):
    """An index on disk cannot be used."""


class CollectionMissingError(CollectionError):
    """Nothing has been ingested yet."""


class CollectionDamagedError(CollectionError):
    """A file of the collection does not match its checksum or format."""


class CollectionBusyError(CollectionError):
    """Another process is writing to the collection."""


class QuestionError(WenBaoError):
    """A question cannot be asked as it stands."""


class GenerationError(WenBaoError):
    """The generator failed while answering."""


class EvaluationError(WenBaoError):
    """A run cannot be made, resumed or compared."""


class TestSetError(EvaluationError):
    """A test set cannot be read; the message lists each problem."""

    __test__ = False
