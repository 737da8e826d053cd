"""What stands between this machine and a kernel on its GPU: found out first, explained after."""

import ctypes
import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from dlcourse.commands.doctor.finding import Finding

DRIVER = {"linux": "libcuda.so.1", "win32": "nvcuda.dll"}
#: The variable that lets "cuda" mean the simulator (``dlcourse.devices.SWITCH``).
SWITCH = "DLCOURSE_CUDA"

INSTALL = "in the course's folder: python -m pip install -e '.[cuda]'"
#: The CUDA releases whose PTX is not one of the release's own number (8.4 for 12.4, 9.0 for 13.0).
PTX_OF_RELEASE = {(12, 6): (8, 5), (12, 7): (8, 5), (12, 8): (8, 7), (12, 9): (8, 8)}

Version = tuple[int, int]


@dataclass(frozen=True)
class Cuda:
    """What was found out about CUDA here.

    Attributes
    ----------
    simulated : bool
        Whether "cuda" means the simulator.
    platform : str
        As ``sys.platform``.
    driver : tuple, optional
        The CUDA release that the driver is for; None without a driver.
    driver_error : str
        What it complained about when it was started.
    devices : tuple of str
        The GPUs' names.
    numba_cuda : str
        The package's version; empty without it.
    implementation : str
        What ``numba.cuda`` is: the package, "NVIDIA", or Numba's own old target.
    ptx : tuple, optional
        The version of the code that the compiler writes; None if it could not.
    compiler_error : str
        What it complained about.
    nvrtc : tuple, optional
        The release of the library NVRTC; None without it.
    launch_error : str
        What became of a kernel that was tried; empty if it ran.
    """

    simulated: bool = False
    platform: str = "linux"
    driver: Version | None = None
    driver_error: str = ""
    devices: tuple[str, ...] = ()
    numba_cuda: str = ""
    implementation: str = ""
    ptx: Version | None = None
    compiler_error: str = ""
    nvrtc: Version | None = None
    launch_error: str = ""


def gpu(found: Cuda | None = None) -> list[Finding]:
    """Say what CUDA kernels would run on, and what keeps them from it.

    The driver is asked directly, so that this says what is wrong where numba-cuda could not load.
    """
    found = look() if found is None else found
    software = f"numba-cuda {found.numba_cuda}" if found.numba_cuda else "numba-cuda is missing"
    if found.simulated:
        value = f"simulated on the CPU ({SWITCH}); {software}"
        return [Finding("GPU", value, *(() if found.numba_cuda else ("warn", INSTALL)))]
    if found.platform not in DRIVER:
        return [Finding("GPU", "none that CUDA knows; the simulator stands in for one")]
    if found.driver is None and not found.driver_error:
        return [Finding("GPU", "no NVIDIA driver; the simulator stands in for a GPU")]
    if found.driver_error or not found.devices:
        return [
            Finding(
                "GPU",
                "the NVIDIA driver does not start: " + found.driver_error
                if found.driver_error
                else "the NVIDIA driver knows of no GPU",
                "warn",
                "restart the machine, or reinstall the driver that belongs to its kernel; "
                "in a container, start it with the GPU handed in (docker run --gpus all); "
                "on Colab, choose Runtime > Change runtime type > GPU",
            )
        ]
    assert found.driver is not None
    value = f"{', '.join(found.devices)}; driver for CUDA {_text(found.driver)}; {software}"
    return [Finding("GPU", value), *_software(found, found.driver)]


def _software(found: Cuda, driver: Version) -> list[Finding]:
    """Say what keeps kernels from a GPU whose driver works: the first thing that does."""
    if driver < (12, 0):
        return [
            Finding(
                "CUDA driver",
                f"for CUDA {_text(driver)}: too old for numba-cuda, which needs 12.0",
                "warn",
                "install a newer driver, on Debian: apt-get install nvidia-driver",
            )
        ]
    if not found.numba_cuda:
        return [Finding("CUDA kernels", "numba-cuda is missing", "warn", INSTALL)]
    if found.implementation != "NVIDIA":
        return [
            Finding(
                "CUDA kernels",
                "Numba's own old CUDA target is used: the .pth file of numba-cuda did not run",
                "warn",
                "install numba-cuda into this Python's own site-packages (not by PYTHONPATH or "
                "--target), and start Python without -S or -I: python -m pip install "
                "--force-reinstall --no-deps numba-cuda==" + found.numba_cuda,
            )
        ]
    fitting = _packages(driver)
    if found.nvrtc is None:
        return [
            Finding(
                "CUDA compiler",
                "the library NVRTC is missing",
                "warn",
                f"python -m pip install {_nvrtc(driver[0])}=={_text(driver)}.*",
            )
        ]
    if found.ptx is None:
        return [
            Finding(
                "CUDA compiler",
                f"libNVVM cannot be used: {found.compiler_error or 'it is missing'}",
                "warn",
                f"install the compiler of the driver's release: python -m pip install {fitting}",
            )
        ]
    compiler = f"writes PTX {_text(found.ptx)}, the driver takes {_text(newest_ptx(driver))}"
    if found.ptx > newest_ptx(driver) or _is_ptx_complaint(found.launch_error):
        return [
            Finding(
                "CUDA compiler",
                f"newer than the driver: {compiler} or older",
                "warn",
                f"install the compiler of the driver's release: python -m pip install {fitting}; "
                "or a newer driver",
            )
        ]
    if found.nvrtc > driver:
        return [
            Finding(
                "CUDA compiler",
                f"NVRTC {_text(found.nvrtc)} is newer than the driver, {_text(driver)}",
                "warn",
                f"python -m pip install {_nvrtc(driver[0])}=={_text(driver)}.*; or a newer driver",
            )
        ]
    if found.launch_error:
        return [
            Finding(
                "CUDA kernels",
                f"one that was tried did not run: {found.launch_error}",
                "warn",
                "end other programs that use the GPU, restart the machine; if it stays so, the "
                "driver does not fit the GPU",
            )
        ]
    return [Finding("CUDA kernels", f"one that was tried ran; the compiler {compiler}")]


