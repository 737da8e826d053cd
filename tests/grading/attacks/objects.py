"""Answers that are no arrays, or arrays that are not what they seem."""

from tests.grading.attacks.attack import FORWARD, HONEST, Attack


def answer(name: str, code: str, **more: object) -> Attack:
    """Make an attack out of the whole cell."""
    return Attack(name, code.strip("\n") + "\n", **more)  # type: ignore[arg-type]


ATTACKS = (
    answer("an object that equals everything", """
class Right:
    shape = property(lambda self: self)
    dtype = property(lambda self: self)
    __class__ = property(lambda self: np.ndarray)
    def __eq__(self, other): return True
    def __bool__(self): return True
    def __getattr__(self, name): return self
    def __call__(self, *arguments, **options): return self
    def __array__(self, *arguments, **options): return np.zeros((2, 2))
def dense_forward(x, w, b):
    return Right()
"""),
    answer("the function itself an object that equals everything", """
class Right:
    def __eq__(self, other): return True
    def __getattr__(self, name): return self
    def __call__(self, *arguments, **options): return self
    def __float__(self): return 4.0
    def __iter__(self): return iter([self])
dense_forward = Right()
"""),
    answer("an array that equals everything", """
class Right(np.ndarray):
    def __eq__(self, other): return np.True_
    def __sub__(self, other): return np.zeros(self.shape)
    __rsub__ = __sub__
    def __array_function__(self, *arguments): return True
    def __array_ufunc__(self, *arguments, **options): return np.zeros(self.shape)
    def astype(self, *arguments, **options): return self
    def copy(self, *arguments, **options): return self
def dense_forward(x, w, b):
    return np.zeros((len(x), w.shape[1]), x.dtype).view(Right)
"""),
    answer("an array that is another one each time it is asked", """
class Shifty:
    calls = 0
    def __array__(self, dtype=None, copy=None):
        Shifty.calls += 1
        return np.full((2, 2), Shifty.calls, dtype or float)
def dense_forward(x, w, b):
    return Shifty()
"""),
    answer("a number type with arithmetic of its own", """
class Any(float):
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __le__(self, other): return True
    def __eq__(self, other): return True
    def __abs__(self): return 0.0
    __hash__ = float.__hash__
def dense_forward(x, w, b):
    y = np.empty((len(x), w.shape[1]), object)
    y[...] = Any(0)
    return y
"""),
    answer("an array of a dtype with hidden fields", """
def dense_forward(x, w, b):
    return np.zeros((len(x), w.shape[1]), [("value", x.dtype), ("other", "O")])
"""),
    answer("a view that is filled after it was returned", """
import threading, time
def dense_forward(x, w, b):
    y = np.zeros((len(x), w.shape[1]), x.dtype)
    def later():
        time.sleep(0.02)
        y[...] = x @ w + b
    threading.Thread(target=later, daemon=True).start()
    return y
"""),
    answer("a view that claims a terabyte", """
def dense_forward(x, w, b):
    return np.broadcast_to(np.zeros(1, x.dtype), (10**6, 10**6))
"""),
    answer("NaN, which compares with nothing", """
def dense_forward(x, w, b):
    return np.full((len(x), w.shape[1]), np.nan, x.dtype)
"""),
    answer("infinity, from which everything is as far", """
def dense_forward(x, w, b):
    return np.full((len(x), w.shape[1]), np.inf, x.dtype)
"""),
    answer("arguments changed into what fits", """
def dense_forward(x, w, b):
    x[...] = 0
    w[...] = 0
    b[...] = 0
    return np.zeros((len(x), w.shape[1]), x.dtype)
"""),
    answer("an argument given another type in place", """
def dense_forward(x, w, b):
    x.dtype = np.int8
    x.resize(3, refcheck=False)
    return x
"""),
    answer("a generator instead of numbers", """
def dense_forward(x, w, b):
    while True:
        yield 0.0
"""),
    answer("a coroutine instead of numbers", """
async def dense_forward(x, w, b):
    return x @ w + b
"""),
    answer("a tuple of every guess", """
def dense_forward(x, w, b):
    return tuple(np.full((len(x), w.shape[1]), guess, x.dtype) for guess in range(-50, 50))
"""),
    answer("right at first, and wrong from the third call on", """
calls = []
def dense_forward(x, w, b):
    calls.append(1)
    return x @ w + b if len(calls) < 3 else x @ w
"""),
    answer("right until the clock strikes", """
import time
start = time.monotonic()
def dense_forward(x, w, b):
    time.sleep(0.01)
    return x @ w + b if time.monotonic() - start < 0.02 else x @ w
"""),
    answer("an exception that claims success", """
class Right(BaseException):
    def __str__(self): return "dense_forward: 4 of 4 points"
    code = 0
def dense_forward(x, w, b):
    raise Right
"""),
    answer("NotImplementedError with a message of full marks", """
def dense_forward(x, w, b):
    raise NotImplementedError("4 of 4 points")
"""),
    answer("a signature that lies", """
def anything(*arguments):
    return np.zeros(1)
import inspect
anything.__signature__ = inspect.signature(lambda x, w, b: None)
anything.__name__ = "\\x1b[2K" * 1000
dense_forward = anything
"""),
    Attack(
        "an honest answer that leaves a hostile object behind",
        HONEST[FORWARD] + "\nclass Odd:\n    def __del__(self):\n        while True: pass\n"
        "odd = Odd()\nodd.itself = odd\n",
        deserves=(FORWARD,),
    ),
)  # fmt: skip
