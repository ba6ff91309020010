#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Plant faults one at a time, and see that a test fails for each.

usage: semantic.py [--only PATTERN] [--by PREFIX] [--lanes N]
                   [--work DIR] [--again] [--page FILE] | --check [BUILD] | --list

Each mutant of the tables beside this file is put into a private copy of the
tree, the program of a test is built, and tests run, those first that should
see it, until one fails. One that no test sees has survived. What was found out
about the same mutant of the same sources is not done again (--again: it is).

--page puts the table of all into FILE, and says there which were not run, or
on other sources (--lanes 0: run none, only make the page). --check only asks
whether the tables are sound and apply to the sources; with BUILD, whether the
tests that they name exist there. Exit status 0: all are killed but those argued
equal.
"""
import argparse
import collections
import fnmatch
import hashlib
import json
import os
import queue
import re
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
import lane as lanes  # pylint: disable=wrong-import-position
import table  # pylint: disable=wrong-import-position

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SOURCES = ("ringbuf", "strategies", "proof", "tests/unit/ringbuf",
           "tests/unit/strategies", "tests/conformance", "tests/explore",
           "tests/step", "tests/torture", "tests/process")
AT_LEAST = 80
# Read when nothing else saw the mutant: quick and certain ones first.
CORE = ["unit.ringbuf", "unit.strategies", "step.baseline", "explore.unsync",
        "asan:unit.ringbuf", "conform.barrier", "conform.rcu",
        "explore.barrier", "step.barrier", "torture.barrier"]
COMMON = ["unit.strategies", "unit.ringbuf", "asan:unit.strategies",
          "conform.barrier", "conform.rcu", "conform.ipi-signal",
          "conform.membarrier", "conform.global-lock", "explore.barrier",
          "explore.membarrier", "explore.rcu", "explore.global-lock",
          "fault.membarrier", "fault.rcu", "explore.ipi-signal",
          "torture.barrier"]
OF_STRATEGY = ["unit.strategies", "conform.{0}.", "explore.{0}.", "fault.{0}",
               "step.{0}.", "torture.{0}", "litmus"]

Outcome = collections.namedtuple("Outcome", "verdict by how seconds")
NOT_RUN = Outcome("not run", "", "", 0)
UNSEEN = "not seen by the tests tried"


def of_strategies(headers):
    """The tests of these headers' strategies, the quick ones of all first."""
    names = [os.path.basename(header)[:-2].replace("_", "-").lower()
             for header in headers]
    return [word.format(name) for word in OF_STRATEGY for name in names]


def holders_of(part):
    """The strategies' headers that include a part."""
    folder = os.path.join(ROOT, "strategies")
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if not name.endswith(".h") or not os.path.isfile(path):
            continue
        with open(path, encoding="utf-8") as file:
            if f'#include "{part}"' in file.read():
                yield name


def detectors_of(mutant):
    """Beginnings of names of tests, in the order in which they run."""
    header = re.fullmatch(r"strategies/(\w+)\.h", mutant.file)
    if mutant.file.startswith("ringbuf/"):
        general = CORE
    elif mutant.file.startswith("strategies/parts/"):
        general = of_strategies(holders_of(mutant.file))
    elif header and header[1] not in ("hooks", "strategy", "sys"):
        general = of_strategies([f"{header[1]}.h"])
    else:
        general = COMMON
    return mutant.by + [word for word in general if word not in mutant.by]


def tests_of(lane, words):
    """The tests themselves, each once; explore.NAME/SCENARIO is one cell."""
    seen = set()
    for word in words:
        preset, _, prefix = word.rpartition(":")
        prefix, _, scenario = prefix.partition("/")
        for name, test in lane.tests(preset or "release").items():
            if scenario and name.startswith(prefix):
                test = test._replace(name=f"{name}/{scenario}",
                                     command=test.command + [scenario])
            if name.startswith(prefix) and (preset, test.name) not in seen:
                seen.add((preset, test.name))
                yield test


