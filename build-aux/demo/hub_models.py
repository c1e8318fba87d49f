# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""The models of the demo Hub. Their owners and names are invented; sizes follow from the number of parameters."""
import json

KEYS = ("id", "pipeline_tag", "library_name", "millions", "license", "language", "likes", "downloads", "trending", "created", "text")

# id, task, library, parameters in millions, licence, languages, likes, downloads, trending, created, what it is
TABLE = [
    ("maquette/pebble-chat", "text-generation", "transformers", 2, "apache-2.0", ["en"], 148, 9120, 61, "2026-05-04",
     "The smallest chat model we could make that still holds a conversation: it greets, adds up to twenty, knows the capitals of Europe and tells very small stories."),
    ("maquette/pebble-embed", "feature-extraction", "sentence-transformers", 1, "apache-2.0", ["en"], 42, 3310, 17, "2026-05-06",
     "Turns short English sentences into vectors of 64 numbers, so that sentences that mean nearly the same lie close together."),
    ("maquette/pebble-tokenizer", None, "transformers", 0, "apache-2.0", ["en"], 9, 801, 1, "2026-04-28",
     "The byte-pair tokenizer of the Pebble models on its own, for people who count tokens before they send them."),
    ("maquette/boulder-sharded", "text-generation", "transformers", 12, "mit", ["en"], 21, 1204, 4, "2026-03-19",
     "A model cut into four parts on purpose. It is what we use to find out whether a program can put such files together again."),
    ("maquette/slate-licensed", "text-generation", "transformers", 6, "other", ["en"], 33, 640, 6, "2026-02-11",
     "A model behind a form: who wants it says who they are and is let in by hand. Use it to see how your program behaves at a closed door."),
    ("maquette/flint", "text-classification", "transformers", 4, "mit", ["en", "de"], 18, 977, 2, "2025-11-02",
     "Sorts short messages into question, statement and request. It used to be called flint-v0, and its old address still leads here."),
    ("harbor-labs/gull-125M", "text-generation", "transformers", 125, "apache-2.0", ["en"], 812, 240311, 12, "2025-06-12",
     "A small language model for the edge: trained on 40 billion tokens of harbour notices, logbooks and encyclopaedia text, and happy on a laptop without a graphics card."),
    ("harbor-labs/gull-350M", "text-generation", "transformers", 350, "apache-2.0", ["en"], 655, 120870, 8, "2025-06-20",
     "The middle sister of the Gull family. Reads longer texts than Gull 125M and makes fewer things up, at three times the price in memory."),
    ("harbor-labs/gull-350M-chat", "text-generation", "transformers", 350, "apache-2.0", ["en", "de", "fr"], 921, 310442, 44, "2025-09-01",
     "Gull 350M after two rounds of instruction tuning. Answers briefly, asks back when a question is unclear, and says when it does not know."),
    ("harbor-labs/gull-1B-chat", "text-generation", "transformers", 1100, "apache-2.0", ["en", "de", "fr", "es"], 1733, 502916, 88, "2026-01-22",
     "Our most used model: one billion parameters, four languages, a context of 8,192 tokens, and tool calls in plain JSON."),
    ("harbor-labs/gull-7B", "text-generation", "transformers", 7200, "apache-2.0", ["en", "de", "fr", "es", "it", "pt"], 2904, 388120, 131, "2026-04-15",
     "The large Gull: six languages, 32,768 tokens of context, trained on 2.1 trillion tokens. In three parts of less than five gigabytes each."),
    ("harbor-labs/gull-1B-onnx", "text-generation", "onnx", 1100, "apache-2.0", ["en"], 77, 15020, 3, "2026-02-03",
     "Gull 1B chat exported for ONNX Runtime with 8-bit weights, for programs that would rather not bring Python along."),
    ("harbor-labs/gull-350M-poems", "text-generation", "peft", 3, "cc-by-nc-4.0", ["en"], 64, 2870, 5, "2026-03-07",
     "A low-rank adapter that makes Gull 350M answer in rhymed couplets. Load it on top of the base model."),
    ("harbor-labs/skua-code-1B", "text-generation", "transformers", 1300, "other", ["en", "code"], 540, 45210, 39, "2026-05-20",
     "Completes code in eleven languages and explains what it wrote. Please read the terms: it must not be used to find holes in other people's systems."),
    ("harbor-labs/harbor-internal-7B", "text-generation", "transformers", 7200, "other", ["en"], 2, 12, 0, "2026-06-01",
     "An evaluation build for people inside Harbor Labs. If you can read this, your token lets you in."),
    ("harbor-labs/tern-en-de", "translation", "transformers", 75, "cc-by-4.0", ["en", "de"], 214, 98230, 7, "2025-04-09",
     "Translates English into German. Trained on six million pairs of sentences from public administrations, so its tone is on the polite side."),
    ("harbor-labs/tern-en-fr", "translation", "transformers", 75, "cc-by-4.0", ["en", "fr"], 190, 88102, 6, "2025-04-09",
     "Translates English into French, with typographic spaces before colons and question marks where French wants them."),
    ("harbor-labs/tern-en-es", "translation", "transformers", 75, "cc-by-4.0", ["en", "es"], 176, 91408, 6, "2025-04-10",
     "Translates English into Spanish. Prefers the usage of Spain; a flag in the prompt asks for that of Mexico."),
    ("harbor-labs/curlew-summarize", "summarization", "transformers", 140, "mit", ["en"], 301, 60233, 9, "2025-07-30",
     "Boils minutes of meetings and long letters down to three sentences, and keeps names, dates and amounts."),
    ("harbor-labs/plover-ner", "token-classification", "transformers", 110, "mit", ["en", "de", "nl"], 402, 151020, 11, "2025-05-25",
     "Finds people, places, ships and organisations in running text, in three languages."),
    ("harbor-labs/plover-sentiment", "text-classification", "transformers", 66, "apache-2.0", ["en", "de", "fr", "es", "nl"], 377, 420118, 10, "2025-05-27",
     "Says whether a review is positive, neutral or negative. Five languages, three labels, no surprises."),
    ("harbor-labs/plover-toxicity", "text-classification", "transformers", 66, "cc-by-nc-4.0", ["en"], 120, 30912, 3, "2025-08-14",
     "Marks insults and threats in comments so that a person can look at them. It is wrong often enough that a person has to."),
    ("harbor-labs/wren-embed-small", "sentence-similarity", "sentence-transformers", 33, "apache-2.0", ["en"], 588, 812044, 23, "2025-10-11",
     "Sentence vectors of 384 numbers for search and clustering. Fast enough to index a bookshelf while the kettle boils."),
    ("harbor-labs/wren-embed-large", "sentence-similarity", "sentence-transformers", 335, "apache-2.0", ["en", "de", "fr"], 499, 231090, 19, "2025-10-12",
     "Sentence vectors of 1,024 numbers in three languages. The first 256 of them are good enough on their own."),
    ("harbor-labs/wren-rerank", "text-ranking", "sentence-transformers", 118, "apache-2.0", ["en"], 233, 77450, 15, "2025-12-01",
     "Looks at a question and a passage together and says how well they fit. Put it behind a fast vector search."),
    ("harbor-labs/fathom-series", "time-series-forecasting", "transformers", 21, "mit", None, 144, 22310, 14, "2026-02-27",
     "Forecasts tides, traffic and anything else that repeats, without being trained on your data first."),
    ("lumen-vision/prism-vit-small", "image-classification", "transformers", 22, "apache-2.0", None, 512, 330021, 9, "2025-03-03",
     "A vision transformer with patches of 16 pixels that names a thousand kinds of things in photographs of 224 × 224 pixels."),
    ("lumen-vision/prism-vit-base", "image-classification", "transformers", 86, "apache-2.0", None, 690, 410233, 10, "2025-03-03",
     "The standard size of Prism. If you do not know which one to take, take this."),
    ("lumen-vision/prism-vit-base-384", "image-classification", "transformers", 87, "apache-2.0", None, 155, 40120, 2, "2025-03-20",
     "Prism base tuned for images of 384 × 384 pixels: three times the work for one more point of accuracy."),
    ("lumen-vision/beacon-detect", "object-detection", "transformers", 42, "agpl-3.0", None, 733, 180443, 20, "2025-08-08",
     "Draws boxes around eighty kinds of objects, up to a hundred of them in one picture."),
    ("lumen-vision/beacon-detect-nano", "object-detection", "onnx", 3, "agpl-3.0", None, 290, 99812, 12, "2025-08-19",
     "Beacon for cameras: three million parameters, thirty pictures a second on one core."),
    ("lumen-vision/halo-segment", "image-segmentation", "transformers", 47, "apache-2.0", None, 318, 51009, 8, "2025-09-17",
     "Cuts a picture into things and background, pixel by pixel, with one click as a hint or none."),
    ("lumen-vision/lantern-depth", "depth-estimation", "transformers", 25, "mit", None, 401, 70233, 16, "2025-11-25",
     "Guesses how far away everything in a single photograph is. In metres indoors, in relative units outdoors."),
    ("lumen-vision/spectra-mini", "text-to-image", "diffusers", 290, "openrail", ["en"], 1420, 150887, 57, "2026-03-30",
     "Paints pictures of 512 × 512 pixels from a sentence in eight steps. Small enough for a graphics card of four gigabytes."),
    ("lumen-vision/spectra-watercolor", "text-to-image", "diffusers", 4, "openrail", ["en"], 260, 18020, 21, "2026-04-18",
     "An adapter that makes Spectra Mini paint in watercolours. Say *watercolor* in the prompt, and mean it."),
    ("lumen-vision/glimmer-clip", "zero-shot-image-classification", "transformers", 150, "mit", ["en"], 366, 130554, 9, "2025-06-06",
     "Compares pictures with sentences, so that photographs can be searched in words nobody trained it on."),
    ("lumen-vision/glint-caption", "image-to-text", "transformers", 240, "bsd-3-clause", ["en"], 281, 60771, 7, "2025-07-07",
     "Writes one honest sentence about a picture. Does not guess names, ages or moods."),
    ("lumen-vision/candle-vlm-500M", "image-text-to-text", "transformers", 500, "apache-2.0", ["en"], 877, 92310, 73, "2026-05-11",
     "Answers questions about pictures, reads signs and receipts, and counts up to a dozen without losing its place."),
    ("lumen-vision/murmur-asr-tiny", "automatic-speech-recognition", "transformers", 39, "mit", ["en"], 340, 201774, 13, "2025-10-29",
     "Writes down English speech faster than it is spoken, on a telephone."),
    ("lumen-vision/murmur-asr-small", "automatic-speech-recognition", "transformers", 244, "mit", ["en", "de", "fr", "es", "it", "nl", "pl"], 455, 140021, 18, "2025-10-29",
     "Speech recognition in seven languages, with punctuation, time stamps and an end-of-sentence signal for live captions."),
    ("lumen-vision/chime-tts", "text-to-speech", "transformers", 60, "cc-by-4.0", ["en"], 502, 66120, 34, "2026-04-02",
     "Reads text aloud with two voices, both of which were paid for and agreed to it."),
    ("lumen-vision/tabula", "tabular-classification", "sklearn", 0.2, "bsd-3-clause", None, 66, 8120, 1, "2025-02-14",
     "Gradient-boosted trees for small tables, with sensible defaults for people who have more spreadsheets than time."),
]

