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


def load_pickle(data, buffers=()):
    """As Python loads it. A str of Python 2 is text where it is ASCII, else bytes."""
    import io
    import pickle

    class OldTexts(pickle._Unpickler):
        def _decode_string(self, value):
            return value.decode("ascii") if value.isascii() else value

    try:
        return pickle.loads(data, buffers=buffers)
    except UnicodeDecodeError:
        return OldTexts(io.BytesIO(data), buffers=buffers).load()


def by_the_clock(name, value):
    """A time with what Python's ISO text of it does not tell."""
    import zoneinfo

    told = {name: value.isoformat()}
    if isinstance(value.tzinfo, zoneinfo.ZoneInfo):
        told = {name: value.replace(tzinfo=None).isoformat(), "tzinfo": value.tzinfo.key}
    return {**told, "fold": 1} if value.fold else told


def numpy_time(value, part):
    """Points in time that nanoseconds of 64 bits hold, spans that Python has, and numbers of units."""
    import numpy

    is_moment = type(value) is numpy.datetime64
    unit, step = numpy.datetime_data(value.dtype)
    count = int(value.astype("int64"))
    if is_moment and numpy.isnat(value):
        return {"ns": str(count), "iso": "NaT"}
    if is_moment and unit in ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns"):
        nanoseconds = value.astype("datetime64[ns]")
        if nanoseconds.astype(value.dtype) == value and 1678 < value.astype("datetime64[Y]").astype(int) + 1970 < 2262:
            text = str(nanoseconds.astype("datetime64[s]"))
            fraction = int(nanoseconds.astype("int64")) % 10**9
            digits = f".{fraction:09}" if fraction % 1000 else f".{fraction // 1000:06}" if fraction else ""
            return {"datetime": f"{text}{digits}+00:00"}
    if not is_moment and not numpy.isnat(value) and unit in ("W", "D", "h", "m", "s", "ms", "us"):
        return {"timedelta": str(value.item())}
    number = "NaT" if numpy.isnat(value) else part(count)
    return {"datetime64" if is_moment else "timedelta64": number, "unit": unit if step == 1 else f"{step}{unit}"}


def pickled_value(value, part):
    """The notation of what only pickles have."""
    import collections
    import enum
    import pathlib
    import types
    import zoneinfo

    kind = type(value)
    if kind is bytearray:
        return {"bytearray": value.hex()}
    if kind is memoryview:
        return {"buffer": value.hex(), "readonly": value.readonly}
    if kind is complex:
        return {"complex": [part(value.real), part(value.imag)]}
    if kind is decimal.Decimal:
        return {"decimal": str(value)}
    if kind in (datetime.datetime, datetime.time):
        return by_the_clock(kind.__name__, value)
    if kind is ipaddress.IPv4Address:
        return {"call": "ipaddress.IPv4Address", "via": "REDUCE", "args": [int(value)]}
    if kind is types.SimpleNamespace:
        state = [[part(k), part(v)] for k, v in vars(value).items()]
        return {"call": "types.SimpleNamespace", "via": "REDUCE", "args": [], "state": {"map": state}}
    if kind is zoneinfo.ZoneInfo:
        return {"zoneinfo": value.key}
    if isinstance(value, enum.Enum):
        return {"global": f"{kind.__module__}.{kind.__qualname__}.{value.name}"}
    if kind is datetime.timedelta:
        return {"timedelta": str(value)}
    if kind is datetime.timezone:
        return {"timezone": str(value).replace("UTC", "") or "+00:00"}
    if kind in (collections.OrderedDict, collections.Counter, collections.defaultdict):
        return {"map": [[part(k), part(v)] for k, v in value.items()]}
    if kind is collections.deque:
        return [part(item) for item in value]
    if kind is range:
        return {"range": [part(bound) for bound in (value.start, value.stop, value.step)]}
    if kind is slice:
        return {"slice": [part(value.start), part(value.stop), part(value.step)]}
    if isinstance(value, pathlib.PurePath):
        return {"path": str(value)}
    if kind.__module__ == "numpy" and kind.__name__ in ("datetime64", "timedelta64"):
        return numpy_time(value, part)
    if hasattr(value, "dtype") and hasattr(value, "item"):
        return part(value.item())
    return None


def classed_value(value, part):
    """The same, with the class where several have one notation, and with what the class hides of its value."""
    kind = type(value)
    told = pickled_value(value, part)
    hidden = {"factory": repr(value.default_factory)} if hasattr(value, "default_factory") else {}
    if kind.__name__ == "deque":
        return {"class": "deque", "maxlen": value.maxlen, "list": told}
    if kind is datetime.timezone:
        hidden["name"] = value.tzname(None) if value.tzname(None)[:3] != "UTC" else None
    if kind.__module__ == "builtins" or told is None:
        return told
    if not isinstance(told, dict):
        told = {"plain": told}
    return {"class": f"{kind.__module__}.{kind.__name__}", **hidden, **told}


