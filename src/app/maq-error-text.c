// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

#include "maq-error-text.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

#include "maq-cache.h"
#include "maq-engine.h"
#include "maq-error.h"
#include "maq-gguf.h"
#include "maq-hub-error.h"
#include "maq-library-error.h"
#include "maq-repo-address.h"

typedef enum
{
  RETRY = 1 << 0,
  OFFLINE = 1 << 1,
  PAGE = 1 << 2,
  FACT = 1 << 3, // the message tells where in a file
} Flags;

typedef struct
{
  int         code;
  const char *title;
  const char *body;
  Flags       flags;
} Entry;

static const Entry hub_entries[] = {
  { MAQ_HUB_ERROR_UNAUTHORIZED, N_ ("Token Not Accepted"), N_ ("The Hub did not accept the access token. Check the token in Preferences, then try again."), RETRY },
  { MAQ_HUB_ERROR_FORBIDDEN, N_ ("Not Allowed"), N_ ("The access token does not have permission for this. Add a token with more permissions in Preferences."), RETRY },
  { MAQ_HUB_ERROR_GATED, N_ ("Access Required"), N_ ("The owner shares this on request. Request access on its page, add an access token in Preferences, then try again."), RETRY | PAGE },
  { MAQ_HUB_ERROR_DISABLED, N_ ("Disabled by the Hub"), N_ ("The Hub has disabled this repo. Choose another one."), 0 },
  { MAQ_HUB_ERROR_REPO_NOT_FOUND, N_ ("Not Found"), N_ ("Nothing has this name, or it is private. Check the spelling, or add an access token in Preferences."), RETRY },
  { MAQ_HUB_ERROR_REVISION_NOT_FOUND, N_ ("Version Not Found"), N_ ("The Hub does not have this version. Open the latest one instead."), 0 },
  { MAQ_HUB_ERROR_ENTRY_NOT_FOUND, N_ ("File Not Found"), N_ ("This version does not contain the file. It may have been moved or deleted."), 0 },
  { MAQ_HUB_ERROR_RATE_LIMITED, N_ ("Too Many Requests"), N_ ("The Hub limits how often it can be asked. Try again in a few minutes; with an access token the limit is higher."), RETRY },
  { MAQ_HUB_ERROR_UNREACHABLE, N_ ("Hub Not Reachable"), N_ ("Check the network connection and the Hub address in Preferences, then try again. The Library works without a connection."), RETRY | OFFLINE },
  { MAQ_HUB_ERROR_SERVER, N_ ("Hub Not Available"), N_ ("The Hub could not answer. Try again later."), RETRY },
  { MAQ_HUB_ERROR_BAD_REQUEST, N_ ("Request Refused"), N_ ("The Hub refused the request."), 0 },
  { MAQ_HUB_ERROR_BAD_ENDPOINT, N_ ("Invalid Hub Address"), N_ ("The Hub address in Preferences is not valid. Use an address like https://huggingface.co or http://host:port."), 0 },
  { MAQ_HUB_ERROR_BAD_REPLY, N_ ("Unexpected Answer"), N_ ("The server did not answer as a Hub does. Check the Hub address in Preferences, or sign in to the network first."), RETRY },
  { MAQ_HUB_ERROR_NO_HUB, N_ ("Unexpected Answer"), N_ ("The server did not answer as a Hub does. Check the Hub address in Preferences, or sign in to the network first."), RETRY },
  { MAQ_HUB_ERROR_LINK_EXPIRED, N_ ("Download Link Expired"), N_ ("The link to the file has expired. Try again to get a new one."), RETRY },
  { MAQ_HUB_ERROR_OFFLINE, N_ ("Offline Mode"), N_ ("Maquette is set to work offline. The Library works as usual."), RETRY | OFFLINE },
};

