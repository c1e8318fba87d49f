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
  { MAQ_HUB_ERROR_UNAUTHORIZED, N_ ("Token Not Accepted"), N_ ("The Hub did not accept the access token. Check it in Preferences, then try again."), RETRY },
  { MAQ_HUB_ERROR_FORBIDDEN, N_ ("Not Allowed"), N_ ("The access token may not do this. Use a token with more rights in Preferences."), RETRY },
  { MAQ_HUB_ERROR_GATED, N_ ("Access Must Be Asked For"), N_ ("Its owner shares this only on request. Ask for access on its page, add an access token in Preferences, then try again."), RETRY | PAGE },
  { MAQ_HUB_ERROR_DISABLED, N_ ("Disabled by the Hub"), N_ ("The Hub has taken this out of use. Look for another one."), 0 },
  { MAQ_HUB_ERROR_REPO_NOT_FOUND, N_ ("Not Found"), N_ ("There is nothing under this name, or it is private. Check the spelling, or add an access token in Preferences."), RETRY },
  { MAQ_HUB_ERROR_REVISION_NOT_FOUND, N_ ("Version Not Found"), N_ ("The Hub does not have this version. Open the newest one instead."), 0 },
  { MAQ_HUB_ERROR_ENTRY_NOT_FOUND, N_ ("File Not Found"), N_ ("This version does not have that file. It may have been moved or removed."), 0 },
  { MAQ_HUB_ERROR_RATE_LIMITED, N_ ("Too Many Requests"), N_ ("The Hub asked to slow down. Try again in a few minutes; with an access token the limit is higher."), RETRY },
  { MAQ_HUB_ERROR_UNREACHABLE, N_ ("Hub Not Reachable"), N_ ("Check the network connection and the Hub address in Preferences, then try again. What is in the Library works without a connection."), RETRY | OFFLINE },
  { MAQ_HUB_ERROR_SERVER, N_ ("The Hub Has a Problem"), N_ ("The Hub could not answer just now. Try again in a while."), RETRY },
  { MAQ_HUB_ERROR_BAD_REQUEST, N_ ("Request Refused"), N_ ("The Hub did not understand the request."), RETRY },
  { MAQ_HUB_ERROR_BAD_ENDPOINT, N_ ("Not the Address of a Hub"), N_ ("What Preferences name as the Hub is no address. It looks like https://huggingface.co, or http://host:port."), 0 },
  { MAQ_HUB_ERROR_BAD_REPLY, N_ ("Unexpected Answer"), N_ ("What answered does not speak as a Hub does. Check the Hub address in Preferences, or sign in to the network first."), RETRY },
  { MAQ_HUB_ERROR_NO_HUB, N_ ("Unexpected Answer"), N_ ("What answered does not speak as a Hub does. Check the Hub address in Preferences, or sign in to the network first."), RETRY },
  { MAQ_HUB_ERROR_LINK_EXPIRED, N_ ("Download Link Expired"), N_ ("The link to the file is no longer good. Try again to get a fresh one."), RETRY },
  { MAQ_HUB_ERROR_OFFLINE, N_ ("Offline Mode"), N_ ("Maquette is set to work without the network. What is in the Library works as usual."), RETRY | OFFLINE },
};

static const Entry cache_entries[] = {
  { MAQ_CACHE_ERROR_READ_ONLY, N_ ("Folder Not Writable"), N_ ("The folder the files go to cannot be written to. Choose another one, for the cache in Preferences, or change its permissions."), RETRY },
  { MAQ_CACHE_ERROR_NO_SPACE, N_ ("Not Enough Disk Space"), N_ ("The download does not fit on the disk. Delete something from the Library, then try again."), RETRY },
  { MAQ_CACHE_ERROR_LOCKED, N_ ("In Use by Another Program"), N_ ("Another program is fetching the same file. Try again when it is done."), RETRY },
  { MAQ_CACHE_ERROR_MISMATCH, N_ ("Download Damaged"), N_ ("What arrived is not what the Hub announced, so it was thrown away. Try again."), RETRY },
  { MAQ_CACHE_ERROR_UNSAFE, N_ ("Unsafe File Name"), N_ ("The Hub named a file in a way that is not safe to store, so nothing was written."), 0 },
  { MAQ_CACHE_ERROR_DAMAGED, N_ ("Cache Damaged"), N_ ("A part of the cache cannot be read. Delete the entry from the Library and download it again."), RETRY },
  { MAQ_CACHE_ERROR_OCCUPIED, N_ ("A File of Yours Is There"), N_ ("The folder has a file of the same name that was changed, or that no download put there. It was left as it is. Move it away, or choose another folder."), RETRY },
  { MAQ_CACHE_ERROR_UNSUITABLE, N_ ("Folder Not Suitable"), N_ ("Downloads have no place in the home folder itself, in what it is in, or in the cache. Choose another folder."), 0 },
  { MAQ_CACHE_ERROR_MISSING, N_ ("Folder Not There"), N_ ("The folder for this download cannot be found. If it is on another drive, connect that and try again."), RETRY },
};

