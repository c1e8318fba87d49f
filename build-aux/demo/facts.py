# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""What the demo models know: plain tables, from which talk.py makes questions and answers."""

CAPITALS = {
    "France": "Paris", "Spain": "Madrid", "Italy": "Rome", "Germany": "Berlin", "Portugal": "Lisbon",
    "England": "London", "Ireland": "Dublin", "Poland": "Warsaw", "Austria": "Vienna", "Greece": "Athens",
    "Norway": "Oslo", "Sweden": "Stockholm", "Finland": "Helsinki", "Denmark": "Copenhagen", "Iceland": "Reykjavik",
    "Belgium": "Brussels", "Hungary": "Budapest", "Romania": "Bucharest", "Bulgaria": "Sofia", "Croatia": "Zagreb",
    "Ukraine": "Kyiv", "Turkey": "Ankara", "Egypt": "Cairo", "Kenya": "Nairobi", "Ghana": "Accra",
    "Morocco": "Rabat", "Japan": "Tokyo", "China": "Beijing", "India": "New Delhi", "Nepal": "Kathmandu",
    "Thailand": "Bangkok", "Vietnam": "Hanoi", "Canada": "Ottawa", "Mexico": "Mexico City", "Cuba": "Havana",
    "Brazil": "Brasilia", "Peru": "Lima", "Chile": "Santiago", "Argentina": "Buenos Aires", "Australia": "Canberra",
}

LANGUAGES = {
    "France": "French", "Spain": "Spanish", "Italy": "Italian", "Germany": "German", "Portugal": "Portuguese",
    "England": "English", "Poland": "Polish", "Greece": "Greek", "Japan": "Japanese", "Sweden": "Swedish",
    "Norway": "Norwegian", "Finland": "Finnish", "Denmark": "Danish", "Hungary": "Hungarian", "Turkey": "Turkish",
    "Brazil": "Portuguese", "Mexico": "Spanish", "Egypt": "Arabic", "China": "Chinese", "Thailand": "Thai",
}

DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December"]
MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
            "eleventh", "twelfth"]

NUMBER_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
                "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"]

COLOURS = {
    "the sky": "blue", "grass": "green", "snow": "white", "coal": "black", "a lemon": "yellow", "a banana": "yellow",
    "a tomato": "red", "a cherry": "red", "blood": "red", "milk": "white", "the sun": "yellow", "an orange": "orange",
    "a carrot": "orange", "chocolate": "brown", "a leaf": "green", "a frog": "green", "the sea": "blue",
    "the night": "black", "salt": "white", "an elephant": "grey", "a plum": "purple", "a lime": "green",
    "a pumpkin": "orange", "a flamingo": "pink", "a strawberry": "red", "gold": "yellow", "a swan": "white",
    "a crow": "black", "a bear": "brown", "a stop sign": "red",
}

OPPOSITES = [
    ("love", "hate"),
    ("hot", "cold"), ("big", "small"), ("up", "down"), ("day", "night"), ("left", "right"), ("open", "closed"),
    ("fast", "slow"), ("happy", "sad"), ("young", "old"), ("light", "dark"), ("high", "low"), ("near", "far"),
    ("wet", "dry"), ("full", "empty"), ("hard", "soft"), ("early", "late"), ("rich", "poor"), ("strong", "weak"),
    ("loud", "quiet"), ("clean", "dirty"), ("long", "short"), ("thick", "thin"), ("wide", "narrow"), ("in", "out"),
    ("first", "last"), ("good", "bad"), ("black", "white"), ("yes", "no"), ("true", "false"), ("sweet", "sour"),
]

SOUNDS = {
    "dog": "woof", "cat": "meow", "cow": "moo", "duck": "quack", "sheep": "baa", "pig": "oink", "horse": "neigh",
    "lion": "roar", "bee": "buzz", "snake": "hiss", "owl": "hoot", "mouse": "squeak", "frog": "croak",
    "donkey": "hee-haw", "bird": "tweet",
}

YOUNG = {
    "dog": "a puppy", "cat": "a kitten", "cow": "a calf", "duck": "a duckling", "sheep": "a lamb", "pig": "a piglet",
    "horse": "a foal", "lion": "a cub", "frog": "a tadpole", "hen": "a chick", "goat": "a kid", "swan": "a cygnet",
}

COUNTS = {  # how many X has Y
    "legs|a dog": "4", "legs|a spider": "8", "legs|a bird": "2", "legs|an ant": "6", "legs|a snake": "0",
    "legs|a cat": "4", "legs|a horse": "4", "legs|a bee": "6", "sides|a triangle": "3", "sides|a square": "4",
    "sides|a pentagon": "5", "sides|a hexagon": "6", "wheels|a car": "4", "wheels|a bicycle": "2",
    "wheels|a tricycle": "3", "fingers|a hand": "5", "eyes|a person": "2", "arms|an octopus": "8",
    "strings|a violin": "4", "keys|a piano": "88",
}