static const Entry cache_entries[] = {
  { MAQ_CACHE_ERROR_READ_ONLY, N_ ("Folder Not Writable"), N_ ("The destination folder is read-only. Choose another one, for the cache in Preferences, or change its permissions."), RETRY },
  { MAQ_CACHE_ERROR_NO_SPACE, N_ ("Not Enough Disk Space"), N_ ("There is not enough disk space for the download. Delete something from the Library, then try again."), RETRY },
  { MAQ_CACHE_ERROR_LOCKED, N_ ("In Use by Another Program"), N_ ("Another program is downloading the same file. Try again when it is done."), RETRY },
  { MAQ_CACHE_ERROR_MISMATCH, N_ ("Download Damaged"), N_ ("The file does not match what the Hub announced, so it was discarded. Try again."), RETRY },
  { MAQ_CACHE_ERROR_UNSAFE, N_ ("Unsafe File Name"), N_ ("The Hub sent a file name that is not safe to store, so nothing was saved."), 0 },
  { MAQ_CACHE_ERROR_DAMAGED, N_ ("Cache Damaged"), N_ ("A part of the cache cannot be read. Delete the entry from the Library and download it again."), 0 },
  { MAQ_CACHE_ERROR_OCCUPIED, N_ ("File Already Exists"), N_ ("The folder has a file of the same name that was changed or not downloaded here. It was not replaced. Move it, or choose another folder."), RETRY },
  { MAQ_CACHE_ERROR_UNSUITABLE, N_ ("Folder Not Suitable"), N_ ("Downloads cannot go directly into the home folder, a folder above it, or the cache. Choose another folder."), 0 },
  { MAQ_CACHE_ERROR_MISSING, N_ ("Folder Not Found"), N_ ("The folder for this download cannot be found. If it is on another drive, connect the drive and try again."), RETRY },
};

static const Entry engine_entries[] = {
  { MAQ_ENGINE_ERROR_BAD_MODEL, N_ ("Model Cannot Be Loaded"), N_ ("The weights file is damaged or not supported. Download it again, or choose another one."), 0 },
  { MAQ_ENGINE_ERROR_OUT_OF_MEMORY, N_ ("Not Enough Memory"), N_ ("The model does not fit in memory. Choose a smaller variant, or close other programs."), RETRY },
  { MAQ_ENGINE_ERROR_CRASHED, N_ ("Model Stopped"), N_ ("The model stopped unexpectedly. Nothing else was affected. Try again, or choose another variant."), RETRY },
  { MAQ_ENGINE_ERROR_BUSY, N_ ("Still Answering"), N_ ("The model gives one answer at a time. Wait until it is done, or stop it."), RETRY },
  { MAQ_ENGINE_ERROR_TOO_LONG, N_ ("Conversation Too Long"), N_ ("The conversation exceeds the model's context. Start a new chat, or shorten the message."), 0 },
  { MAQ_ENGINE_ERROR_UNLOADED, N_ ("Model Not Loaded"), N_ ("The model was unloaded. Send the message again to load it."), RETRY },
  { MAQ_ENGINE_ERROR_UNSUPPORTED, N_ ("Not Supported by This Model"), N_ ("The model cannot do this. Choose another one."), 0 },
};

// These speak for themselves: their messages name the file or the model and are translated.
static const Entry library_entries[] = {
  { MAQ_LIBRARY_ERROR_STORE_DAMAGED, N_ ("File Damaged"), NULL, 0 },
  { MAQ_LIBRARY_ERROR_STORE_NEWER, N_ ("File From a Newer Version"), NULL, 0 },
  { MAQ_LIBRARY_ERROR_STORE_FAILED, N_ ("File Cannot Be Used"), NULL, RETRY },
  { MAQ_LIBRARY_ERROR_NO_KEYRING, N_ ("No Keyring"), NULL, RETRY },
  { MAQ_LIBRARY_ERROR_BAD_TOKEN, N_ ("Invalid Token"), NULL, 0 },
  { MAQ_LIBRARY_ERROR_BAD_FOLDER, N_ ("Not a Folder"), NULL, 0 },
  { MAQ_LIBRARY_ERROR_MODEL_GONE, N_ ("Model Not Found"), NULL, RETRY },
  { MAQ_LIBRARY_ERROR_NO_MODEL, N_ ("No Model Selected"), NULL, 0 },
  { MAQ_LIBRARY_ERROR_IN_USE, N_ ("In Use"), NULL, 0 },
};

static const Entry format_entries[] = {
  { MAQ_FORMAT_ERROR_NOT_THIS_FORMAT, N_ ("Unknown File Type"), N_ ("Choose a GGUF, safetensors or JSON file."), FACT },
  { MAQ_FORMAT_ERROR_NEEDS_MORE, N_ ("File Incomplete"), N_ ("The file ends too early. Download it again."), FACT },
  { MAQ_FORMAT_ERROR_TRUNCATED, N_ ("File Incomplete"), N_ ("The file ends too early. Download it again."), FACT },
  { MAQ_FORMAT_ERROR_CORRUPT, N_ ("File Damaged"), N_ ("The contents of the file contradict each other. Download it again, or report it to its owner."), FACT },
  { MAQ_FORMAT_ERROR_UNSUPPORTED, N_ ("Not Supported"), N_ ("This version of Maquette does not support this kind of file."), FACT },
};

