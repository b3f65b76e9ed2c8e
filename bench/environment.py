"""A peer's own environment: checked to be the real package, then installed apart from ours."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from email.parser import HeaderParser
from pathlib import Path

PATIENCE_S = 600.0


@dataclass(frozen=True, slots=True)
class PeerPackage:
    """A peer, and by what its published metadata must identify it.

    Attributes
    ----------
    module : file under ``bench/peers`` that runs inside the peer's environment.
    home : repository that the metadata must name.
    """

    name: str
    package: str
    version: str
    home: str
    module: str


PEERS = (
    PeerPackage("OpenFisca-Core", "OpenFisca-Core", "46.0.1", "github.com/openfisca/openfisca-core",
                "openfisca_chips.py"),
    PeerPackage("policyengine-core", "policyengine-core", "3.33.12", "github.com/policyengine/policyengine-core",
                "policyengine_chips.py"),
)


class NotInstalled(Exception):
    """A peer cannot be installed here; the text says why."""


def peer_python(peer: PeerPackage, folder: Path) -> Path:
    """Return the interpreter of a peer's environment under a folder, made if it is not there.

    Raises
    ------
    NotInstalled : the package is not to be had, or is not the one that it should be.
    """
    home = folder / f"{peer.package.lower()}-{peer.version}"
    python, ready = home / "bin" / "python", home / ".ready"
    if not ready.exists():
        _check_identity(peer, folder)
        _run([sys.executable, "-m", "venv", str(home)])
        _run([str(python), *_PIP, "install", "--only-binary", ":all:", f"{peer.package}=={peer.version}"])
        ready.touch()
    return python


_PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")


def _check_identity(peer: PeerPackage, folder: Path) -> None:
    """Read the wheel's own metadata before anything of it can run."""
    wheels = folder / "wheels"
    _run([sys.executable, *_PIP, "download", "--no-deps", "--only-binary", ":all:", "--dest", str(wheels),
          f"{peer.package}=={peer.version}"])
    stem = peer.package.lower().replace("-", "_")
    wheel = next(wheels.glob(f"{stem}-{peer.version}-*.whl"), None)
    if wheel is None:
        raise NotInstalled(f"no wheel of {peer.package} {peer.version}")
    with zipfile.ZipFile(wheel) as held:
        name = next(n for n in held.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(held.read(name).decode())
    pages = [*metadata.get_all("Project-URL", ()), metadata.get("Home-page") or ""]
    if not any(peer.home in page.lower() for page in pages):
        raise NotInstalled(f"{peer.package} {peer.version} does not name {peer.home} as its home")


def _run(call: Sequence[str]) -> None:
    try:
        subprocess.run(call, check=True, capture_output=True, text=True, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"not installed within {PATIENCE_S:g} s") from None
    except (OSError, subprocess.CalledProcessError) as problem:
        told = (getattr(problem, "stderr", "") or str(problem)).strip().splitlines()
        errors = [line for line in told if line.startswith("ERROR")] or told
        raise NotInstalled(errors[-1] if errors else "not installed") from None
