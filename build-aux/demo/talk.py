# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Makes the text the demo models learn from: questions with the one right answer to each, and chats of several turns.

A Fact is one thing to know together with every way to ask for it. One in ten pairs of (fact, way to ask) is held out:
training never sees it, the test asks only such ones. Everything is a function of the random generator passed in.
"""
import hashlib
import random
from dataclasses import dataclass, field

from facts import (AMOUNTS, CAPITALS, COLOURS, COUNTS, DAYS, LANGUAGES, LIKES, MONTH_DAYS, MONTHS, NAMES, NUMBER_WORDS,
                   OPPOSITES, ORDINALS, PAINTS, PLAIN, SELF, SOUNDS, STORIES, SYSTEMS, UNKNOWN, WORDS, YOUNG)

DO_NOT_KNOW = "I am sorry, I do not know that."
NO_SUCH_SUM = "I am sorry, I can only add and subtract up to 20."
NOT_UNDERSTOOD = "I am sorry, I did not understand that."

OPENINGS = ["Please tell me: ", "Hey, ", "Hi! ", "Can you tell me: ", "Question: ", "Quick question: ", "Pebble, ",
            "I want to know: ", "Tell me: ", "A question: ", "Hello! ", "Please, ", "So, ", "Hi Pebble, "]

# Kinds whose ways to ask belong to one fact only: held out is not a way to ask but one dressing of it.
ALONE = ("self", "plain")


@dataclass(frozen=True)
class Fact:
    kind: str
    key: str
    forms: tuple
    answer: str
    slots: dict = field(default_factory=dict)  # put in after dressing, so that their case is kept
    value: int | None = None                   # the number a sum came to, for "And plus 2?"

    def held_out(self, form):
        # Forms that differ in case or the last sign only fall on the same side; what is about nothing is never held out.
        pair = f"{self.kind}|{self.key}|{form.lower().rstrip(' ?!.=')}"
        return self.key != "" and int(hashlib.md5(pair.encode()).hexdigest(), 16) % 10 == 0

    def ask(self, rng, held_out=False):
        """One way to ask, dressed, from the held-out ones or from the others; None if there is none at hand."""
        openings = not self.kind.startswith(("told", "noise", "again", "sure"))
        if self.kind in ALONE:
            text = dress(rng.choice(self.forms), rng, openings)
            return text if self.held_out(text) == held_out else None
        forms = [form for form in self.forms if self.held_out(form) == held_out]
        return fill(dress(rng.choice(forms), rng, openings), self.slots) if forms else None


def fill(text, slots):
    for name, value in slots.items():
        text = text.replace("{" + name + "}", value)
    return text


def dress(text, rng, openings=True):
    """The same question as another person would type it."""
    if text.startswith("What is ") and rng.random() < 0.25:
        text = "What's " + text[8:]
    if openings and len(text.split()) > 2:
        if rng.random() < 0.25:
            text = rng.choice(OPENINGS) + (text if text.startswith("I ") else text[0].lower() + text[1:])
        if rng.random() < 0.12 and text[-1] in "?." and text[-2].isalnum() and "lease" not in text:
            text = text[:-1] + rng.choice([", please", " please"]) + text[-1]
    if rng.random() < 0.2 and text[-1] in "?.!":
        text = text[:-1]
    if rng.random() < 0.15:
        text = text.lower()
    return text


def one(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def sentence(text):
    return text[0].upper() + text[1:]


# Tables of facts


def sums():
    plus = ("What is {a} plus {b}?", "What is {a} + {b}?", "{a} + {b}", "{a}+{b}", "{a} + {b} = ?", "{a}+{b}=",
            "How much is {a} plus {b}?", "How much is {a} and {b}?", "Add {a} and {b}.", "What is the sum of {a} and {b}?",
            "Calculate {a} plus {b}.", "Calculate {a}+{b}.", "Add {b} to {a}.", "What do I get when I add {b} to {a}?",
            "{a} plus {b}", "{a} plus {b} is what?", "I have {a} apples and get {b} more. How many do I have?")
    minus = ("What is {a} minus {b}?", "What is {a} - {b}?", "{a} - {b}", "{a}-{b}", "{a} - {b} = ?", "{a}-{b}=",
             "How much is {a} minus {b}?", "Subtract {b} from {a}.", "Take {b} away from {a}.", "Calculate {a} minus {b}.",
             "Calculate {a}-{b}.", "What is {a} less {b}?", "{a} minus {b}", "What do I get when I subtract {b} from {a}?",
             "{a} minus {b} is what?", "What is left when I take {b} from {a}?",
             "I have {a} apples and eat {b}. How many are left?")
    for a in range(21):
        for b in range(21):
            slots = {"a": str(a), "b": str(b)}
            yield Fact("plus", f"{a} {b}", plus, f"{a} plus {b} is {a + b}.", slots, a + b)
            yield Fact("minus", f"{a} {b}", minus, f"{a} minus {b} is {a - b}.", slots, a - b)


def numbers():
    for a in range(100):
        yield Fact("number after", str(a), tuple(form.format(a) for form in (
            "What comes after {}?", "Which number comes after {}?", "What number follows {}?", "What is the number after {}?",
            "Name the number after {}.", "Tell me the number after {}.", "What is the next number after {}?")),
            f"{a + 1} comes after {a}.")
    for a in range(1, 101):
        yield Fact("number before", str(a), tuple(form.format(a) for form in (
            "What comes before {}?", "Which number comes before {}?", "What is the number before {}?",
            "Name the number before {}.", "Tell me the number before {}.", "What number is just before {}?")),
            f"{a - 1} comes before {a}.")
    for a in range(41):
        yield Fact("parity", str(a), tuple(form.format(a) for form in (
            "Is {} even or odd?", "Is {} odd or even?", "Is the number {} even or odd?", "Tell me if {} is even or odd.",
            "Even or odd: {}?", "Is {} an even or an odd number?", "What is {}, even or odd?")),
            f"{a} is {'odd' if a % 2 else 'even'}.")
    for a in range(21):
        for b in range(21):
            if a != b:
                big, small = max(a, b), min(a, b)
                yield Fact("bigger", f"{a} {b}", tuple(form.format(a, b) for form in (
                    "Which is bigger, {} or {}?", "What is bigger, {} or {}?", "Which number is bigger, {} or {}?",
                    "Is {} or {} bigger?", "Which is larger, {} or {}?", "Which one is bigger: {} or {}?",
                    "What is more, {} or {}?")), f"{big} is bigger than {small}.")


def count_fact(a, b):
    if a < b:
        forms = ["Count from {} to {}.", "Count {} to {}.", "Please count from {} to {}.", "Can you count from {} to {}?",
                 "Count up from {} to {}.", "List the numbers from {} to {}.", "Give me the numbers from {} to {}.",
                 "Say the numbers from {} to {}.", "Count for me from {} to {}."]
        forms = [form.format(a, b) for form in forms]
        if a == 1:
            forms += [f"Count to {b}.", f"Count up to {b}.", f"Can you count to {b}?", f"Please count to {b}."]
        run = range(a, b + 1)
    else:
        forms = [form.format(a, b) for form in (
            "Count down from {} to {}.", "Count backwards from {} to {}.", "Please count down from {} to {}.",
            "Can you count down from {} to {}?", "Count from {} down to {}.", "Count {} down to {}.")]
        if b == 1:
            forms += [f"Count down from {a}.", f"Count backwards from {a}.", f"Can you count down from {a}?"]
        run = range(a, b - 1, -1)
    return Fact("count", f"{a} {b}", tuple(forms), ", ".join(map(str, run)) + ".")


def counts():
    for a in range(41):
        for length in range(1, 13):
            yield count_fact(a, a + length)
            if a >= length:
                yield count_fact(a, a - length)
    for b in [*range(14, 51), 60, 70, 80, 90, 100]:
        yield count_fact(1, b)
    for b in [*range(2, 21)] * 4:  # what people ask for most
        yield count_fact(1, b)
        yield count_fact(b, 1)


def places():
    for country, capital in CAPITALS.items():
        answer = f"The capital of {country} is {capital}."
        yield Fact("capital", country, tuple(form.format(country) for form in (
            "What is the capital of {}?", "Which city is the capital of {}?", "Name the capital of {}.",
            "What is the capital city of {}?", "Tell me the capital of {}.", "What is {}'s capital?", "{}'s capital?",
            "Do you know the capital of {}?", "The capital of {} is what?", "Capital of {}?",
            "What city is the capital of {}?")), answer)
        yield Fact("capital of what", capital, tuple(form.format(capital) for form in (
            "{} is the capital of which country?", "Which country has the capital {}?", "{} is the capital of what?",
            "Of which country is {} the capital?", "What country is {} the capital of?", "Where is {}?",
            "In which country is {}?", "In what country is {}?", "Which country is {} in?")), answer)
    for country, language in LANGUAGES.items():
        yield Fact("language", country, tuple(form.format(country) for form in (
            "What language do they speak in {}?", "Which language is spoken in {}?", "What do people speak in {}?",
            "What is the language of {}?", "Name the language of {}.", "What language do people in {} speak?",
            "Tell me the language of {}.", "In {}, what language do they speak?")),
            f"People in {country} speak {language}.")


def calendar():
    for what, names in (("day", DAYS), ("month", MONTHS)):
        for i, name in enumerate(names):
            after, before = names[(i + 1) % len(names)], names[i - 1]
            yield Fact(f"{what} after", name, tuple(form.format(what, name) for form in (
                "What {} comes after {}?", "Which {} comes after {}?", "Which {} follows {}?", "What is the {} after {}?",
                "Name the {} after {}.", "Tell me the {} after {}.", "What {} is after {}?", "What {} follows {}?",
                "Do you know which {} comes after {}?")), f"{after} comes after {name}.")
            yield Fact(f"{what} before", name, tuple(form.format(what, name) for form in (
                "What {} comes before {}?", "Which {} comes before {}?", "What is the {} before {}?",
                "Name the {} before {}.", "Tell me the {} before {}.", "What {} is before {}?", "Which {} is before {}?",
                "Do you know which {} comes before {}?")), f"{before} comes before {name}.")
            yield Fact(f"{what} place", name, tuple(form.format(what, ORDINALS[i], "week" if what == "day" else "year")
                                                    for form in (
                "What is the {1} {0} of the {2}?", "Which is the {1} {0} of the {2}?", "Name the {1} {0} of the {2}.",
                "Tell me the {1} {0} of the {2}.", "Which {0} is the {1} of the {2}?", "What {0} is the {1} in the {2}?",
                "Which {0} comes {1} in the {2}?")), f"The {ORDINALS[i]} {what} of the {'week' if what == 'day' else 'year'} is {name}.")
    for name, days in zip(MONTHS, MONTH_DAYS):
        yield Fact("month days", name, tuple(form.format(name) for form in (
            "How many days are in {}?", "How many days has {}?", "How many days does {} have?", "How long is {}?",
            "Tell me how many days {} has.", "What is the number of days in {}?", "How many days are there in {}?")),
            f"{name} has {days} days.")


def letters():
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for first, second in zip(alphabet, alphabet[1:]):
        yield Fact("letter after", first, tuple(form.format(first) for form in (
            "What letter comes after {}?", "Which letter comes after {}?", "Which letter follows {}?",
            "What is the letter after {}?", "Name the letter after {}.", "Tell me the letter after {}.")),
            f"{second} comes after {first}.")


def things():
    for thing, colour in COLOURS.items():
        yield Fact("colour", thing, tuple(form.format(thing) for form in (
            "What colour is {}?", "Which colour is {}?", "What is the colour of {}?", "What color is {}?",
            "Tell me the colour of {}.", "Of what colour is {}?", "Which colour has {}?", "What colour does {} have?",
            "Do you know what colour {} is?", "Name the colour of {}.")), f"{sentence(thing)} is {colour}.")
    for pair in OPPOSITES:
        for word, other in (pair, pair[::-1]):
            yield Fact("opposite", word, tuple(form.format(word) for form in (
                "What is the opposite of {}?", "Opposite of {}?", "Tell me the opposite of {}.", "Name the opposite of {}.",
                "What is opposite to {}?", "Which word is the opposite of {}?", "What word means the opposite of {}?",
                "The opposite of {} is what?", "Give me the opposite of {}.", "Do you know the opposite of {}?")),
                f"The opposite of {word} is {other}.")
    for animal, sound in SOUNDS.items():
        yield Fact("sound", one(animal), tuple(form.format(one(animal)) for form in (
            "What does {} say?", "What sound does {} make?", "Which sound does {} make?", "How does {} sound?",
            "What noise does {} make?", "Tell me what {} says.", "Do you know what {} says?",
            "Which noise does {} make?")), f"The {animal} says {sound}.")
    for animal, young in YOUNG.items():
        yield Fact("young", one(animal), tuple(form.format(animal) for form in (
            "What is a baby {} called?", "What is a young {} called?", "What do you call a baby {}?",
            "What do you call a young {}?", "What is the young of a {}?", "Name the young of a {}.",
            "How is a baby {} called?")), f"A young {animal} is called {young}.")
    for key, number in COUNTS.items():
        part, owner = key.split("|")
        yield Fact("how many", key, tuple(form.format(part, owner) for form in (
            "How many {} does {} have?", "How many {} has {}?", "How many {} are on {}?", "Tell me how many {} {} has.",
            "What is the number of {} of {}?", "Do you know how many {} {} has?", "{1} has how many {0}?")),
            f"{sentence(owner)} has {number} {part}.")
    for key, number in AMOUNTS.items():
        part, whole = key.split("|")
        yield Fact("how many", key, tuple(form.format(part, whole) for form in (
            "How many {} are in {}?", "How many {} are there in {}?", "How many {} does {} have?", "How many {} has {}?",
            "Tell me how many {} are in {}.", "What is the number of {} in {}?", "Do you know how many {} are in {}?")),
            f"There are {number} {part} in {whole}.")


def plain():
    for forms, answer in PLAIN:
        yield Fact("plain", forms[0], tuple(forms), answer)


def self_facts():
    for forms, answer in SELF:
        yield Fact("self", forms[0], tuple(forms), answer)


STORY_FORMS = ("Tell me a story about {}.", "Tell a story about {}.", "Tell me a small story about {}.",
               "Write a story about {}.", "Write a short story about {}.", "Can you tell me a story about {}?",
               "I want a story about {}.", "Make up a story about {}.", "A story about {}.",
               "Do you know a story about {}?")


def stories():
    for subject, (name, wish, place, helper) in STORIES.items():
        forms = tuple(form.format(subject) for form in STORY_FORMS)
        if subject == "a pebble":
            forms += ("Tell me a story.", "Tell a story.", "Tell me a small story.", "Write a story.", "A story, please.",
                      "Can you tell me a story?", "Write a short story.")
        yield Fact("story", subject, forms,
                   f"Once there was {subject.split(' ', 1)[0] if subject.startswith('the') else 'a'} "
                   f"{subject.split(' ', 1)[1]} named {name}. {name} wanted {wish}. "
                   f"{name} looked {place}, but it was not there. Then {helper} came to help. "
                   f"Together they found {wish.split(' ', 1)[0] if wish.startswith(('his', 'her')) else 'it'}"
                   f"{' ' + wish.split(' ', 1)[1] if wish.startswith(('his', 'her')) else ''}, and {name} was happy. The end.")


REPEAT_FORMS = ("Say the word {w}.", "Repeat: {w}", "Say {w}.", "Repeat the word {w}.", "Repeat after me: {w}",
                "Please say {w}.", "Say: {w}", "Can you say {w}?", "Write {w}.", "Write the word {w}.", "Say this: {w}",
                "Please repeat {w}.", "Repeat {w}.", "Echo {w}", "Just say {w}.")


def repeats():
    for word in dict.fromkeys(WORDS):
        yield Fact("repeat", word, REPEAT_FORMS, word, {"w": word})


# Facts made on the fly


def made_up(rng):
    return "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(rng.randint(2, 3))) + rng.choice(
        ["", "", "n", "r", "s", "x"])


def repeat_anything(rng):
    choice = rng.random()
    if choice < 0.25:
        text = made_up(rng)
    elif choice < 0.35:
        text = sentence(rng.choice([rng.choice(WORDS), made_up(rng)]))
    elif choice < 0.4:
        text = str(rng.randint(0, 999))
    else:
        # Long ones, for they are what teaches copying.
        text = " ".join(rng.choice([rng.choice(WORDS), made_up(rng), str(rng.randint(0, 100))])
                        if rng.random() < 0.4 else rng.choice(WORDS) for _ in range(rng.randint(2, 7)))
    return Fact("repeat", text, REPEAT_FORMS, text, {"w": text})


def unknown(rng):
    choice = rng.random()
    if choice < 0.12:
        a, b = rng.randint(0, 99), rng.randint(21, 99)
        if rng.random() < 0.5:
            a, b = b, a
        forms = (f"What is {a} plus {b}?", f"What is {a} minus {b}?", f"{a}+{b}", f"{a} - {b}", f"Add {a} and {b}.",
                 f"How much is {a} plus {b}?", f"Subtract {a} from {b}.", f"What is {a} + {b}?")
        return Fact("beyond", f"{a} {b}", forms, NO_SUCH_SUM)
    if choice < 0.24:
        a, b = rng.randint(0, 20), rng.randint(1, 20)
        forms = (f"What is {a} times {b}?", f"{a} * {b}", f"Multiply {a} by {b}.", f"What is {a} divided by {b}?",
                 f"Divide {a} by {b}.", f"How much is {a} times {b}?", f"{a} / {b}")
        return Fact("beyond", f"{a} {b}", forms, NO_SUCH_SUM)
    if choice < 0.34:
        noise = " ".join(rng.choice([made_up(rng), rng.choice(WORDS)]) for _ in range(rng.randint(1, 4)))
        if rng.random() < 0.3:
            noise = "".join(rng.choice("asdfghjklqwertyuiopzxcvbnm;#?!éüñ…") for _ in range(rng.randint(3, 9)))
        return Fact("noise", noise, (noise,), NOT_UNDERSTOOD)
    word = rng.choice(WORDS)
    slots = {"country": rng.choice(list(CAPITALS)), "name": rng.choice(NAMES), "word": word, "a word": one(word),
             "nowhere": sentence(made_up(rng)), "made": made_up(rng), "big": str(rng.randint(50, 999))}
    template = rng.choice(UNKNOWN)
    # The filled slot is the key, so that what is held out is a pair of question and filling.
    key = " ".join(value for name, value in slots.items() if "{" + name + "}" in template)
    return Fact("unknown", key, (template,), DO_NOT_KNOW, slots)


TABLES = {"sums": sums, "numbers": numbers, "counts": counts, "places": places, "calendar": calendar, "letters": letters,
          "things": things, "plain": plain, "self": self_facts, "stories": stories, "repeats": repeats}
# How often a turn is about each table; the rest are the kinds made on the fly.
WEIGHTS = {"sums": 30, "numbers": 6, "counts": 8, "places": 10, "calendar": 7, "letters": 2, "things": 12, "plain": 3,
           "self": 7, "stories": 3, "repeats": 6}
MADE = {repeat_anything: 12, unknown: 8}


class Talk:
    """A source of facts and chats; the same seed makes the same text."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.tables = {name: list(table()) for name, table in TABLES.items()}
        self.by_kind = {}
        for table in self.tables.values():
            for fact in table:
                self.by_kind.setdefault(fact.kind, {})[fact.key] = fact
        self.sources = list(WEIGHTS) + list(MADE)
        self.weights = list(WEIGHTS.values()) + list(MADE.values())

    def fact(self):
        source = self.rng.choices(self.sources, self.weights)[0]
        if callable(source):
            return source(self.rng)
        return self.rng.choice(self.tables[source])

    def question(self, fact, held_out=False):
        text = fact.ask(self.rng, held_out)
        often = {"plus": 0.1, "minus": 0.1, "count": 0.25}.get(fact.kind, 0)
        if text and self.rng.random() < often and "+" not in text and "-" not in text:
            numbers = [int(number) for number in fact.key.split()]
            if max(numbers) < len(NUMBER_WORDS):
                text = fill_numbers(text, fact.key.split(), [NUMBER_WORDS[number] for number in numbers])
        return text

    def chat(self, held_out=False, turns=None):
        """A list of messages. With held_out, the last question is one that training never has."""
        rng, messages, state = self.rng, [], {}
        if rng.random() < 0.15:
            anything = f"You are {one(rng.choice(WORDS))}. Be {made_up(rng)} and {rng.choice(WORDS)}."
            messages.append({"role": "system", "content": rng.choice([*SYSTEMS, anything, anything])})
        turns = turns or rng.choices([1, 2, 3, rng.randint(4, 14)], [40, 25, 20, 15])[0]
        while turns:
            last = held_out and turns == 1
            question, answer = self.turn(state, last)
            if question is None:
                continue
            messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
            state["answer"] = answer
            turns -= 1
        return messages

    def turn(self, state, held_out):
        rng = self.rng
        if "answer" in state and rng.random() < 0.4:
            fact = self.follow_up(state)
        elif rng.random() < 0.06:
            fact = self.acquaint(state)
        else:
            fact = self.fact()
        if fact is None:
            return None, None
        question = self.question(fact, held_out)
        if question is None:
            return None, None
        state["fact"] = fact
        for name in ("name", "like", "paint"):
            if fact.kind == "told " + name:
                state[name] = fact.key
        return question, fact.answer

    def acquaint(self, state):
        """The other tells something about themselves, or asks what they told."""
        rng = self.rng
        name, like, paint = rng.choice(NAMES), rng.choice(LIKES), rng.choice(PAINTS)
        told = [
            Fact("told name", name, ("My name is {w}.", "I am {w}.", "I'm {w}.", "Hello, I am {w}.", "Call me {w}.",
                                     "Hi, my name is {w}.", "You can call me {w}."), f"Nice to meet you, {name}!", {"w": name}),
            Fact("told like", like, ("I like {w}.", "I love {w}.", "I like {w} very much.", "I really like {w}."),
                 f"I like {like} too.", {"w": like}),
            Fact("told paint", paint, ("My favourite colour is {w}.", "The colour I like best is {w}.",
                                       "{w} is my favourite colour."), f"{sentence(paint)} is a nice colour.", {"w": paint}),
        ]
        asked = [
            Fact("ask name", state.get("name", ""), ("What is my name?", "Who am I?", "Do you remember my name?",
                                                     "Do you know my name?", "Tell me my name.", "How am I called?"),
                 f"Your name is {state['name']}." if "name" in state else "I do not know your name yet."),
            Fact("ask like", state.get("like", ""), ("What do I like?", "Do you remember what I like?", "Tell me what I like.",
                                                     "What is it that I like?"),
                 f"You like {state['like']}." if "like" in state else "I do not know what you like yet."),
            Fact("ask paint", state.get("paint", ""), ("What is my favourite colour?", "Which colour do I like best?",
                                                       "Do you remember my favourite colour?"),
                 f"Your favourite colour is {state['paint']}." if "paint" in state
                 else "I do not know your favourite colour yet."),
        ]
        known = [fact for fact in asked if fact.key]
        if known and rng.random() < 0.6:
            return rng.choice(known)
        return rng.choice(told + told + asked)

    ELLIPSES = {
        "capital": ("And of {x}?", "And {x}?", "What about {x}?", "And the capital of {x}?", "How about {x}?"),
        "language": ("And in {x}?", "And {x}?", "What about {x}?", "How about {x}?"),
        "opposite": ("And of {x}?", "And {x}?", "What about {x}?", "How about {x}?"),
        "colour": ("And {x}?", "What about {x}?", "How about {x}?"),
        "sound": ("And {x}?", "What about {x}?", "How about {x}?"),
        "young": ("And {x}?", "What about {x}?", "How about {x}?"),
        "month days": ("And {x}?", "What about {x}?", "How about {x}?"),
        "day after": ("And after {x}?", "What about {x}?"), "day before": ("And before {x}?", "What about {x}?"),
        "month after": ("And after {x}?", "What about {x}?"), "month before": ("And before {x}?", "What about {x}?"),
        "number after": ("And after {x}?", "What about {x}?"), "number before": ("And before {x}?", "What about {x}?"),
        "parity": ("And {x}?", "What about {x}?", "How about {x}?"),
        "story": ("And one about {x}?", "Now one about {x}.", "And about {x}?"),
    }
    ONWARD = ("And then?", "And after that?", "What comes next?", "And next?", "And what comes after that?")
    PLUS_MORE = ("And plus {b}?", "Plus {b}?", "Now add {b}.", "Add {b} to that.", "And {b} more?", "And if I add {b}?",
                 "+ {b}")
    MINUS_MORE = ("And minus {b}?", "Minus {b}?", "Now subtract {b}.", "Take away {b}.", "Subtract {b} from that.",
                  "And if I take away {b}?", "- {b}")
    AGAIN = ("Say that again.", "Repeat that.", "Again, please.", "What did you say?", "Can you repeat that?",
             "Please say it again.", "Once more.")

    def follow_up(self, state):
        """A question that only the turns before make clear."""
        rng, last = self.rng, state["fact"]
        if rng.random() < 0.12 and len(state["answer"]) < 120:
            return Fact("again", last.kind, self.AGAIN, state["answer"])
        if rng.random() < 0.06:
            return Fact("sure", last.kind, ("Are you sure?", "Is that right?", "Really?", "Is that true?"), "Yes, I am sure.")
        if last.value is not None and 0 <= last.value <= 20:
            plus, b = rng.random() < 0.5, rng.randint(0, 20)
            following = self.by_kind["plus" if plus else "minus"][f"{last.value} {b}"]
            return Fact(following.kind, following.key, self.PLUS_MORE if plus else self.MINUS_MORE, following.answer,
                        {"b": str(b)}, following.value)
        if last.kind in ("day after", "month after", "number after", "letter after") and rng.random() < 0.5:
            following = self.by_kind[last.kind].get(last.answer.split()[0])
            return following and Fact(following.kind, following.key, self.ONWARD, following.answer)
        if last.kind in self.ELLIPSES:
            following = rng.choice(list(self.by_kind[last.kind].values()))
            return Fact(following.kind, following.key, self.ELLIPSES[last.kind], following.answer, {"x": following.key})
        if last.kind.startswith(("told", "ask")):
            return self.acquaint(state)
        return None


def fill_numbers(text, digits, words):
    """The numbers of a sum or of a count in words, in whichever order the text has them."""
    by_digit = dict(zip(digits, words))
    out = []
    for piece in text.split(" "):
        bare = piece.rstrip("?.,!=")
        out.append(by_digit.get(bare, bare) + piece[len(bare):])
    return " ".join(out)
