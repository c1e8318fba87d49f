// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-settings.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#include "maq-hub-client.h"
#include "maq-library-error.h"
#include "maq-paths.h"
#include "maq-repo-address.h"

struct _MaqSettings
{
  GObject     parent_instance;
  GSettings  *gsettings; // NULL without an installed schema: then the three below
  char       *endpoint;
  char       *cache_dir;
  char      **model_folders;
  char       *override_endpoint;
  const char *override_by;
};

G_DEFINE_FINAL_TYPE (MaqSettings, maq_settings, G_TYPE_OBJECT)

static void
maq_settings_finalize (GObject *object)
{
  MaqSettings *self = MAQ_SETTINGS (object);

  g_clear_object (&self->gsettings);
  g_free (self->endpoint);
  g_free (self->cache_dir);
  g_strfreev (self->model_folders);
  g_free (self->override_endpoint);
  G_OBJECT_CLASS (maq_settings_parent_class)->finalize (object);
}

static void
maq_settings_class_init (MaqSettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = maq_settings_finalize;
}

static void
maq_settings_init (MaqSettings *self)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = source ? g_settings_schema_source_lookup (source, MAQ_APP_ID, TRUE) : NULL;

  if (schema)
    self->gsettings = g_settings_new_full (schema, NULL, NULL);
}

MaqSettings *
maq_settings_new (void)
{
  return g_object_new (MAQ_TYPE_SETTINGS, NULL);
}

GSettings *
maq_settings_get_gsettings (MaqSettings *self)
{
  g_return_val_if_fail (MAQ_IS_SETTINGS (self), NULL);
  return self->gsettings;
}

// An empty variable counts as unset.
static const char *
get_variable (const char *name)
{
  const char *value = g_getenv (name);

  return value && *value ? value : NULL;
}

static char *
dup_string (MaqSettings *self, const char *key, const char *in_memory)
{
  g_autofree char *value = self->gsettings ? g_settings_get_string (self->gsettings, key) : g_strdup (in_memory);

  return value && *value ? g_steal_pointer (&value) : NULL;
}

static char *
strip_slashes (const char *address)
{
  char *stripped = g_strstrip (g_strdup (address));

  for (gsize n = strlen (stripped); n > 0 && stripped[n - 1] == '/'; n--)
    stripped[n - 1] = '\0';
  return stripped;
}

char *
maq_settings_dup_endpoint (MaqSettings *self)
{
  const char      *variable = get_variable ("HF_ENDPOINT");
  g_autofree char *chosen = NULL;

  g_return_val_if_fail (MAQ_IS_SETTINGS (self), NULL);

  if (self->override_endpoint)
    return g_strdup (self->override_endpoint);
  if (variable)
    return strip_slashes (variable);
  chosen = dup_string (self, "endpoint", self->endpoint);
  return chosen ? strip_slashes (chosen) : g_strdup (MAQ_HUB_DEFAULT_ENDPOINT);
}

const char *
maq_settings_get_endpoint_override (MaqSettings *self)
{
  g_return_val_if_fail (MAQ_IS_SETTINGS (self), NULL);

  if (self->override_by)
    return self->override_by;
  return get_variable ("HF_ENDPOINT") ? "HF_ENDPOINT" : NULL;
}

void
maq_settings_override_endpoint (MaqSettings *self, const char *endpoint, const char *by)
{
  g_return_if_fail (MAQ_IS_SETTINGS (self));
  g_return_if_fail (endpoint != NULL && by != NULL);

  g_free (self->override_endpoint);
  self->override_endpoint = strip_slashes (endpoint);
  self->override_by = by;
}

gboolean
maq_settings_endpoint_is_from_environment (MaqSettings *self)
{
  g_return_val_if_fail (MAQ_IS_SETTINGS (self), FALSE);
  return self->override_by == NULL && get_variable ("HF_ENDPOINT") != NULL;
}

static gboolean
check_endpoint (const char *endpoint, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (endpoint, G_URI_FLAGS_NONE, NULL);

  // The parser lets blanks in host names pass.
  if (uri && strpbrk (endpoint, " \t\r\n\\\"<>") == NULL && strstr (endpoint, "%20") == NULL &&
      (g_strcmp0 (g_uri_get_scheme (uri), "http") == 0 || g_strcmp0 (g_uri_get_scheme (uri), "https") == 0) &&
      g_uri_get_host (uri) && *g_uri_get_host (uri) &&
      g_uri_get_userinfo (uri) == NULL && g_uri_get_query (uri) == NULL && g_uri_get_fragment (uri) == NULL)
    return TRUE;
  g_set_error (error, MAQ_ADDRESS_ERROR, MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS, _ ("“%s” is not the address of a Hub; it looks like %s"), endpoint, MAQ_HUB_DEFAULT_ENDPOINT);
  return FALSE;
}

