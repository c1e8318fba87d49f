// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-inspect.h"

#include "maq-format.h"
#include "maq-inspect-private.h"

#include <string.h>

// A JSON file up to this size is read whole from the Hub; of a larger one, which is a vocabulary, the beginning.
#define WHOLE_JSON     (1024 * 1024)
#define JSON_BEGINNING (512 * 1024)
// What a file of this machine may have before only its beginning is read.
#define MOST_JSON     (64 * 1024 * 1024)
#define MOST_TEMPLATE (1024 * 1024)

static const char *const endings[] = { ".gguf", ".safetensors", ".json", ".jinja" };

gboolean
maq_inspect_knows (const char *path)
{
  g_autofree char *lower = NULL;

  g_return_val_if_fail (path != NULL, FALSE);

  lower = g_ascii_strdown (path, -1);
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i]))
      return TRUE;
  return FALSE;
}

// Sets that BYTES of a file of FILE_SIZE are too few, so that WANTED are read.
static gpointer
want (guint64  amount,
      guint64 *wanted,
      GError **error)
{
  *wanted = amount;
  g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NEEDS_MORE, "%" G_GUINT64_FORMAT " bytes of it are needed", amount);
  return NULL;
}

static MaqInspectionFull *
read_gguf (GBytes     *bytes,
           guint64     file_size,
           const char *path,
           GError    **error)
{
  MaqGguf           *gguf = maq_gguf_parse (bytes, file_size, error);
  MaqInspectionFull *self;

  if (gguf == NULL)
    return NULL;
  self = maq_inspection_new (MAQ_INSPECT_GGUF, path);
  self->gguf = gguf;
  maq_inspect_fill_gguf (self);
  return self;
}

static int
compare_strings (gconstpointer a,
                 gconstpointer b)
{
  return strcmp (a, b);
}

static void
fill_safetensors (MaqInspectionFull *self)
{
  MaqInspection *public = &self->public;
  GHashTable *metadata = self->safetensors->metadata;
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (metadata), compare_strings);

  for (GList *key = keys; key != NULL; key = key->next)
    maq_inspection_add_pair (self, key->data, g_hash_table_lookup (metadata, key->data));
public
  ->format = g_strdup ("safetensors");
  // Keys: the Hub's model specification for safetensors.
public
  ->title = g_strdup (g_hash_table_lookup (metadata, "modelspec.title"));
public
  ->architecture = g_strdup (g_hash_table_lookup (metadata, "modelspec.architecture"));
public
  ->license = g_strdup (g_hash_table_lookup (metadata, "modelspec.license"));
public
  ->header_size = self->safetensors->header_size;
public
  ->n_parameters = self->safetensors->n_parameters;
  maq_inspection_count_types (public);
  if (public->types->len > 0)
  public
  ->quantization = g_strdup (g_array_index (public->types, MaqInspectType, 0).name);
}

static MaqInspectionFull *
read_safetensors (GBytes     *bytes,
                  guint64     file_size,
                  const char *path,
                  guint64    *wanted,
                  GError    **error)
{
  MaqSafetensors    *safetensors = maq_safetensors_parse (bytes, file_size, error);
  MaqInspectionFull *self;

  if (safetensors == NULL)
    {
      *wanted = maq_safetensors_get_header_size (bytes);
      return NULL;
    }
  self = maq_inspection_new (MAQ_INSPECT_SAFETENSORS, path);
  self->safetensors = safetensors;
  fill_safetensors (self);
  return self;
}

static MaqInspectionFull *
read_json (GBytes     *bytes,
           guint64     file_size,
           const char *path,
           guint64    *wanted,
           GError    **error)
{
  gsize    size = g_bytes_get_size (bytes);
  gboolean is_whole = file_size > 0 && size >= file_size;
  g_autoptr (GBytes) document = NULL;
  g_autoptr (GError) failure = NULL;
  MaqJson           *json;
  MaqInspectionFull *self;
  guint64            most = g_path_is_absolute (path) ? MOST_JSON : WHOLE_JSON;

  if (!is_whole && size < JSON_BEGINNING)
    return want (file_size > 0 && file_size <= most ? file_size : JSON_BEGINNING, wanted, error);
  if (!is_whole && file_size > 0 && file_size <= most)
    return want (file_size, wanted, error);
  document = is_whole ? g_bytes_ref (bytes) : maq_format_close_json (bytes);
  json = document != NULL ? maq_json_parse (document, &failure) : NULL;
  if (json == NULL)
    {
      g_set_error_literal (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_CORRUPT, failure != NULL ? failure->message : "Not JSON");
      return NULL;
    }
  self = maq_inspection_new (MAQ_INSPECT_JSON, path);
  self->json = json;
  self->public.is_cut = !is_whole;
  maq_inspect_fill_json (self);
  return self;
}

