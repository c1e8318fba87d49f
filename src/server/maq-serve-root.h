// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>
#include <sys/stat.h>

G_BEGIN_DECLS

// The folder that is served. What is opened in it lies in it, whatever symbolic links there are on the way and whoever changes them
// meanwhile: each link is read and followed step by step, and nothing is opened unless the folder it was reached in is below this one.
// A link that leaves the folder and comes back, or names a place in it by its whole path, is good. Reference counted; any thread.
typedef struct _MaqServeRoot MaqServeRoot;

#define MAQ_SERVE_ROOT_ERROR (maq_serve_root_error_quark ())
GQuark maq_serve_root_error_quark (void);

typedef enum
{
  MAQ_SERVE_ROOT_ERROR_LEADS_OUT, // a symbolic link does, and links out of the folder are not followed
} MaqServeRootError;

// FOLLOW_LINKS: links may lead anywhere. Errors of GIO.
MaqServeRoot *maq_serve_root_new (const char *path,
                                  gboolean    follow_links,
                                  GError    **error);
MaqServeRoot *maq_serve_root_ref (MaqServeRoot *self);
void          maq_serve_root_unref (MaqServeRoot *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaqServeRoot, maq_serve_root_unref)

// The whole path.
const char *maq_serve_root_get_path (MaqServeRoot *self);

// Opens PATH, which is relative to the folder ("" is the folder itself), for reading: a regular file or a folder. INFO is that of what was
// opened. Returns a file descriptor, or -1 with MAQ_SERVE_ROOT_ERROR or an error of GIO; G_IO_ERROR_NOT_REGULAR_FILE for any other thing.
// Never waits for a pipe, and opens no device.
int maq_serve_root_open (MaqServeRoot *self,
                         const char   *path,
                         struct stat  *info,
                         GError      **error);

// The whole of a small file as text; NULL with an error.
char *maq_serve_root_load (MaqServeRoot *self,
                           const char   *path,
                           gsize         limit,
                           GError      **error);

G_END_DECLS
