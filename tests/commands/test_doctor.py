"""The doctor: each check finds the fault that is put before it, and names the remedy."""

import ctypes
import subprocess
import sys
from dataclasses import replace
from importlib import metadata, util
from pathlib import Path
from types import SimpleNamespace

import pytest

import dlcourse
from dlcourse import commands
from dlcourse.commands import doctor
from dlcourse.commands.doctor import computing, gpu, installation, jupyter, system, trial
from dlcourse.commands.doctor.finding import Finding, closing_line, lines_of
from dlcourse.commands.doctor.gpu import Cuda
from tests.kernels.cuda.machine_code import compiling_for


@pytest.fixture
def not_found(monkeypatch):
    """Return a function that hides a module from the search for modules."""
    real = util.find_spec

    def hide(*names):
        monkeypatch.setattr(util, "find_spec", lambda name: None if name in names else real(name))

    return hide


@pytest.fixture
def versions(monkeypatch):
    """Return a function that sets the installed version of packages; None removes one."""
    real = metadata.version

    def pretend(**given):
        def version(name):
            if name.replace("-", "_") not in given:
                return real(name)
            if given[name.replace("-", "_")] is None:
                raise metadata.PackageNotFoundError(name)
            return given[name.replace("-", "_")]

        monkeypatch.setattr(metadata, "version", version)

    return pretend


class TestInstallation:
    def test_this_python_is_supported(self):
        assert installation.python().level == "ok"

    @pytest.mark.parametrize("version", [(3, 10, 14), (3, 14, 0), (2, 7, 18)])
    def test_a_python_outside_the_range_is_bad(self, version):
        finding = installation.python(version)
        assert finding.level == "bad"
        assert finding.value.startswith(".".join(map(str, version)))
        assert ">=3.11" in finding.remedy
        assert "<3.14" in finding.remedy

    def test_a_32_bit_python_is_bad(self):
        finding = installation.python(bits=2**31 - 1)
        assert finding.level == "bad"
        assert "64-bit" in finding.remedy

    def test_the_library_of_another_folder_is_noticed(self, tmp_path):
        (tmp_path / "book").mkdir()
        (tmp_path / "book" / "_toc.yml").touch()
        (tmp_path / "dlcourse").mkdir()
        finding = installation.library(tmp_path)
        assert finding.level == "warn"
        assert f"not the library of {tmp_path}" in finding.remedy

    def test_the_library_of_this_folder_is_fine(self):
        assert installation.library(Path(dlcourse.__file__).parent).level == "ok"

    def test_every_package_of_the_lock_is_looked_at(self):
        found = {finding.name: finding for finding in installation.packages()}
        for name in ("numpy", "numba", "jupyterlab", "nbgrader", "jupyter-book", "pytest"):
            assert found[name].level == "ok", found[name]
            assert metadata.version(name) in found[name].value
        for extra in ("bench", "cuda", "scale"):
            assert f"extra {extra}" in found

    @pytest.mark.parametrize(
        ("package", "level"), [("numpy", "bad"), ("nbgrader", "bad"), ("pytest", "warn")]
    )
    @pytest.mark.parametrize(
        ("version", "words"), [(None, "missing, wanted"), ("0.1", "0.1, wanted")]
    )
    def test_a_package_that_does_not_fit_is_named(self, versions, package, level, version, words):
        versions(**{package: version})
        (finding,) = [each for each in installation.packages() if each.name == package]
        assert finding.level == level
        assert finding.value.startswith(words)
        assert "python -m pip install -r requirements.txt" in finding.remedy

    def test_the_range_is_shown_from_its_lower_end(self, versions):
        versions(numpy="2.4.0")
        assert installation.package("numpy>=2.3,<2.6").value == "2.4.0        >=2.3,<2.6"

    def test_no_extra_is_left_out(self):
        looked_at = {
            *installation.NEEDED_EXTRAS,
            *installation.LOCKED_EXTRAS,
            *installation.FURTHER_EXTRAS,
        }
        assert set(metadata.metadata("dlcourse").get_all("Provides-Extra")) | {""} == looked_at

    def test_an_extra_that_was_asked_for_is_held_to_its_versions(self, versions):
        versions(torch="2.0.0", jax="9.0", scikit_image=None)
        extra, torch = installation.further_extra("bench", "to compare")
        assert (extra.level, extra.value) == ("ok", "2 of 3 packages; wanted only to compare")
        assert (torch.name, torch.level) == ("torch", "warn")
        versions(torch="2.13.0", jax="9.0", scikit_image="0.30")
        (extra,) = installation.further_extra("bench", "to compare")
        assert extra.value == "installed, to compare"

    def test_a_library_that_is_not_installed_is_bad(self, monkeypatch):
        def none(name):
            raise metadata.PackageNotFoundError(name)

        monkeypatch.setattr(metadata, "distribution", none)
        finding = installation.ready()
        assert finding.level == "bad"
        assert "pip install --no-deps" in finding.remedy

    def test_without_the_package_that_compares_versions_that_is_said(self, not_found):
        not_found("packaging")
        assert installation.ready().name == "packaging"