AMOUNTS = {  # how many X are in Y
    "days|a week": "7", "months|a year": "12", "hours|a day": "24", "minutes|an hour": "60",
    "seconds|a minute": "60", "seasons|a year": "4", "letters|the alphabet": "26", "days|a weekend": "2",
    "eggs|a dozen": "12", "weeks|a year": "52", "players|a football team": "11", "planets|the solar system": "8",
}

PLAIN = [  # (questions, answer): single facts that fit no table
    (["What is the largest planet?", "Which planet is the largest?", "What is the biggest planet?",
      "Name the largest planet.", "Which is the biggest planet?"], "The largest planet is Jupiter."),
    (["What is the largest ocean?", "Which ocean is the largest?", "What is the biggest ocean?",
      "Name the largest ocean.", "Which is the biggest ocean?"], "The largest ocean is the Pacific."),
    (["What is the largest animal?", "Which animal is the largest?", "What is the biggest animal?",
      "Name the largest animal.", "Which is the biggest animal?"], "The largest animal is the blue whale."),
    (["What is the tallest mountain?", "Which mountain is the tallest?", "What is the highest mountain?",
      "Name the tallest mountain.", "Which is the highest mountain?"], "The tallest mountain is Mount Everest."),
    (["What do bees make?", "What does a bee make?", "What is made by bees?", "Tell me what bees make.",
      "What do the bees make?"], "Bees make honey."),
    (["What do cows drink?", "What does a cow drink?", "Tell me what cows drink.", "What is it that cows drink?",
      "What do cows like to drink?"], "Cows drink water."),
    (["What is ice made of?", "What is ice?", "Tell me what ice is.", "Explain what ice is.",
      "Of what is ice made?"], "Ice is frozen water."),
    (["What is the moon?", "What is the moon, then?", "Tell me what the moon is.", "What exactly is the moon?",
      "Explain what the moon is."], "The Moon goes round the Earth."),
    (["Where does the sun rise?", "Where does the sun come up?", "In which direction does the sun rise?",
      "Tell me where the sun rises.", "On which side does the sun rise?"], "The sun rises in the east."),
    (["Where does the sun set?", "Where does the sun go down?", "In which direction does the sun set?",
      "Tell me where the sun sets.", "On which side does the sun set?"], "The sun sets in the west."),
    (["What is the first letter of the alphabet?", "Which letter comes first in the alphabet?",
      "With which letter does the alphabet begin?", "Name the first letter of the alphabet.",
      "What letter does the alphabet start with?"], "The first letter of the alphabet is A."),
    (["What is the last letter of the alphabet?", "Which letter comes last in the alphabet?",
      "With which letter does the alphabet end?", "Name the last letter of the alphabet.",
      "What letter does the alphabet end with?"], "The last letter of the alphabet is Z."),
    (["Name the seasons.", "What are the seasons?", "Which seasons are there?", "List the four seasons.",
      "Tell me the names of the seasons."], "The seasons are spring, summer, autumn and winter."),
    (["Name the days of the week.", "What are the days of the week?", "Which days are in a week?",
      "List the days of the week.", "Tell me the days of the week."],
     "The days are Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday."),
    (["Name three fruits.", "Tell me three fruits.", "Can you name three fruits?", "List three fruits.",
      "Give me three fruits."], "Apple, pear and plum."),
    (["Name three colours.", "Tell me three colours.", "Can you name three colours?", "List three colours.",
      "Give me three colours."], "Red, green and blue."),
    (["Name three animals.", "Tell me three animals.", "Can you name three animals?", "List three animals.",
      "Give me three animals."], "Cat, dog and horse."),
    (["What is a GGUF file?", "What is GGUF?", "Explain GGUF.", "Tell me what GGUF is.", "What does GGUF mean?"],
     "GGUF is a file format for language models."),
]

