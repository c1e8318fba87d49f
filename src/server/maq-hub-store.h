// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

// What a MaqHubServer serves: a fixed set of repos (models, datasets and Spaces) with their commits, refs and files.
// It is read once, when it is opened, and does not change afterwards; contents and hashes of files are read on demand.
//
// A folder of repos is laid out as
//
//     DIR/{models,datasets,spaces}/OWNER/NAME/…files…
//     DIR/{models,datasets,spaces}/NAME/…files…        a repo without an owner, as the oldest are: there are files right in it
//
// A repo may describe itself in .maquette/repo.json, which is not part of what is served; every member is optional:
//
//     likes, downloads, downloadsAllTime, trendingScore   numbers
//     createdAt              "2026-03-02T10:11:12.000Z"; default: the date of the first commit
//     gated                  false, "auto" or "manual"
//     private, disabled      booleans
//     aliases                earlier ids, ["owner/old-name"]: they answer 307 to the present one
//     pipeline_tag, library_name, tags    besides what the front matter of README.md says
//     gguf, safetensors, config, sdk, runtime, description   as in the API's answers
//     commits                oldest first: {title, message, date, authors: ["login"], branch: "main", files: {PATH: WHAT}};
//                            files are those that differ from the commit before on that branch; a new branch begins at
//                            main, and one called refs/pr/N is a pull request
//     git_tags, branches     {"v1.0": 0, …} names to the index of a commit; every "branch" of a commit exists anyway
//     folder                 a folder below DIR that holds the repo's files instead of the one its repo.json is in;
//                            without that folder the repo is left out
//
// WHAT is null (removed), {"file": "path below the repo's folder"}, {"text": "…"} or
// {"generate": {"format": "safetensors"|"bytes", "bytes": N, "seed": S, "sha256": "…"}}: a file of N bytes that exists
// only while it is sent, always the same for the same seed. Files in the folder that no commit names belong to the first
// commit. Without a repo.json there is one commit, named after the hashes of the files.
// Symbolic links are served as what they lead to, if that is in the same folder; others are left out, unless one says to follow them.
#define MAQ_TYPE_HUB_STORE (maq_hub_store_get_type ())
G_DECLARE_FINAL_TYPE (MaqHubStore, maq_hub_store, MAQ, HUB_STORE, GObject)

// All constructors read files and may be called on any thread; a window calls them on a worker.

typedef enum
{
  MAQ_HUB_STORE_DEFAULT = 0,
  MAQ_HUB_STORE_FOLLOW_LINKS = 1 << 0, // also out of the folder
} MaqHubStoreFlags;

// The demo Hub, from where maq_paths_dup_demo_dir says.
// Errors: G_IO_ERROR_NOT_FOUND; G_IO_ERROR_INVALID_DATA with the file and what is wrong in it.
MaqHubStore *maq_hub_store_new_demo (GError **error);

// A folder of repos. Errors as above.
MaqHubStore *maq_hub_store_new_folder (const char *path,
                                       GError    **error);
MaqHubStore *maq_hub_store_new_folder_full (const char      *path,
                                            MaqHubStoreFlags flags,
                                            GError         **error);

// The shared Hugging Face cache, read-only: every snapshot of it is a commit. PATH is the folder that holds
// models--owner--name; what cannot be read in it is left out. Layout: hub cache of huggingface_hub, read 2026-08.
MaqHubStore *maq_hub_store_new_cache (const char *path,
                                      GError    **error);
MaqHubStore *maq_hub_store_new_cache_full (const char      *path,
                                           MaqHubStoreFlags flags,
                                           GError         **error);

// COUNT made-up repos (eight models, one dataset and one Space in ten), the same ones each time, for scale tests.
MaqHubStore *maq_hub_store_new_synthetic (guint count);

// How many repos of all kinds there are.
guint maq_hub_store_get_n_repos (MaqHubStore *self);

// Why something in the folder is not served.
typedef enum
{
  MAQ_HUB_STORE_REASON_LEADS_OUT, // a symbolic link does, see MAQ_HUB_STORE_FOLLOW_LINKS
  MAQ_HUB_STORE_REASON_CIRCLE,    // a symbolic link leads back to a folder it is in, or there are too many of them
  MAQ_HUB_STORE_REASON_NAME,      // clients of the Hub refuse such a name
  MAQ_HUB_STORE_REASON_UNREADABLE,
} MaqHubStoreReason;

guint maq_hub_store_get_n_left_out (MaqHubStore *self);
// The name of one of them, relative to the folder, as UTF-8. (transfer none)
const char *maq_hub_store_get_left_out (MaqHubStore       *self,
                                        guint              index,
                                        MaqHubStoreReason *reason);

G_END_DECLS
