// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-library-contents.h"

#include <glib/gi18n.h>

#include "maq-library-words.h"

struct _MaqLibraryLine
{
  GObject            parent_instance;
  MaqLibraryLineKind kind;
  char              *title;
  char              *subtitle;
  guint64            size;
  char              *commit;
  char             **paths;
  char              *place;
  gboolean           can_chat;
};

G_DEFINE_FINAL_TYPE (MaqLibraryLine, maq_library_line, G_TYPE_OBJECT)

enum
{
  PROP_TITLE = 1,
  PROP_SUBTITLE,
  PROP_SIZE,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static void
maq_library_line_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  MaqLibraryLine *self = MAQ_LIBRARY_LINE (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_SUBTITLE:
      g_value_set_string (value, self->subtitle);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->size);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
maq_library_line_finalize (GObject *object)
{
  MaqLibraryLine *self = MAQ_LIBRARY_LINE (object);

  g_free (self->title);
  g_free (self->subtitle);
  g_free (self->commit);
  g_strfreev (self->paths);
  g_free (self->place);
  G_OBJECT_CLASS (maq_library_line_parent_class)->finalize (object);
}

static void
maq_library_line_class_init (MaqLibraryLineClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = maq_library_line_get_property;
  object_class->finalize = maq_library_line_finalize;
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_SUBTITLE] = g_param_spec_string ("subtitle", NULL, NULL, NULL, flags);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
maq_library_line_init (MaqLibraryLine *self)
{
}

#define GETTER(type, name)                                       \
  type maq_library_line_get_##name (MaqLibraryLine *self)        \
  {                                                              \
    g_return_val_if_fail (MAQ_IS_LIBRARY_LINE (self), (type) 0); \
    return (type) self->name;                                    \
  }

GETTER (MaqLibraryLineKind, kind)
GETTER (const char *, title)
GETTER (const char *, subtitle)
GETTER (guint64, size)
GETTER (const char *, commit)
GETTER (const char *const *, paths)
GETTER (const char *, place)

gboolean
maq_library_line_can_chat (MaqLibraryLine *self)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_LINE (self), FALSE);
  return self->can_chat;
}

// One version and what is listed below it.
typedef struct
{
  const MaqCacheRevision *revision; // of the list's repo
  GPtrArray              *variants; // of MaqVariant
  GArray                 *files;    // guint: positions in the revision's files of all others
  guint                   first;    // position of its line
} Section;

struct _MaqLibraryContentsList
{
  GObject         parent_instance;
  MaqLibraryItem *item;
  MaqCacheRepo   *repo;
  GArray         *sections;
  guint           n_lines;
};

static void
section_clear (gpointer data)
{
  Section *self = data;

  g_ptr_array_unref (self->variants);
  g_array_unref (self->files);
}

// All but the version that SECTION stands for.
static MaqLibraryLine *
new_line (MaqLibraryContentsList *self,
          const Section          *section,
          MaqLibraryLineKind      kind,
          const char *const      *paths)
{
  MaqLibraryLine *line = g_object_new (MAQ_TYPE_LIBRARY_LINE, NULL);

  line->kind = kind;
  line->commit = g_strdup (section->revision->commit);
  line->paths = g_strdupv ((char **) paths);
  line->place = g_build_filename (self->repo->path, "snapshots", section->revision->commit, paths != NULL ? paths[0] : NULL, NULL);
  return line;
}

static MaqLibraryLine *
new_version (MaqLibraryContentsList *self,
             const Section          *section)
{
  MaqLibraryLine *line = new_line (self, section, MAQ_LIBRARY_LINE_VERSION, NULL);

  line->title = maq_library_revision_dup_name (self->repo, section->revision);
  line->subtitle = maq_library_revision_dup_summary (self->item, section->revision);
  line->size = section->revision->size;
  return line;
}

static MaqLibraryLine *
new_variant (MaqLibraryContentsList *self,
             const Section          *section,
             const MaqVariant       *variant)
{
  MaqLibraryLine *line = new_line (self, section, MAQ_LIBRARY_LINE_VARIANT, (const char *const *) variant->paths);
  guint           n_paths = g_strv_length (variant->paths);

  line->title = g_strdup (variant->label);
  if (variant->missing > 0)
    line->subtitle = g_strdup_printf (ngettext ("%u part is missing", "%u parts are missing", variant->missing), variant->missing);
  else if (n_paths > 1)
    line->subtitle = maq_library_dup_files (n_paths);
  else
    line->subtitle = g_strdup (variant->paths[0]);
  line->size = variant->size;
  line->can_chat = variant->missing == 0;
  return line;
}

