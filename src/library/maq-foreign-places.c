// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-foreign-private.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "maq-json.h"

// Sources: Ollama docs/faq (OLLAMA_MODELS, the service's home on Linux); LM Studio's ~/.lmstudio-home-pointer and the
// downloadsFolder of its settings; Jan src-tauri/src/core/app/commands.rs (data_folder of settings.json, by default
// $XDG_DATA_HOME/Jan/data) and its llamacpp extension (llamacpp/models); GPT4All modellist.cpp (modelPath of GPT4All.ini);
// llama.cpp common/common.cpp (LLAMA_CACHE). Flatpak programs keep the same below ~/.var/app; within Flatpak the user's own
// folders are those of HOST_XDG_DATA_HOME and its kin (flatpak run.1), and what the manifest lets in is seen.

static void
place_free (gpointer data)
{
  MaqForeignPlace *self = data;

  g_free (self->path);
  g_free (self->problem);
  g_free (self);
}

// Takes PATH (nullable) unless it is listed already or no absolute path in UTF-8.
static void
add_place (GPtrArray        *places,
           MaqForeignProgram program,
           char             *path)
{
  g_autofree char *taken = path;

  if (path == NULL || !g_path_is_absolute (path) || !g_utf8_validate (path, -1, NULL))
    return;
  g_autofree char *clean = g_canonicalize_filename (path, NULL);
  for (guint i = 0; i < places->len; i++)
    if (strcmp (((MaqForeignPlace *) places->pdata[i])->path, clean) == 0)
      return;
  MaqForeignPlace *place = g_new0 (MaqForeignPlace, 1);
  place->program = program;
  place->path = g_steal_pointer (&clean);
  g_ptr_array_add (places, place);
}

char *
maq_foreign_read_text (const char *path)
{
  GStatBuf         status;
  g_autofree char *text = NULL;
  gsize            length;

  if (g_stat (path, &status) != 0 || !S_ISREG (status.st_mode) || status.st_size > MAQ_FOREIGN_MAX_TEXT)
    return NULL;
  if (!g_file_get_contents (path, &text, &length, NULL) || !g_utf8_validate_len (text, length, NULL))
    return NULL;
  return g_steal_pointer (&text);
}

// The string NAME of the JSON object in the file PATH; nullable.
static char *
read_setting (const char *path,
              const char *name)
{
  g_autofree char *text = maq_foreign_read_text (path);
  g_autoptr (MaqJson) json = text != NULL ? maq_json_parse_text (text, NULL) : NULL;

  return json != NULL ? g_strdup (maq_json_get_string (maq_json_get_root (json), name)) : NULL;
}

static const char *
get_variable (const char *name)
{
  const char *value = g_getenv (name);

  return value != NULL && *value != '\0' ? value : NULL;
}

static void
add_ollama (GPtrArray  *places,
            const char *home)
{
  if (get_variable ("OLLAMA_MODELS") != NULL)
    add_place (places, MAQ_FOREIGN_OLLAMA, g_strdup (get_variable ("OLLAMA_MODELS")));
  add_place (places, MAQ_FOREIGN_OLLAMA, g_build_filename (home, ".ollama", "models", NULL));
  add_place (places, MAQ_FOREIGN_OLLAMA, g_strdup ("/usr/share/ollama/.ollama/models"));
  add_place (places, MAQ_FOREIGN_OLLAMA, g_strdup ("/var/lib/ollama/models"));
  add_place (places, MAQ_FOREIGN_OLLAMA, g_build_filename (home, ".var", "app", "com.jeffser.Alpaca", "data", ".ollama", "models", NULL));
}

