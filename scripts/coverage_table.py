#!/usr/bin/env python3
"""Counts the branches of one source file: reads gcov's output for it, prints a row of a table.

    gcov --all-blocks --branch-counts --branch-probabilities --stdout X.gcda |
        coverage_table.py ROOM/X [--branches]

gcc's own branches are left out: the exit of almost every call when it throws, and code that only such exits
reach (destructors of what is half constructed), where it never ran. A catch counts among these only if it was
never entered; its lines are then shown. A branch of a template is taken if any of its instances takes it.
--branches adds each line with a branch never taken, with a + for each branch taken and a - for each other.
"""
import collections
import re
import sys

name = sys.argv[1]
source_ending = f"src/{name}.cpp"
here = False
exceptional = False
texts = {}
instances = collections.defaultdict(list)  # per line: is each branch taken? None if never reached
never_entered = set()
for row in sys.stdin:
    if match := re.match(r" *-: +0:Source:(.*)", row):
        here = match[1].endswith(source_ending)
    elif not here:
        continue
    elif match := re.match(r" *([^ :]+): *(\d+):(.*)", row):
        count, number, text = match[1], int(match[2]), match[3]
        texts[number] = text.strip()
        instances[number].append([])
        exceptional = False
        if count.startswith("=") and re.search(r"\bcatch\s*\(", text):
            never_entered.add(number)
    elif match := re.match(r" *([^ :]+): *\d+-block", row):
        exceptional = match[1].startswith("$")
    elif row.startswith("branch") and "(throw)" not in row and not exceptional:
        instances[number][-1].append(None if "never" in row else "taken 0" not in row)

total = taken = 0
shown = []
for number, each in sorted(instances.items()):
    # For a line never reached, gcov does not say which branches are exceptional; another instance may.
    each = [branches for branches in each if None not in branches] or each
    by_length = collections.defaultdict(list)
    for branches in each:
        by_length[len(branches)].append(branches)
    for same in by_length.values():
        branches = [any(one) for one in zip(*same)]
        total += len(branches)
        taken += sum(branches)
        if not all(branches) or number in never_entered:
            marks = "".join("+" if branch else "-" for branch in branches)
            shown.append(f"    {number}: {marks} {texts[number]}")
print(f"| `{name}` | {taken} | {total} | {total - taken} |")
if "--branches" in sys.argv:
    print("\n".join(shown), end="\n" if shown else "")