static const Entry address_entries[] = {
  { MAQ_ADDRESS_ERROR_BAD_ID, N_ ("Invalid Name"), N_ ("Names on the Hub look like owner/name. Check the spelling."), 0 },
  { MAQ_ADDRESS_ERROR_BAD_REVISION, N_ ("Invalid Version"), N_ ("The version in the address is not valid. Check the spelling."), 0 },
  { MAQ_ADDRESS_ERROR_BAD_PATH, N_ ("Invalid File Name"), N_ ("The file name in the address is not valid. Check the spelling."), 0 },
  { MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS, N_ ("Invalid Address"), N_ ("An address looks like owner/name or hf://owner/name. Check the spelling."), 0 },
};

static const Entry io_entries[] = {
  { G_IO_ERROR_NOT_FOUND, N_ ("File Not Found"), N_ ("The file no longer exists. It may have been moved or deleted."), RETRY },
  { G_IO_ERROR_PERMISSION_DENIED, N_ ("Permission Denied"), N_ ("You do not have permission to open the file. Check its permissions."), RETRY },
  { G_IO_ERROR_NOT_DIRECTORY, N_ ("Not a Folder"), N_ ("There is a file where a folder should be. Move it, or choose another folder in Preferences."), RETRY | FACT },
  { G_IO_ERROR_NO_SPACE, N_ ("Not Enough Disk Space"), N_ ("The disk is full. Delete something, then try again."), RETRY },
  { G_IO_ERROR_TIMED_OUT, N_ ("No Answer"), N_ ("The server took too long to answer. Check the network connection, then try again."), RETRY | OFFLINE },
  { G_IO_ERROR_HOST_NOT_FOUND, N_ ("Hub Not Reachable"), N_ ("Check the network connection and the Hub address in Preferences, then try again."), RETRY | OFFLINE },
  { G_IO_ERROR_NETWORK_UNREACHABLE, N_ ("No Network"), N_ ("Check the network connection, then try again. The Library works without one."), RETRY | OFFLINE },
};

static const Entry *
find_entry (const Entry *entries,
            gsize        n_entries,
            int          code)
{
  for (gsize i = 0; i < n_entries; i++)
    if (entries[i].code == code)
      return &entries[i];
  return NULL;
}

static const Entry *
lookup (const GError *error)
{
#define LOOKUP(entries) find_entry (entries, G_N_ELEMENTS (entries), error->code)
  if (error->domain == MAQ_HUB_ERROR)
    return LOOKUP (hub_entries);
  if (error->domain == MAQ_CACHE_ERROR)
    return LOOKUP (cache_entries);
  if (error->domain == MAQ_ENGINE_ERROR)
    return LOOKUP (engine_entries);
  if (error->domain == MAQ_LIBRARY_ERROR)
    return LOOKUP (library_entries);
  if (error->domain == MAQ_FORMAT_ERROR)
    return LOOKUP (format_entries);
  if (error->domain == MAQ_ADDRESS_ERROR)
    return LOOKUP (address_entries);
  if (error->domain == G_IO_ERROR)
    return LOOKUP (io_entries);
#undef LOOKUP
  return NULL;
}

MaqErrorText *
maq_error_text_new (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  if (maq_error_is_cancelled (error))
    return NULL;

  const Entry  *entry = lookup (error);
  MaqErrorText *self = g_new0 (MaqErrorText, 1);
  if (entry != NULL)
    {
      self->title = g_strdup (_ (entry->title));
      g_autofree char *message = g_utf8_make_valid (error->message, -1);
      if ((entry->flags & FACT) != 0)
        self->body = g_strdup_printf ("%s\n(%s)", _ (entry->body), message);
      else
        self->body = entry->body != NULL ? g_strdup (_ (entry->body)) : g_steal_pointer (&message);
      if (maq_hub_error_get_reason (error) != NULL)
        {
          g_autofree char *body = g_steal_pointer (&self->body);
          // Translators: the first %s is a sentence of Maquette, the second what the server answered.
          self->body = g_strdup_printf (_ ("%s\nThe server says: %s"), body, maq_hub_error_get_reason (error));
        }
      self->is_offline = (entry->flags & OFFLINE) != 0;
      self->can_retry = (entry->flags & RETRY) != 0;
      self->needs_page = (entry->flags & PAGE) != 0;
      return self;
    }

  g_autofree char *fact = g_utf8_make_valid (error->message, -1);
  self->title = g_strdup (_ ("Something Went Wrong"));
  // Translators: %s is a technical sentence in English.
  self->body = g_strdup_printf (_ ("Try again. If this keeps happening, report it: %s"), fact);
  self->can_retry = TRUE;
  return self;
}

void
maq_error_text_free (MaqErrorText *self)
{
  g_free (self->title);
  g_free (self->body);
  g_free (self);
}
