# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""The datasets and Spaces of the demo Hub; their rows are made here."""
import csv
import io
import json
import math
import random

import hub_cards


def csv_text(head, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def jsonl(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def conversations(rng):
    names = ["Ada", "Ben", "Cleo", "Dara", "Emil"]
    for _ in range(400):
        name, a, b = rng.choice(names), rng.randint(0, 20), rng.randint(0, 20)
        yield {"messages": [{"role": "user", "content": f"Hello, I am {name}."}, {"role": "assistant", "content": f"Hello {name}! I am Pebble."},
                            {"role": "user", "content": f"What is {a} plus {b}?"}, {"role": "assistant", "content": f"{a} plus {b} is {a + b}."}]}


def notices(rng):
    ships, events = ["Aurora", "Kittiwake", "Lodestar", "Marlin", "Petrel"], ["arrived at the north quay", "left for the outer roads", "asked for a pilot", "moved to berth four"]
    for number in range(600):
        yield {"id": number, "time": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}T{number % 24:02}:15", "text": f"The {rng.choice(ships)} {rng.choice(events)}."}


WORDS = [("anchor", "Anker"), ("bay", "Bucht"), ("beacon", "Bake"), ("buoy", "Boje"), ("captain", "Kapitän"), ("coast", "Küste"), ("crew", "Mannschaft"), ("deck", "Deck"),
         ("dock", "Dock"), ("fog", "Nebel"), ("foam", "Gischt"), ("gull", "Möwe"), ("harbour", "Hafen"), ("island", "Insel"), ("keel", "Kiel"), ("lighthouse", "Leuchtturm"),
         ("mast", "Mast"), ("oar", "Ruder"), ("pilot", "Lotse"), ("port side", "Backbord"), ("reef", "Riff"), ("rope", "Tau"), ("sail", "Segel"), ("shoal", "Untiefe"),
         ("starboard", "Steuerbord"), ("stern", "Heck"), ("storm", "Sturm"), ("tide", "Tide"), ("wave", "Welle"), ("wharf", "Kai")]


def reviews(rng):
    tones = {"positive": ["lovely", "quick", "friendly"], "neutral": ["usual", "plain", "fine"], "negative": ["late", "noisy", "cold"]}
    for _ in range(500):
        label = rng.choice(list(tones))
        yield [f"The {rng.choice(['ferry', 'café', 'museum', 'hostel'])} was {rng.choice(tones[label])}.", label]


def tides():
    for hour in range(24 * 60):
        yield [f"2026-{1 + hour // 720:02}-{1 + hour // 24 % 30:02}T{hour % 24:02}:00", f"{2.1 + 1.4 * math.sin(hour / 12.42 * 2 * math.pi):.2f}"]


SHAPES = {"circle": '<circle cx="32" cy="32" r="24"/>', "square": '<rect x="10" y="10" width="44" height="44"/>', "triangle": '<path d="M32 8 L58 56 L6 56 Z"/>',
          "star": '<path d="M32 4l8 19 20 2-15 13 5 20-18-11-18 11 5-20-15-13 20-2z"/>'}
COLOURS = {"red": "#c01c28", "green": "#2ec27e", "blue": "#3584e4", "yellow": "#f6d32d", "purple": "#813d9c", "brown": "#865e3c"}


def shapes():
    files, rows = {}, []
    for shape, path in SHAPES.items():
        for colour, code in COLOURS.items():
            name = f"images/{colour}-{shape}.svg"
            files[name] = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" fill="{code}">{path}</svg>\n'
            rows.append([name, shape, colour])
    return {**files, "metadata.csv": csv_text(["file_name", "shape", "colour"], rows)}


def dataset(repo_id, title, front, text, files, numbers, **about):
    likes, downloads, trending, date = numbers
    owner, name = repo_id.split("/")
    listed = "\n".join(f"| `{path}` | {len(body.encode()):,} |" for path, body in list(files.items())[:6])
    card = ("---\n" + hub_cards.yaml(front) + f"\n---\n\n# {title}\n\n{text}\n\n## Files\n\n| file | bytes |\n|---|---:|\n{listed}\n\n## Loading\n\n```python\n"
            f"from datasets import load_dataset\n\nrows = load_dataset(\"{repo_id}\")\n```\n")
    return {"id": repo_id, "files": {**files, "README.md": card}, "about": {
        "likes": likes, "downloads": downloads, "trendingScore": trending, **about,
        "commits": [{"title": "initial commit", "date": f"{date}T08:00:00.000Z", "authors": [owner]}]}}


def datasets():
    rng = random.Random(11)
    return [
        dataset("maquette/pebble-conversations", "Pebble conversations",
                {"license": "apache-2.0", "language": ["en"], "task_categories": ["text-generation"], "size_categories": ["n<1K"], "pretty_name": "Pebble conversations"},
                "Short conversations of the kind Pebble Chat was trained on: a greeting, a sum, an answer.", {"train.jsonl": jsonl(conversations(rng))}, (64, 8120, 18, "2026-04-30")),
        dataset("maquette/tiny-arithmetic", "Tiny arithmetic",
                {"license": "cc0-1.0", "language": ["en"], "task_categories": ["question-answering"], "size_categories": ["n<1K"]},
                "Every sum and difference of numbers up to twenty, in words.",
                {"data/train.csv": csv_text(["question", "answer"], [[f"What is {a} plus {b}?", a + b] for a in range(21) for b in range(21)]),
                 "data/test.csv": csv_text(["question", "answer"], [[f"What is {a} minus {b}?", a - b] for a in range(11) for b in range(a + 1)])}, (31, 4410, 6, "2026-04-29")),
        dataset("harbor-labs/harbor-notices", "Harbour notices",
                {"license": "cc-by-4.0", "language": ["en"], "task_categories": ["text-generation", "text-classification"], "size_categories": ["n<1K"], "tags": ["maritime"]},
                "Six hundred invented notices of arrivals and departures, one a line.", {"notices.jsonl": jsonl(notices(rng))}, (112, 20334, 9, "2025-05-30")),
        dataset("harbor-labs/sea-words-en-de", "Sea words, English and German",
                {"license": "cc0-1.0", "language": ["en", "de"], "multilinguality": "translation", "task_categories": ["translation"], "size_categories": ["n<1K"]},
                "Thirty words that people who live by the sea need, in two languages.", {"words.csv": csv_text(["en", "de"], WORDS)}, (45, 3120, 2, "2025-04-01")),
        dataset("harbor-labs/review-sentiment", "Review sentiment",
                {"license": "cc-by-4.0", "language": ["en"], "task_categories": ["text-classification"], "task_ids": ["sentiment-classification"], "size_categories": ["n<1K"]},
                "Five hundred one-line reviews with one of three labels.", {"reviews.csv": csv_text(["text", "label"], reviews(rng))}, (88, 61200, 11, "2025-05-20")),
        dataset("harbor-labs/tide-tables", "Tide tables",
                {"license": "odbl", "task_categories": ["time-series-forecasting"], "size_categories": ["1K<n<10K"], "extra_gated_prompt": "Not for navigation."},
                "Sixty days of hourly water levels of a harbour that does not exist.", {"levels.csv": csv_text(["time", "metres"], tides())}, (27, 1904, 3, "2026-02-20"), gated="auto"),
        dataset("lumen-vision/shapes-svg", "Shapes",
                {"license": "cc0-1.0", "task_categories": ["image-classification"], "size_categories": ["n<1K"], "tags": ["synthetic"]},
                "Four shapes in six colours, as vector images small enough to read by eye.", shapes(), (71, 9930, 7, "2025-02-27")),
        dataset("lumen-vision/colour-names", "Colour names",
                {"license": "cc0-1.0", "language": ["en"], "task_categories": ["tabular-classification"], "size_categories": ["n<1K"]},
                "Codes of colours and what people called them.", {"colours.csv": csv_text(["code", "name"], [[code, name] for name, code in COLOURS.items()])}, (14, 730, 1, "2025-02-28")),
    ]


PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<link rel="stylesheet" href="style.css">
<h1>{emoji} {title}</h1>
<p>{text}</p>
{body}
</html>
"""
STYLE = "body { font: 16px/1.5 sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }\ninput, textarea { font: inherit; width: 100%; }\noutput { font-weight: bold; }\n"


def space(repo_id, title, emoji, colours, text, body, numbers, **links):
    likes, trending, date = numbers
    front = {"title": title, "emoji": emoji, "colorFrom": colours[0], "colorTo": colours[1], "sdk": "static", "app_file": "index.html", "pinned": False,
             "license": "apache-2.0", "short_description": text, **links}
    files = {"README.md": "---\n" + hub_cards.yaml(front) + f"\n---\n\n# {title}\n\n{text}\n", "index.html": PAGE.format(title=title, emoji=emoji, text=text, body=body), "style.css": STYLE}
    return {"id": repo_id, "files": files, "about": {"likes": likes, "trendingScore": trending, "commits": [
        {"title": "initial commit", "date": f"{date}T08:00:00.000Z", "authors": [repo_id.split("/")[0]]}]}}


def spaces():
    counter = ('<textarea rows="6" oninput="n.value = this.value.split(/\\s+/).filter(Boolean).length * 4 / 3 | 0"></textarea>\n<p>About <output id="n">0</output> tokens.</p>')
    words = "\n".join(f"<option>{english}</option>" for english, _ in WORDS)
    table = json.dumps(dict(WORDS), ensure_ascii=False)
    translate = f'<select onchange="o.value = ({table.replace(chr(34), "&quot;")})[this.value]">\n{words}\n</select>\n<p><output id="o">Anker</output></p>'
    gallery = "\n".join(f'<svg width="64" viewBox="0 0 64 64" fill="{code}">{path}</svg>' for code in COLOURS.values() for path in SHAPES.values())
    clock = '<p>Water level: <output id="t"></output> m</p>\n<script>setInterval(() => t.value = (2.1 + 1.4 * Math.sin(Date.now() / 44712000 * 2 * Math.PI)).toFixed(2), 1000)</script>'
    return [
        space("maquette/pebble-playground", "Pebble playground", "🪨", ("gray", "blue"), "What to ask a very small model.",
              "<ul><li>What is 7 plus 5?</li><li>What is the capital of Portugal?</li><li>Tell me a story about a fox.</li></ul>", (92, 40, "2026-05-10"),
              models=["maquette/pebble-chat-GGUF", "maquette/pebble-chat"], datasets=["maquette/pebble-conversations"]),
        space("maquette/token-counter", "Token counter", "🔢", ("green", "yellow"), "Guesses how many tokens a text has.", counter, (38, 8, "2026-05-02"), models=["maquette/pebble-tokenizer"]),
        space("harbor-labs/translate-demo", "Sea words", "⚓", ("blue", "indigo"), "Thirty words of the sea in German.", translate, (54, 5, "2025-04-12"),
              models=["harbor-labs/tern-en-de"], datasets=["harbor-labs/sea-words-en-de"]),
        space("harbor-labs/tide-clock", "Tide clock", "🌊", ("indigo", "purple"), "The water level of a harbour that does not exist.", clock, (61, 12, "2026-03-01"), models=["harbor-labs/fathom-series"]),
        space("lumen-vision/shape-gallery", "Shape gallery", "🔺", ("red", "pink"), "All the pictures of the Shapes dataset at once.", gallery, (29, 3, "2025-03-01"), datasets=["lumen-vision/shapes-svg"]),
    ]
