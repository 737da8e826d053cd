"""``mpiexec -n 2 python -m dlcourse.parallel``: train a dense network on several processes."""

import argparse
import sys
from pathlib import Path

from dlcourse.data import load_digits, load_fashion_mnist, load_mnist
from dlcourse.kernels.cpu.threads import threads
from dlcourse.layers import Dense, Flatten, ReLU
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam
from dlcourse.parallel import Ranks
from dlcourse.training import Callback, Checkpoint, History, fit

DATA = {"digits": load_digits, "fashion": load_fashion_mnist, "mnist": load_mnist}


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m dlcourse.parallel", description=__doc__)
    add = parser.add_argument
    add("--data", choices=DATA, default="digits", help="what to learn (digits)")
    add("--hidden", type=int, nargs="*", default=[256, 128], metavar="UNITS",
        help="units of the hidden layers (256 128)")  # fmt: skip
    add("--epochs", type=int, default=10, help="how often to go through the data (10)")
    add("--batch-size", type=int, default=64, help="rows of a batch, of all ranks together (64)")
    add("--learning-rate", type=float, default=1e-3, help="Adam's (0.001)")
    add("--seed", type=int, default=0, help="for first weights and the order of examples (0)")
    add("--overlap", type=int, metavar="BYTES", help="sum gradients in buckets of so many bytes "
        "while the backward pass goes on")  # fmt: skip
    add("--shard-optimizer", action="store_true",
        help="each rank keeps its part of the optimizer's state alone")  # fmt: skip
    add("--checkpoint", type=Path, metavar="FILE", help="write the run's state after each epoch")
    add("--resume", type=Path, metavar="FILE", help="go on from a checkpoint")
    return parser


def train(options: argparse.Namespace, team: Ranks) -> History:
    """Train as the command line says."""
    data = DATA[options.data]()
    shape = data.train.x.shape[1:]
    hidden = [layer for units in options.hidden for layer in (Dense(units), ReLU())]
    first = [Flatten()] if len(shape) > 1 else []
    model = Sequential(*first, *hidden, Dense(10), input_shape=shape, rng=options.seed)
    callbacks: list[Callback] = []
    if options.checkpoint is not None:
        callbacks.append(Checkpoint(options.checkpoint))
    return fit(
        model,
        SoftmaxCrossEntropy(),
        Adam(model.parameters, options.learning_rate),
        data.train,
        validation=data.validation,
        epochs=options.epochs,
        batch_size=options.batch_size,
        rng=options.seed,
        callbacks=callbacks,
        progress=sys.stderr.isatty(),
        resume=options.resume,
        team=team,
    )


def main(arguments: list[str] | None = None) -> int:
    """Train, and let the first rank say how it went."""
    options = parser().parse_args(arguments)
    team = Ranks(options.overlap, options.shard_optimizer)
    history = train(options, team)
    if team.leads:
        seconds = sum(history["seconds"])
        share = sum(history.get("communication", [])) / seconds
        print(
            f"{team.size} ranks of {threads()} threads, {history.epochs} epochs in {seconds:.2f} s,"
            f" {share:.1%} of it in communication; validation accuracy "
            f"{history['validation_accuracy'][-1]:.4f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