def how_it_failed(run):
    """A few words out of what a test printed."""
    if run.status == lanes.HUNG:
        return "did not end"
    for pattern in (r"^\[  FAILED  \] \S*?:? ?(\w+)$", r"^!!! ([^:]+):",
                    r"^(?:FAILED: )?(.*(?:broken|BROKEN|INVALID|ERROR:).*)$"):
        found = re.findall(pattern, run.output, re.M)
        if found:
            return " ".join(found[0].split())[:70]
    return f"exit status {run.status}"


def fails(run):
    return run.status not in (0, lanes.SKIPPED)


class Session:
    def __init__(self, args):
        self.args = args
        self.path = os.path.join(args.work, "outcomes.json")
        self.lock = threading.Lock()
        self.known, self.passes = {}, {}
        if os.path.exists(self.path) and not args.again:
            with open(self.path, encoding="utf-8") as file:
                self.known = json.load(file)
        self.sources = digest_of_sources()

    def key(self, mutant):
        return hashlib.sha256(repr((mutant, self.sources)).encode()) \
            .hexdigest()[:24]

    def keep(self, mutant, outcome):
        """One that only some tests have not seen is for the page alone."""
        with self.lock:
            self.known["last " + mutant.name] = [self.sources, outcome]
            if outcome.verdict != UNSEEN:
                self.known[self.key(mutant)] = outcome
            with open(self.path + ".new", "w", encoding="utf-8") as file:
                json.dump(self.known, file)
            os.replace(self.path + ".new", self.path)

    def found(self, mutant):
        known = self.known.get(self.key(mutant))
        return Outcome(*known) if known else None

    def last(self, mutant):
        """What was found out last, and whether that was of older sources."""
        sources, known = self.known.get("last " + mutant.name, (None, None))
        if known:
            return Outcome(*known), sources != self.sources
        return self.found(mutant) or NOT_RUN, False

    def sound(self, lane, test):
        """Does it pass without any mutant? The lane must hold none."""
        name = (test.preset, test.name)
        if name not in self.passes:
            if not lane.build_for(test):
                raise RuntimeError(f"cannot be built: {lane.log}")
            runs = [lane.run(test, lanes.LIMIT_MAX_S)]
            if fails(runs[0]):
                runs.append(lane.run(test, lanes.LIMIT_MAX_S))
            self.passes[name] = None if fails(runs[-1]) else runs[-1].seconds
        return self.passes[name] is not None


def limit_of(session, test):
    """After so many seconds it hangs; a guess while its time is unknown."""
    usual = session.passes.get((test.preset, test.name))
    if usual is None:
        return lanes.LIMIT_NEW_S
    return min(max(lanes.LIMIT_MIN_S, 8 * usual), lanes.LIMIT_MAX_S)


def see(session, lane, test):
    """Does the test see the mutant that is built? Twice, to be believed."""
    runs = []
    for _ in range(3):
        run = lane.run(test, limit_of(session, test))
        runs.append(run)
        if run.status == lanes.HUNG or not fails(runs[0]) or \
                sum(map(fails, runs)) == 2:
            break
    bad = [run for run in runs if fails(run)]
    return bad[0] if len(bad) > 1 or run.status == lanes.HUNG else None


def hunt(session, lane, mutant, tests):
    """Build the mutant, run what may see it: an Outcome."""
    built = set()
    for test in tests:
        if session.passes.get((test.preset, test.name), 0) is None:
            continue
        program = (test.preset, lane.program_of(test))
        if program not in built and not lane.build_for(test):
            return Outcome("not built", "", lane.log, 0)
        built.add(program)
        run = see(session, lane, test)
        if run:
            return Outcome("killed", test, how_it_failed(run), run.seconds)
    return Outcome("survived", "", "", 0)


def try_mutant(session, lane, mutant):
    """The lane holds the tree as it is before and after."""
    text = lane.text_of(mutant.file)
    words = mutant.by if session.args.by == ["named"] else session.args.by
    tests = list(tests_of(lane, words or detectors_of(mutant)))
    while True:
        lane.write(mutant.file, table.apply(mutant, text))
        outcome = hunt(session, lane, mutant, tests)
        lane.write(mutant.file, text)
        # A kill by a test that fails without any mutant is none, and neither
        # is one by a test that was only slow.
        if not outcome.by or (session.sound(lane, outcome.by) and (
                outcome.how != "did not end" or
                outcome.seconds >= limit_of(session, outcome.by))):
            break
    by = outcome.by
    if by:
        by = by.name if by.preset == "release" else f"{by.preset}:{by.name}"
    return outcome._replace(by=by)