gboolean
maq_settings_set_endpoint (MaqSettings *self, const char *endpoint, GError **error)
{
  g_autofree char *stripped = NULL;

  g_return_val_if_fail (MAQ_IS_SETTINGS (self), FALSE);

  stripped = strip_slashes (endpoint ? endpoint : "");
  if (*stripped && (!g_utf8_validate (stripped, -1, NULL) || !check_endpoint (stripped, error)))
    return FALSE;
  if (g_str_equal (stripped, MAQ_HUB_DEFAULT_ENDPOINT))
    *stripped = '\0';
  if (self->gsettings)
    g_settings_set_string (self->gsettings, "endpoint", stripped);
  else
    g_set_str (&self->endpoint, stripped);
  return TRUE;
}

guint64
maq_settings_get_download_limit (MaqSettings *self)
{
  g_return_val_if_fail (MAQ_IS_SETTINGS (self), 0);
  return self->gsettings ? (guint64) (g_settings_get_double (self->gsettings, "download-limit") * 1e6) : 0;
}

gboolean
maq_settings_get_wait_on_metered (MaqSettings *self)
{
  g_return_val_if_fail (MAQ_IS_SETTINGS (self), FALSE);
  return self->gsettings == NULL || g_settings_get_boolean (self->gsettings, "wait-on-metered");
}

void
maq_settings_get_schedule (MaqSettings *self, MaqSchedule *schedule)
{
  g_return_if_fail (MAQ_IS_SETTINGS (self));
  g_return_if_fail (schedule != NULL);

  *schedule = (MaqSchedule) { 0 };
  if (self->gsettings == NULL)
    return;
  schedule->is_on = g_settings_get_boolean (self->gsettings, "download-hours");
  schedule->from = g_settings_get_uint (self->gsettings, "download-from");
  schedule->to = g_settings_get_uint (self->gsettings, "download-to");
}

const char *
maq_settings_get_cache_dir_override (MaqSettings *self)
{
  static const char *const variables[] = { "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME" };

  g_return_val_if_fail (MAQ_IS_SETTINGS (self), NULL);

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    if (get_variable (variables[i]))
      return variables[i];
  return NULL;
}

char *
maq_settings_dup_cache_dir (MaqSettings *self)
{
  g_autofree char *chosen = NULL;

  g_return_val_if_fail (MAQ_IS_SETTINGS (self), NULL);

  if (maq_settings_get_cache_dir_override (self) == NULL)
    chosen = dup_string (self, "cache-dir", self->cache_dir);
  return chosen ? g_steal_pointer (&chosen) : maq_paths_dup_hub_cache ();
}

static gboolean
check_folder (const char *path, GError **error)
{
  if (!g_path_is_absolute (path) || !g_utf8_validate (path, -1, NULL))
    {
      g_autofree char *valid = g_utf8_make_valid (path, -1);

      g_set_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_BAD_FOLDER, _ ("“%s” is not the full path of a folder"), valid);
      return FALSE;
    }
  if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_BAD_FOLDER, _ ("“%s” is a file, not a folder"), path);
      return FALSE;
    }
  return TRUE;
}

gboolean
maq_settings_set_cache_dir (MaqSettings *self, const char *path, GError **error)
{
  g_return_val_if_fail (MAQ_IS_SETTINGS (self), FALSE);

  if (path == NULL)
    path = "";
  if (*path && !check_folder (path, error))
    return FALSE;
  if (self->gsettings)
    g_settings_set_string (self->gsettings, "cache-dir", path);
  else
    g_set_str (&self->cache_dir, path);
  return TRUE;
}

// --- Model folders ---

char **
maq_settings_dup_model_folders (MaqSettings *self)
{
  g_return_val_if_fail (MAQ_IS_SETTINGS (self), NULL);

  if (self->gsettings)
    return g_settings_get_strv (self->gsettings, "model-folders");
  return self->model_folders ? g_strdupv (self->model_folders) : g_new0 (char *, 1);
}

static void
set_model_folders (MaqSettings *self, GStrvBuilder *builder)
{
  g_auto (GStrv) folders = g_strv_builder_end (builder);

  if (self->gsettings)
    {
      g_settings_set_strv (self->gsettings, "model-folders", (const char *const *) folders);
      return;
    }
  g_strfreev (self->model_folders);
  self->model_folders = g_steal_pointer (&folders);
}

gboolean
maq_settings_add_model_folder (MaqSettings *self, const char *path, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) folders = NULL;
  g_autofree char *clean = NULL;

  g_return_val_if_fail (MAQ_IS_SETTINGS (self), FALSE);
  g_return_val_if_fail (path != NULL, FALSE);

  if (!check_folder (path, error))
    return FALSE;
  clean = g_canonicalize_filename (path, NULL);
  folders = maq_settings_dup_model_folders (self);
  if (g_strv_contains ((const char *const *) folders, clean))
    return TRUE;
  g_strv_builder_addv (builder, (const char **) folders);
  g_strv_builder_add (builder, clean);
  set_model_folders (self, builder);
  return TRUE;
}

void
maq_settings_remove_model_folder (MaqSettings *self, const char *path)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) folders = NULL;

  g_return_if_fail (MAQ_IS_SETTINGS (self));
  g_return_if_fail (path != NULL);

  folders = maq_settings_dup_model_folders (self);
  for (guint i = 0; folders[i]; i++)
    if (strcmp (folders[i], path) != 0)
      g_strv_builder_add (builder, folders[i]);
  set_model_folders (self, builder);
}
