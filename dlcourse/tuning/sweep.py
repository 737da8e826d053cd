"""Trials on several processes or machines, by Dask."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import optuna
from optuna.pruners import BasePruner, NopPruner

from dlcourse import clusters
from dlcourse.tuning.strategies import trial_seed
from dlcourse.tuning.trial import Outcome, Trial, run_trial

if TYPE_CHECKING:
    from dlcourse.tuning.searching import Job

#: A trial whose worker died is trained once more; if that one dies too, it is the trial's doing.
SECOND_CHANCES = 1


def on_dask(job: "Job", workers: int, cluster: Any) -> Iterator[Outcome]:
    """Train ``job``'s trials on Dask's workers; yield how each ended, in the order of their ends.

    This process alone asks and tells. A worker gets settings and returns an outcome, and opens the
    storage only where a pruner has to know what it reports.
    """
    distributed = clusters.require_distributed()
    with ExitStack() as stack:
        client, at_once = _connect(distributed, stack, workers, cluster)
        running: dict[Any, optuna.trial.Trial] = {}
        done = distributed.as_completed([], with_results=False)
        try:
            while running or job.remaining():
                while len(running) < min(at_once, job.remaining()):
                    asked = job.ask()
                    future = client.submit(
                        _work, job.train, dict(asked.params), asked.number,
                        trial_seed(job.seed, asked.number), job.objectives,
                        _line(job, asked), pure=False,
                    )  # fmt: skip
                    running[future] = asked
                    done.add(future)
                future = next(done)
                asked, outcome = running.pop(future), _outcome(future)
                job.tell(asked, outcome)
                yield outcome
        finally:
            for future, asked in running.items():
                future.cancel()
                job.tell(asked, Outcome("failed", reason="interrupted"))


def _connect(distributed: Any, stack: ExitStack, workers: int, cluster: Any) -> tuple[Any, int]:
    """Return a client of Dask's, and how many trials are to run at a time."""
    if cluster is None:
        import dask

        threads = max((os.cpu_count() or 1) // workers, 1)
        stack.enter_context(
            dask.config.set({"distributed.scheduler.allowed-failures": SECOND_CHANCES})
        )
        local = distributed.LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=":0",
            # The cores are shared out; the library's threads are as many as Numba's.
            env={"NUMBA_NUM_THREADS": str(threads)},
        )  # fmt: skip
        client = stack.enter_context(distributed.Client(stack.enter_context(local)))
        return client, workers
    client = stack.enter_context(clusters.connected(cluster))
    there = sum(client.nthreads().values())
    return client, workers if workers > 1 else max(there, 1)


def _line(job: "Job", asked: optuna.trial.Trial) -> tuple[Any, str, BasePruner, int] | None:
    """Return what a worker needs to report: storage, name, pruner and Optuna's id of the trial."""
    if isinstance(job.pruner, NopPruner):
        return None
    return str(job.storage), job.study.study_name, job.pruner, asked._trial_id


def _work(
    train: Callable[[Trial], Any],
    settings: dict[str, Any],
    number: int,
    seed: int,
    objectives: int,
    line: tuple[str, str, BasePruner, int] | None,
) -> Outcome:
    """Train one trial, in a worker."""
    reporter = None
    if line is not None:
        from dlcourse.tuning.storage import open_storage

        storage, name, pruner, trial_id = line
        study = optuna.load_study(
            study_name=name, storage=open_storage(storage), pruner=pruner,
            sampler=optuna.samplers.RandomSampler(),  # never asked: the settings are drawn already
        )  # fmt: skip
        reporter = optuna.trial.Trial(study, trial_id)
    return run_trial(train, Trial(settings, number, seed, reporter), objectives)


def _outcome(future: Any) -> Outcome:
    """Return what a worker returned, or what became of it."""
    from distributed import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        return Outcome(
            "failed", reason=f"{SECOND_CHANCES + 1} workers died while they trained this trial"
        )
    except Exception as error:  # what was returned, or train itself, could not be sent
        return Outcome("failed", reason=f"{type(error).__name__}: {error}")
