#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""List the reasons for which tests of a ctest run were skipped, and the tests.

usage: skipped.py PRESET CTEST.xml     (written by ctest --output-junit)
"""
import sys
import textwrap
import xml.etree.ElementTree

SHOWN = 6  # names of tests that one reason skips; ctest lists them all


def reason(test):
    """The line that says why: one that begins with SKIP, or the last."""
    lines = [line.strip() for line in
             (test.findtext("system-out") or "").splitlines() if line.strip()]
    for line in lines:
        if line.upper().startswith("SKIP"):
            return line
    return lines[-1] if lines else "it gave no reason"


def main():
    preset, path = sys.argv[1:]
    tests = xml.etree.ElementTree.parse(path).getroot().iter("testcase")
    skipped = [t for t in tests if t.get("status") in ("notrun", "disabled")
               or t.find("skipped") is not None]
    by_reason = {}
    for test in skipped:
        by_reason.setdefault(reason(test), []).append(test.get("name"))
    if skipped:
        print(f"==> {preset}: {len(skipped)} skipped")
    for why, names in by_reason.items():
        print(f"  {why}")
        rest = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        print(textwrap.fill(", ".join(names[:SHOWN]) + rest, 79,
                            break_on_hyphens=False, initial_indent=" " * 6,
                            subsequent_indent=" " * 6))


main()