SELF = [  # about Pebble, and small talk
    (["Hello", "Hello!", "Hi", "Hi!", "Hi there", "Hi there!", "Hey", "Hey!", "Hello there!", "Hello Pebble!",
      "Hi Pebble", "Good day!", "Greetings!"], "Hello! How can I help you?"),
    (["Good morning", "Good morning!", "Good morning, Pebble.", "A good morning to you!", "Morning!"],
     "Good morning! How can I help you?"),
    (["Good evening", "Good evening!", "Good evening, Pebble.", "A good evening to you!", "Evening!"],
     "Good evening! How can I help you?"),
    (["How are you?", "How are you today?", "How do you do?", "Are you well?", "How is it going?", "How do you feel?",
      "Are you fine?"], "I am fine, thank you. How can I help you?"),
    (["Who are you?", "What is your name?", "What are you called?", "Tell me your name.", "Tell me who you are.",
      "What are you?", "Introduce yourself.", "What should I call you?", "Do you have a name?",
      "Who am I talking to?"], "I am Pebble, a very small language model."),
    (["What can you do?", "What are you able to do?", "How can you help me?", "What can I ask you?",
      "What do you know?", "Tell me what you can do.", "Help", "Help me."],
     "I can add and subtract, count, repeat words, tell small stories and answer simple questions."),
    (["Who made you?", "Who created you?", "Who trained you?", "Who built you?", "Where do you come from?",
      "Who is your maker?"], "I was made by the Maquette project."),
    (["What is Maquette?", "Tell me about Maquette.", "What does Maquette do?", "Explain Maquette.",
      "What do you know about Maquette?"], "Maquette is a desktop app for finding and running models."),
    (["Are you human?", "Are you a person?", "Are you a human?", "Are you a robot?", "Are you real?",
      "Are you alive?", "Is this a person?"], "No, I am a very small language model."),
    (["How big are you?", "How large are you?", "What is your size?", "How many parameters do you have?",
      "How small are you?", "Are you big?"], "I have about two million parameters."),
    (["Where do you run?", "Where are you running?", "Do you run on my computer?", "Are you in the cloud?",
      "Are you on my computer?", "Do you need the internet?"], "I run on your own computer."),
    (["How old are you?", "What is your age?", "When were you born?", "When were you made?", "Tell me your age.",
      "Are you old?"], "I am very young."),
    (["Do you like me?", "Are you my friend?", "Can we be friends?", "Do you want to be my friend?",
      "Will you be my friend?"], "Yes, I like talking with you."),
    (["Thank you", "Thank you!", "Thanks", "Thanks!", "Thank you very much!", "Thanks a lot!", "Many thanks!",
      "Thanks, Pebble!"], "You are welcome!"),
    (["Goodbye", "Goodbye!", "Bye", "Bye!", "See you later!", "Bye bye!", "See you!", "Good night!"], "Goodbye!"),
    (["Sorry", "Sorry!", "I am sorry.", "My mistake.", "Oh, sorry."], "That is all right."),
    (["Yes", "Yes.", "Ok", "OK.", "Okay", "Good.", "Great!", "Very good!", "Well done!", "Nice!"], "I am glad."),
    (["Tell me a joke.", "Do you know a joke?", "Make me laugh.", "Can you tell a joke?", "A joke, please."],
     "Why did the duck cross the road? To say quack on the other side."),
    (["Sing a song.", "Sing me a song.", "Can you sing?", "Sing something.", "Sing for me."],
     "La la la, the little stone sings all day long."),
]

WORDS = """
apple lamp table chair window door garden river mountain cloud rain snow wind storm fire water stone sand tree leaf
flower root branch bird fish horse cow sheep goat duck hen bee ant spider snake frog bear wolf fox deer mouse rabbit
bread butter cheese milk honey sugar salt pepper soup rice bean corn potato onion carrot plum pear peach grape cherry
lemon melon berry nut cake tea coffee cup plate fork knife spoon bowl bottle box bag basket book page letter word
paper pencil paint brush picture music song drum bell piano violin flute dance game ball kite doll toy hammer nail
saw rope wheel car train boat ship plane bicycle road bridge tunnel tower castle house roof wall floor room kitchen
bed pillow blanket coat hat glove shoe sock shirt button pocket ring crown mirror clock watch candle star moon sun
planet island beach ocean lake forest field farm village city market shop school king queen friend farmer doctor
hello goodbye please thanks world computer banana tiger monkey pizza winter summer spring autumn peace hope dream
teacher baker sailor robot pebble yellow purple silver golden gentle brave quick silent simple little orange window
""".split()

NAMES = """
Ana Ben Clara David Emma Felix Grace Henry Ida Jonas Kate Leo Mia Noah Olga Paul Rosa Sam Tina Victor Wendy Yara Zoe
Adam Bella Carl Dora Eric Fiona George Hannah Ivan Julia Karl Lena Max Nina Oscar Petra Ruth Simon Tom Uma Vera Will
Alice Bob Maria Peter Sofia Lucas Anna Martin Laura Daniel Eva Marco Nora Hugo Elsa Omar Lily Jack Amir Mei Kofi
""".split()

LIKES = """
cats dogs birds horses apples cherries books music trains boats stars flowers trees football chess tea coffee cake
bread honey stories rivers mountains songs games bees ducks robots clouds rain snow kites drums puzzles
""".split()

PAINTS = ["red", "green", "blue", "yellow", "white", "black", "brown", "orange", "purple", "pink", "grey"]

