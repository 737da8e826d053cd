"""What a process does that writes to a log that others write to as well."""

from dlcourse.experiments import ExperimentLog


def add_some(path, who):
    log = ExperimentLog(path)
    for number in range(25):
        with log.run(who=who, number=number, text="ü" * 500):
            pass
