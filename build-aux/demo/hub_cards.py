# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""How the cards of the demo Hub's models are put together: front matter, and sections in several manners."""

USE = {
    "transformers": """```python
from transformers import pipeline

pipe = pipeline("{task}", model="{id}")
print(pipe({example}))
```""",
    "sentence-transformers": """```python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer("{id}")
vectors = model.encode({example})
print(model.similarity(vectors, vectors))
```""",
    "diffusers": """```python
import torch
from diffusers import DiffusionPipeline

pipe = DiffusionPipeline.from_pretrained("{id}", torch_dtype=torch.float16)
pipe({example}).images[0].save("out.png")
```""",
    "onnx": """```python
import onnxruntime as ort
from huggingface_hub import hf_hub_download

session = ort.InferenceSession(hf_hub_download("{id}", "model.onnx"))
print([i.name for i in session.get_inputs()])
```""",
    "peft": """```python
from peft import AutoPeftModelForCausalLM

model = AutoPeftModelForCausalLM.from_pretrained("{id}")
```""",
    "gguf": """```sh
maq chat {id}
```""",
    "sklearn": """```python
import joblib
from huggingface_hub import hf_hub_download

model = joblib.load(hf_hub_download("{id}", "model.joblib"))
model.predict({example})
```""",
}

EXAMPLES = {
    "text-generation": '"The tide comes in"', "translation": '"The boat is late."', "summarization": "long_text",
    "text-classification": '"What a lovely harbour!"', "token-classification": '"Mara sailed from Oldhaven."',
    "feature-extraction": '["a red boat", "a crimson ship"]', "sentence-similarity": '["a red boat", "a crimson ship"]',
    "text-ranking": '[("when is high tide", "High tide is at noon.")]', "text-to-image": '"a lighthouse in fog"',
    "image-classification": '"photo.jpg"', "object-detection": '"street.jpg"', "image-segmentation": '"street.jpg"',
    "depth-estimation": '"room.jpg"', "image-to-text": '"photo.jpg"', "image-text-to-text": '"photo.jpg"',
    "zero-shot-image-classification": '"photo.jpg", candidate_labels=["boat", "bird"]',
    "automatic-speech-recognition": '"speech.wav"', "text-to-speech": '"Good morning"',
    "tabular-classification": "[[5.1, 3.5, 1.4, 0.2]]", "time-series-forecasting": "series",
}


def scalar(value):
    text = str(value)
    return f'"{text}"' if isinstance(value, str) and (text[:1] in "@*&!%#?|>-" or ": " in text) else (
        str(value).lower() if isinstance(value, bool) else text)


def yaml(data, indent=""):
    lines = []
    for key, value in data.items():
        if isinstance(value, dict):
            lines += [f"{indent}{key}:", yaml(value, indent + "  ")]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{indent}{key}:")
            for item in value:
                block = yaml(item, indent + "  ").split("\n")
                lines += [f"{indent}- {block[0].strip()}"] + block[1:]
        elif isinstance(value, list):
            lines += [f"{indent}{key}:"] + [f"{indent}- {scalar(item)}" for item in value]
        else:
            lines.append(f"{indent}{key}: {scalar(value)}")
    return "\n".join(lines)


def front_matter(model):
    keys = ("license", "license_name", "license_link", "language", "library_name", "pipeline_tag", "base_model", "datasets",
            "metrics", "tags", "widget", "model-index", "extra_gated_prompt", "extra_gated_fields")
    return "---\n" + yaml({key: model[key] for key in keys if model.get(key)}) + "\n---\n"


def use(model):
    example = EXAMPLES.get(model.get("pipeline_tag"), '"…"')
    return USE[model.get("library_name", "transformers")].format(id=model["id"], task=model.get("pipeline_tag"), example=example)


def table(rows):
    head, *rest = rows
    lines = ["| " + " | ".join(head) + " |", "|" + "|".join(["---"] + ["---:"] * (len(head) - 1)) + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rest])


def bullets(items):
    return "\n".join(f"- {item}" for item in items)


def size(millions):
    return f"{millions / 1000:g} B" if millions >= 1000 else f"{millions:g} M"


def paper(model):
    return ("## Model description\n\n" + model["text"] + "\n\n## Intended use and limits\n\n" + bullets(model["limits"]) +
            "\n\n## How to use\n\n" + use(model) + "\n\n## Results\n\n" + table(model["table"]) +
            "\n\n## Citation\n\n```bibtex\n@misc{" + model["name"].replace("-", "").lower() +
            f"2026,\n  title  = {{{model['title']}}},\n  author = {{The {model['owner']} team}},\n  year   = {{2026}}\n}}\n```\n")


def short(model):
    return (f"> {model['text']}\n\n**{size(model['millions'])} parameters** · `{model.get('pipeline_tag', 'other')}` · licence "
            f"{model['license']}\n\n{use(model)}\n\n### Good to know\n\n{bullets(model['limits'])}\n")


def notes(model):
    return (model["text"] + "\n\n> [!NOTE]\n> " + model["limits"][0] + "\n\n" + table(model["table"]) +
            "\n\n<details>\n<summary>How it was trained</summary>\n\n" + model["training"] + "\n\n</details>\n\n## Try it\n\n" +
            use(model) + "\n\n1. Install the library.\n2. Run the lines above.\n3. Tell us what went wrong in the "
            f"[discussions](https://huggingface.co/{model['id']}/discussions).\n")


def formula(model):
    return ("## What it computes\n\n" + model["text"] + "\n\nThe objective is the usual one,\n\n"
            "$$\\mathcal{L} = -\\sum_t \\log p_\\theta(x_t \\mid x_{<t})$$\n\nwith label smoothing of 0.1.\n\n## Training\n\n" +
            model["training"] + "\n\n" + table(model["table"]) + "\n\n## Usage\n\n" + use(model) + "\n\n## Limits\n\n" +
            bullets(f"*{item}*" for item in model["limits"]) + "\n\n---\n\nMade with ☕ by **" + model["owner"] + "**.\n")


MANNERS = [paper, short, notes, formula]


def card(model, index):
    invented = "" if model["owner"] == "maquette" else f"{model['owner']} is invented, and "
    note = f"\n*Part of Maquette's demo Hub: {invented}the weights are noise that computes nothing.*\n"
    return front_matter(model) + f"\n# {model['title']}\n\n" + MANNERS[index % len(MANNERS)](model) + note
