// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-foreign.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

// The stores of other programs are made in the test's own home, as those programs lay them out.

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define CONFIG "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define OLD    "aaaabbbbccccddddeeeeffff0000111122223333444455556666777788889999"
#define ABSENT "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static void
put (const char *path,
     const char *text)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, &error));
  g_assert_no_error (error);
}

static void
put_at_home (const char *below,
             const char *text)
{
  g_autofree char *path = g_build_filename (g_get_home_dir (), below, NULL);

  put (path, text);
}

static void
put_data (const char *below,
          const char *text)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), below, NULL);

  put (path, text);
}

static void
put_manifest (const char *name,
              const char *digest)
{
  g_autofree char *path = g_build_filename (".ollama/models/manifests", name, NULL);
  g_autofree char *text = g_strdup_printf ("{\"schemaVersion\": 2, \"config\": {\"digest\": \"sha256:" CONFIG "\"}, \"layers\": ["
                                           "{\"mediaType\": \"application/vnd.ollama.image.template\", \"digest\": \"sha256:" ABSENT "\"},"
                                           "{\"mediaType\": \"application/vnd.ollama.image.model\", \"digest\": \"%s\", \"size\": 4}]}",
                                           digest);

  put_at_home (path, text);
}

static MaqForeignScan *
find (const char *const *folders)
{
  g_autoptr (DexFuture) future = maq_foreign_find (folders);
  g_autoptr (GError) error = NULL;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  const GValue *value = dex_future_get_value (future, &error);
  g_assert_no_error (error);
  return g_value_dup_boxed (value);
}

// The model that PROGRAM calls NAME, NULL if it is not listed. A name that is listed twice fails.
static MaqForeignModel *
look_up (MaqForeignScan   *scan,
         MaqForeignProgram program,
         const char       *name)
{
  MaqForeignModel *found = NULL;

  for (guint i = 0; i < scan->models->len; i++)
    {
      MaqForeignModel *model = scan->models->pdata[i];
      if (model->program != program || strcmp (model->name, name) != 0)
        continue;
      g_assert_null (found);
      found = model;
    }
  return found;
}

static MaqForeignModel *
get (MaqForeignScan   *scan,
     MaqForeignProgram program,
     const char       *name)
{
  MaqForeignModel *model = look_up (scan, program, name);

  if (model == NULL)
    g_error ("no “%s”", name);
  return model;
}

static guint
count (MaqForeignScan   *scan,
       MaqForeignProgram program)
{
  guint n = 0;

  for (guint i = 0; i < scan->models->len; i++)
    n += ((MaqForeignModel *) scan->models->pdata[i])->program == program;
  return n;
}

static void
test_nothing (void)
{
  g_autoptr (MaqForeignScan) scan = find (NULL);

  // Ollama's service keeps its store outside the home: there may be one on this machine.
  g_assert_cmpuint (count (scan, MAQ_FOREIGN_OLLAMA), ==, scan->models->len);
}

static void
test_ollama (void)
{
  put_at_home (".ollama/models/blobs/sha256-" DIGEST, "GGUF");
  put_at_home (".ollama/models/blobs/sha256-" CONFIG, "{\"model_format\": \"gguf\", \"file_type\": \"Q4_K_M\"}");
  put_manifest ("registry.ollama.ai/library/llama3.2/3b", "sha256:" DIGEST);
  put_manifest ("registry.ollama.ai/library/gone/latest", "sha256:" ABSENT);
  put_manifest ("registry.ollama.ai/library/escape/latest", "sha256:../../../../../../../../../../../../../../../../../../../../etc/pass");
  put_at_home (".ollama/models/manifests/registry.ollama.ai/library/broken/latest", "{\"layers\": [");
  put_at_home (".ollama/models/manifests/registry.ollama.ai/library/cloud/latest", "{\"layers\": []}");

  g_autoptr (MaqForeignScan) scan = find (NULL);
  g_assert_null (look_up (scan, MAQ_FOREIGN_OLLAMA, "escape:latest"));
  g_assert_null (look_up (scan, MAQ_FOREIGN_OLLAMA, "broken:latest"));
  g_assert_null (look_up (scan, MAQ_FOREIGN_OLLAMA, "cloud:latest"));
  MaqForeignModel *model = get (scan, MAQ_FOREIGN_OLLAMA, "llama3.2:3b");
  g_assert_null (model->problem);
  g_assert_cmpstr (model->variant->label, ==, "Q4_K_M");
  g_assert_cmpuint (model->variant->size, ==, 4);
  g_assert_true (g_str_has_suffix (model->variant->paths[0], "/.ollama/models/blobs/sha256-" DIGEST));
  g_assert_null (model->variant->paths[1]);
  g_assert_cmpint (model->modified, >, 0);
  model = get (scan, MAQ_FOREIGN_OLLAMA, "gone:latest");
  g_assert_nonnull (strstr (model->problem, "sha256-" ABSENT));
  g_assert_cmpuint (model->variant->missing, ==, 1);
}