static void
add_lm_studio (GPtrArray  *places,
               const char *home)
{
  g_autofree char *pointer = g_build_filename (home, ".lmstudio-home-pointer", NULL);
  g_autofree char *pointed = maq_foreign_read_text (pointer);
  g_autofree char *usual = g_build_filename (home, ".lmstudio", NULL);
  g_autofree char *old = g_build_filename (home, ".cache", "lm-studio", NULL);
  const char      *homes[] = { pointed != NULL ? g_strstrip (pointed) : usual, usual, old };

  for (guint i = 0; i < G_N_ELEMENTS (homes); i++)
    {
      g_autofree char *settings = g_build_filename (homes[i], "settings.json", NULL);
      add_place (places, MAQ_FOREIGN_LM_STUDIO, read_setting (settings, "downloadsFolder"));
      add_place (places, MAQ_FOREIGN_LM_STUDIO, g_build_filename (homes[i], "models", NULL));
    }
}

// DATA: $XDG_DATA_HOME as Jan sees it.
static void
add_jan (GPtrArray  *places,
         const char *data)
{
  static const char *const settings[] = { "jan.ai.app", "Jan" };

  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autofree char *path = g_build_filename (data, settings[i], "settings.json", NULL);
      g_autofree char *folder = read_setting (path, "data_folder");
      if (folder != NULL)
        add_place (places, MAQ_FOREIGN_JAN, g_build_filename (folder, "llamacpp", "models", NULL));
    }
  add_place (places, MAQ_FOREIGN_JAN, g_build_filename (data, "Jan", "data", "llamacpp", "models", NULL));
}

static void
add_gpt4all (GPtrArray  *places,
             const char *config,
             const char *data)
{
  g_autofree char *path = g_build_filename (config, "nomic.ai", "GPT4All.ini", NULL);
  g_autoptr (GKeyFile) settings = g_key_file_new ();

  if (g_key_file_load_from_file (settings, path, G_KEY_FILE_NONE, NULL))
    add_place (places, MAQ_FOREIGN_GPT4ALL, g_key_file_get_string (settings, "General", "modelPath", NULL));
  add_place (places, MAQ_FOREIGN_GPT4ALL, g_build_filename (data, "nomic.ai", "GPT4All", NULL));
}

// The user's folder as programs outside of a sandbox see it.
static const char *
get_user_dir (const char *host_variable,
              const char *here)
{
  const char *host = get_variable (host_variable);

  return host != NULL ? host : here;
}

GPtrArray *
maq_foreign_list_places (const char *const *folders)
{
  GPtrArray       *places = g_ptr_array_new_with_free_func (place_free);
  const char      *home = g_get_home_dir ();
  const char      *data = get_user_dir ("HOST_XDG_DATA_HOME", g_get_user_data_dir ());
  const char      *config = get_user_dir ("HOST_XDG_CONFIG_HOME", g_get_user_config_dir ());
  const char      *cache = get_user_dir ("HOST_XDG_CACHE_HOME", g_get_user_cache_dir ());
  g_autofree char *jan = g_build_filename (home, ".var", "app", "ai.jan.Jan", "data", NULL);
  g_autofree char *gpt4all = g_build_filename (home, ".var", "app", "io.gpt4all.gpt4all", NULL);
  g_autofree char *gpt4all_config = g_build_filename (gpt4all, "config", NULL);
  g_autofree char *gpt4all_data = g_build_filename (gpt4all, "data", NULL);

  for (guint i = 0; folders != NULL && folders[i] != NULL; i++)
    add_place (places, MAQ_FOREIGN_FOLDER, g_strdup (folders[i]));
  add_ollama (places, home);
  add_lm_studio (places, home);
  add_jan (places, data);
  add_jan (places, jan);
  add_gpt4all (places, config, data);
  add_gpt4all (places, gpt4all_config, gpt4all_data);
  add_place (places, MAQ_FOREIGN_LLAMA_CPP, g_strdup (get_variable ("LLAMA_CACHE")));
  add_place (places, MAQ_FOREIGN_LLAMA_CPP, g_build_filename (cache, "llama.cpp", NULL));
  return places;
}
