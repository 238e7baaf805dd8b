"""Size quantiles: the log-linear histogram of SPEC section 3, counted in a Fenwick tree over the buckets."""

LINEAR = 512
BUCKETS = LINEAR + 256 * 55  # covers every u below 2^64


def bucket_value(u):
    if u < LINEAR:
        return u
    e = (u.bit_length() - 1) - 8
    return (u >> e) << e


def bucket_index(u):
    """Buckets numbered in the order of their values."""
    if u < LINEAR:
        return u
    e = (u.bit_length() - 1) - 8
    return LINEAR + (e - 1) * 256 + (u >> e) - 256


def value_of_index(index):
    if index < LINEAR:
        return index
    e, rest = divmod(index - LINEAR, 256)
    e += 1
    return (rest + 256) << e


def nearest_rank(percent, n):
    """The 1-based nearest rank: ceil(percent * n / 100)."""
    return (percent * n + 99) // 100


class SizeHistogram:
    TOP = 1 << 13  # the largest power of two <= BUCKETS

    def __init__(self):
        self.tree = [0] * (BUCKETS + 1)
        self.n = 0

    def _change(self, u, by):
        i = bucket_index(u) + 1
        tree = self.tree
        while i <= BUCKETS:
            tree[i] += by
            i += i & -i
        self.n += by

    def add(self, u):
        self._change(u, 1)

    def remove(self, u):
        self._change(u, -1)

    def quantile(self, percent):
        """The value of the bucket that holds the nearest rank; None when empty."""
        if self.n == 0:
            return None
        rest = nearest_rank(percent, self.n)
        position = 0
        step = self.TOP
        tree = self.tree
        while step:
            after = position + step
            if after <= BUCKETS and tree[after] < rest:
                position = after
                rest -= tree[after]
            step >>= 1
        return value_of_index(position)  # tree positions are 1-based, so this is the bucket after `position`
