"""The log in MLflow, for those whose team keeps its experiments there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dlcourse import validation
from dlcourse.experiments.log import Record

#: As many metrics as MLflow takes in one request.
METRICS = 1000


def to_mlflow(
    records: Sequence[Record], experiment: str, *, tracking_uri: str | None = None
) -> list[str]:
    """Copy runs into an experiment of MLflow and return the ids that it gave them.

    Parameters become parameters, histories become metrics with the epoch as their step, results
    metrics without; seed, error and versions become tags, and times are the run's own.

    Parameters
    ----------
    records
        What ``log.records()`` returned, or some of it.
    experiment
        Its name there; made if there is none.
    tracking_uri
        The server's address or a folder, as MLflow writes them; MLflow's own choice if None.

    Raises
    ------
    ImportError
        MLflow is not installed. It comes with many packages and is none of the course's.
    TypeError
        An argument is wrong.
    """
    if not isinstance(experiment, str) or not experiment:
        raise TypeError(f"experiment is {validation.describe(experiment)}: expected a name")
    found = list(records)
    for one in found:
        if not isinstance(one, Record):
            raise TypeError(
                f"records holds {validation.describe(one)}: expected what log.records() returned"
            )
    try:
        from mlflow.entities import Metric, Param, RunTag
        from mlflow.tracking import MlflowClient
    except ImportError:
        raise ImportError(
            "to_mlflow writes with MLflow, which is not installed: pip install mlflow-skinny"
        ) from None
    client = MlflowClient(tracking_uri=tracking_uri)
    known = client.get_experiment_by_name(experiment)
    home = client.create_experiment(experiment) if known is None else known.experiment_id
    return [_copy(client, home, one, Metric, Param, RunTag) for one in found]


def _copy(client: Any, home: str, one: Record, metric: Any, param: Any, tag: Any) -> str:
    began = int(datetime.fromisoformat(one.began).timestamp() * 1000)
    ended = began + round(one.seconds * 1000)
    run = client.create_run(home, start_time=began, run_name=one.name).info.run_id
    metrics = [
        metric(_allowed(name), value, began, epoch)
        for name, column in one.history.items()
        for epoch, value in enumerate(column, 1)
    ] + [metric(_allowed(name), value, ended, 0) for name, value in one.results.items()]
    tags = {f"version.{name}": text for name, text in one.versions.items()}
    tags |= {"seed": str(one.seed)} if one.seed is not None else {}
    tags |= {"error": one.error} if one.error is not None else {}
    params = [param(_allowed(name), str(value)) for name, value in one.parameters.items()]
    client.log_batch(run, params=params, tags=[tag(*both) for both in tags.items()])
    for start in range(0, len(metrics), METRICS):
        client.log_batch(run, metrics=metrics[start : start + METRICS])
    client.set_terminated(run, "FINISHED" if one.status == "finished" else "FAILED", end_time=ended)
    return run


def _allowed(name: str) -> str:
    """Return a name that MLflow takes: letters, digits, and _ - . / and spaces."""
    return "".join(one if one.isalnum() or one in "_-. /" else "_" for one in name)