LIMITS = {
    "text": ["It can be wrong in a confident tone; check what matters.", "It knows nothing after its training ended.",
             "Long prompts are cut from the front."],
    "image": ["Trained on photographs; drawings and scans do worse.", "Unusual lighting confuses it.",
              "Do not use it to recognise people."],
    "speech": ["Strong accents and several speakers at once raise the error rate.", "It was not tested on children's voices.",
               "Music in the background is heard as words now and then."],
}
TRAINING = ("The data was cleaned of duplicates, filtered by language and shuffled once. Training took {hours} GPU hours with a cosine schedule, a peak "
            "learning rate of 3e-4 and a batch of half a million tokens; the seed is 7. We stopped when the held-out loss had not moved for a day.")

ARCHITECTURES = {
    "text-generation": ("llama", "LlamaForCausalLM"), "translation": ("marian", "MarianMTModel"), "summarization": ("bart", "BartForConditionalGeneration"),
    "text-classification": ("distilbert", "DistilBertForSequenceClassification"), "token-classification": ("bert", "BertForTokenClassification"),
    "feature-extraction": ("bert", "BertModel"), "sentence-similarity": ("bert", "BertModel"), "text-ranking": ("bert", "BertForSequenceClassification"),
    "image-classification": ("vit", "ViTForImageClassification"), "object-detection": ("detr", "DetrForObjectDetection"),
    "image-segmentation": ("segformer", "SegformerForSemanticSegmentation"), "depth-estimation": ("dpt", "DPTForDepthEstimation"),
    "zero-shot-image-classification": ("clip", "CLIPModel"), "image-to-text": ("blip", "BlipForConditionalGeneration"),
    "image-text-to-text": ("idefics3", "Idefics3ForConditionalGeneration"), "automatic-speech-recognition": ("whisper", "WhisperForConditionalGeneration"),
    "text-to-speech": ("vits", "VitsModel"), "time-series-forecasting": ("patchtst", "PatchTSTForPrediction"),
}
BASES = {
    "harbor-labs/gull-350M-chat": "harbor-labs/gull-350M", "harbor-labs/gull-1B-onnx": "harbor-labs/gull-1B-chat",
    "harbor-labs/gull-350M-poems": "harbor-labs/gull-350M", "lumen-vision/prism-vit-base-384": "lumen-vision/prism-vit-base",
    "lumen-vision/spectra-watercolor": "lumen-vision/spectra-mini", "lumen-vision/beacon-detect-nano": "lumen-vision/beacon-detect",
    "harbor-labs/wren-rerank": "harbor-labs/wren-embed-small",
}
DATASETS = {
    "maquette/pebble-chat": ["maquette/pebble-conversations", "maquette/tiny-arithmetic"], "maquette/pebble-embed": ["maquette/pebble-conversations"],
    "harbor-labs/gull-125M": ["harbor-labs/harbor-notices"], "harbor-labs/tern-en-de": ["harbor-labs/sea-words-en-de"],
    "harbor-labs/plover-sentiment": ["harbor-labs/review-sentiment"], "lumen-vision/prism-vit-small": ["lumen-vision/shapes-svg"],
    "harbor-labs/fathom-series": ["harbor-labs/tide-tables"],
}
ALIASES = {
    "harbor-labs/gull-125M": ["harbor-labs/gull-small", "gull"], "lumen-vision/prism-vit-small": ["lumen-lab/prism-vit-small"],
    "maquette/flint": ["maquette/flint-v0"],
}
TERMS = "You agree to use this model for lawful purposes only and not to pass its files on."
GATED = {"maquette/slate-licensed": "manual", "harbor-labs/skua-code-1B": "manual", "harbor-labs/plover-toxicity": "auto"}
CHAT_TEMPLATE = ("{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}"
                 "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}")