class TestComputing:
    def test_cores_are_counted(self):
        assert int(computing.cores().value.split()[0]) >= 1

    def test_a_real_loop_has_a_threading_layer(self):
        finding = computing.threading_layer()
        assert finding.value.split(",")[0] in {"omp", "tbb", "workqueue"}

    def test_no_threading_layer_is_bad(self):
        def fail():
            raise ValueError("No threading layer could be loaded.")

        finding = computing.threading_layer(fail)
        assert finding.level == "bad"
        assert finding.value == "none: No threading layer could be loaded."
        assert finding.remedy

    def test_the_layer_that_is_unsafe_is_worth_a_look(self):
        finding = computing.threading_layer(lambda: ("workqueue", 2))
        assert (finding.level, finding.value) == (
            "warn",
            "workqueue, 2 threads, unsafe for two callers",
        )
        assert finding.remedy
        assert computing.threading_layer(lambda: ("omp", 1)).value == "omp, 1 thread"

    def test_numpys_blas_is_named_with_its_threads(self):
        assert computing.blas().level == "ok"
        pools = [
            {
                "user_api": "blas",
                "internal_api": "openblas",
                "version": "0.3.31",
                "num_threads": threads,
                "filepath": f"/x/site-packages/{package}.libs/libopenblas.so",
            }
            for package, threads in (("numpy", 2), ("scipy", 1))
        ]
        assert computing.blas(pools).value == (
            "openblas 0.3.31 (numpy's, 2 threads); openblas 0.3.31 (scipy's, 1 thread)"
        )

    def test_no_known_blas_is_worth_a_look(self):
        pools = [{"user_api": "openmp", "internal_api": "openmp", "num_threads": 2}]
        assert computing.blas(pools).level == "warn"

    def test_kept_kernels_are_counted(self, tmp_path):
        (tmp_path / "dense.add_bias-1.py311.nbi").touch()
        finding = computing.kernel_cache([tmp_path])
        assert finding.level == "ok"
        assert finding.value.endswith("1 kernel kept")

    def test_an_empty_cache_is_worth_a_look(self, tmp_path):
        finding = computing.kernel_cache([tmp_path])
        assert finding.level == "warn"
        assert "dlcourse warmup" in finding.remedy

    def test_a_closed_cache_is_bad(self, tmp_path, monkeypatch):
        monkeypatch.setattr("dlcourse.commands.cache.can_write", lambda folder: False)
        finding = computing.kernel_cache([tmp_path])
        assert (finding.level, finding.value) == ("bad", f"{tmp_path} cannot be written")
        assert "NUMBA_CACHE_DIR" in finding.remedy

    def test_kernels_without_a_cache_are_bad(self):
        finding = computing.kernel_cache([])
        assert finding.level == "bad"
        assert "NUMBA_CACHE_DIR" in finding.remedy

    def test_the_cache_of_this_machine_can_be_written(self):
        assert computing.kernel_cache().level in {"ok", "warn"}