// Two names that Ollama gives to one blob are one model; one of another host is named with it.
static void
test_ollama_names (void)
{
  put_at_home (".ollama/models/blobs/sha256:" OLD, "GGUF of an old version");
  put_manifest ("hf.co/owner/name-GGUF/Q8_0", "sha256:" OLD);
  put_manifest ("registry.ollama.ai/somebody/tuned/latest", "sha256:" DIGEST);
  put_manifest ("registry.ollama.ai/library/llama3.2/3b", "sha256:" DIGEST);
  put_at_home (".ollama/models/blobs/sha256-" DIGEST, "GGUF");

  g_autoptr (MaqForeignScan) scan = find (NULL);
  g_assert_null (get (scan, MAQ_FOREIGN_OLLAMA, "hf.co/owner/name-GGUF:Q8_0")->problem);
  g_assert_nonnull (look_up (scan, MAQ_FOREIGN_OLLAMA, "llama3.2:3b"));
  g_assert_null (look_up (scan, MAQ_FOREIGN_OLLAMA, "somebody/tuned:latest"));
}

static void
test_lm_studio (void)
{
  g_autofree char *moved = g_build_filename (g_get_home_dir (), "Big Drive", NULL);
  g_autofree char *settings = g_strdup_printf ("{\"downloadsFolder\": \"%s\"}", moved);

  put_at_home (".lmstudio/models/owner/name-GGUF/name-Q4_K_M-00001-of-00002.gguf", "GGUF1");
  put_at_home (".lmstudio/models/owner/name-GGUF/name-Q4_K_M-00002-of-00002.gguf", "GGUF22");
  put_at_home (".lmstudio/models/owner/name-GGUF/mmproj-name-f16.gguf", "GGUF");
  put_at_home (".lmstudio/models/owner/half/half-Q8_0-00001-of-00003.gguf", "GGUF");
  put_at_home (".lmstudio/models/owner/name-GGUF/downloading_name-Q8_0.gguf.part", "GG");
  put_at_home (".lmstudio/settings.json", settings);
  put_at_home ("Big Drive/other/model/m-Q8_0.gguf", "GGUF");

  g_autoptr (MaqForeignScan) scan = find (NULL);
  g_assert_cmpuint (count (scan, MAQ_FOREIGN_LM_STUDIO), ==, 3);
  MaqForeignModel *model = get (scan, MAQ_FOREIGN_LM_STUDIO, "owner/name-GGUF");
  g_assert_cmpuint (g_strv_length (model->variant->paths), ==, 2);
  g_assert_cmpuint (model->variant->size, ==, 11);
  g_assert_cmpstr (model->variant->label, ==, "Q4_K_M");
  g_assert_true (g_file_test (model->variant->paths[1], G_FILE_TEST_EXISTS));
  g_assert_null (model->problem);
  model = get (scan, MAQ_FOREIGN_LM_STUDIO, "owner/half");
  g_assert_cmpuint (model->variant->missing, ==, 2);
  g_assert_nonnull (model->problem);
  get (scan, MAQ_FOREIGN_LM_STUDIO, "other/model");
}

static void
test_jan (void)
{
  g_autofree char *linked = g_build_filename (g_get_home_dir (), "Downloads", "own.gguf", NULL);
  g_autofree char *yaml = g_strdup_printf ("model_path: %s\nname: own\nsize_bytes: 4\n", linked);

  put_data ("Jan/data/llamacpp/models/jan-nano/model.gguf", "GGUF");
  put_data ("Jan/data/llamacpp/models/jan-nano/model.yml", "model_path: llamacpp/models/jan-nano/model.gguf\nname: Jan Nano\n");
  put_data ("Jan/data/llamacpp/models/own/model.yml", yaml);
  put_data ("Jan/data/llamacpp/models/lost/model.yml", "model_path: '/nowhere/lost.gguf'\n");
  put (linked, "GGUF");

  g_autoptr (MaqForeignScan) scan = find (NULL);
  g_assert_cmpuint (count (scan, MAQ_FOREIGN_JAN), ==, 3);
  g_assert_null (get (scan, MAQ_FOREIGN_JAN, "jan-nano")->problem);
  g_assert_cmpstr (get (scan, MAQ_FOREIGN_JAN, "own")->variant->paths[0], ==, linked);
  g_assert_cmpuint (get (scan, MAQ_FOREIGN_JAN, "own")->variant->size, ==, 4);
  g_assert_nonnull (strstr (get (scan, MAQ_FOREIGN_JAN, "lost")->problem, "/nowhere/lost.gguf"));
}

