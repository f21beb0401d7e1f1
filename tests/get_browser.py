"""Finds a Chromium for the browser tests, or installs one the way this system can."""

from __future__ import annotations

import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_browser() -> str | None:
    """Return the path of a Chromium, playwright's own included, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    from pathlib import Path

    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install_browser() -> None:
    """Install Chromium and a Chinese font from the system's packages, else playwright's build."""
    if shutil.which("apt-get"):
        sudo = [] if _is_root() else ["sudo", "--non-interactive"]
        packages = ["chromium", "fonts-noto-cjk", "fonts-noto-color-emoji"]
        update = subprocess.run([*sudo, "apt-get", "update", "-qq"], check=False)
        install = [
            *sudo,
            "apt-get",
            "install",
            "--yes",
            "-qq",
            "--no-install-recommends",
            *packages,
        ]
        if update.returncode == 0 and subprocess.run(install, check=False).returncode == 0:
            return
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    subprocess.run(command, check=True)


def _is_root() -> bool:
    import os

    return hasattr(os, "geteuid") and os.geteuid() == 0


if __name__ == "__main__":
    if find_browser() is None:
        install_browser()
    if find_browser() is None:
        sys.exit(
            "No Chromium could be installed: install chromium by hand and run `make test` again"
        )