class Driver:
    """NVIDIA's driver as the doctor calls it, with some devices or an error."""

    def __init__(self, names=(), status=0, version=13000):
        self.names, self.status, self.version = names, status, version

    def cuInit(self, flags):  # noqa: N802
        assert flags == 0
        return self.status

    def cuGetErrorString(self, status, text):  # noqa: N802
        known = {100: b"no CUDA-capable device is detected"}
        ctypes.cast(text, ctypes.POINTER(ctypes.c_char_p))[0] = known.get(status)
        return 0 if status in known else 1

    def cuDeviceGetCount(self, count):  # noqa: N802
        ctypes.cast(count, ctypes.POINTER(ctypes.c_int))[0] = len(self.names)
        return 0

    def cuDriverGetVersion(self, version):  # noqa: N802
        ctypes.cast(version, ctypes.POINTER(ctypes.c_int))[0] = self.version
        return 0

    def cuDeviceGetName(self, name, length, index):  # noqa: N802
        name.value = self.names[index].encode()[: length - 1]
        return 0


#: A machine on which kernels run.
WORKS = Cuda(
    driver=(13, 0), devices=("NVIDIA A",), numba_cuda="0.30.4", implementation="NVIDIA",
    ptx=(9, 0), nvrtc=(13, 0),
)  # fmt: skip


def only(findings):
    """Return the finding that is worth a look, of which there is one."""
    (finding,) = (one for one in findings if one.level != "ok")
    return finding


class TestGpu:
    def test_a_gpu_that_works_is_named(self):
        first, second = gpu.gpu(WORKS)
        assert (first.level, second.level) == ("ok", "ok")
        assert first.value == "NVIDIA A; driver for CUDA 13.0; numba-cuda 0.30.4"
        assert second.value == (
            "one that was tried ran; the compiler writes PTX 9.0, the driver takes 9.0"
        )

    def test_the_simulator_is_named(self):
        (finding,) = gpu.gpu(Cuda(simulated=True, numba_cuda="0.30.4"))
        assert finding.level == "ok"
        assert finding.value == "simulated on the CPU (DLCOURSE_CUDA); numba-cuda 0.30.4"
        assert "[cuda]" in only(gpu.gpu(Cuda(simulated=True))).remedy

    def test_no_driver_is_nothing_to_mend(self):
        (finding,) = gpu.gpu(Cuda())
        assert (finding.level, finding.remedy) == ("ok", "")
        assert "no NVIDIA driver" in finding.value

    def test_a_mac_has_none(self):
        (finding,) = gpu.gpu(Cuda(platform="darwin"))
        assert finding == Finding("GPU", "none that CUDA knows; the simulator stands in for one")

    @pytest.mark.parametrize(
        ("changes", "name", "value", "remedy"),
        [
            (
                {"driver": None, "devices": (), "driver_error": "CUDA error 803"},
                "GPU",
                "the NVIDIA driver does not start: CUDA error 803",
                "docker run --gpus all",
            ),
            ({"devices": ()}, "GPU", "knows of no GPU", "Change runtime type > GPU"),
            (
                {"driver": (11, 4)},
                "CUDA driver",
                "for CUDA 11.4: too old for numba-cuda, which needs 12.0",
                "apt-get install nvidia-driver",
            ),
            ({"numba_cuda": ""}, "CUDA kernels", "numba-cuda is missing", "install -e '.[cuda]'"),
            (
                {"implementation": "built-in"},
                "CUDA kernels",
                "the .pth file of numba-cuda did not run",
                "--force-reinstall --no-deps numba-cuda==0.30.4",
            ),
            (
                {"ptx": None, "compiler_error": "NvvmSupportError: libNVVM cannot be found"},
                "CUDA compiler",
                "libNVVM cannot be used: NvvmSupportError: libNVVM cannot be found",
                "pip install nvidia-nvvm==13.0.* nvidia-cuda-nvrtc==13.0.*",
            ),
            (  # what Colab says: its driver is older than the compiler that pip fetched
                {"driver": (12, 4)},
                "CUDA compiler",
                "newer than the driver: writes PTX 9.0, the driver takes 8.4 or older",
                "pip install nvidia-cuda-nvcc-cu12==12.4.* nvidia-cuda-nvrtc-cu12==12.4.*; or a",
            ),
            (
                {"ptx": (9, 2)},
                "CUDA compiler",
                "newer than the driver: writes PTX 9.2, the driver takes 9.0 or older",
                "pip install nvidia-nvvm==13.0.* nvidia-cuda-nvrtc==13.0.*; or a newer driver",
            ),
            (  # the driver's own word counts where the versions seem to fit
                {"launch_error": "CudaAPIError: [222] Call to cuLinkAddData results in "
                 "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"},
                "CUDA compiler",
                "newer than the driver",
                "nvidia-nvvm==13.0.*",
            ),
            (
                {"nvrtc": None},
                "CUDA compiler",
                "the library NVRTC is missing",
                "python -m pip install nvidia-cuda-nvrtc==13.0.*",
            ),
            (
                {"nvrtc": (13, 5)},
                "CUDA compiler",
                "NVRTC 13.5 is newer than the driver, 13.0",
                "nvidia-cuda-nvrtc==13.0.*; or a newer driver",
            ),
            (
                {"launch_error": "CudaAPIError: [2] out of memory"},
                "CUDA kernels",
                "one that was tried did not run: CudaAPIError: [2] out of memory",
                "end other programs that use the GPU",
            ),
        ],
    )  # fmt: skip
    def test_what_is_missing_is_named_with_what_to_install(self, changes, name, value, remedy):
        finding = only(gpu.gpu(replace(WORKS, **changes)))
        assert (finding.name, finding.level) == (name, "warn")
        assert value in finding.value
        assert remedy in finding.remedy

    @pytest.mark.parametrize(
        ("release", "ptx"),
        [((12, 0), (8, 0)), ((12, 4), (8, 4)), ((12, 6), (8, 5)), ((12, 8), (8, 7)),
         ((12, 9), (8, 8)), ((13, 0), (9, 0)), ((13, 2), (9, 2))],
    )  # fmt: skip
    def test_the_newest_code_that_a_driver_takes(self, release, ptx):
        assert gpu.newest_ptx(release) == ptx


