// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-settings.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <libsecret/secret.h>
#include <string.h>

#include "maq-error.h"
#include "maq-hub-client.h"
#include "maq-library-error.h"
#include "maq-paths.h"
#include "maq-repo-address.h"

// No token file is longer than this, in bytes.
#define MAX_TOKEN_FILE 4096

struct _MaqSettings
{
  GObject        parent_instance;
  GSettings     *gsettings; // NULL without an installed schema: then the three below
  char          *endpoint;
  char          *cache_dir;
  char         **model_folders;
  char          *override_endpoint;
  const char    *override_by;
  MaqTokenSource token_source;
};

G_DEFINE_FINAL_TYPE (MaqSettings, maq_settings, G_TYPE_OBJECT)

static const SecretSchema token_schema = {
  MAQ_APP_ID,
  SECRET_SCHEMA_NONE,
  {
    { "endpoint", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, 0 },
  },
};

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

// --- The token ---

// TEXT without what surrounds it; NULL if that cannot be a token. Whoever sends it puts it into a header line.
static char *
clean_token (const char *text)
{
  g_autofree char *token = g_strstrip (g_strdup (text));

  if (*token == '\0')
    return NULL;
  for (const char *c = token; *c; c++)
    if (!g_ascii_isgraph (*c))
      return NULL;
  return g_steal_pointer (&token);
}

static char *
dup_token_of_environment (void)
{
  static const char *const variables[] = { "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN" };
  char                    *token = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (variables) && token == NULL; i++)
    if (get_variable (variables[i]))
      token = clean_token (get_variable (variables[i]));
  return token;
}

static void
lookup_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *token = secret_password_lookup_finish (result, &error);

  if (error)
    dex_promise_reject (promise, g_steal_pointer (&error));
  else
    dex_promise_resolve_string (promise, token ? g_steal_pointer (&token) : g_strdup (""));
}

static void
store_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;

  if (secret_password_store_finish (result, &error))
    dex_promise_resolve_boolean (promise, TRUE);
  else
    dex_promise_reject (promise, g_steal_pointer (&error));
}

static void
clear_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;

  // FALSE without an error: there was nothing to remove.
  secret_password_clear_finish (result, &error);
  if (error)
    dex_promise_reject (promise, g_steal_pointer (&error));
  else
    dex_promise_resolve_boolean (promise, TRUE);
}

static char *
await_keyring_token (const char *endpoint)
{
  g_autoptr (GError) error = NULL;
  DexPromise      *promise = dex_promise_new_cancellable ();
  g_autofree char *found = NULL;

  secret_password_lookup (&token_schema, dex_promise_get_cancellable (promise), lookup_cb, dex_ref (promise), "endpoint", endpoint, NULL);
  found = dex_await_string (DEX_FUTURE (promise), &error);
  if (found == NULL)
    {
      g_debug ("No keyring: %s", error->message);
      return NULL;
    }
  return clean_token (found);
}

static char *
await_file_token (void)
{
  g_autofree char *path = maq_paths_dup_token_file ();
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;

  // A file that is not there, not readable or no token is no token.
  stream = dex_await_object (dex_file_read (file, G_PRIORITY_DEFAULT), NULL);
  if (stream == NULL)
    return NULL;
  bytes = dex_await_boxed (dex_input_stream_read_bytes (G_INPUT_STREAM (stream), MAX_TOKEN_FILE, G_PRIORITY_DEFAULT), NULL);
  if (bytes == NULL)
    return NULL;
  text = g_strndup (g_bytes_get_data (bytes, NULL) ? g_bytes_get_data (bytes, NULL) : "", g_bytes_get_size (bytes));
  return clean_token (text);
}

static char *
await_token (MaqSettings *self)
{
  g_autofree char *endpoint = maq_settings_dup_endpoint (self);
  char            *token;

  // Then a token that is lying around is not sent: only the one that Maquette itself was given.
  gboolean only_own = maq_paths_env_is_true ("HF_HUB_DISABLE_IMPLICIT_TOKEN");

  self->token_source = MAQ_TOKEN_ENVIRONMENT;
  if (!only_own && (token = dup_token_of_environment ()))
    return token;
  token = await_keyring_token (endpoint);
  self->token_source = MAQ_TOKEN_KEYRING;
  if (token)
    return token;
  token = only_own ? NULL : await_file_token ();
  self->token_source = token ? MAQ_TOKEN_FILE : MAQ_TOKEN_NONE;
  return token ? token : g_strdup ("");
}

static DexFuture *
load_token_fiber (gpointer data)
{
  return dex_future_new_take_string (await_token (data));
}

DexFuture *
maq_settings_load_token (MaqSettings *self)
{
  dex_return_error_if_fail (MAQ_IS_SETTINGS (self));

  return dex_scheduler_spawn (NULL, 0, load_token_fiber, g_object_ref (self), g_object_unref);
}

MaqTokenSource
maq_settings_get_token_source (MaqSettings *self)
{
  g_return_val_if_fail (MAQ_IS_SETTINGS (self), MAQ_TOKEN_NONE);
  return self->token_source;
}

typedef struct
{
  MaqSettings *self;
  char        *token;
} StoreToken;

static void
store_token_free (StoreToken *state)
{
  g_object_unref (state->self);
  g_free (state->token);
  g_free (state);
}

static DexFuture *
store_token_fiber (gpointer data)
{
  StoreToken *state = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *endpoint = maq_settings_dup_endpoint (state->self);
  DexPromise      *promise = dex_promise_new_cancellable ();
  GCancellable    *cancellable = dex_promise_get_cancellable (promise);

  if (state->token)
    {
      g_autofree char *label = g_strdup_printf (_ ("Access token for %s"), endpoint);

      secret_password_store (&token_schema, SECRET_COLLECTION_DEFAULT, label, state->token, cancellable, store_cb, dex_ref (promise), "endpoint", endpoint, NULL);
    }
  else
    secret_password_clear (&token_schema, cancellable, clear_cb, dex_ref (promise), "endpoint", endpoint, NULL);

  if (!dex_await (DEX_FUTURE (promise), &error))
    {
      if (maq_error_is_cancelled (error))
        return dex_future_new_for_error (g_steal_pointer (&error));
      g_dbus_error_strip_remote_error (error);
      return dex_future_new_reject (MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_NO_KEYRING, _ ("No keyring here can keep the token (%s). Set HF_TOKEN, or sign in with the hf command."), error->message);
    }
  return dex_future_new_take_string (await_token (state->self));
}

DexFuture *
maq_settings_store_token (MaqSettings *self, const char *token)
{
  StoreToken      *state;
  g_autofree char *clean = NULL;

  dex_return_error_if_fail (MAQ_IS_SETTINGS (self));

  if (token && (clean = clean_token (token)) == NULL)
    return dex_future_new_reject (MAQ_LIBRARY_ERROR, MAQ_LIBRARY_ERROR_BAD_TOKEN, _ ("A token is one word of letters, digits and signs, such as hf_…"));
  state = g_new0 (StoreToken, 1);
  state->self = g_object_ref (self);
  state->token = g_steal_pointer (&clean);
  return dex_scheduler_spawn (NULL, 0, store_token_fiber, state, (GDestroyNotify) store_token_free);
}
