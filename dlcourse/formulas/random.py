"""Random bits as a function of a counter: the same on every device, in any order, at any time."""

import numpy as np

from dlcourse.formulas.constants import formula

#: Constants of Philox 4×32 (Salmon, Moraes, Dror and Shaw 2011, table 2), and a word of ones.
PHILOX_M0 = np.uint64(0xD2511F53)
PHILOX_M1 = np.uint64(0xCD9E8D57)
PHILOX_W0 = np.uint64(0x9E3779B9)
PHILOX_W1 = np.uint64(0xBB67AE85)
WORD = np.uint64(0xFFFFFFFF)
BITS = np.uint64(32)


@formula
def philox(a, b, c, d, key0, key1):
    """Return the four random 32-bit words of Philox 4×32-10 for the counter (a, b, c, d).

    All words are uint64 below 2³²: their products need 64 bits.
    """
    for _ in range(10):
        p = PHILOX_M0 * a
        q = PHILOX_M1 * c
        a, b, c, d = (q >> BITS) ^ b ^ key0, q & WORD, (p >> BITS) ^ d ^ key1, p & WORD
        key0 = (key0 + PHILOX_W0) & WORD
        key1 = (key1 + PHILOX_W1) & WORD
    return a, b, c, d


@formula
def random_words(block, step, key):
    """Return the four random words of a block within a step, for a 64-bit key."""
    block, step, key = np.uint64(block), np.uint64(step), np.uint64(key)
    return philox(block & WORD, block >> BITS, step & WORD, step >> BITS, key & WORD, key >> BITS)