static MaqLibraryLine *
new_file (MaqLibraryContentsList *self,
          const Section          *section,
          const MaqCacheFile     *file)
{
  const char     *paths[] = { file->path, NULL };
  MaqLibraryLine *line = new_line (self, section, MAQ_LIBRARY_LINE_FILE, paths);

  line->title = g_strdup (file->path);
  line->subtitle = g_strdup ("");
  line->size = file->size;
  return line;
}

static GType
get_item_type (GListModel *model)
{
  return MAQ_TYPE_LIBRARY_LINE;
}

static guint
get_n_items (GListModel *model)
{
  return MAQ_LIBRARY_CONTENTS_LIST (model)->n_lines;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  MaqLibraryContentsList *self = MAQ_LIBRARY_CONTENTS_LIST (model);

  if (position >= self->n_lines)
    return NULL;
  guint i = self->sections->len - 1;
  while (g_array_index (self->sections, Section, i).first > position)
    i--;
  const Section *section = &g_array_index (self->sections, Section, i);
  guint          below = position - section->first;
  if (below == 0)
    return new_version (self, section);
  below--;
  if (below < section->variants->len)
    return new_variant (self, section, g_ptr_array_index (section->variants, below));
  below -= section->variants->len;
  return new_file (self, section, g_ptr_array_index (section->revision->files, g_array_index (section->files, guint, below)));
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MaqLibraryContentsList, maq_library_contents_list, G_TYPE_OBJECT, G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
maq_library_contents_list_dispose (GObject *object)
{
  MaqLibraryContentsList *self = MAQ_LIBRARY_CONTENTS_LIST (object);

  g_clear_pointer (&self->sections, g_array_unref);
  self->n_lines = 0;
  g_clear_pointer (&self->repo, maq_cache_repo_unref);
  g_clear_object (&self->item);
  G_OBJECT_CLASS (maq_library_contents_list_parent_class)->dispose (object);
}

static void
maq_library_contents_list_class_init (MaqLibraryContentsListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = maq_library_contents_list_dispose;
}

static void
maq_library_contents_list_init (MaqLibraryContentsList *self)
{
}

// Leaves out of VARIANTS what is hidden, and adds to TAKEN the files of all.
static void
sift_variants (MaqLibraryContentsList *self,
               const char             *commit,
               GPtrArray              *variants,
               GHashTable             *taken)
{
  for (guint i = variants->len; i-- > 0;)
    {
      const MaqVariant *variant = g_ptr_array_index (variants, i);
      gboolean          hidden = FALSE;
      for (guint j = 0; variant->paths[j] != NULL; j++)
        {
          hidden = hidden || maq_library_item_hides (self->item, commit, variant->paths[j]);
          g_hash_table_add (taken, g_strdup (variant->paths[j]));
        }
      if (hidden)
        g_ptr_array_remove_index (variants, i);
    }
}

static void
add_section (MaqLibraryContentsList *self,
             const MaqCacheRevision *revision)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Section section = { .revision = revision, .first = self->n_lines };

  section.variants = maq_library_group_variants (revision);
  section.files = g_array_new (FALSE, FALSE, sizeof (guint));
  sift_variants (self, revision->commit, section.variants, taken);
  for (guint i = 0; i < revision->files->len; i++)
    {
      const MaqCacheFile *file = g_ptr_array_index (revision->files, i);
      if (!g_hash_table_contains (taken, file->path) && !maq_library_item_hides (self->item, revision->commit, file->path))
        g_array_append_val (section.files, i);
    }
  self->n_lines += 1 + section.variants->len + section.files->len;
  g_array_append_val (self->sections, section);
}

static void
fill (MaqLibraryContentsList *self)
{
  guint n_before = self->n_lines;

  g_clear_pointer (&self->sections, g_array_unref);
  g_clear_pointer (&self->repo, maq_cache_repo_unref);
  self->repo = maq_cache_repo_ref (maq_library_item_get_repo (self->item));
  self->sections = g_array_new (FALSE, FALSE, sizeof (Section));
  g_array_set_clear_func (self->sections, section_clear);
  self->n_lines = 0;
  for (guint i = 0; i < self->repo->revisions->len; i++)
    {
      const MaqCacheRevision *revision = g_ptr_array_index (self->repo->revisions, i);
      if (!maq_library_item_hides (self->item, revision->commit, NULL))
        add_section (self, revision);
    }
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->n_lines);
}

MaqLibraryContentsList *
maq_library_contents_list_new (MaqLibraryItem *item)
{
  g_return_val_if_fail (MAQ_IS_LIBRARY_ITEM (item), NULL);

  MaqLibraryContentsList *self = g_object_new (MAQ_TYPE_LIBRARY_CONTENTS_LIST, NULL);
  self->item = g_object_ref (item);
  g_signal_connect_object (item, "changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  fill (self);
  return self;
}
