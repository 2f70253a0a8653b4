"""A real browser for the tests: find one, or get one. `python -m tests.browser` says which, or what to install."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = (
    "/usr/bin", "/usr/local/bin", "/snap/bin", "/opt/google/chrome", "/usr/lib/chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--no-first-run", "--disable-dev-shm-usage"]
"""How tests launch it: quiet, and without a sandbox where root could not have one."""
SHOWN = 30_000
"""Milliseconds after which a page is given up that does not show what is expected. They measure nothing: cores are shared."""
PATIENCE = 600


def flags() -> list[str]:
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*FLAGS, "--no-sandbox"] if root else FLAGS


def find() -> Path | None:
    """An installed Chromium or Chrome, or the one that Playwright has fetched for itself."""
    named = os.environ.get("CHROME")
    if named and Path(named).is_file():
        return Path(named)
    for name in NAMES:
        if path := shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), *PLACES[:5]])):
            return Path(path)
    return next((Path(place) for place in PLACES[5:] if Path(place).is_file()), None) or _playwrights_own()


def _playwrights_own() -> Path | None:
    from playwright.sync_api import sync_playwright

    script = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    assert sync_playwright  # the import above says plainly when the test group is not installed
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    path = Path(ran.stdout.strip() or "/nowhere")
    return path if ran.returncode == 0 and path.is_file() else None


def works(path: Path) -> str:
    """The browser's version; empty where it does not start."""
    try:
        ran = subprocess.run([path, "--version", *flags()], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout.strip() if ran.returncode == 0 else ""


def get() -> Path | None:
    """Find a browser, or try the ways to get one, the least intrusive first."""
    if (path := find()) and works(path):
        return path
    print("No Chromium or Chrome found; asking Playwright for one ...", flush=True)
    _run([sys.executable, "-m", "playwright", "install", "chromium"])
    if (path := _playwrights_own()) and works(path):
        return path
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("Installing the system's own package `chromium` ...", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        _run(["apt-get", "update", "-qq"], quiet)
        _run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], quiet)
    path = find()
    return path if path and works(path) else None


def _run(command: list[str], env: dict[str, str] | None = None) -> bool:
    try:
        return subprocess.run(command, env=env, timeout=PATIENCE, check=False, stdout=subprocess.DEVNULL).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def main() -> int:
    path = get()
    if path is None:
        print("The browser tests need Chromium or Chrome. Install one of them (Debian, Ubuntu: `sudo apt-get install chromium`;\n"
              "elsewhere: `.venv/bin/python -m playwright install --with-deps chromium`), or set CHROME to its path.")
        return 1
    print(f"{works(path)} ({path})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