SHARDS = {"maquette/boulder-sharded": 4, "harbor-labs/gull-7B": 3, "harbor-labs/harbor-internal-7B": 3}


def group(model):
    task = model["pipeline_tag"] or ""
    return "speech" if "speech" in task else "image" if "image" in task or task in ("object-detection", "depth-estimation") else "text"


def results(model, index):
    base = 71.3 + (index * 7) % 19
    if group(model) == "speech":
        return [["Test set", "Word error rate", "Speed"], ["clean", f"{9.4 - index % 5:.1f} %", "11×"], ["noisy", f"{17.8 - index % 7:.1f} %", "11×"]]
    if group(model) == "image":
        return [["Set", "Top-1", "Top-5"], ["Harbour-1k", f"{base:.1f}", f"{base + 12.4 - index % 6:.1f}"], ["Sketches", f"{base - 21:.1f}", f"{base - 9:.1f}"]]
    return [["Benchmark", "Score", "Shots"], ["Tide-QA", f"{base:.1f}", "5"], ["Logbook", f"{base - 9.6:.1f}", "0"], ["Small-Talk", f"{base + 3.2:.1f}", "0"]]


def fill(model, index):
    owner, name = model["id"].split("/")
    model.update(owner=owner, name=name, title=name.replace("-", " ").title().replace("Vit", "ViT").replace("Asr", "ASR"),
                 limits=LIMITS[group(model)], table=results(model, index), training=TRAINING.format(hours=int(3 + model["millions"] * 1.7)),
                 datasets=DATASETS.get(model["id"]), base_model=BASES.get(model["id"]))
    tags = ["conversational"] if "chat" in name else ["text-embeddings-inference"] if "embed" in name else ["vision"] if group(model) == "image" else []
    model["tags"] = tags + (["lora"] if model["id"] in ("harbor-labs/gull-350M-poems", "lumen-vision/spectra-watercolor") else [])
    if model["license"] == "other":
        model.update(license_name="harbor-community" if owner == "harbor-labs" else "slate", license_link="LICENSE.md")
    if model["id"] in GATED:
        model.update(extra_gated_prompt=TERMS, extra_gated_fields={"Name": "text", "Organisation": "text", "I agree": "checkbox"})
    if "chat" in name:
        model["widget"] = [{"text": "Hello! Who are you?"}, {"text": "What is the capital of Portugal?"}]
    if index % 5 == 1 and model["pipeline_tag"]:
        score = float(model["table"][1][1].rstrip(" %"))
        model["model-index"] = [{"name": name, "results": [{"task": {"type": model["pipeline_tag"]}, "dataset": {"name": model["table"][1][0], "type": "own"},
                                                            "metrics": [{"type": "accuracy", "value": score}]}]}]