static void
test_flat (void)
{
  g_autofree char *cache = g_build_filename (g_get_user_cache_dir (), "llama.cpp", "ggml-org_tiny-GGUF_tiny-Q8_0.gguf", NULL);
  g_autofree char *manifest = g_build_filename (g_get_user_cache_dir (), "llama.cpp", "manifest=ggml-org=tiny-GGUF=latest.json", NULL);
  g_autofree char *own = g_build_filename (g_get_user_cache_dir (), "llama.cpp", "own-Q8_0.gguf", NULL);

  put_data ("nomic.ai/GPT4All/Phi-3-mini.Q4_0.gguf", "GGUF");
  put_data ("nomic.ai/GPT4All/incomplete-Qwen.Q4_0.gguf", "GG");
  put (cache, "GGUF");
  put (manifest, "{}");
  put (own, "GGUF");

  g_autoptr (MaqForeignScan) scan = find (NULL);
  g_assert_cmpuint (count (scan, MAQ_FOREIGN_GPT4ALL), ==, 1);
  get (scan, MAQ_FOREIGN_GPT4ALL, "Phi-3-mini.Q4_0");
  g_assert_cmpuint (count (scan, MAQ_FOREIGN_LLAMA_CPP), ==, 2);
  get (scan, MAQ_FOREIGN_LLAMA_CPP, "ggml-org/tiny-GGUF");
  get (scan, MAQ_FOREIGN_LLAMA_CPP, "own-Q8_0");
}

// Within Flatpak the XDG folders are the sandbox's own, and others are named for those of the user.
static void
test_sandbox (void)
{
  g_autofree char *data = g_build_filename (g_get_home_dir (), "outside", NULL);

  put_at_home ("outside/Jan/data/llamacpp/models/outer/model.gguf", "GGUF");
  put_at_home ("outside/Jan/data/llamacpp/models/outer/model.yml", "model_path: llamacpp/models/outer/model.gguf\n");
  g_setenv ("HOST_XDG_DATA_HOME", data, TRUE);
  g_autoptr (MaqForeignScan) scan = find (NULL);
  g_unsetenv ("HOST_XDG_DATA_HOME");
  g_assert_null (get (scan, MAQ_FOREIGN_JAN, "outer")->problem);
  g_assert_null (look_up (scan, MAQ_FOREIGN_JAN, "jan-nano"));
}

// Folders of the user's: links in circles end, a file that two of them lead to is one model, the Hub's cache is not listed
// again, and one that is gone says so and costs no other.
static void
test_folders (void)
{
  g_autofree char *folder = g_build_filename (g_get_home_dir (), "models", NULL);
  g_autofree char *deep = g_build_filename (folder, "deep", NULL);
  g_autofree char *circle = g_build_filename (deep, "circle", NULL);
  g_autofree char *again = g_build_filename (folder, "again.gguf", NULL);
  g_autofree char *target = g_build_filename (deep, "one.gguf", NULL);
  const char      *folders[] = { "/nowhere/at/all", folder, deep, "relative", NULL };

  put_at_home ("models/deep/one.gguf", "GGUF");
  put_at_home ("models/models--a--b/snapshots/c/two.gguf", "GGUF");
  put_at_home ("models/.hidden/three.gguf", "GGUF");
  g_assert_cmpint (symlink (folder, circle), ==, 0);
  g_assert_cmpint (symlink (target, again), ==, 0);

  g_autoptr (MaqForeignScan) scan = find (folders);
  g_assert_cmpuint (count (scan, MAQ_FOREIGN_FOLDER), ==, 1);
  MaqForeignPlace *gone = scan->places->pdata[0];
  g_assert_cmpstr (gone->path, ==, "/nowhere/at/all");
  g_assert_nonnull (strstr (gone->problem, "/nowhere/at/all"));
  for (guint i = 1; i < scan->places->len; i++)
    g_assert_null (((MaqForeignPlace *) scan->places->pdata[i])->problem);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_unsetenv ("OLLAMA_MODELS");
  g_unsetenv ("LLAMA_CACHE");
  g_test_add_func ("/foreign/nothing", test_nothing);
  g_test_add_func ("/foreign/ollama", test_ollama);
  g_test_add_func ("/foreign/ollama-names", test_ollama_names);
  g_test_add_func ("/foreign/lm-studio", test_lm_studio);
  g_test_add_func ("/foreign/jan", test_jan);
  g_test_add_func ("/foreign/sandbox", test_sandbox);
  g_test_add_func ("/foreign/flat", test_flat);
  g_test_add_func ("/foreign/folders", test_folders);
  return g_test_run ();
}
