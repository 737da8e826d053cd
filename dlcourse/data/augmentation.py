"""Augmentation: new images from old ones, a batch at a time, different in each epoch."""

import numpy as np

from dlcourse import validation
from dlcourse.buffers import Buffers
from dlcourse.kernels import kernels_for


class Augmentation:
    """Random rotation, translation, flips, crop and noise; each image draws its own.

    Parameters
    ----------
    rotation
        Degrees: each image is turned by an angle between minus and plus this.
    translation
        Pixels: each image is shifted by up to this, up or down and left or right.
    flip_columns, flip_rows
        Mirror left and right, or top and bottom, of every other image on average.
    crop
        (height, width) of a window cut out at a random place; the images become that small.
    noise
        Standard deviation of normal noise added to each pixel.

    Notes
    -----
    Turning and shifting mix the four pixels around a place by their nearness (bilinear); what
    comes in from beyond the border is 0. Choose what leaves the label as it is: a mirrored 2 is
    no 2.
    """

    def __init__(
        self,
        rotation: float = 0.0,
        translation: float = 0.0,
        flip_columns: bool = False,
        flip_rows: bool = False,
        crop: tuple[int, int] | None = None,
        noise: float = 0.0,
    ) -> None:
        self.rotation = validation.number("rotation", rotation, least=0, most=180)
        self.translation = validation.number("translation", translation, least=0)
        self.flip_columns, self.flip_rows = bool(flip_columns), bool(flip_rows)
        self.crop = None
        if crop is not None:
            if not isinstance(crop, tuple) or len(crop) != 2:
                raise TypeError(
                    f"crop is {validation.describe(crop)}: expected a pair (height, width)"
                )
            self.crop = tuple(validation.count("crop", size) for size in crop)
        self.noise = validation.number("noise", noise, least=0)
        self.buffers = Buffers()

    def __call__(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return x (n, height, width, channels) changed, in a buffer that the next call overwrites.

        x itself stays as it is, and is returned as it is where nothing is to be done.
        """
        if not isinstance(x, np.ndarray) or x.ndim != 4 or x.dtype.kind != "f":
            raise TypeError(
                f"x is {validation.describe(x)}: expected floating-point images of shape "
                "(n, height, width, channels)"
            )
        x = validation.real_array("x", x, x.dtype)
        kernels = kernels_for(x)
        n, height, width, channels = x.shape
        if self.rotation or self.translation or self.flip_columns or self.flip_rows:
            y = self.buffers.get("moved", x.shape, x.dtype)
            kernels.warp_images(x, self._motion(n, rng), y)
            x = y
        if self.crop is not None:
            if self.crop[0] > height or self.crop[1] > width:
                raise ValueError(
                    f"crop is {self.crop}, and the images are {height} × {width}: expected a "
                    "window that fits"
                )
            corner = np.empty((n, 2), np.int64)
            corner[:, 0] = rng.integers(height - self.crop[0] + 1, size=n)
            corner[:, 1] = rng.integers(width - self.crop[1] + 1, size=n)
            y = self.buffers.get("cropped", (n, *self.crop, channels), x.dtype)
            kernels.crop_images(x, corner, y)
            x = y
        if self.noise:
            y = self.buffers.get("noisy", x.shape, x.dtype)
            rng.standard_normal(out=y, dtype=y.dtype)
            y *= self.noise
            y += x
            x = y
        return x

    def _motion(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """Draw the columns of ``warp_images``: angle, two shifts, two mirrorings."""
        motion = np.ones((n, 5))
        angle = np.deg2rad(self.rotation)
        motion[:, 0] = rng.uniform(-angle, angle, n)
        motion[:, 1:3] = rng.uniform(-self.translation, self.translation, (n, 2))
        for column, flip in ((3, self.flip_rows), (4, self.flip_columns)):
            if flip:
                motion[:, column] = rng.choice([-1.0, 1.0], n)
        return motion