def judge(mutant, outcome):
    """The word for it, and whether all is well."""
    if outcome.verdict == "survived" and mutant.equal:
        return "equal", True
    if outcome.verdict == "killed" and mutant.equal:
        return "argued equal, but killed", False
    return outcome.verdict, outcome.verdict == "killed"


def tell(mutant, outcome):
    verdict, _ = judge(mutant, outcome)
    by = f" by {outcome.by}: {outcome.how}" if outcome.by else outcome.how
    print(f"{verdict:9s} {mutant.name}{by}", flush=True)


def work(session, lane, todo, outcomes):
    try:
        lane.sync()
        while True:
            mutant = todo.get_nowait()
            outcome = session.found(mutant)
            if not outcome:
                outcome = try_mutant(session, lane, mutant)
                if outcome.verdict == "survived" and session.args.by:
                    outcome = outcome._replace(verdict=UNSEEN)
                session.keep(mutant, outcome)
            outcomes[mutant.name] = outcome
            tell(mutant, outcome)
    except queue.Empty:
        return
    except (table.Wrong, OSError, RuntimeError) as error:
        print(f"{lane.folder}: {error}", file=sys.stderr, flush=True)


def run_all(session, mutants):
    todo, outcomes = queue.Queue(), {}
    for mutant in mutants:
        todo.put(mutant)
    args = session.args
    all_lanes = [lanes.Lane(ROOT, os.path.join(args.work, f"lane{i}"),
                            args.generator, args.compiler)
                 for i in range(args.lanes)]
    for lane in all_lanes:
        os.makedirs(lane.folder, exist_ok=True)
    threads = [threading.Thread(target=work, daemon=True,
                                args=(session, lane, todo, outcomes))
               for lane in all_lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def digest_of_sources():
    found = hashlib.sha256()
    for name in sorted(lanes.tracked(ROOT)):
        if name.startswith(SOURCES) and \
                name.endswith((".c", ".h", ".def", ".inc", ".txt")):
            found.update(name.encode() + lanes.read(os.path.join(ROOT, name)))
    return found.hexdigest()


def report(session, mutants, outcomes):
    """Print what it came to; true: all is well."""
    verdicts, well = collections.Counter(), True
    print()
    for mutant in mutants:
        outcome = outcomes.get(mutant.name) or NOT_RUN
        verdict, good = judge(mutant, outcome)
        verdicts[verdict] += 1
        well = well and good
        if not good:
            print(f"{verdict}: {mutant.name} ({mutant.file}): {mutant.says}")
    for (preset, name), passes in sorted(session.passes.items()):
        if passes is None:
            well = False
            print(f"fails without any mutant: {preset} {name}")
    print(f"{len(mutants)} mutants: " +
          ", ".join(f"{n} {word}" for word, n in verdicts.most_common()))
    return well


def row_of(mutant, outcome, is_old):
    verdict, _ = judge(mutant, outcome)
    by = f"`{outcome.by}`: {outcome.how}" if outcome.by else \
        f"*{verdict}* {mutant.equal}".strip()
    row = [f"`{mutant.name}`", mutant.kind, mutant.says,
           by + (" (other sources)" if is_old else "")]
    return "| " + " | ".join(word.replace("|", "/") for word in row) + " |"


def count_of(outcomes):
    """How many of what, one row a file and one for all."""
    total = collections.Counter()
    rows = collections.defaultdict(collections.Counter)
    for mutant, (outcome, is_old) in outcomes:
        verdict, _ = judge(mutant, outcome)
        if verdict not in ("killed", "equal", "not run"):
            verdict = "survived"
        for count in (rows[f"`{mutant.file}`"], total):
            count.update(["faults", verdict] + ["old"] * is_old)
    words = ("faults", "killed", "survived", "equal", "not run", "old")
    return [f"| {name} | " + " | ".join(str(count[word]) for word in words) +
            " |" for name, count in [*sorted(rows.items()), ("all", total)]]


def page_of(session, mutants):
    """The table of all, for docs/measured."""
    outcomes = [(mutant, session.last(mutant)) for mutant in mutants]
    kinds = collections.Counter(mutant.kind for mutant in mutants)
    lines = [
        "# Planted faults: the table", "",
        "Made by `cmake --build build/release --target semantic-mutants`, or "
        "by `proof/mutants/semantic.py --page` after parts of it, not by "
        "hand. Each row is one fault, planted into the core or a strategy and "
        "built; a test that passes without it must fail with it, twice. The "
        "orderings, one at a time, are the table *killed* of "
        "[verification.md](verification.md).", "",
        "*Survived*: no test that was run has seen it; where only the tests "
        "that its row names were run, the table says so. *Equal*: no test "
        "can see it, as nothing that is promised depends on it. *Other*: how "
        "many of a row's verdicts are of other sources, somewhere in core, "
        "strategies, instruments or tests, mostly of older ones; the rest is "
        f"of the sources `{session.sources[:12]}`.", "",
        "| file | faults | killed | survived | equal | not run | other |",
        "|---|---|---|---|---|---|---|", *count_of(outcomes),
        "", "| kind | faults |", "|---|---|"]
    lines += [f"| {table.KINDS[kind]} | {kinds[kind]} |"
              for kind in table.KINDS if kinds[kind]]
    last = None
    for mutant, (outcome, is_old) in sorted(outcomes, key=lambda o: o[0].file):
        if mutant.file != last:
            lines += ["", f"## `{mutant.file}`", "",
                      "| fault | kind | what is wrong | killed by |",
                      "|---|---|---|---|"]
        last = mutant.file
        lines.append(row_of(mutant, outcome, is_old))
    return "\n".join(lines) + "\n"


def names_of_tests(build):
    out = subprocess.run(["ctest", "-N"], cwd=build, check=True, text=True,
                         stdout=subprocess.PIPE).stdout
    # conform.NAME.every-property is run one property at a time.
    return [re.sub(r"^(conform\..*\.)every-property$", r"\1", name)
            for name in re.findall(r"Test +#\d+: (\S+)", out)]


def check(mutants, build):
    """Are the tables sound, and of these sources?"""
    found = table.faults(mutants, ROOT, names_of_tests(build) if build else [])
    real = sum(not mutant.equal for mutant in mutants)
    if real < AT_LEAST:
        found.append(f"{real} mutants are less than {AT_LEAST}")
    print("\n".join(found) or f"{len(mutants)} mutants apply")
    return not found


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", metavar="PATTERN", action="append",
                        help="those whose name or file matches, as *swap.c")
    parser.add_argument("--lanes", type=int, default=min(2, os.cpu_count()))
    parser.add_argument("--work", metavar="DIR",
                        default=os.path.join(ROOT, "build", "mutants"))
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--by", metavar="PREFIX", action="append",
                        help="run these tests instead, as unit.ringbuf; "
                             "named: those of the table alone")
    parser.add_argument("--page", metavar="FILE")
    parser.add_argument("--generator", default="Ninja")
    parser.add_argument("--compiler", default="cc")
    parser.add_argument("--check", nargs="?", const="", metavar="BUILD")
    parser.add_argument("--list", action="store_true")
    return parser.parse_args()


def main():
    args = options()
    mutants = table.read(HERE)
    if args.check is not None:
        sys.exit(0 if check(mutants, args.check) else 1)
    chosen = [m for m in mutants if not args.only or any(
        fnmatch.fnmatch(word, only) for only in args.only
        for word in (m.name, m.file))]
    if args.list:
        for mutant in chosen:
            print(f"{mutant.name:34s} {mutant.kind:14s} {mutant.says}")
        return
    stale = table.faults(chosen, ROOT, [])
    if stale or not chosen:
        sys.exit("\n".join(stale) or "no such mutant")
    args.work = os.path.abspath(args.work)
    os.makedirs(args.work, exist_ok=True)
    os.environ["RINGSWAP_TEST_CACHE"] = "none"
    session = Session(args)
    outcomes = run_all(session, chosen)
    well = report(session, chosen, outcomes)
    if args.page:
        with open(args.page, "w", encoding="utf-8") as file:
            file.write(page_of(session, mutants))
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()
