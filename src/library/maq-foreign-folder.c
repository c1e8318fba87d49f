// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-foreign-private.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>

// Files in folders: loose, by owner and name (LM Studio), one folder a model (Jan), with a prefix for owner and name
// (llama.cpp). The variants of one folder are told apart by their names, as those of a repo are.

#define MAX_DEPTH 12
#define MAX_FILES 100000 // in one place, so that a wrong folder, such as the root, ends

typedef struct
{
  GPtrArray       *models;
  MaqForeignPlace *place;
  GHashTable      *seen;  // device and inode of the folders walked, since links can lead in circles
  GStrv            repos; // llama.cpp: "owner=name" of each manifest
  guint            n_files;
} Walk;

static gboolean
see (Walk           *walk,
     const GStatBuf *status)
{
  return g_hash_table_add (walk->seen, g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, (guint64) status->st_dev, (guint64) status->st_ino));
}

// The file name without its ending and without the number of a shard.
static char *
dup_stem (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  gsize            length = strlen (name) - strlen (".gguf"); // in any case

  name[length] = '\0';
  // "-00001-of-00003"; in one piece the pattern would hold a trigraph.
  if (length > 15 && g_pattern_match_simple ("-?????"
                                             "-of-?????",
                                             name + length - 15))
    name[length - 15] = '\0';
  return g_steal_pointer (&name);
}

// What llama.cpp stored flat as OWNER_NAME_FILE is OWNER/NAME if a manifest says so.
static char *
dup_flat_name (Walk *walk,
               char *stem)
{
  for (guint i = 0; walk->repos != NULL && walk->repos[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (walk->repos[i], "=", 2);
      g_autofree char *prefix = g_strdup_printf ("%s_%s_", parts[0], parts[1]);
      if (!g_str_has_prefix (stem, prefix))
        continue;
      g_free (stem);
      return g_strdup_printf ("%s/%s", parts[0], parts[1]);
    }
  return stem;
}

static char *
dup_name (Walk       *walk,
          const char *folder,
          const char *first_path)
{
  const char *below = folder + strlen (walk->place->path);

  below += *below == '/';
  if ((walk->place->program == MAQ_FOREIGN_LM_STUDIO || walk->place->program == MAQ_FOREIGN_JAN) && *below != '\0')
    return g_utf8_make_valid (below, -1);
  return dup_flat_name (walk, dup_stem (first_path));
}

static void
add_variants (Walk       *walk,
              const char *folder,
              GPtrArray  *names,
              GArray     *sizes,
              GArray     *companions)
{
  g_autoptr (GPtrArray) variants = maq_variants_group_known ((const char *const *) names->pdata, (const guint64 *) sizes->data, (const MaqCompanion *) companions->data, names->len);

  for (guint i = 0; i < variants->len; i++)
    {
      MaqVariant *variant = maq_variant_copy (variants->pdata[i]);
      gint64      modified = 0;
      for (guint j = 0; variant->paths[j] != NULL; j++)
        {
          GStatBuf status;
          char    *path = g_build_filename (folder, variant->paths[j], NULL);
          g_free (variant->paths[j]);
          variant->paths[j] = path;
          if (g_stat (path, &status) == 0)
            modified = MAX (modified, (gint64) status.st_mtime);
        }
      g_autofree char *problem = NULL;
      if (variant->missing > 0)
        problem = g_strdup_printf (ngettext ("%u of its files is missing. Download it again in the program it comes from.",
                                             "%u of its files are missing. Download it again in the program it comes from.",
                                             variant->missing),
                                   variant->missing);
      maq_foreign_add (walk->models, walk->place->program, dup_name (walk, folder, variant->paths[0]), variant, modified, g_steal_pointer (&problem));
    }
}

// The value of the line "NAME: value" of a YAML file as Jan writes it, without quotation marks; nullable.
static char *
read_yaml_line (const char *text,
                const char *name)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  gsize length = strlen (name);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (strncmp (lines[i], name, length) != 0 || lines[i][length] != ':')
        continue;
      char *value = g_strstrip (lines[i] + length + 1);
      gsize end = strlen (value);
      if (end >= 2 && (value[0] == '"' || value[0] == '\'') && value[end - 1] == value[0])
        return g_strndup (value + 1, end - 2);
      return g_strdup (value);
    }
  return NULL;
}

