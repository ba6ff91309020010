#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Put what the explorer found into the tables of docs/measured/verification.md.

usage: tables.py RINGSWAP PAGE [--explored FILE] [--killed FILE]
       [--deeper FILE]

RINGSWAP explores without a budget, and every mutant: minutes. A FILE is the
saved output of such a run and stands for it (`verify --mode explore --seconds
1e6`, `verify --mutants`); --deeper is that of any number of explore runs with
`--bound`, one after the other, and without it that table stays. What stands
between `<!-- explored: begin -->` and `end`, and likewise for scenarios, deeper
and killed, is replaced.
"""
import argparse
import collections
import os
import re
import subprocess
import sys

MEASURED = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                        "../../tools/checks/measured")
ROW = re.compile(r"^(\S+)\s+(\S+)\s+(sc|tso|c11)\s+(\d+)\s+(\d+)\s+([\d.]+)\s+"
                 r"(clean|broken|truncated|failed)", re.M)
MODELS = ("sc", "tso", "c11")
Row = collections.namedtuple("Row",
                             "strategy scenario model bound executions "
                             "seconds verdict")


def output_of(ringswap, arguments, path):
    """What a run printed, or has printed."""
    if path:
        with open(path) as file:
            return file.read()
    run = subprocess.run([ringswap, "verify"] + arguments, text=True,
                         stdout=subprocess.PIPE, check=False)
    if run.returncode:
        sys.exit(f"{run.stdout}\nringswap verify {' '.join(arguments)}: exit "
                 f"status {run.returncode}")
    return run.stdout


def rows_of(text):
    return [Row(s, c, m, int(b), int(n), float(t), v)
            for s, c, m, b, n, t, v in ROW.findall(text)]


def table(head, lines):
    return "\n".join(["| " + " | ".join(head) + " |",
                      "|" + "---|" * len(head)] +
                     ["| " + " | ".join(line) + " |" for line in lines]) + "\n"


def verdict_of(rows):
    broken = [row for row in rows if row.verdict == "broken"]
    if broken:
        where = ("in every model"
                 if {row.model for row in broken} == set(MODELS) else
                 "in " + ", ".join(sorted({row.model for row in broken})))
        return f"caught in {len(broken)} of {len(rows)} cells, {where}"
    if all(row.verdict == "clean" for row in rows):
        return "exhausted clean"
    return ", ".join(sorted({row.verdict for row in rows}))


def by_strategy(rows):
    lines = []
    for strategy in dict.fromkeys(row.strategy for row in rows):
        own = [row for row in rows if row.strategy == strategy]
        lines.append(
            [f"`{strategy}`", str(len({row.scenario for row in own}))] +
            [f"{sum(r.executions for r in own if r.model == m):,}"
             for m in MODELS] +
            [f"{sum(row.seconds for row in own):.1f}", verdict_of(own)])
    return table(["strategy", "scenarios", "executions, SC", "TSO", "C11",
                  "processor time, s", "verdict"], lines)


def cell(own, common):
    if not own:
        return "-"
    text = f"{sum(row.executions for row in own):,}"
    bound = max(row.bound for row in own)
    return text if bound == common else f"{text} (bound {bound})"


def by_scenario(rows, page):
    """The scenarios' own words stand in the page and are kept."""
    words = dict(re.findall(r"^\| `([\w-]+)` \| \d+ \| ([^|]+) \|", page, re.M))
    sound = [row for row in rows if row.strategy not in ("racy",)]
    columns = [s for s in dict.fromkeys(row.strategy for row in sound)
               if s != "unsync"]
    lines = []
    for scenario in dict.fromkeys(row.scenario for row in sound):
        own = [row for row in sound if row.scenario == scenario]
        bound = max(row.bound for row in own)
        if own[0].strategy == "unsync":
            cells = [cell(own, bound) + " under `unsync`"] + \
                [""] * (len(columns) - 1)
        else:
            cells = [cell([r for r in own if r.strategy == c], bound)
                     for c in columns]
        lines.append([f"`{scenario}`", str(bound), words.get(scenario, "?")] +
                     cells)
    lines.sort(key=lambda line: "unsync" in line[3])
    return table(["scenario", "bound", "what runs"] +
                 [f"`{c}`" for c in columns], lines)


def deeper(rows):
    lines = []
    for key in dict.fromkeys((r.strategy, r.scenario, r.bound) for r in rows):
        own = [r for r in rows if (r.strategy, r.scenario, r.bound) == key]
        lines.append([f"`{key[0]}`", f"`{key[1]}`", str(key[2])] +
                     ["".join(f"{r.executions:,}" for r in own if r.model == m)
                      or "-" for m in MODELS] +
                     [f"{sum(r.seconds for r in own):.0f}", verdict_of(own)])
    return table(["strategy", "scenario", "bound", "executions, SC", "TSO",
                  "C11", "processor time, s", "verdict"], lines)


def killed(text):
    found = re.search(r"^\| file \|.*?\n\n(\d+ mutants, \d+ killed, \d+ "
                      r"survive)", text, re.M | re.S)
    if not found or "!!!" in found.group():
        sys.exit("not a whole kill table, or an unargued survivor")
    rows = found.group().split("\n\n")[0]
    return found.group(1) + ".\n\n" + rows + "\n"


def put(page, name, text):
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    if begin not in page or end not in page:
        sys.exit(f"the page has no place for {name}")
    before, rest = page.split(begin, 1)
    return before + begin + text + end + rest.split(end, 1)[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ringswap")
    parser.add_argument("page")
    for name in ("explored", "killed", "deeper"):
        parser.add_argument(f"--{name}", metavar="FILE")
    args = parser.parse_args()
    rows = rows_of(output_of(args.ringswap,
                             ["--mode", "explore", "--seconds", "1e6"],
                             args.explored))
    kill_table = killed(output_of(args.ringswap, ["--mutants"], args.killed))
    with open(args.page) as file:
        page = file.read()
    page = put(page, "explored", by_strategy(rows))
    page = put(page, "scenarios", by_scenario(rows, page))
    page = put(page, "killed", kill_table)
    if args.deeper:
        page = put(page, "deeper",
                   deeper(rows_of(output_of(None, [], args.deeper))))
    with open(args.page, "w") as file:
        file.write(page)
    made = ["explored", "scenarios", "killed"] + ["deeper"] * bool(args.deeper)
    subprocess.run([MEASURED, "--write"] + made, check=False)


main()
