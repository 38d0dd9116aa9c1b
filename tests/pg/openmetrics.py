# python3 openmetrics.py FILE: what in an OpenMetrics text is not as OpenMetrics 1.0 ("Text format")
# has it, a line each. What is not used here (histograms, exemplars) is a fault.
import re
import sys

SUFFIXES = {"gauge": {""}, "counter": {"_total"}, "info": {"_info"}, "summary": {"", "_sum", "_count"}}
SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)(?: (\d+(?:\.\d+)?))?')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=[a-zA-Z_])|$)')


def labels_of(text):
    found, at = {}, 0
    while at < len(text):
        label = LABEL.match(text, at)
        if not label or label[1] in found:
            return None
        found[label[1]] = label[2]
        at = label.end()
    return found


def check_metadata(line, family, families):
    word, name, rest = (line[2:].split(" ", 2) + ["", ""])[:3]
    if word not in ("TYPE", "UNIT", "HELP"):
        return family, "is no TYPE, UNIT or HELP"
    if not family or family["name"] != name:
        if name in families:
            return family, "is a family that was there before"
        if any(name.startswith(f + "_") and name[len(f):] in SUFFIXES[t] for f, t in families.items()):
            return family, "is a name that a family before it has"
        family = {"name": name, "type": None, "words": [], "samples": 0, "last": None}
    family["words"].append(word)
    if family["words"] not in (["TYPE"], ["TYPE", "UNIT"], ["TYPE", "HELP"], ["TYPE", "UNIT", "HELP"]):
        return family, "is not in the order TYPE, UNIT, HELP"
    if family["samples"]:
        return family, "comes behind samples of its family"
    if word == "TYPE":
        if rest not in SUFFIXES:
            return family, "has an unknown type"
        family["type"] = families[name] = rest
    if word == "UNIT" and not name.endswith("_" + rest):
        return family, "has a unit that its name does not end in"
    if word == "HELP" and re.search(r'\\(?![\\n"])', rest):
        return family, "has a \\ that escapes nothing"
    return family, None


def check_value(family, suffix, labels, value):
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?|NaN|[+-]Inf", value):
        return "has no number"
    kind, number = family["type"], float(value)
    if (kind == "counter" or suffix) and not number >= 0:
        return "is negative or NaN"
    if kind == "info" and number != 1:
        return "is an info that is not 1"
    if kind == "summary" and not suffix:
        if not 0 <= float(labels.get("quantile", "-1")) <= 1:
            return "has no quantile from 0 to 1"
    elif "quantile" in labels:
        return "has a quantile, and is not one"
    return None


def check_sample(line, family, seen, left):
    sample = SAMPLE.fullmatch(line)
    labels = labels_of(sample[2] or "") if sample else None
    if labels is None:
        return "is no sample"
    name = sample[1]
    if not family or not name.startswith(family["name"]):
        return "stands behind the metadata of another family"
    suffix = name[len(family["name"]):]
    if suffix not in SUFFIXES.get(family["type"], ()):
        return "has a name that its type does not allow"
    key = (name, tuple(sorted(labels.items())))
    if key in seen:
        return "is a series that was there before"
    seen.add(key)
    # The samples of one metric stand together.
    metric = (family["name"], tuple(sorted((k, v) for k, v in labels.items() if k != "quantile")))
    if metric != family["last"] and metric in left:
        return "is not beside the other samples of its metric"
    left.add(metric)
    family["last"] = metric
    family["samples"] += 1
    return check_value(family, suffix, labels, sample[3])


def check(text):
    family, families, seen, left = None, {}, set(), set()
    if not text.endswith("\n# EOF\n"):
        yield 0, "the end", "is no # EOF"
    for number, line in enumerate(text.split("\n")[:-1], 1):
        if line == "# EOF":
            if text.count("\n# EOF") > 1:
                yield number, line, "is there twice"
            continue
        if line.startswith("# "):
            before = family
            family, wrong = check_metadata(line, family, families)
            if before and family is not before and not before["samples"]:
                yield number, line, f"follows {before['name']}, which has no sample"
        else:
            wrong = check_sample(line, family, seen, left)
        if wrong:
            yield number, line, wrong


with open(sys.argv[1], encoding="utf-8", newline="") as file:
    faults = list(check(file.read()))
for number, line, wrong in faults:
    print(f"{number}: {line} {wrong}")
sys.exit(1 if faults else 0)
