#!/usr/bin/env python3
"""Counts the branches of one source file: reads what gcov prints of it, prints a row of a table.

    gcov --all-blocks --branch-counts --branch-probabilities --stdout X.gcda |
        coverage_table.py FLOOR/X [--branches]

Left out are gcc's own: the way out that an exception takes from a call, which almost every call has, and
what only that way leads to, where it has never been run: the removal of what is half made. What a catch
does belongs to the latter only if it was never entered; its lines are shown then. A branch of a template
is taken if any of its instances takes it. With --branches each line follows that has a branch never
taken, with a + for each that is and a - for each that is not.
"""
import collections
import re
import sys

name = sys.argv[1]
source_ending = f"src/{name}.cpp"
here = False
exceptional = False
texts = {}
instances = collections.defaultdict(list)  # of each line: is each branch taken? None if never reached
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
    # Of a line never reached, gcov does not tell which branches an exception takes; another instance may.
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