def newest_ptx(driver: Version) -> Version:
    """Return the newest version of PTX that a driver for this CUDA release takes."""
    return PTX_OF_RELEASE.get(driver, (driver[0] - 4, driver[1]))


def _packages(driver: Version) -> str:
    """Return the packages of a release's compiler, for pip."""
    nvvm = "nvidia-nvvm" if driver[0] >= 13 else "nvidia-cuda-nvcc-cu12"
    return " ".join(f"{name}=={_text(driver)}.*" for name in (nvvm, _nvrtc(driver[0])))


def _nvrtc(major: int) -> str:
    return "nvidia-cuda-nvrtc" if major >= 13 else "nvidia-cuda-nvrtc-cu12"


def _text(version: Version) -> str:
    return ".".join(map(str, version))


def _is_ptx_complaint(error: str) -> bool:
    """Whether a launch failed because the code is newer than the driver."""
    return "UNSUPPORTED_PTX_VERSION" in error or "unsupported toolchain" in error


def look(
    environment: Mapping[str, str] = os.environ,
    load: Callable[[str], Any] = ctypes.CDLL,
    platform: str = sys.platform,
) -> Cuda:
    """Find out what there is."""
    found: dict[str, Any] = {
        "simulated": environment.get(SWITCH, "") == "simulator",
        "platform": platform,
    }
    try:
        found["numba_cuda"] = metadata.version("numba-cuda")
    except metadata.PackageNotFoundError:
        found["numba_cuda"] = ""
    if found["simulated"] or platform not in DRIVER:
        return Cuda(**found)
    found |= ask_driver(load, DRIVER[platform])
    if found.get("devices") and found["numba_cuda"]:
        found |= try_kernel()
    return Cuda(**found)


def ask_driver(load: Callable[[str], Any], name: str) -> dict[str, Any]:
    """Return what the driver says of itself and of its devices; nothing without a driver."""
    try:
        driver = load(name)
    except OSError:
        return {}
    status = driver.cuInit(0)
    if status:
        return {"driver_error": _error_text(driver, status)}
    count, version = ctypes.c_int(), ctypes.c_int()
    driver.cuDeviceGetCount(ctypes.byref(count))
    driver.cuDriverGetVersion(ctypes.byref(version))
    return {
        "driver": (version.value // 1000, version.value % 1000 // 10),
        "devices": tuple(_device_name(driver, index) for index in range(count.value)),
    }


def try_kernel() -> dict[str, Any]:
    """Compile a kernel and, if that works, run it; return what came of it."""
    from dlcourse.commands.doctor import trial

    found: dict[str, Any] = {"implementation": trial.implementation()}
    if found["implementation"] != "NVIDIA":
        return found
    found["nvrtc"] = trial.nvrtc()
    if found["nvrtc"] is None:  # numba-cuda compiles nothing without it
        return found
    # Whatever goes wrong in a broken installation is a finding.
    try:
        text = trial.compiled()
    except Exception as error:
        return found | {"compiler_error": _one_line(error)}
    version = re.search(r"^\.version (\d+)\.(\d+)", text, re.MULTILINE)
    assert version is not None
    found["ptx"] = int(version[1]), int(version[2])
    try:
        trial.run()
    except Exception as error:
        found["launch_error"] = _one_line(error)
    return found


def _one_line(error: Exception) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= 200 else text[:197] + "..."


def _error_text(driver: Any, status: int) -> str:
    text = ctypes.c_char_p()
    driver.cuGetErrorString(status, ctypes.byref(text))
    return f"{text.value.decode()} (CUDA error {status})" if text.value else f"CUDA error {status}"


def _device_name(driver: Any, index: int) -> str:
    name = ctypes.create_string_buffer(256)
    driver.cuDeviceGetName(name, len(name), index)
    return name.value.decode()
