#!/usr/bin/env python3
"""scripts/make_pairs.py NAME [--seed N]: a corpus of sentence pairs, written to standard output.

commands   orders and what is done, all 20,910 of a small grammar in random order
sentences  2,860 English sentences with Marathi ones
names      3,000 English sentences with German ones about people, each of whom is in one alone

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

# "Rahul is a good boy": what is said of a person agrees in gender: masculine, feminine.
NAMES = [("Rahul", "राहुल", 0), ("Ram", "राम", 0), ("Ajay", "अजय", 0), ("Sita", "सीता", 1), ("Meena", "मीना", 1),
         ("Asha", "आशा", 1)]
TENSES = [("", "", "is", ("आहे", "आहे")), ("now", "आता", "is", ("आहे", "आहे")), ("", "", "was", ("होता", "होती")),
          ("then", "तेव्हा", "was", ("होता", "होती"))]
TRAITS = {"good": ("चांगला", "चांगली"), "little": ("छोटा", "छोटी"), "tall": ("उंच", "उंच"), "honest": ("प्रामाणिक",) * 2,
          "": ("", "")}
ROLES = [("boy", "मुलगा", 0), ("girl", "मुलगी", 1), ("friend", "मित्र", 0), ("friend", "मैत्रीण", 1), ("doctor", "डॉक्टर", 0),
         ("doctor", "डॉक्टर", 1), ("teacher", "शिक्षक", 0), ("teacher", "शिक्षिका", 1)]

# "the camera is very good": masculine, feminine, neuter, and the plural of respect with its own verb.
SUBJECTS = [("my father", "माझे वडील", 3), ("Rahul", "राहुल", 0), ("Sita", "सीता", 1), ("the camera", "कॅमेरा", 0),
            ("the lamp", "दिवा", 0), ("the book", "पुस्तक", 2), ("the door", "दार", 2), ("the letter", "पत्र", 2)]
QUALITIES = {"good": ("चांगला", "चांगली", "चांगले", "चांगले"), "big": ("मोठा", "मोठी", "मोठे", "मोठे"),
             "little": ("छोटा", "छोटी", "छोटे", "छोटे"), "beautiful": ("सुंदर",) * 4, "new": ("नवीन",) * 4}

# "my father bought a camera": the doer is marked, and the verb agrees with the thing. Whoever were a doer here and
# unmarked above would have two forms that the verb tells apart, and attention would rightly look at the verb.
DOERS = {"my father": "माझ्या वडिलांनी", "my mother": "माझ्या आईने", "my brother": "माझ्या भावाने",
         "my sister": "माझ्या बहिणीने", "my friend": "माझ्या मित्राने", "the teacher": "शिक्षकाने", "the king": "राजाने"}
DEEDS = {"bought": "विकत घेतल", "brought": "आणल", "saw": "पाहिल", "sold": "विकल"}
GOODS = [("a camera", "कॅमेरा", "ा"), ("a mango", "आंबा", "ा"), ("the lamp", "दिवा", "ा"), ("bread", "पोळी", "ी"),
         ("a letter", "पत्र", "े"), ("a book", "पुस्तक", "े"), ("a flower", "फूल", "े")]


def translated(phrases, order):
    """A pair from (English, Marathi) phrases in English order, of which the Marathi ones stand in another: word
    by word where both have as many, else each word from the whole phrase."""
    source, target = [], {}
    for i, (english, marathi) in enumerate(phrases):
        words, translation = english.split(), marathi.split()
        places = list(range(len(source), len(source) + len(words)))
        each = [[p] for p in places] if len(words) == len(translation) else [places] * len(translation)
        target[i] = list(zip(translation, each))
        source += words
    return source, [word for i in order for word in target[i]]


def present():
    """The boy sees water on the road."""
    for person, verb, thing, place in itertools.product(PEOPLE, VERBS, THINGS, PLACES):
        if person == "Uncle" and not place:
            continue
        ending = VERBS[verb][:-1] + "े" if person in FEMALE else VERBS[verb]
        yield translated([(person, PEOPLE[person]), (verb, ending), (thing, THINGS[thing]), (place, PLACES[place])],
                         [0, 3, 2, 1])


def copulas():
    for (when, time, verb, tense), (name, marathi, gender), (trait, forms), (role, word, own) in itertools.product(
            TENSES, NAMES, TRAITS.items(), ROLES):
        if gender == own:
            yield translated([(when, time), (name, marathi), (verb, tense[gender]),
                              ("an" if trait == "honest" else "a", ""), (trait, forms[gender]), (role, word)],
                             [0, 1, 4, 5, 2])


def qualities():
    for (subject, marathi, gender), (quality, forms), very in itertools.product(SUBJECTS, QUALITIES.items(), [0, 1]):
        yield translated([(subject, marathi), ("is", "आहेत" if gender == 3 else "आहे"),
                          ("very", "खूप") if very else ("", ""), (quality, forms[gender])], [0, 2, 3, 1])


def past():
    for doer, deed, (thing, word, ending), when in itertools.product(DOERS, DEEDS, GOODS, [("", ""), ("yesterday", "काल")]):
        yield translated([(doer, DOERS[doer]), (deed, DEEDS[deed] + ending), (thing, word), when], [0, 3, 2, 1])


def sentences():
    return itertools.chain(present(), copulas(), qualities(), past())


# X, Y and Z are people; the numbers are the places of the English words that a German one comes from.
INTRODUCTIONS = [
    ("my name is X", "ich heisse X", [[0], [1, 2], [3]]),
    ("where is X", "wo ist X", [[0], [1], [2]]),
    ("we saw X yesterday", "wir haben X gestern gesehen", [[0], [1], [2], [3], [1]]),
    ("X knows Y", "X kennt Y", [[0], [1], [2]]),
    ("X was called by Y", "Y hat X angerufen", [[4], [1], [0], [2]]),
    ("today X helps Y", "X hilft Y heute", [[1], [2], [3], [0]]),
    ("does X come with Y tomorrow", "kommt X morgen mit Y", [[0, 2], [1], [5], [3], [4]]),
    ("X gives Y a book by Z", "X gibt Y ein Buch von Z", [[0], [1], [2], [3], [4], [5], [6]]),
    ("X and Y live near Z", "X und Y wohnen bei Z", [[0], [1], [2], [3], [4], [5]]),
]


def introductions(seed, count=3000):
    """Made-up names of two or three syllables, none of them twice."""
    chance = random.Random(seed)
    syllables = [a + b for a in "b d f g h j k l m n p r s t v w z br kl st tr".split() for b in "aeiou"]
    seen = set()

    def name():
        while True:
            new = "".join(chance.choice(syllables) for _ in range(chance.choice([2, 3])))
            new = (new + chance.choice(["", "n", "r", "s"])).capitalize()
            if new not in seen:
                seen.add(new)
                return new

    for number in range(count):
        source, target, gold = INTRODUCTIONS[number % len(INTRODUCTIONS)]
        people = {person: name() for person in "XYZ"}
        yield ([people.get(word, word) for word in source.split()],
               [(people.get(word, word), places) for word, places in zip(target.split(), gold)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=["commands", "sentences", "names"])
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    pairs = list({"commands": orders, "sentences": sentences,
                  "names": lambda: introductions(arguments.seed)}[arguments.name]())
    random.Random(arguments.seed).shuffle(pairs)
    for source, target in pairs:
        words = " ".join(word for word, _ in target)
        gold = " ".join(",".join(map(str, sorted(places))) or "-" for _, places in target)
        print(" ".join(source), words, gold, sep="\t")


if __name__ == "__main__":
    main()