def read_pickle(data, other=pickled_value):
    return describe(load_pickle(data), other)


def read_pickle5(data, other=pickled_value):
    sections = []
    while data:
        size = int.from_bytes(data[:4], "big")
        sections.append(data[4 : 4 + size])
        data = data[4 + size :]
    buffers = [memoryview(bytearray(section)) for section in sections[1:]]
    return describe(load_pickle(sections[0], buffers), other)


def read_flatbuffers(schema, root, buffers):
    """What flatc prints for each of many buffers; it reads thousands of files in one go.

    It takes vectors of unions from a compiled schema only, and drops large defaults on the way to one.
    """
    import json
    import pathlib
    import re
    import subprocess
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        names = [f"{number}.bin" for number in range(len(buffers))]
        for name, buffer in zip(names, buffers):
            pathlib.Path(folder, name).write_bytes(buffer)
        compiled = ["flatc", "-b", "--schema", "--bfbs-builtins", "-o", folder, schema]
        source = pathlib.Path(schema).read_text("utf-8")
        unions = "|".join(re.findall(r"^union\s+(\w+)", source, re.MULTILINE))
        if unions and re.search(rf":\s*\[\s*({unions})\b", source):
            subprocess.run(compiled, check=True)
            schema = pathlib.Path(folder, pathlib.Path(schema).stem + ".bfbs")
        options = ["--json", "--raw-binary", "--strict-json", "--defaults-json", "--root-type", root]
        for start in range(0, len(names), 5_000):
            done = subprocess.run(["flatc", *options, schema, "--", *names[start : start + 5_000]], cwd=folder,
                                  stdout=subprocess.PIPE, text=True)
            if done.returncode != 0:
                raise ValueError(f"flatc: {done.stdout[:2_000]}")
        texts = [pathlib.Path(folder, f"{number}.json").read_text("utf-8") for number in range(len(buffers))]
    # Its words for what JSON has no numbers for; texts of the tests hold none of them.
    words = {"nan": "NaN", "inf": "Infinity"}
    spelled = re.compile(r"(?<=[ \n-])(nan|inf)(?=[,\n])")
    return [json.loads(spelled.sub(lambda match: words[match[1]], text)) for text in texts]


def flatbuffers_fault(wanted, seen, where=""):
    """Where what flatc prints is not what the typed notation says; None when it is.

    flatc prints an enum's name or number, flags as `A B`, and numbers with a fixed number of decimals.
    """
    def differs():
        return f"{where or 'the root'}: {json.dumps(seen)} instead of {json.dumps(wanted)}"

    import json
    import math

    if isinstance(wanted, dict):
        if "fields" in wanted:
            if not isinstance(seen, dict) or set(seen) != set(wanted["fields"]):
                return differs()
            faults = (flatbuffers_fault(value, seen[name], f"{where}.{name}")
                      for name, value in wanted["fields"].items())
            return next((fault for fault in faults if fault), None)
        if "nested" in wanted:
            return flatbuffers_fault(wanted["nested"], seen, where)
        if "enum" in wanted:
            wanted = wanted["value"] if wanted["enum"] is None else wanted["enum"]
        elif "flags" in wanted:
            whole = wanted["rest"] == 0 and wanted["flags"]
            wanted = " ".join(wanted["flags"]) if whole else wanted["value"]
        elif "float" in wanted:
            number = float(wanted["float"])
            same = isinstance(seen, float) and (
                seen == number or math.isclose(seen, number, rel_tol=1e-6, abs_tol=1e-6)
                or (math.isnan(seen) and math.isnan(number)))
            return None if same else differs()
        else:  # a damaged buffer inside, which flatc does not check
            return None if "error" in wanted and isinstance(seen, dict) else differs()
    if wanted == [] and seen == {}:  # an empty one
        return None
    if isinstance(wanted, list):
        if not isinstance(seen, list) or len(seen) != len(wanted):
            return differs()
        faults = (flatbuffers_fault(*pair, f"{where}[{i}]") for i, pair in enumerate(zip(wanted, seen)))
        return next((fault for fault in faults if fault), None)
    if type(seen) is int and isinstance(wanted, str):  # beyond what JSON numbers hold
        return None if str(seen) == wanted else differs()
    if seen is True and type(wanted) is int and 1 < wanted < 256:  # a bool of an odd byte
        return None
    return None if type(seen) is type(wanted) and seen == wanted else differs()


# Another format is one more line here and one more case in tst_interop.cpp.
READERS = {"json": read_json, "cbor": read_cbor, "pickle": read_pickle, "pickle5": read_pickle5}
MODULES = {"json": ["json"], "cbor": ["cbor2"], "pickle": ["pickle", "numpy"], "pickle5": ["pickle", "numpy"]}

# Readers that tell the classes of values, too.
CLASSED = {
    "pickle": lambda data: read_pickle(data, classed_value),
    "pickle5": lambda data: read_pickle5(data, classed_value),
}
