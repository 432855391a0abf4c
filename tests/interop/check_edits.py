# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads edits from standard input, one JSON object a line, and says of each whether the reference sees it.

    {"format": "cbor", "before": hex, "after": hex, "notation": …, "op": "set", "path": [step…], "value": …}

The bytes before and after are read with the reference library. What it reads before must be `notation`, and what
it reads after must be that with the edit done, of the same classes: set, add (of the container at path, with a "key"
in a map), remove, rename (to "key"). A step is {"item": n}, {"key": notation, "nth": n}, or {"of_set": notation} as
sets have no order.
Answers one line each: {} or {"error": …}; for a format whose library is missing {"missing": name}.

FlatBuffers are read with a schema, all of them at once, and their edits are described by the typed notation before
and after:

    {"format": "flatbuffers", "schema": file, "root": table, "before": hex, "after": hex, "notation": …, "edited": …}
"""

import copy
import importlib.util
import json
import shutil
import sys

from readers import CLASSED, MODULES, READERS, flatbuffers_fault, read_flatbuffers

sys.setrecursionlimit(50_000)


NOTATIONS = {
    "numpy.datetime64": ("datetime", "datetime64", "ns"),
    "numpy.timedelta64": ("timedelta", "timedelta64"),
}


def canonical(value):
    """A text that is the same for the same values: the members of sets in one order."""
    if isinstance(value, list):
        return "[" + ",".join(canonical(item) for item in value) + "]"
    if isinstance(value, dict):
        for name in ("set", "frozenset"):
            if list(value) == [name]:
                return f"<{name} " + ",".join(sorted(canonical(item) for item in value[name])) + ">"
        return "{" + ",".join(f"{json.dumps(k)}:{canonical(v)}" for k, v in value.items()) + "}"
    return json.dumps(value)


def contents(container):
    """The list that holds the children of a container in notation."""
    if isinstance(container, list):
        return container
    for name in ("map", "set", "frozenset", "tuple", "list"):
        if name in container:
            return container[name]
    raise ValueError(f"not a container: {container}")


def index_of(container, step):
    children = contents(container)
    if "item" in step:
        return step["item"]
    if "of_set" in step:
        wanted = canonical(step["of_set"])
        return [canonical(child) for child in children].index(wanted)
    wanted = canonical(step["key"])
    return [i for i, (key, _) in enumerate(children) if canonical(key) == wanted][step.get("nth", 0)]


def in_class_of(old, new):
    """A new value in place of one whose class is told is of that class, where it can be."""
    if not isinstance(old, dict) or "class" not in old:
        return new
    own = {k: v for k, v in old.items() if k in ("class", "factory", "name")}
    if "plain" in old and type(new) is type(old["plain"]):
        return {**own, "plain": new}
    # Integers beyond those of JSON have a notation of their own.
    if "int" in old and type(new) is int:
        return {**own, "plain": new}
    if type(old.get("plain")) is int and isinstance(new, dict) and "int" in new:
        return {**own, **new}
    if not isinstance(new, dict):
        return new
    # One class of numpy's has several notations.
    notations = NOTATIONS.get(old["class"], old)
    return {**own, **new} if list(new)[0] in notations else new


def edited(root, edit):
    holder = [copy.deepcopy(root)]
    container, index, is_map = holder, 0, False
    for step in edit["path"]:
        node = container[index][1] if is_map else container[index]
        if isinstance(node, dict) and "tag" in node:
            container, index, is_map = node, "value", False
            continue
        container, index, is_map = contents(node), index_of(node, step), "key" in step
    op = edit["op"]
    if op == "set":
        if is_map:
            container[index][1] = in_class_of(container[index][1], edit["value"])
        else:
            container[index] = in_class_of(container[index], edit["value"])
    elif op == "remove":
        del container[index]
    elif op == "rename":
        container[index][0] = edit["key"]
    elif op == "add":
        node = container[index][1] if is_map else container[index]
        contents(node).append([edit["key"], edit["value"]] if "key" in edit else edit["value"])
    else:
        raise ValueError(f"no such edit: {op}")
    return holder[0]


def verdict(edit):
    name = edit["format"]
    for module in MODULES[name]:
        if importlib.util.find_spec(module) is None:
            return {"missing": module}
    read = READERS[name]
    before = read(bytes.fromhex(edit["before"]))
    if canonical(before) != canonical(edit["notation"]):
        return {"error": f"before the edit it reads {json.dumps(before)}"}
    after = read(bytes.fromhex(edit["after"]))
    expected = edited(before, edit)
    if canonical(after) == canonical(expected) and name in CLASSED:
        before, after = (CLASSED[name](bytes.fromhex(edit[when])) for when in ("before", "after"))
        expected = edited(before, edit)
    if canonical(after) != canonical(expected):
        return {"error": f"it reads {json.dumps(after)} instead of {json.dumps(expected)}"}
    return {}


def flatbuffers_verdicts(edits):
    if shutil.which("flatc") is None:
        return [{"missing": "flatc"} for _ in edits]
    buffers = {}  # by schema and root, in order
    for edit in edits:
        for name in ("before", "after"):
            buffers.setdefault((edit["schema"], edit["root"]), {})[edit[name]] = None
    for (schema, root), seen in buffers.items():
        seen.update(zip(seen, read_flatbuffers(schema, root, [bytes.fromhex(text) for text in seen])))

    def fault(edit):
        seen = buffers[edit["schema"], edit["root"]]
        if before := flatbuffers_fault(edit["notation"], seen[edit["before"]]):
            return {"error": f"before the edit, {before}"}
        after = flatbuffers_fault(edit["edited"], seen[edit["after"]])
        return {"error": after} if after else {}

    return [fault(edit) for edit in edits]


def main():
    edits = [json.loads(line) for line in sys.stdin]
    if edits and edits[0]["format"] == "flatbuffers":
        for answer in flatbuffers_verdicts(edits):
            print(json.dumps(answer))
        return
    for edit in edits:
        try:
            answer = verdict(edit)
        except Exception as error:  # what the reference refuses is the finding
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=False)


main()
