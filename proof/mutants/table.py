# SPDX-License-Identifier: MIT
"""The mutants as the tables name them: read, applied to a text, checked.

A mutant is a paragraph of a file *.mutants:

    [name]
    file ringbuf/ring_buffer.c
    kind miscounted
    says what is wrong with it, in one sentence
    by   unit.ringbuf conform.barrier
    - the text as it is
    + the text as it becomes

Texts match whatever their layout: a blank stands for any white space. One that
does not occur exactly once is stale. A second pair of - and + is a second
place of the same file. `by` names the tests that should see it, as the
beginnings of their names (`asan:` in front: built with AddressSanitizer; a
scenario of the explorer behind explore.NAME and a stroke), and is tried first. `equal` with a reason stands for a mutant that no test can see,
because nothing that is promised depends on it.
"""
import collections
import os
import re

KINDS = {
    "left-out": "a step left out",
    "twice": "a step done twice",
    "partly": "done for some slots, threads or pages and not for all",
    "order": "two steps in the wrong order",
    "error-ignored": "an error ignored",
    "errno": "the wrong error",
    "test": "a test negated, or off by one",
    "cleanup": "something kept that should be given back",
    "object": "the wrong object",
    "wait": "a wait that does not wait",
    "deadline": "a deadline ignored",
    "miscounted": "not counted, or counted twice",
    "check": "a precondition not checked",
    "flag": "a flag not set or not cleared",
    "list": "the list of a thread's slots, or of the ring buffers",
    "cause": "the wrong cause of a refusal",
    "word": "the wrong word for what is right",
}
Mutant = collections.namedtuple("Mutant", "name file kind says by equal pairs")


class Wrong(Exception):
    """A table, or a mutant in it, that cannot be used."""


def _mutant(paragraph, where):
    lines = paragraph.splitlines()
    name = re.fullmatch(r"\[([a-z0-9-]+)\]", lines[0])
    if not name:
        raise Wrong(f"{where}: '{lines[0]}' is no [name]")
    fields = collections.defaultdict(str)
    pairs = []
    for line in lines[1:]:
        word, _, rest = line.partition(" ")
        if word == "-" and (not pairs or pairs[-1][1]):
            pairs.append(([rest], []))
        elif word == "-":
            pairs[-1][0].append(rest)
        elif word == "+" and pairs:
            pairs[-1][1].append(rest)
        elif word in ("file", "kind", "says", "by", "equal"):
            fields[word] = " ".join((fields[word] + " " + rest).split())
        else:
            raise Wrong(f"{where}: {name[1]}: what is '{line}'?")
    pairs = [("\n".join(old), "\n".join(new)) for old, new in pairs]
    return Mutant(name[1], fields["file"], fields["kind"], fields["says"],
                  fields["by"].split(), fields["equal"], pairs)


def read(folder):
    """All mutants of a folder's tables, those of one file together."""
    mutants = []
    for table in sorted(os.listdir(folder)):
        if not table.endswith(".mutants"):
            continue
        with open(os.path.join(folder, table), encoding="utf-8") as file:
            text = re.sub(r"^#.*\n", "", file.read(), flags=re.M)
        mutants += [_mutant(p, table) for p in
                    re.split(r"\n\s*\n", text.strip()) if p]
    return mutants


def apply(mutant, text):
    """The text of the mutant's file with the fault in it."""
    places = []
    for old, new in mutant.pairs:
        words = [re.escape(word) for word in old.split()]
        found = list(re.finditer(r"\s+".join(words), text)) if words else []
        if len(found) != 1:
            raise Wrong(f"{mutant.name}: stale: its text occurs {len(found)} "
                        f"times in {mutant.file}")
        places.append((found[0].start(), found[0].end(), new))
    for start, end, new in sorted(places, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _faults_of(mutant, root, tests):
    if mutant.kind not in KINDS:
        yield f"no such kind: {mutant.kind or 'none'}"
    if not mutant.says:
        yield "says nothing"
    if not mutant.pairs:
        yield "changes nothing"
    for prefix in mutant.by if tests else []:
        prefix = prefix.split(":")[-1].split("/")[0]
        if not any(test.startswith(prefix) for test in tests):
            yield f"no test is called {prefix}..."
    try:
        with open(os.path.join(root, mutant.file), encoding="utf-8") as file:
            text = file.read()
        if apply(mutant, text).split() == text.split():
            yield "changes nothing"
    except OSError as error:
        yield error.strerror
    except Wrong as error:
        yield str(error)


def faults(mutants, root, tests):
    """What is wrong with the tables, in words; tests: names, or none."""
    names = collections.Counter(mutant.name for mutant in mutants)
    found = [f"{name}: {n} mutants have this name"
             for name, n in names.items() if n > 1]
    for mutant in mutants:
        found += [fault if fault.startswith(mutant.name) else
                  f"{mutant.name}: {fault}"
                  for fault in _faults_of(mutant, root, tests)]
    return found
