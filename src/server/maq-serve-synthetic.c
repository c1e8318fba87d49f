// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Made-up repos for scale tests: plausible names, tags and numbers that follow from the index alone.
#include "maq-serve-store.h"

#include <math.h>
#include <string.h>

static const char *const owners[] = { "alder-research", "basalt-ai", "cobalt-lab", "delta-vision", "ember-speech", "fjord-nlp", "granite-data", "heron-ml", "iris-works", "juniper-models" };
static const char *const families[] = { "sparrow", "kestrel", "heron", "plover", "wren", "falcon-mini", "lapwing", "swift", "curlew", "dunlin", "osprey", "tern" };
static const char *const variants[] = { "base", "chat", "instruct", "code", "vision", "tiny", "embed", "math" };
static const char *const tasks[] = { "text-generation", "feature-extraction", "text-classification", "image-classification", "automatic-speech-recognition", "translation", "summarization", "text-to-image", "token-classification", "object-detection" };
static const char *const libraries[] = { "transformers", "gguf", "sentence-transformers", "diffusers", "onnx" };
static const char *const licenses[] = { "license:apache-2.0", "license:mit", "license:cc-by-4.0", "license:gpl-3.0", "license:openrail" };
static const char *const languages[] = { "en", "de", "fr", "es", "zh", "ja", "ar", "hi" };
static const gint64      sizes[] = { 30000000, 125000000, 350000000, 1100000000, 3000000000, 7600000000, 13000000000, 70000000000 };

static guint64
mix (guint64 x)
{
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

#define PICK(list, random) ((list)[(random) % G_N_ELEMENTS (list)])

static void
fill_model (MaqServeRepo *repo,
            guint64       random)
{
  gint64           parameters = PICK (sizes, random >> 20);
  g_autofree char *total = g_strdup_printf ("{\"total\":%" G_GINT64_FORMAT "}", parameters);
  repo->pipeline_tag = g_intern_string (PICK (tasks, random >> 8));
  repo->library_name = g_intern_string (PICK (libraries, random >> 12));
  if (g_str_equal (repo->library_name, "gguf"))
    repo->gguf_json = g_steal_pointer (&total);
  else
    repo->safetensors_json = g_steal_pointer (&total);
  maq_serve_repo_add_tag (repo, PICK (licenses, random >> 24));
  maq_serve_repo_add_tag (repo, PICK (languages, random >> 28));
  if (random % 40 == 0)
    repo->gated = g_intern_static_string ("manual");
}

static void
add_files (MaqServeRepo *repo,
           guint64       random)
{
  g_autofree char *card = g_strdup_printf ("# %s\n\nA repo that exists to be counted.\n", repo->name);
  g_autoptr (GBytes) bytes = g_bytes_new (card, strlen (card));
  maq_serve_repo_set_file (repo, "README.md", maq_serve_content_new_bytes (bytes));
  if (repo->kind != MAQ_REPO_KIND_MODEL)
    return;
  const char      *path = g_str_equal (repo->library_name, "gguf") ? "model-Q4_K_M.gguf" : "model.safetensors";
  MaqServeContent *weights = maq_serve_content_new_generated ("safetensors", 4096 + random % 65536, random);
  maq_serve_content_set_lfs (weights, TRUE);
  maq_serve_repo_set_file (repo, path, weights);
}

static MaqServeRepo *
make_repo (guint index)
{
  guint64          random = mix (index + 1);
  guint            tenth = index % 10;
  MaqRepoKind      kind = tenth == 8 ? MAQ_REPO_KIND_DATASET : tenth == 9 ? MAQ_REPO_KIND_SPACE
                                                                          : MAQ_REPO_KIND_MODEL;
  g_autofree char *id = g_strdup_printf ("%s/%s-%s-%05u", PICK (owners, random), PICK (families, random >> 4), PICK (variants, random >> 16), index);
  MaqServeRepo    *repo = maq_serve_repo_new (kind, id);
  gint64           date = 1700000000 + (gint64) (random >> 32) % 80000000;

  // As on the Hub, few have most of it.
  repo->downloads = 2000000 / pow (1 + random % 20000, 0.8);
  repo->likes = repo->downloads / 90;
  repo->trending = (random >> 40) % 300 == 0 ? (gint64) (random >> 48) % 500 : 0;
  if (kind == MAQ_REPO_KIND_MODEL)
    fill_model (repo, random);
  maq_serve_repo_add_commit (repo, -1, "initial commit", date);
  maq_serve_repo_add_ref (repo->branches, "main", 0);
  add_files (repo, random);
  maq_serve_repo_finish (repo);
  return repo;
}

void
maq_serve_make_synthetic (MaqHubStore *self,
                          guint        count)
{
  for (guint i = 0; i < count; i++)
    maq_serve_store_add (self, make_repo (i));
}