class TestLookingForAGpu:
    def test_without_a_driver_nothing_more_is_tried(self):
        def missing(name):
            assert name == "libcuda.so.1"
            raise OSError(name)

        found = gpu.look({}, missing, "linux")
        assert (found.driver, found.devices, found.ptx) == (None, (), None)

    def test_the_switch_and_the_system_are_looked_at_first(self, versions):
        versions(numba_cuda="9.9")
        found = gpu.look({"DLCOURSE_CUDA": "simulator"}, None, "linux")
        assert found == Cuda(simulated=True, numba_cuda="9.9")
        versions(numba_cuda=None)
        assert gpu.look({}, None, "darwin") == Cuda(platform="darwin")

    def test_a_driver_that_does_not_start_says_why(self):
        def error(status):
            return gpu.look({}, lambda name: Driver(status=status), "linux").driver_error

        assert error(803) == "CUDA error 803"
        assert error(100) == "no CUDA-capable device is detected (CUDA error 100)"

    def test_the_driver_names_its_devices(self):
        driver = Driver(["NVIDIA A", "NVIDIA B"], version=12080)
        assert gpu.ask_driver(lambda name: driver, "nvcuda.dll") == {
            "driver": (12, 8),
            "devices": ("NVIDIA A", "NVIDIA B"),
        }

    def test_a_kernel_is_tried_as_far_as_it_goes(self, monkeypatch):
        def complain():
            raise RuntimeError("first line\nsecond line" + 300 * ".")

        monkeypatch.setattr(trial, "nvrtc", lambda: None)
        assert gpu.try_kernel() == {"implementation": "NVIDIA", "nvrtc": None}
        monkeypatch.setattr(trial, "nvrtc", lambda: (13, 0))
        monkeypatch.setattr(trial, "compiled", complain)
        found = gpu.try_kernel()
        assert found["compiler_error"].startswith("RuntimeError: first line second line...")
        assert len(found["compiler_error"]) == 200
        monkeypatch.setattr(trial, "compiled", lambda: "//\n.version 8.4\n.target sm_80\n")
        monkeypatch.setattr(trial, "run", complain)
        found = gpu.try_kernel()
        assert found["ptx"] == (8, 4)
        assert found["launch_error"].startswith("RuntimeError: first line second line...")

    @pytest.mark.skipif(sys.platform != "linux", reason="the compiler's packages are for Linux")
    def test_the_trial_kernel_compiles(self):
        with compiling_for((8, 0)):
            assert ".version 9.0\n" in trial.compiled()
        assert trial.implementation() == "NVIDIA"


