# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference readers: bytes of a format to the notation of what they hold.

One function per format. What a library can only show as another type (an array as a key is a tuple in Python)
is described as what the bytes say, for that is what the program shows. Pickles are only ever read from bytes
that the tests made or hold themselves.
"""

import datetime
import decimal
import fractions
import ipaddress
import re
import uuid

LARGEST_PLAIN = 2**53


class Duplicates(list):
    """The pairs of a JSON object, in order."""


def text(value):
    if any(0xD800 <= ord(c) < 0xE000 for c in value):
        return {"codepoints": [ord(c) for c in value]}
    return value


def scalar(value):
    """The notation of what is no container; None where it is none that all formats share."""
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        return text(value)
    if kind is int:
        return value if -LARGEST_PLAIN <= value <= LARGEST_PLAIN else {"int": str(value)}
    if kind is float:
        name = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
        return {"float": name.get(repr(value), repr(value))}
    if kind is bytes:
        return {"hex": value.hex()}
    if kind is uuid.UUID:
        return {"uuid": str(value)}
    if kind is datetime.datetime:
        return {"datetime": value.isoformat()}
    if kind is datetime.date:
        return {"date": value.isoformat()}
    if kind is decimal.Decimal:
        return {"decimal": str(value)}
    if kind is fractions.Fraction:
        return {"fraction": f"{value.numerator}/{value.denominator}"}
    if kind is re.Pattern:
        return {"regex": value.pattern}
    if kind in (ipaddress.IPv4Address, ipaddress.IPv6Address):
        return {"ipaddress": str(value)}
    if kind in (ipaddress.IPv4Network, ipaddress.IPv6Network):
        return {"ipnetwork": str(value)}
    raise TypeError(f"no notation for {kind.__name__}")


def describe(value, other=None, levels=()):
    """The notation of a value; `other` takes what only one format has, and gives None for the rest."""
    for level, container in enumerate(levels):
        if container is value:
            return {"ref": level}
    inner = levels + (value,)
    special = other(value, lambda part: describe(part, other, inner)) if other else None
    if special is not None:
        return special
    if type(value) is Duplicates:
        return {"map": [[describe(k, other, inner), describe(v, other, inner)] for k, v in value]}
    if type(value) is list:
        return [describe(item, other, inner) for item in value]
    if type(value) is dict:
        return {"map": [[describe(k, other, inner), describe(v, other, inner)] for k, v in value.items()]}
    if type(value) in (tuple, set, frozenset):
        return {type(value).__name__: [describe(item, other, inner) for item in value]}
    return scalar(value)


def read_json(data):
    import json

    return describe(json.loads(data, object_pairs_hook=Duplicates))


def read_cbor(data):
    import io

    import cbor2
    from cbor2.types import FrozenDict

    def other(value, part):
        if type(value) is tuple:
            return [part(item) for item in value]
        if type(value) is frozenset:
            return {"set": [part(item) for item in value]}
        if isinstance(value, FrozenDict):
            return {"map": [[part(k), part(v)] for k, v in value.items()]}
        if type(value) is cbor2.CBORTag:
            number = value.tag if value.tag <= LARGEST_PLAIN else str(value.tag)
            return {"tag": number, "value": part(value.value)}
        if type(value) is cbor2.CBORSimpleValue:
            return {"simple": value.value}
        if value is cbor2.undefined:
            return {"undefined": True}
        if hasattr(value, "get_content_type"):
            return {"mime": value.as_string()}
        return None

    stream = io.BytesIO(data)
    value = describe(cbor2.CBORDecoder(stream).decode(), other)
    if stream.read():
        raise ValueError("bytes follow the value")
    return value


def read_pickle(data):
    import collections
    import pathlib
    import pickle

    def other(value, part):
        kind = type(value)
        if kind is bytearray:
            return {"bytearray": value.hex()}
        if kind is complex:
            return {"complex": [part(value.real), part(value.imag)]}
        if kind is datetime.datetime and value.tzinfo is None:
            return {"datetime": value.isoformat()}
        if kind is datetime.time:
            return {"time": value.isoformat()}
        if kind is datetime.timedelta:
            return {"timedelta": str(value)}
        if kind is datetime.timezone:
            return {"timezone": str(value).replace("UTC", "") or "+00:00"}
        if kind in (collections.OrderedDict, collections.Counter, collections.defaultdict):
            return {"map": [[part(k), part(v)] for k, v in value.items()]}
        if kind is collections.deque:
            return [part(item) for item in value]
        if kind is range:
            return {"range": [value.start, value.stop, value.step]}
        if kind is slice:
            return {"slice": [part(value.start), part(value.stop), part(value.step)]}
        if isinstance(value, pathlib.PurePath):
            return {"path": str(value)}
        if hasattr(value, "dtype") and hasattr(value, "item"):
            return part(value.item())
        return None

    return describe(pickle.loads(data), other)


# Another format is one more line here and one more case in tst_interop.cpp.
READERS = {"json": read_json, "cbor": read_cbor, "pickle": read_pickle}
MODULES = {"json": ["json"], "cbor": ["cbor2"], "pickle": ["pickle", "numpy"]}