static MaqInspectionFull *
read_template (GBytes     *bytes,
               guint64     file_size,
               const char *path,
               guint64    *wanted,
               GError    **error)
{
  gsize              size = g_bytes_get_size (bytes);
  const char        *data = g_bytes_get_data (bytes, NULL);
  MaqInspectionFull *self;
  guint64            needed = file_size > 0 ? MIN (file_size, MOST_TEMPLATE) : MOST_TEMPLATE;

  if (size < needed)
    return want (needed, wanted, error);
  if (size > 0 && memchr (data, 0, size) != NULL)
    {
      g_set_error_literal (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT, "This is no text");
      return NULL;
    }
  self = maq_inspection_new (MAQ_INSPECT_TEMPLATE, path);
  self->public.format = g_strdup ("Jinja");
  self->public.text = g_utf8_make_valid (size > 0 ? data : "", size);
  self->public.is_cut = file_size == 0 || size < file_size;
  maq_inspection_add_template (&self->public, NULL, self->public.text);
  return self;
}

static gboolean
begins_like_json (GBytes *bytes)
{
  static const char mark[] = "\357\273\277";
  gsize             size;
  const char       *data = g_bytes_get_data (bytes, &size);

  for (gsize i = size >= strlen (mark) && memcmp (data, mark, strlen (mark)) == 0 ? strlen (mark) : 0; i < size; i++)
    if (!g_ascii_isspace (data[i]))
      return data[i] == '{' || data[i] == '[';
  return FALSE;
}

// The content tells what a file is; only a template has nothing to be known by.
static MaqInspectionFull *
read_any (GBytes     *bytes,
          guint64     file_size,
          const char *path,
          guint64    *wanted,
          GError    **error)
{
  g_autoptr (GError) failure = NULL;
  const char        *other;
  MaqInspectionFull *self = read_gguf (bytes, file_size, path, &failure);

  if (self != NULL)
    return self;
  if (!g_error_matches (failure, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  if (g_str_has_suffix (path, ".jinja"))
    return read_template (bytes, file_size, path, wanted, error);
  if (maq_safetensors_get_header_size (bytes) > 0)
    return read_safetensors (bytes, file_size, path, wanted, error);
  if (begins_like_json (bytes))
    return read_json (bytes, file_size, path, wanted, error);
  other = maq_format_name_other (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_set_error (error, MAQ_FORMAT_ERROR, MAQ_FORMAT_ERROR_NOT_THIS_FORMAT, "This is %s", other != NULL ? other : "neither GGUF nor safetensors nor JSON");
  return NULL;
}

static gpointer
parse (GBytes     *bytes,
       guint64     file_size,
       const char *path,
       guint64    *wanted,
       GError    **error)
{
  MaqInspectionFull *self = read_any (bytes, file_size, path, wanted, error);

  if (self == NULL)
    return NULL;
  if (g_path_is_absolute (path))
    self->public.path = g_strdup (path);
  self->public.file_size = file_size;
  self->public.n_read = g_bytes_get_size (bytes);
  return self;
}

static const MaqHeaderForm form = { maq_inspection_get_type, parse };

DexFuture *
maq_inspect_open (const char *path)
{
  g_autofree char *absolute = NULL;

  dex_return_error_if_fail (path != NULL);

  absolute = g_canonicalize_filename (path, NULL);
  return maq_header_open_as (absolute, &form);
}

DexFuture *
maq_inspect_address (MaqCache             *cache,
                     MaqHubClient         *client,
                     const MaqRepoAddress *address,
                     MaqHeaderProgress     progress,
                     gpointer              data)
{
  g_autofree char *here = NULL;

  dex_return_error_if_fail (MAQ_IS_CACHE (cache));
  dex_return_error_if_fail (MAQ_IS_HUB_CLIENT (client));
  dex_return_error_if_fail (address != NULL && address->path != NULL);

  here = maq_cache_dup_file_path (cache, address->kind, address->id, address->revision, address->path);
  if (here != NULL)
    return maq_inspect_open (here);
  return maq_header_fetch_as (client, address, &form, progress, data);
}