class TestJupyter:
    def test_this_environment_is_in_order(self):
        assert jupyter.ready() is None
        for check in (jupyter.nbgrader_server, jupyter.nbgrader_lab):
            assert check().level == "ok", check()

    @pytest.mark.parametrize("module", ["jupyterlab", "nbgrader"])
    def test_a_missing_program_is_bad(self, not_found, module):
        not_found(module)
        finding = jupyter.ready()
        assert (finding.name, finding.level) == (module, "bad")

    def test_a_missing_kernel_is_bad(self, not_found):
        not_found("ipykernel")
        assert jupyter.kernel().level == "bad"

    def test_another_pythons_kernel_is_worth_a_look(self, tmp_path):
        finding = jupyter.kernel(tmp_path)
        assert finding.level == "warn"
        assert str(tmp_path) in finding.value
        assert "ipykernel install --sys-prefix" in finding.remedy

    def test_no_kernel_description_is_bad(self, monkeypatch):
        from jupyter_client import kernelspec

        def none(self, name):
            raise kernelspec.NoSuchKernel(name)

        monkeypatch.setattr(kernelspec.KernelSpecManager, "get_kernel_spec", none)
        assert jupyter.kernel().level == "bad"

    def test_validate_switched_off_is_bad(self):
        enabled = {**dict.fromkeys(jupyter.SERVER_EXTENSIONS, True)}
        assert jupyter.nbgrader_server(enabled).level == "ok"
        enabled["nbgrader.server_extensions.validate_assignment"] = False
        finding = jupyter.nbgrader_server(enabled)
        assert (finding.level, finding.value) == ("bad", "disabled: validate_assignment")
        assert finding.remedy == (
            "jupyter server extension enable --sys-prefix "
            "nbgrader.server_extensions.validate_assignment"
        )

    def test_an_instructors_part_switched_off_is_worth_a_look(self):
        enabled = dict.fromkeys(jupyter.SERVER_EXTENSIONS, True)
        del enabled["nbgrader.server_extensions.formgrader"]
        finding = jupyter.nbgrader_server(enabled)
        assert (finding.level, finding.value) == ("warn", "disabled: formgrader")

    def test_a_missing_button_is_bad(self):
        assert jupyter.nbgrader_lab({"federated_extensions": []}).level == "bad"

    @pytest.mark.parametrize(
        "disabled", ["@jupyter/nbgrader", "@jupyter/nbgrader:validate-assignment"]
    )
    def test_a_button_switched_off_is_bad(self, disabled):
        page = {
            "federated_extensions": [{"name": "@jupyter/nbgrader"}],
            "disabledExtensions": ["@jupyter/other", disabled],
        }
        finding = jupyter.nbgrader_lab(page)
        assert (finding.level, finding.value) == ("bad", f"disabled: {disabled}")
        assert finding.remedy == f"jupyter labextension enable {disabled}"


