# SPDX-License-Identifier: GPL-3.0-or-later
"""Pickles for tst_interop beyond the vectors, one a line: a name, a tab, the bytes in hex.

What hold themselves, have several frames, went through pickletools.optimize, come from the pickler that is
written in Python, or hold the collections module's classes; and some of Python 2, as it wrote them.
"""

import collections
import datetime
import decimal
import pathlib
import pickle
import pickletools

PROTOCOLS = range(6)


def recursive():
    own = [1, "a"]
    own.append(own)
    ring = {"n": 1, "inner": {"list": [2]}}
    ring["inner"]["list"].append(ring)
    ring["inner"]["again"] = ring["inner"]
    late = ([0.5],)
    late[0].append(late)
    default = collections.defaultdict(list, {"n": 1})
    default["self"] = default
    return {"list": own, "dict": ring, "tuple": late, "defaultdict": default}


def collected():
    return {
        "ordered": collections.OrderedDict([("z", 1), ("a", [2])]),
        "counter": collections.Counter("abracadabra"),
        "default": collections.defaultdict(list, {"x": [1], "y": []}),
        "deque": collections.deque([1, "two", 3.0], maxlen=5),
        "empty": collections.OrderedDict(),
    }


def mixed():
    return {
        "null": None,
        "numbers": [True, -1, 300, 70000, 2**70, 1.5],
        "text": "Zoë",
        "bytes": b"\x00\xff",
        "tuple": (1, ("two",)),
        "set": {1, "two"},
        "frozen": frozenset([3]),
        "when": datetime.datetime(2020, 1, 2, 3, 4, 5, 678),
        "span": datetime.timedelta(days=-1, seconds=5),
        "price": decimal.Decimal("1.10"),
        "place": pathlib.PurePosixPath("/usr/share"),
        "counter": collections.Counter("aab"),
    }


def framed():
    """More than 64 KiB, in small parts and in one that has no frame around it."""
    return {"parts": [chr(97 + i) * 9000 for i in range(9)], "n": 1, "long": "x" * 66000, "last": [1, 2]}


PYTHON_2 = {
    "protocol 0": b"(dp0\nS'caf\\xe9'\np1\n(lp2\nS'\\xff\\x00'\np3\naI1\nas.",
    "protocol 1": b"}q\x00(U\x04caf\xe9q\x01]q\x02(U\x02\xff\x00q\x03K\x01eU\x01aq\x04K\x02u.",
    "protocol 2": b"\x80\x02}q\x00(U\x04caf\xe9q\x01]q\x02(T\x02\x00\x00\x00\xff\x00q\x03K\x01e"
    b"X\x05\x00\x00\x00caf\xc3\xa9q\x04U\x03abcq\x05u.",
}


def main():
    for protocol in PROTOCOLS:
        for name, value in recursive().items():
            yield f"recursive {name}, protocol {protocol}", pickle.dumps(value, protocol)
        for name, value in collected().items():
            yield f"{name}, protocol {protocol}", pickle.dumps(value, protocol)
            yield f"{name} in Python, protocol {protocol}", pickle._dumps(value, protocol)
        yield f"optimized, protocol {protocol}", pickletools.optimize(pickle.dumps(mixed(), protocol))
        yield f"in Python, protocol {protocol}", pickle._dumps(mixed(), protocol)
        yield f"optimized collections, protocol {protocol}", pickletools.optimize(
            pickle.dumps(collected(), protocol)
        )
    for protocol in (4, 5):
        yield f"frames, protocol {protocol}", pickle.dumps(framed(), protocol)
        yield f"frames in Python, protocol {protocol}", pickle._dumps(framed(), protocol)
    for name, data in PYTHON_2.items():
        yield f"Python 2, {name}", data


for title, data in main():
    print(f"{title}\t{data.hex()}")
