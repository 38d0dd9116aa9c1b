"""csv_agrees.py RESULT.json CELLS.csv SERIES.csv: whether the CSV files of a run are RFC 4180 and say
what its JSON says. A column is the path of a key with its dots as underscores; times in µs end in _us."""

import csv
import json
import sys

result = json.load(open(sys.argv[1], encoding="utf-8"))
wrong = []


def read(file):
    raw = open(file, "rb").read()
    if not raw.endswith(b"\r\n"):
        wrong.append(f"{file}: does not end in CRLF")
    with open(file, encoding="utf-8", newline="") as lines:
        head, *records = csv.reader(lines, strict=True)
    if len(set(head)) != len(head):
        wrong.append(f"{file}: a name is there twice")
    for record in records:
        if len(record) != len(head):
            wrong.append(f"{file}: {len(record)} fields, and {len(head)} names")
    return [dict(zip(head, record)) for record in records]


def flat(value, path=""):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from flat(inner, f"{path}_{key}" if path else key)
    elif not isinstance(value, list):
        yield path, value


def column(path):
    last = path.rsplit("_", 1)[-1]
    in_us = last in ("p50", "p90", "p95", "p99", "p999") or path.startswith("latency_")
    return path + "_us" if in_us and last != "count" else path


def agree(what, record, values, least):
    compared = 0
    for path, value in flat(values):
        text = record.get(column(path))
        if text is None:
            continue
        compared += 1
        if value is None:
            same = text == ""
        elif isinstance(value, bool):
            same = text == ("true" if value else "false")
        elif isinstance(value, str):
            same = text == value or (value[:1] in "=+-@" and text == "'" + value)
        else:
            same = text != "" and float(text) == value
        if not same:
            wrong.append(f"{what}: {path} is {value!r}, and {text!r} in the CSV")
    if compared < least:
        wrong.append(f"{what}: only {compared} figures were compared")


cells = read(sys.argv[2])
for number, cell in enumerate(result["cells"]):
    lines = [line for line in cells if line["cell"] == str(number)]
    parts = {part: [line for line in lines if line["part"] == part] for part in ("cell", "stage", "step")}
    agree(f"cell {number}", parts["cell"][0], {k: v for k, v in cell.items() if k != "rounds"}, 90)
    for name in ("stage", "step"):
        if len(parts[name]) != len(cell[name + "s"]):
            wrong.append(f"cell {number}: {len(parts[name])} lines of {name}s")
        for line, part in zip(parts[name], cell[name + "s"]):
            agree(f"{name} {part['name']}", line, part | {name: part["name"]}, 20)
    if parts["cell"][0]["workload"] != result["workload"]["name"]:
        wrong.append("the workload's name did not come through")

series = read(sys.argv[3])
wanted = [i for cell in result["cells"] for round_ in cell["rounds"] for i in round_["series"]]
if len(series) != len(wanted) or not wanted:
    wrong.append(f"{len(series)} lines of the series, and {len(wanted)} intervals")
for number, (line, interval) in enumerate(zip(series, wanted)):
    agree(f"interval {number}", line, interval, 18)

print("\n".join(wrong))
sys.exit(bool(wrong))