def generate(seed, megabytes, kind="safetensors"):
    return {"generate": {"format": kind, "bytes": int(megabytes * 1_000_000) // 2 * 2 + (256 if kind == "safetensors" else 0), "seed": seed}}


def weights(model, index):
    """The weights files, of two bytes a parameter, under the names their library gives them."""
    megabytes, library, n = model["millions"] * 2, model["library_name"], SHARDS.get(model["id"], 0)
    seed = 1000 + index * 10 + 1
    if n:
        names = [f"model-{k:05}-of-{n:05}.safetensors" for k in range(1, n + 1)]
        files = {name: generate(seed + 2 * k, megabytes / n) for k, name in enumerate(names)}
        index_file = {"metadata": {"total_size": int(megabytes * 1e6)}, "weight_map": {f"weight.{seed + 2 * k}": name for k, name in enumerate(names)}}
        return files, {"model.safetensors.index.json": json.dumps(index_file, indent=2) + "\n"}
    if library == "onnx":
        return {"model.onnx": generate(seed, model["millions"], "bytes")}, {}
    if library == "sklearn":
        return {"model.joblib": generate(seed, 0.4, "bytes")}, {}
    if library == "peft":
        return {"adapter_model.safetensors": generate(seed, megabytes)}, {"adapter_config.json": {"peft_type": "LORA", "r": 16, "lora_alpha": 32, "base_model_name_or_path": model["base_model"]}}
    if library == "diffusers" and "lora" in model["tags"]:
        return {"pytorch_lora_weights.safetensors": generate(seed, megabytes)}, {}
    if library == "diffusers":
        parts = {"unet": 0.75, "text_encoder": 0.2, "vae": 0.05}
        files = {f"{part}/diffusion_pytorch_model.safetensors": generate(seed + 2 * k, megabytes * share) for k, (part, share) in enumerate(parts.items())}
        configs = {f"{part}/config.json": {"_class_name": part} for part in parts}
        return files, {"model_index.json": {"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]}, **configs,
                       "scheduler/scheduler_config.json": {"_class_name": "LCMScheduler", "num_train_timesteps": 1000}}
    return ({"model.safetensors": generate(seed, megabytes)} if megabytes else {}), {}


def plain_files(model):
    """The small files beside the weights."""
    files = {".gitattributes": "*.safetensors filter=lfs diff=lfs merge=lfs -text\n*.onnx filter=lfs diff=lfs merge=lfs -text\n"}
    kind, architecture = ARCHITECTURES.get(model["pipeline_tag"], (None, None))
    if kind and model["library_name"] in ("transformers", "sentence-transformers"):
        files["config.json"] = {"architectures": [architecture], "model_type": kind, "hidden_size": 64 * max(1, round(model["millions"] ** 0.4)),
                                "torch_dtype": "float16", "transformers_version": "4.57.1"}
    if group(model) == "text" and model["library_name"] in ("transformers", "sentence-transformers") and model["pipeline_tag"] != "time-series-forecasting":
        tokenizer = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 2048, "eos_token": "<|im_end|>", "pad_token": "<pad>"}
        if "chat" in model["tags"] or "conversational" in model["tags"]:
            tokenizer["chat_template"] = CHAT_TEMPLATE
            files["generation_config.json"] = {"do_sample": True, "temperature": 0.7, "top_p": 0.9, "max_new_tokens": 512}
        files["tokenizer_config.json"] = tokenizer
        files["special_tokens_map.json"] = {"eos_token": "<|im_end|>", "pad_token": "<pad>"}
    if model["library_name"] == "sentence-transformers":
        files["modules.json"] = [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                                 {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]
        files["1_Pooling/config.json"] = {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True}
    if model["license"] == "other":
        files["LICENSE.md"] = f"# Terms\n\n{TERMS}\n"
    return files


def history(model, index, big, drafts):
    """Commits from the first upload on; every third model has had a new version since."""
    year, month, day = map(int, model["created"].split("-"))
    author = [f"{model['owner'].split('-')[0]}-{('mia', 'jonas', 'ada', 'noor')[index % 4]}"]

    def at(months, hour):
        total = year * 12 + month - 1 + months
        return f"{total // 12}-{total % 12 + 1:02}-{min(day, 28):02}T{hour:02}:{index:02}:09.000Z"

    commits = [{"title": "initial commit", "date": at(0, 8), "authors": [model["owner"]], "files": {"README.md": {"text": drafts[0]}}}]
    old = {name: {"generate": dict(what["generate"], seed=what["generate"]["seed"] + 100001)} for name, what in big.items()} if index % 3 == 0 else big
    if big:
        commits.append({"title": "Upload weights with huggingface_hub", "date": at(0, 10), "authors": author, "files": old})
    commits.append({"title": "Write the card", "date": at(0, 11), "authors": author, "files": {"README.md": {"text": drafts[1]}}})
    refs = {"v1.0": len(commits) - 1}
    if index % 3 == 0 and big:
        commits.append({"title": "Retrain on cleaner data", "message": "\n\nFixes the odd endings of long answers.\n", "date": at(1, 9), "authors": author,
                        "files": {**big, "CHANGELOG.md": {"text": "# Changes\n\n- 1.1: trained again on cleaner data\n- 1.0: first release\n"}}})
        refs["v1.1"] = len(commits) - 1
    commits.append({"title": "Update README.md", "date": at(2 if index % 3 == 0 else 1, 15), "authors": author[:1], "files": {"README.md": {"file": "README.md"}}})
    about = {"commits": commits, "git_tags": refs}
    if index % 6 == 2:
        commits.append({"title": "Try half the learning rate", "date": at(2, 16), "authors": author, "branch": "experiment",
                        "files": {"NOTES.md": {"text": "Not better. Kept for the record.\n"}}})
    if index % 7 == 3:
        commits.append({"title": "Fix a typo in the card", "date": at(2, 18), "authors": ["visitor"], "branch": "refs/pr/1",
                        "files": {"README.md": {"text": drafts[1]}}})
    return about


def make(row, index, cards):
    model = dict(zip(KEYS, row))
    fill(model, index)
    big, small = weights(model, index)
    files = {**plain_files(model), **small, "README.md": cards.card(model, index)}
    front = cards.front_matter(model)
    drafts = [f"{front}\n# {model['title']}\n", f"{front}\n# {model['title']}\n\n{model['text']}\n\nMore to come.\n"]
    about = {"likes": model["likes"], "downloads": model["downloads"], "downloadsAllTime": model["downloads"] * 9 + index, "trendingScore": model["trending"]}
    if model["id"] in GATED:
        about["gated"] = GATED[model["id"]]
    if model["id"] in ALIASES:
        about["aliases"] = ALIASES[model["id"]]
    if "internal" in model["id"]:
        about["private"] = True
    about.update(history(model, index, big, drafts))
    return {"id": model["id"], "about": about, "files": files}


def gguf(name, task, text_date, likes, downloads, trending, folder):
    return {"id": f"maquette/{name}", "about": {
        "folder": f"weights/{folder}", "likes": likes, "downloads": downloads, "trendingScore": trending, "pipeline_tag": task, "library_name": "gguf",
        "commits": [{"title": "Upload weights and card", "date": text_date, "authors": ["maquette"]}], "git_tags": {"v1.0": 0}}}


def repos(cards):
    made = [make(row, index, cards) for index, row in enumerate(TABLE)]
    made.append(gguf("pebble-chat-GGUF", "text-generation", "2026-05-08T09:00:00.000Z", 431, 618204, 190, "pebble-chat-GGUF"))
    made.append(gguf("pebble-embed-GGUF", "feature-extraction", "2026-05-09T09:00:00.000Z", 119, 41260, 66, "pebble-embed-GGUF"))
    return made