// Jan's model.yml says where a model is that was imported by link: relative to Jan's data folder or absolute.
static void
add_linked (Walk       *walk,
            const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "model.yml", NULL);
  g_autofree char *text = maq_foreign_read_text (path);
  g_autofree char *said = text != NULL ? read_yaml_line (text, "model_path") : NULL;
  GStatBuf         status;

  if (said == NULL || !maq_variant_is_gguf (said))
    return;
  // PLACE is DATA/llamacpp/models.
  g_autofree char *data = g_build_filename (walk->place->path, "..", "..", NULL);
  g_autofree char *weights = g_canonicalize_filename (said, data);
  if (g_str_has_prefix (weights, walk->place->path))
    return;
  gboolean    there = g_stat (weights, &status) == 0;
  MaqVariant *variant = g_new0 (MaqVariant, 1);
  variant->label = dup_stem (weights);
  variant->paths = g_strdupv ((char *[]) { weights, NULL });
  variant->size = there ? (guint64) status.st_size : 0;
  variant->missing = there ? 0 : 1;
  maq_foreign_add (walk->models, walk->place->program, dup_name (walk, folder, weights), variant, there ? (gint64) status.st_mtime : 0, there ? NULL : maq_foreign_say_missing (weights));
}

// What belongs to another layout or is only half there: the Hub's cache, GPT4All's unfinished downloads.
static gboolean
is_foreign_entry (const char *name)
{
  return name[0] == '.' || g_str_has_prefix (name, "models--") || g_str_has_prefix (name, "datasets--") || g_str_has_prefix (name, "incomplete-");
}

// What the file at PATH is by its header, else by where it is below the place.
static MaqCompanion
find_companion (Walk       *walk,
                const char *path)
{
  MaqCompanion companion = maq_companion_from_file (path);
  const char  *below = path + strlen (walk->place->path);

  return companion != MAQ_COMPANION_NONE ? companion : maq_companion_from_path (below + (*below == '/'));
}

static void
walk_folder (Walk       *walk,
             const char *path,
             guint       depth)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr (GArray) companions = g_array_new (FALSE, FALSE, sizeof (MaqCompanion));
  const char *name;

  while (folder != NULL && walk->n_files < MAX_FILES && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *below = g_build_filename (path, name, NULL);
      GStatBuf         status;
      walk->n_files++;
      if (is_foreign_entry (name) || !g_utf8_validate (name, -1, NULL) || g_stat (below, &status) != 0)
        continue;
      if (S_ISDIR (status.st_mode) && depth < MAX_DEPTH && see (walk, &status))
        walk_folder (walk, below, depth + 1);
      else if (S_ISREG (status.st_mode) && maq_variant_is_gguf (name))
        {
          guint64 size = (guint64) status.st_size;
          g_ptr_array_add (names, g_strdup (name));
          MaqCompanion companion = find_companion (walk, below);
          g_array_append_val (sizes, size);
          g_array_append_val (companions, companion);
        }
    }
  if (names->len > 0)
    add_variants (walk, path, names, sizes, companions);
  if (walk->place->program == MAQ_FOREIGN_JAN)
    add_linked (walk, path);
}

// "manifest=OWNER=NAME=TAG.json", one for each repo that llama.cpp fetched.
static GStrv
list_manifests (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  g_autoptr (GStrvBuilder) repos = g_strv_builder_new ();
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_auto (GStrv) parts = g_strsplit (name, "=", -1);
      if (g_strv_length (parts) == 4 && strcmp (parts[0], "manifest") == 0)
        g_strv_builder_take (repos, g_strdup_printf ("%s=%s", parts[1], parts[2]));
    }
  return g_strv_builder_end (repos);
}

void
maq_foreign_add_folder (GPtrArray       *models,
                        MaqForeignPlace *place)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (GStrv) repos = place->program == MAQ_FOREIGN_LLAMA_CPP ? list_manifests (place->path) : NULL;
  Walk     walk = { .models = models, .place = place, .seen = seen, .repos = repos };
  GStatBuf status;

  if (g_stat (place->path, &status) == 0)
    see (&walk, &status);
  walk_folder (&walk, place->path, 0);
  if (walk.n_files >= MAX_FILES)
    place->problem = g_strdup_printf (_ ("“%s” holds too many files to look through all of them. Choose a folder further down."), place->path);
}
