#!/usr/bin/env python3
"""scripts/make_pairs.py NAME [--seed N]: a corpus of sentence pairs, written to standard output.

commands   orders and what is done, all 20,910 of a small grammar in random order
sentences  1,908 English sentences with Marathi ones

Each line is source TAB target TAB gold alignment, as `attnviz train --data` reads it: for each target
word the places of the source words that it comes from, counted from 0, or - for none.
"""

import argparse
import itertools
import random

# A command is a list of source words; its meaning a list of (action, positions of its words).
ACTIONS = {"hop": "HOP", "dig": "DIG", "sing": "SING", "wave": "WAVE"}
TURNS = {"left": "TURN_LEFT", "right": "TURN_RIGHT"}


def single_orders():
    """hop | turn left | hop opposite right | sing around left ..."""
    for verb, action in ACTIONS.items():
        yield [verb], [(action, [0])]
    for verb in ["turn", *ACTIONS]:
        done = [(ACTIONS[verb], [0])] if verb in ACTIONS else []
        for side, turn in TURNS.items():
            yield [verb, side], [(turn, [1])] + done
            yield [verb, "opposite", side], [(turn, [1, 2])] * 2 + done
            yield [verb, "around", side], ([(turn, [1, 2])] + done) * 4


def repeated_orders():
    for words, steps in single_orders():
        yield words, steps
        for times, adverb in [(2, "twice"), (3, "thrice")]:
            place = len(words)
            marked = [(action, places + [place]) for action, places in steps]
            yield words + [adverb], marked * times


def orders():
    """One repeated command, or two: `x and y`, and `x after y` where y comes first."""
    parts = list(repeated_orders())
    yield from parts
    for (left, first), (right, second) in itertools.product(parts, parts):
        moved = [(action, [p + len(left) + 1 for p in places]) for action, places in second]
        yield left + ["and"] + right, first + moved
        yield left + ["after"] + right, moved + first


# Marathi puts the verb last, and the place before the object.
PEOPLE = {"Ram": "राम", "Sita": "सीता", "the boy": "मुलगा", "the girl": "मुलगी", "Mother": "आई", "Uncle": "काका"}
THINGS = {"a mango": "आंबा", "water": "पाणी", "a letter": "पत्र", "a song": "गाणे", "the lamp": "दिवा",
          "a flower": "फूल", "the door": "दार", "bread": "पोळी", "a book": "पुस्तक"}
VERBS = {"sees": "बघतो", "brings": "आणतो", "asks for": "मागतो", "forgets": "विसरतो"}
PLACES = {"at home": "घरी", "in the village": "गावात", "at school": "शाळेत", "in the garden": "बागेत",
          "on the road": "रस्त्यावर", "in the city": "शहरात", "today": "आज", "tomorrow": "उद्या", "": ""}
FEMALE = {"Sita", "the girl", "Mother"}


def sentences():
    for person, verb, thing, place in itertools.product(PEOPLE, VERBS, THINGS, PLACES):
        if person == "Uncle" and not place:
            continue
        source, spans = [], []
        for phrase in (person, verb, thing, place):
            words = phrase.split()
            spans.append(list(range(len(source), len(source) + len(words))))
            source += words
        ending = VERBS[verb][:-1] + "े" if person in FEMALE else VERBS[verb]
        target = [(PEOPLE[person], spans[0])]
        if place:
            target.append((PLACES[place], spans[3]))
        target += [(THINGS[thing], spans[2]), (ending, spans[1])]
        yield source, target


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=["commands", "sentences"])
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    pairs = list({"commands": orders, "sentences": sentences}[arguments.name]())
    random.Random(arguments.seed).shuffle(pairs)
    for source, target in pairs:
        words = " ".join(word for word, _ in target)
        gold = " ".join(",".join(map(str, sorted(places))) or "-" for _, places in target)
        print(" ".join(source), words, gold, sep="\t")


if __name__ == "__main__":
    main()
