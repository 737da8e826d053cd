"""Builds the data files that come with the library, from pinned and checksummed sources.

Usage: ``python dlcourse/data/vendored/build.py FASHION_FOLDER SKTIME_WHEEL``

FASHION_FOLDER
    The four idx.gz files of Fashion-MNIST; Debian's package dataset-fashion-mnist puts them into
    /usr/share/datasets/fashion-mnist.
SKTIME_WHEEL
    sktime-1.2.0-py3-none-any.whl, which carries JapaneseVowels: ``pip download --no-deps
    sktime==1.2.0``.

The files it writes are the same to the last bit each time.
"""

import hashlib
import io
import sys
import zipfile
from pathlib import Path

import numpy as np

from dlcourse import archive
from dlcourse.data.datasets.fashion_mnist import FILES, read_idx

HERE = Path(__file__).parent
VOWELS = {
    "TRAIN": "68a430eabd919cc77f40b1f5f3bc0dcafacc1486bca9260785aeb7d262cc78cd",
    "TEST": "b3d41d6a0ca3bcad3afb9ca7d4365382aa51341e2e58bae2a574babdda5b9462",
}


def write(path: Path, **arrays: np.ndarray) -> None:
    """Write a compressed npz without times of day, so that it is the same to the last bit."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, allow_pickle=False)
            file.writestr(zipfile.ZipInfo(f"{name}.npy"), content.getvalue(), zipfile.ZIP_DEFLATED)
    print(f"{path.name}: {path.stat().st_size:,} bytes")


def fashion_mnist(folder: Path) -> None:
    """Write a stratified 10,000 training and 2,000 test images, first ones of each class."""
    parts: dict[str, np.ndarray] = {}
    for part, count in (("train", 1000), ("t10k", 200)):
        names = f"{part}-images-idx3-ubyte.gz", f"{part}-labels-idx1-ubyte.gz"
        images, labels = (read_idx(archive.checked(folder / name, FILES[name])) for name in names)
        chosen = np.sort(np.concatenate([np.flatnonzero(labels == c)[:count] for c in range(10)]))
        short = "train" if part == "train" else "test"
        parts |= {f"{short}_x": images[chosen], f"{short}_y": labels[chosen]}
    write(HERE / "fashion_mnist.npz", **parts)


def japanese_vowels(wheel: Path) -> None:
    """Write the utterances padded with zeros to the longest, and their lengths."""
    arrays: dict[str, np.ndarray] = {}
    with zipfile.ZipFile(wheel) as file:
        for part, sha256 in VOWELS.items():
            name = f"sktime/datasets/data/JapaneseVowels/JapaneseVowels_{part}.ts"
            content = file.read(name)
            if hashlib.sha256(content).hexdigest() != sha256:
                raise SystemExit(f"{name} in {wheel} is not that of sktime 1.2.0")
            lines = content.decode().split("@data\n")[1].splitlines()
            x = np.zeros((len(lines), 29, 12), np.float32)
            lengths, y = np.zeros(len(lines), np.uint8), np.zeros(len(lines), np.uint8)
            for n, line in enumerate(lines):
                *channels, label = line.split(":")
                utterance = np.array([channel.split(",") for channel in channels], np.float32).T
                x[n, : len(utterance)], lengths[n], y[n] = utterance, len(utterance), int(label) - 1
            short = part.lower()
            arrays |= {f"{short}_x": x, f"{short}_lengths": lengths, f"{short}_y": y}
    write(HERE / "japanese_vowels.npz", **arrays)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    fashion_mnist(Path(sys.argv[1]))
    japanese_vowels(Path(sys.argv[2]))
