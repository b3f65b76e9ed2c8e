"""A peer's own environment: checked to be the real thing, then installed apart from ours."""

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


@dataclass(frozen=True, slots=True)
class PeerCheckout:
    """A peer without a package that could be vouched for: it runs from a checkout that the user gives.

    Attributes
    ----------
    folder : name of the checkout, as its repository is called.
    mark : file that the checkout must hold.
    needs : packages that it imports, each at one version.
    module : file under ``bench/peers`` that imports it.
    """

    name: str
    folder: str
    home: str
    mark: str
    needs: tuple[str, ...]
    module: str


CHECKOUTS = (
    PeerCheckout("calculon", "calculon", "github.com/calculon-ai/calculon", "calculon/llm/llm.py",
                 ("numpy==2.4.6", "pandas==3.1.1", "psutil==7.2.2"), "calculon_llm.py"),
    PeerCheckout("LLM-Viewer", "LLM-Viewer", "github.com/hahnyuan/LLM-Viewer", "model_analyzer.py",
                 ("transformers==5.24.0",), "llm_viewer_llm.py"),
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
    if not (home / _READY).exists():
        _check_identity(peer, folder)
    return _environment(home, (f"{peer.package}=={peer.version}",))


def checkout_of(peer: PeerCheckout, given: Path | None) -> Path:
    """Return a peer's checkout under the folder that the user gave.

    Raises
    ------
    NotInstalled : none was given, or it is not the peer's.
    """
    if given is None:
        raise NotInstalled(f"no checkout of {peer.home} was given with `--perf-peers`")
    checkout = given / peer.folder
    if not (checkout / peer.mark).is_file():
        raise NotInstalled(f"no checkout of {peer.home} in the folder given: it has no `{peer.folder}/{peer.mark}`")
    return checkout


def checkout_python(peer: PeerCheckout, folder: Path) -> Path:
    """Return the interpreter of an environment with what a checkout imports, made if it is not there.

    Raises
    ------
    NotInstalled : some package is not to be had.
    """
    return _environment(folder / "-".join((peer.name.lower(), *peer.needs)).replace("==", "-"), peer.needs)


def commit_of(checkout: Path) -> str:
    """Return the short commit of a checkout, marked where files were changed; empty if it carries no history."""
    if not (checkout / ".git").exists():
        return ""
    try:
        told = subprocess.run(["git", "--no-optional-locks", "-C", str(checkout), "describe", "--always", "--dirty",
                               "--exclude=*"], capture_output=True, text=True, check=True, timeout=PATIENCE_S)
    except (OSError, subprocess.SubprocessError):
        return ""
    return told.stdout.strip()


def _environment(home: Path, needs: Sequence[str]) -> Path:
    """Make an environment once; one that was left half made is made anew."""
    python = home / "bin" / "python"
    if not (home / _READY).exists():
        _run([sys.executable, "-m", "venv", "--clear", str(home)])
        _run([str(python), *_PIP, "install", "--only-binary", ":all:", *needs])
        (home / _READY).touch()
    return python


_READY = ".ready"
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