class TestSystem:
    def test_a_browser_is_only_for_the_tests(self):
        assert system.chromium(lambda name: None).level == "ok"
        assert "chromium" in system.chromium(lambda name: None).remedy
        found = system.chromium({"google-chrome": "/opt/chrome"}.get)
        assert found.value == "/opt/chrome, for the browser tests"

    def test_a_missing_sandbox_is_only_for_instructors(self):
        finding = system.sandbox(lambda name: None, platform="linux")
        assert finding.level == "ok"
        assert "apt-get install bubblewrap" in finding.remedy
        assert system.sandbox(platform="darwin").value.startswith("only on Linux")

    def test_the_sandbox_is_really_tried(self):
        ran = []

        def run(command, **options):
            ran.append(command)
            return SimpleNamespace(returncode=0)

        finding = system.sandbox(lambda name: "/usr/bin/bwrap", run, "linux")
        assert (finding.level, finding.value) == ("ok", "/usr/bin/bwrap works")
        assert ran == [["/usr/bin/bwrap", *system.SANDBOX]]

    def test_a_forbidden_sandbox_is_worth_a_look(self):
        def run(command, **options):
            return SimpleNamespace(
                returncode=1, stderr="bwrap: No permissions to create a namespace\n"
            )

        finding = system.sandbox(lambda name: "/usr/bin/bwrap", run, "linux")
        assert finding.level == "warn"
        assert finding.value.endswith("No permissions to create a namespace")
        assert "AppArmor" in finding.remedy

    def test_a_sandbox_that_hangs_is_worth_a_look(self):
        def run(command, timeout, **options):
            raise subprocess.TimeoutExpired(command, timeout)

        assert system.sandbox(lambda name: "/usr/bin/bwrap", run, "linux").level == "warn"


class TestTable:
    def test_each_finding_has_a_line_and_its_remedy_below(self):
        findings = [
            Finding("numpy", "2.4"),
            Finding("kernel cache", "closed", "bad", "open it"),
            Finding("GPU", "off", "warn"),
        ]
        assert lines_of("Things", findings) == [
            "Things",
            "  ok    numpy                  2.4",
            "  BAD   kernel cache           closed",
            "        remedy: open it",
            "  look  GPU                    off",
        ]

    @pytest.mark.parametrize(
        ("levels", "line"),
        [
            ([], "Everything the course needs is in order."),
            (["ok", "warn"], "Everything the course needs is in order; 1 more is worth a look."),
            (["bad"], "1 thing must be mended (marked BAD)."),
            (
                ["bad", "bad", "warn", "warn"],
                "2 things must be mended (marked BAD); 2 more are worth a look.",
            ),
        ],
    )
    def test_the_last_line_sums_up(self, levels, line):
        assert closing_line(Finding("", "", level) for level in levels) == line

    def test_the_status_is_1_when_something_is_bad(self, monkeypatch, capsys):
        monkeypatch.setattr(doctor, "SECTIONS", [("A", lambda: None, [lambda: Finding("a", "b")])])
        assert commands.main(["doctor"]) == 0
        broken = Finding("a", "b", "bad", "c")
        monkeypatch.setattr(doctor, "SECTIONS", [("A", lambda: broken, [pytest.fail])])
        assert commands.main(["doctor"]) == 1
        assert "remedy: c" in capsys.readouterr().out

    def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(self, monkeypatch, capsys):
        def some_check():
            raise OSError("disk on fire")

        checks = [some_check, lambda: [Finding("after", "made")]]
        monkeypatch.setattr(doctor, "SECTIONS", [("A", lambda: None, checks)])
        assert commands.main(["doctor"]) == 1
        shown = capsys.readouterr().out
        assert "BAD   some check             could not be checked: OSError: disk on fire" in shown
        assert "after" in shown

    def test_this_machine_is_looked_over_from_one_end_to_the_other(self, capsys):
        assert commands.main(["doctor"]) == 0
        shown = capsys.readouterr().out
        assert "could not be checked" not in shown
        for title in ("Installation", "Computing", "JupyterLab", "Programs"):
            assert f"\n{title}\n" in f"\n{shown}"
