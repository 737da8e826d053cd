"""Nobody waits long: bounds on processors' time, which a busy machine changes little.

Measured on two cores of an AMD EPYC: 0.4, 2.5 and 1.0 seconds (``tests.benchmarks.cold_start``).
"""

from tests.benchmarks.cold_start import FIT, IMPORT, IMPORTS, wait_for


def test_the_library_is_imported_at_once(tmp_path):
    assert wait_for(["-c", IMPORT], str(tmp_path)).processor_seconds < 0.6
    wait_for(["-c", IMPORTS], str(tmp_path))  # keeps the bytecode
    assert wait_for(["-c", IMPORTS], str(tmp_path)).processor_seconds < 1.5


def test_the_first_fit_waits_for_few_kernels_and_the_second_for_none(tmp_path):
    first = wait_for(["-c", FIT], str(tmp_path))
    second = wait_for(["-c", FIT], str(tmp_path))
    assert first.processor_seconds < 10
    assert second.processor_seconds < 3
    assert second.processor_seconds < 0.8 * first.processor_seconds