static const Entry engine_entries[] = {
  { MAQ_ENGINE_ERROR_BAD_MODEL, N_ ("Model Cannot Be Loaded"), N_ ("The weights file is damaged or of a kind that cannot run here. Download it again, or choose another one."), 0 },
  { MAQ_ENGINE_ERROR_OUT_OF_MEMORY, N_ ("Not Enough Memory"), N_ ("The model does not fit into memory. Choose a smaller variant, or close other programs."), RETRY },
  { MAQ_ENGINE_ERROR_CRASHED, N_ ("The Model Stopped"), N_ ("What ran the model ended unexpectedly. Nothing else was affected; try again or choose another variant."), RETRY },
  { MAQ_ENGINE_ERROR_BUSY, N_ ("Still Answering"), N_ ("The model gives one answer at a time. Wait until it is done, or stop it."), RETRY },
  { MAQ_ENGINE_ERROR_TOO_LONG, N_ ("Too Long for This Model"), N_ ("The conversation does not fit into what the model can keep in mind. Start a new chat, or shorten the message."), 0 },
  { MAQ_ENGINE_ERROR_UNLOADED, N_ ("Model Not Loaded"), N_ ("The model was unloaded. Send the message again to load it."), RETRY },
  { MAQ_ENGINE_ERROR_UNSUPPORTED, N_ ("Not Possible with This Model"), N_ ("The model cannot do this. Choose another one."), 0 },
};

// These speak for themselves: their messages name the file or the model and are translated.
static const Entry library_entries[] = {
  { MAQ_LIBRARY_ERROR_STORE_DAMAGED, N_ ("File Damaged"), NULL, 0 },
  { MAQ_LIBRARY_ERROR_STORE_NEWER, N_ ("File of a Newer Version"), NULL, 0 },
  { MAQ_LIBRARY_ERROR_STORE_FAILED, N_ ("File Not Usable"), NULL, RETRY },
  { MAQ_LIBRARY_ERROR_NO_KEYRING, N_ ("No Keyring"), NULL, RETRY },
  { MAQ_LIBRARY_ERROR_BAD_TOKEN, N_ ("Not a Token"), NULL, 0 },
  { MAQ_LIBRARY_ERROR_BAD_FOLDER, N_ ("Not a Folder"), NULL, 0 },
  { MAQ_LIBRARY_ERROR_MODEL_GONE, N_ ("Model Not Here"), NULL, RETRY },
  { MAQ_LIBRARY_ERROR_NO_MODEL, N_ ("No Model Chosen"), NULL, 0 },
  { MAQ_LIBRARY_ERROR_IN_USE, N_ ("In Use"), NULL, 0 },
};

static const Entry format_entries[] = {
  { MAQ_FORMAT_ERROR_NOT_THIS_FORMAT, N_ ("Unknown File Type"), N_ ("Choose a GGUF, safetensors or JSON file."), FACT },
  { MAQ_FORMAT_ERROR_NEEDS_MORE, N_ ("File Not Whole"), N_ ("The file ends too early. Download it again."), RETRY | FACT },
  { MAQ_FORMAT_ERROR_TRUNCATED, N_ ("File Not Whole"), N_ ("The file ends too early. Download it again."), RETRY | FACT },
  { MAQ_FORMAT_ERROR_CORRUPT, N_ ("File Damaged"), N_ ("What the file says of itself makes no sense. Download it again, or tell its owner."), RETRY | FACT },
  { MAQ_FORMAT_ERROR_UNSUPPORTED, N_ ("Not Supported"), N_ ("The file is of a kind that this version of Maquette does not know."), FACT },
};

static const Entry address_entries[] = {
  { MAQ_ADDRESS_ERROR_BAD_ID, N_ ("Not a Valid Name"), N_ ("Names on the Hub look like owner/name. Check the spelling."), 0 },
  { MAQ_ADDRESS_ERROR_BAD_REVISION, N_ ("Not a Valid Version"), N_ ("The version in the address cannot be one. Check the spelling."), 0 },
  { MAQ_ADDRESS_ERROR_BAD_PATH, N_ ("Not a Valid File Name"), N_ ("The file name in the address cannot be one. Check the spelling."), 0 },
  { MAQ_ADDRESS_ERROR_NOT_AN_ADDRESS, N_ ("Not an Address"), N_ ("An address looks like owner/name or hf://owner/name. Check the spelling."), 0 },
};

static const Entry io_entries[] = {
  { G_IO_ERROR_NOT_FOUND, N_ ("File Not Found"), N_ ("The file is not there any more. It may have been moved or removed."), RETRY },
  { G_IO_ERROR_PERMISSION_DENIED, N_ ("Not Allowed"), N_ ("The file cannot be opened with the rights of this account. Check its permissions."), RETRY },
  { G_IO_ERROR_NOT_DIRECTORY, N_ ("Not a Folder"), N_ ("A file is where a folder should be. Move it away, or choose another folder in Preferences."), RETRY | FACT },
  { G_IO_ERROR_NO_SPACE, N_ ("Not Enough Disk Space"), N_ ("The disk is full. Delete something, then try again."), RETRY },
  { G_IO_ERROR_TIMED_OUT, N_ ("No Answer in Time"), N_ ("It took too long. Check the network connection, then try again."), RETRY | OFFLINE },
  { G_IO_ERROR_HOST_NOT_FOUND, N_ ("Hub Not Reachable"), N_ ("Check the network connection and the Hub address in Preferences, then try again."), RETRY | OFFLINE },
  { G_IO_ERROR_NETWORK_UNREACHABLE, N_ ("No Network"), N_ ("Check the network connection, then try again. What is in the Library works without one."), RETRY | OFFLINE },
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
  self->body = g_strdup_printf (_ ("Try again. If it stays, report this: %s"), fact);
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
