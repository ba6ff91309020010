#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""List the tests that were skipped in a ctest run, each with its reason.

usage: skipped.py PRESET CTEST.xml     (written by ctest --output-junit)
"""
import sys
import xml.etree.ElementTree


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
    if skipped:
        print(f"==> {preset}: {len(skipped)} skipped")
    for test in skipped:
        print(f"  {test.get('name')}: {reason(test)}")


main()
