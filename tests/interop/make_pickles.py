# SPDX-License-Identifier: GPL-3.0-or-later
"""Pickles for tst_interop beyond the vectors, one a line: a name, a tab, the bytes in hex.

What hold themselves, have several frames, went through pickletools.optimize, come from the pickler that is
written in Python, or hold the collections module's classes, numpy's scalars, zones and enums, or objects that are
not known; and some of Python 2, as it wrote them.
"""

import collections
import datetime
import decimal
import http
import ipaddress
import pathlib
import pickle
import pickletools
import types
import zoneinfo

import numpy

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


def counted():
    """numpy's scalars of all units and sizes."""
    moments = {"Y": "2020", "M": "1969-11", "W": "2020-01-02", "D": "1960-02-29", "h": "2020-01-01T05",
               "m": "1960-01-01T05:06", "s": "2020-01-01T00:00:01", "ms": "2020-01-01T00:00:01.5",
               "us": "2020-01-01T00:00:01.000005", "ns": "2020-01-01T00:00:01.000000007"}
    units = [*moments, "ps", "generic"]
    return {
        "half": numpy.float16(1.5), "single": numpy.float32(-0.1), "double": numpy.float64(0.1),
        "complex64": numpy.complex64(1 - 2j), "complex128": numpy.complex128(0.1j),
        "int8": numpy.int8(-1), "uint64": numpy.uint64(2**64 - 1), "bool": numpy.bool_(True),
        "text": numpy.str_("Zo\u00eb \U0001f600"), "no text": numpy.str_(""), "bytes": numpy.bytes_(b"\0a"),
        "moments": [numpy.datetime64(text, unit) for unit, text in moments.items()],
        "far": numpy.datetime64("1066-10-14", "D"), "no time": numpy.datetime64("NaT", "D"),
        "steps": numpy.datetime64("2020-01-01T00:00:25", "25s"),
        "spans": [numpy.timedelta64(-5, unit) for unit in units], "no span": numpy.timedelta64("NaT", "s"),
    }


def told_by_clocks():
    berlin = zoneinfo.ZoneInfo("Europe/Berlin")
    late = datetime.datetime(2020, 10, 25, 2, 30, fold=1)
    return {
        "fold": late, "first": late.replace(fold=0), "utc": late.replace(tzinfo=datetime.timezone.utc),
        "there": late.replace(fold=0, tzinfo=berlin), "again": late.replace(tzinfo=berlin), "zone": berlin,
        "time": datetime.time(2, 30, fold=1), "time there": datetime.time(2, 30, tzinfo=berlin),
        "status": http.HTTPStatus.OK,
    }


def beside():
    """Objects of classes that are not known, of which Python has these, among plain values."""
    name = "name"
    return {
        "n": 1, name: "x", "address": ipaddress.IPv4Address("10.0.0.1"),
        "space": types.SimpleNamespace(name=[1], other=types.SimpleNamespace(name="x")),
        "list": [types.SimpleNamespace(a=1), 2, ("t", ipaddress.IPv4Address("10.0.0.2"))], "last": {"a": {"b": None}},
    }


class ByValue:
    """Is pickled as Python 3.12 and later pickle a member of an enum."""

    def __reduce__(self):
        return http.HTTPStatus, (404,)


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
    for protocol in (0, 2, 5):
        made = {"numpy": counted(), "clocks": told_by_clocks(), "enum": [ByValue(), 1], "beside": beside()}
        for name, value in made.items():
            yield f"{name}, protocol {protocol}", pickle.dumps(value, protocol)
    for protocol in (4, 5):
        yield f"frames, protocol {protocol}", pickle.dumps(framed(), protocol)
        yield f"frames in Python, protocol {protocol}", pickle._dumps(framed(), protocol)
    for name, data in PYTHON_2.items():
        yield f"Python 2, {name}", data


for title, data in main():
    print(f"{title}\t{data.hex()}")