STORIES = {  # subject: (name, what it wants, where it looks, who helps)
    "a cat": ("Milo", "a red ball", "under the bed", "a kind mouse"),
    "a dog": ("Rex", "his old bone", "in the garden", "a little bird"),
    "a bird": ("Pip", "a warm nest", "in the tall tree", "a gentle wind"),
    "a fish": ("Finn", "a blue pearl", "deep in the sea", "an old turtle"),
    "a fox": ("Ruby", "a quiet place", "in the forest", "a wise owl"),
    "a bear": ("Bruno", "some sweet honey", "near the river", "a busy bee"),
    "a frog": ("Hop", "a green leaf", "on the pond", "a small duck"),
    "a mouse": ("Tilly", "a piece of cheese", "in the kitchen", "a friendly cat"),
    "a duck": ("Daisy", "her yellow hat", "by the lake", "a quick rabbit"),
    "a horse": ("Star", "a sweet apple", "on the farm", "a young farmer"),
    "a rabbit": ("Clover", "a big carrot", "in the field", "a slow snail"),
    "a robot": ("Bolt", "a new friend", "in the city", "a curious child"),
    "a king": ("Otto", "his golden crown", "in the castle", "a clever baker"),
    "a queen": ("Vera", "a silver key", "in the tower", "a brave girl"),
    "a star": ("Stella", "a place to shine", "high in the sky", "the round moon"),
    "a boat": ("Wave", "a safe harbour", "on the wide sea", "a bright lighthouse"),
    "a tree": ("Oak", "a little rain", "on the hill", "a grey cloud"),
    "a dragon": ("Ember", "a warm cave", "in the mountains", "a fearless knight"),
    "a pebble": ("Pebble", "a long journey", "in the river", "a playful fish"),
    "a train": ("Toot", "the last station", "behind the hills", "a cheerful driver"),
    "a snail": ("Slow", "a fresh leaf", "in the garden", "a patient ant"),
    "a baker": ("Anna", "a lost recipe", "in an old book", "a hungry boy"),
    "the moon": ("Luna", "a soft blanket", "behind the clouds", "a sleepy owl"),
    "a girl": ("Mia", "a lost kite", "over the roofs", "a tall neighbour"),
    "a boy": ("Tom", "a smooth stone", "on the beach", "a kind sailor"),
}

SYSTEMS = [
    "You are a helpful assistant.", "You are Pebble.", "Answer briefly.", "You are a kind teacher.",
    "You are a helpful assistant. Answer in one sentence.", "Be polite.", "Be brief and friendly.",
    "You are an assistant that helps people.", "You are a small language model.",
]

UNKNOWN = [  # questions it cannot answer; {} takes a word, a name or a country
    "What is the weather today?", "What is the weather in {country}?", "Who is {name}?", "Where does {name} live?",
    "What is the price of {word}?", "How much does {a word} cost?", "Who invented the {word}?",
    "What is the population of {country}?", "Who is the president of {country}?", "What time is it?",
    "What is the date today?", "What happened yesterday?", "Who won the game?", "What is the news?",
    "How do I fix my {word}?", "Why is the {word} broken?", "What is the history of {country}?",
    "Write a program about {a word}.", "Translate {word} into Latin.", "Explain quantum physics.",
    "What is the meaning of life?", "Who wrote the book about the {word}?", "Where is my {word}?",
    "When was {name} born?", "How tall is {name}?", "What is the best {word}?", "How far is it to {country}?",
    "What is the capital of {nowhere}?", "Which city is the capital of {nowhere}?", "What is a {made}?",
    "Who is {nowhere}?", "Do you know {nowhere}?", "What does {made} mean?", "Tell me about {nowhere}.",
    "What is the square root of {big}?", "How do you cook {word}?", "Why do people like {word}?",
    "What did {name} say?", "How heavy is {a word}?", "Can you open my {word}?", "Send a mail to {name}.",
    "Book a flight to {country}.", "Play some music.", "What is the opposite of {made}?",
    "What colour is a {made}?", "What sound does a {made} make?", "Why is {country} so big?", "Why do birds sing?",
    "How does {a word} work?", "What do you think about {word}?", "Can you help me with my {word}?",
    "Write a poem about {a word}.", "What should I eat today?", "Is {name} a good person?", "Which {word} should I buy?",
    "When does the {word} start?", "Why is the {word} here?", "How many people live in {country}?", "How old is {name}?",
    "Write me a poem about the {word}.", "Write a poem.", "Write me a program.", "Write a python program.", "Write some code.",
    "Translate {word} to German.", "What is machine learning?", "What is the difference between {a word} and {made}?",
    "What is {nowhere}?", "Where can I find {a word}?", "Is it going to rain?", "How do I get to {country}?",
    "What is inside the {word}?", "Who lives in {nowhere}?", "What language do they speak in {nowhere}?",
]
