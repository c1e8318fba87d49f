// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers

// Preloaded into a program under test: counts its calls on files below some folders, makes call number N go wrong or ends the
// process there, and writes down what was done, so that states after a power loss can be rebuilt.
//
//   MAQ_FAULT_ROOTS    absolute folders, joined by ':'; other files are left alone
//   MAQ_FAULT_AT       the number of the call, from 1
//   MAQ_FAULT_DO       ENOSPC, EIO, EDQUOT, EROFS, EINTR, EPERM, EACCES, EOPNOTSUPP: the call fails so and does nothing; with
//                      a + behind it so do all later ones that can. short: half of what should be written is. kill-before, kill-after: SIGKILL. tear: half
//                      of what should be written, then SIGKILL. What cannot be asked of a call (a short rename) leaves it alone.
//   MAQ_FAULT_ONLY     names of calls, joined by ',': no others go wrong
//   MAQ_FAULT_COUNT    a file that gets the number of calls and the name of the one spoiled
//   MAQ_FAULT_RECORD   a file that gets one line a call, in the order they took effect; what is written goes to FILE.data
//   MAQ_FAULT_FLOCK    lies: flock() succeeds for everybody, as on some network file systems; ENOLCK: it does not work at all
//   MAQ_FAULT_CLOCK    seconds by which the wall clock is wrong; "SECONDS@AFTER": from so many seconds after the start on
//   MAQ_FAULT_ROOM     how many bytes are free on every disk, for who asks
//
// For 64-bit Linux, where the two names of a call (open, open64) take the same arguments.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Static_assert (sizeof (off_t) == 8, "the two names of a call differ here");

#define EXPORT __attribute__ ((visibility ("default")))
#define REAL(name)                     \
  ({                                   \
    static __typeof__ (&name) real;    \
    if (real == NULL)                  \
      real = dlsym (RTLD_NEXT, #name); \
    real;                              \
  })

typedef enum
{
  NOTHING,
  FAIL,
  SHORT,
  KILL_BEFORE,
  KILL_AFTER,
  TEAR,
} Action;

static const struct
{
  const char *name;
  int         code;
} failures[] = { { "ENOSPC", ENOSPC }, { "EIO", EIO }, { "EDQUOT", EDQUOT }, { "EROFS", EROFS }, { "EINTR", EINTR }, { "EPERM", EPERM }, { "EACCES", EACCES }, { "EOPNOTSUPP", EOPNOTSUPP } };

static char           *roots[8];
static unsigned long   at;
static Action          action;
static int             failure;
static bool            sticky;
static const char     *only;
static const char     *count_path;
static struct timespec started;
static int             record_fd = -1;
static int             data_fd = -1;
static uint64_t        data_length;
static unsigned long   n_calls;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// One call that concerns us, from before to after. The lock is held meanwhile: the record is in the order of effect.
typedef struct
{
  const char *name;
  bool        counted;
  bool        fails;
  Action      action;
} Call;

static int
open_own (const char *path)
{
  int fd = syscall (SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    abort ();
  // Out of the way of the numbers the program sees.
  int high = fcntl (fd, F_DUPFD_CLOEXEC, 500);
  syscall (SYS_close, fd);
  return high;
}

static void
read_action (const char *text)
{
  for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
    if (strncmp (text, failures[i].name, strlen (failures[i].name)) == 0)
      {
        action = FAIL;
        failure = failures[i].code;
        sticky = text[strlen (failures[i].name)] == '+';
        return;
      }
  if (strcmp (text, "short") == 0)
    action = SHORT;
  else if (strcmp (text, "kill-before") == 0)
    action = KILL_BEFORE;
  else if (strcmp (text, "kill-after") == 0)
    action = KILL_AFTER;
  else if (strcmp (text, "tear") == 0)
    action = TEAR;
  else
    abort ();
}

__attribute__ ((constructor)) static void
start (void)
{
  const char *record = getenv ("MAQ_FAULT_RECORD");
  const char *list = getenv ("MAQ_FAULT_ROOTS");
  char       *rest = list != NULL ? strdup (list) : NULL;

  for (size_t i = 0; rest != NULL && i < sizeof roots / sizeof *roots - 1; i++)
    roots[i] = strsep (&rest, ":");
  if (getenv ("MAQ_FAULT_AT") != NULL)
    at = strtoul (getenv ("MAQ_FAULT_AT"), NULL, 10);
  if (getenv ("MAQ_FAULT_DO") != NULL)
    read_action (getenv ("MAQ_FAULT_DO"));
  only = getenv ("MAQ_FAULT_ONLY");
  count_path = getenv ("MAQ_FAULT_COUNT");
  REAL (clock_gettime) (CLOCK_MONOTONIC, &started);
  if (record != NULL)
    {
      char data[PATH_MAX];
      snprintf (data, sizeof data, "%s.data", record);
      record_fd = open_own (record);
      data_fd = open_own (data);
    }
}

static void
write_count (const char *spoiled)
{
  char text[64];
  if (count_path == NULL)
    return;
  int fd = syscall (SYS_openat, AT_FDCWD, count_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  int length = snprintf (text, sizeof text, "%lu %s\n", n_calls, spoiled);
  if (fd >= 0 && (syscall (SYS_ftruncate, fd, 0) != 0 || syscall (SYS_write, fd, text, length) != length))
    abort ();
  syscall (SYS_close, fd);
}

static const char *spoiled_name = "-";

__attribute__ ((destructor)) static void
end (void)
{
  write_count (spoiled_name);
}

// The absolute path of PATH below the folder FD; of FD itself if PATH is NULL.
static void
name_path (int         fd,
           const char *path,
           char        out[PATH_MAX])
{
  char    link[64];
  ssize_t length = 0;

  out[0] = '\0';
  if (path != NULL && path[0] == '/')
    {
      snprintf (out, PATH_MAX, "%s", path);
      return;
    }
  snprintf (link, sizeof link, fd == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", fd);
  length = readlink (link, out, PATH_MAX - 1);
  if (length < 0)
    length = 0;
  out[length] = '\0';
  if (path != NULL)
    snprintf (out + length, PATH_MAX - length, "/%s", path);
}

static bool
concerns_us (const char *path)
{
  for (size_t i = 0; roots[i] != NULL; i++)
    {
      size_t length = strlen (roots[i]);
      if (strncmp (path, roots[i], length) == 0 && (path[length] == '/' || path[length] == '\0'))
        return true;
    }
  return false;
}

static void
end_process (void)
{
  write_count (spoiled_name);
  syscall (SYS_kill, getpid (), SIGKILL);
}

static bool
is_named (const char *name,
          const char *list)
{
  for (size_t length = strlen (name); list != NULL; list = strchr (list, ','), list += list != NULL)
    if (strncmp (list, name, length) == 0 && (list[length] == ',' || list[length] == '\0'))
      return true;
  return false;
}

static bool
may_fail (const char *name,
          bool        writes)
{
  if (only != NULL)
    return is_named (name, only);
  if (sticky)
    return writes || strcmp (name, "mkdir") == 0 || strcmp (name, "symlink") == 0 || strcmp (name, "link") == 0 ||
           strcmp (name, "rename") == 0 || strcmp (name, "fallocate") == 0;
  // Calls that Linux never interrupts on a file, or interrupts only before they begin.
  return failure != EINTR || writes || strcmp (name, "open") == 0 || strcmp (name, "fsync") == 0 ||
         strcmp (name, "close") == 0 || strcmp (name, "fallocate") == 0 || strcmp (name, "ftruncate") == 0;
}

// WRITES: half of it can be done.
static Call
before (const char *name,
        bool        writes,
        const char *path)
{
  Call call = { .name = name, .counted = concerns_us (path) };

  if (!call.counted)
    return call;
  pthread_mutex_lock (&lock);
  n_calls++;
  if (at == 0 || n_calls < at || (n_calls > at && !sticky))
    return call;
  if (action == FAIL ? !may_fail (name, writes) : (action == SHORT || action == TEAR) && !writes)
    return call;
  if (n_calls == at || spoiled_name[0] == '-')
    spoiled_name = name;
  call.action = action;
  if (action == KILL_BEFORE)
    end_process ();
  if (action == FAIL)
    {
      call.fails = true;
      errno = failure;
    }
  return call;
}

__attribute__ ((format (printf, 1, 2))) static void
record (const char *format,
        ...)
{
  char    line[3 * PATH_MAX];
  va_list args;

  if (record_fd < 0)
    return;
  va_start (args, format);
  int length = vsnprintf (line, sizeof line, format, args);
  va_end (args);
  if (syscall (SYS_write, record_fd, line, length) != length)
    abort ();
}

static unsigned long
inode (int fd)
{
  struct stat info;
  return fstat (fd, &info) == 0 ? info.st_ino : 0;
}

static void
record_write (int         fd,
              off_t       offset,
              const void *data,
              ssize_t     length)
{
  if (record_fd < 0 || length <= 0)
    return;
  if (syscall (SYS_write, data_fd, data, length) != length)
    abort ();
  record ("write\t%lu\t%ld\t%zd\t%lu\n", inode (fd), (long) offset, length, (unsigned long) data_length);
  data_length += length;
}

static void
after (Call *call)
{
  int code = errno;
  if (!call->counted)
    return;
  if (call->action == KILL_AFTER || call->action == TEAR)
    end_process ();
  pthread_mutex_unlock (&lock);
  errno = code;
}

static size_t
cut (const Call *call,
     size_t      length)
{
  return call->action == SHORT || call->action == TEAR ? length / 2 + (call->action == SHORT && length == 1) : length;
}

// Files

static int
open_at (int         folder,
         const char *name,
         int         flags,
         mode_t      mode)
{
  char path[PATH_MAX];
  name_path (folder, name, path);
  Call        call = before ("open", false, path);
  struct stat info;
  bool        existed = call.counted && record_fd >= 0 && fstatat (folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;

  int fd = call.fails ? -1 : REAL (openat) (folder, name, flags, mode);
  if (call.counted && fd >= 0 && (flags & (O_CREAT | O_TRUNC)) != 0 && (!existed || (flags & O_TRUNC) != 0))
    record ("%s\t%s\t%lu\n", existed ? "empty" : "create", path, inode (fd));
  after (&call);
  return fd;
}

#define MODE(flags, mode)                                             \
  if (((flags) & O_CREAT) != 0 || ((flags) & O_TMPFILE) == O_TMPFILE) \
    {                                                                 \
      va_list args;                                                   \
      va_start (args, flags);                                         \
      mode = va_arg (args, mode_t);                                   \
      va_end (args);                                                  \
    }

#define OPEN(name)                                \
  EXPORT int                                      \
  name (const char *path, int flags, ...)         \
  {                                               \
    mode_t mode = 0;                              \
    MODE (flags, mode)                            \
    return open_at (AT_FDCWD, path, flags, mode); \
  }
OPEN (open)
OPEN (open64)

#define OPENAT(name)                                  \
  EXPORT int                                          \
  name (int folder, const char *path, int flags, ...) \
  {                                                   \
    mode_t mode = 0;                                  \
    MODE (flags, mode)                                \
    return open_at (folder, path, flags, mode);       \
  }
OPENAT (openat)
OPENAT (openat64)

// What the C library's headers turn a call into when they check it.
EXPORT int __open_2 (const char *path, int flags);
EXPORT int __open64_2 (const char *path, int flags);
EXPORT int __openat_2 (int folder, const char *path, int flags);
EXPORT int __openat64_2 (int folder, const char *path, int flags);

int
__open_2 (const char *path,
          int         flags)
{
  return open_at (AT_FDCWD, path, flags, 0);
}

int
__open64_2 (const char *path,
            int         flags)
{
  return open_at (AT_FDCWD, path, flags, 0);
}

int
__openat_2 (int         folder,
            const char *path,
            int         flags)
{
  return open_at (folder, path, flags, 0);
}

int
__openat64_2 (int         folder,
              const char *path,
              int         flags)
{
  return open_at (folder, path, flags, 0);
}

EXPORT int
close (int fd)
{
  char path[PATH_MAX];
  name_path (fd, NULL, path);
  Call call = before ("close", false, path);
  // Also a close that fails has closed.
  int code = errno;
  int result = REAL (close) (fd);
  if (call.fails)
    {
      result = -1;
      errno = code;
    }
  after (&call);
  return result;
}

EXPORT ssize_t
write (int         fd,
       const void *data,
       size_t      length)
{
  char path[PATH_MAX];
  name_path (fd, NULL, path);
  Call    call = before ("write", true, path);
  off_t   offset = call.counted && record_fd >= 0 ? lseek (fd, 0, SEEK_CUR) : 0;
  ssize_t written = call.fails ? -1 : REAL (write) (fd, data, cut (&call, length));
  if (call.counted)
    record_write (fd, offset, data, written);
  after (&call);
  return written;
}

static ssize_t
write_at (int         fd,
          const void *data,
          size_t      length,
          off_t       offset)
{
  char path[PATH_MAX];
  name_path (fd, NULL, path);
  Call    call = before ("pwrite", true, path);
  ssize_t written = call.fails ? -1 : REAL (pwrite) (fd, data, cut (&call, length), offset);
  if (call.counted)
    record_write (fd, offset, data, written);
  after (&call);
  return written;
}

EXPORT ssize_t
pwrite (int         fd,
        const void *data,
        size_t      length,
        off_t       offset)
{
  return write_at (fd, data, length, offset);
}

EXPORT ssize_t
pwrite64 (int         fd,
          const void *data,
          size_t      length,
          off64_t     offset)
{
  return write_at (fd, data, length, offset);
}

static int
sync_file (const char *name,
           int         fd,
           int (*real) (int))
{
  char path[PATH_MAX];
  name_path (fd, NULL, path);
  Call call = before (name, false, path);
  int  result = call.fails ? -1 : real (fd);
  if (call.counted && result == 0)
    record ("sync\t%lu\n", inode (fd));
  after (&call);
  return result;
}

EXPORT int
fsync (int fd)
{
  return sync_file ("fsync", fd, REAL (fsync));
}

EXPORT int
fdatasync (int fd)
{
  return sync_file ("fsync", fd, REAL (fdatasync));
}

static int
truncate_file (int   fd,
               off_t length)
{
  char path[PATH_MAX];
  name_path (fd, NULL, path);
  Call call = before ("ftruncate", false, path);
  int  result = call.fails ? -1 : REAL (ftruncate) (fd, length);
  if (call.counted && result == 0)
    record ("truncate\t%lu\t%ld\n", inode (fd), (long) length);
  after (&call);
  return result;
}

EXPORT int
ftruncate (int   fd,
           off_t length)
{
  return truncate_file (fd, length);
}

EXPORT int
ftruncate64 (int     fd,
             off64_t length)
{
  return truncate_file (fd, length);
}

static int
allocate (int   fd,
          int   mode,
          off_t offset,
          off_t length)
{
  char path[PATH_MAX];
  name_path (fd, NULL, path);
  Call call = before ("fallocate", false, path);
  int  result = call.fails ? -1 : REAL (fallocate) (fd, mode, offset, length);
  if (call.counted && result == 0 && (mode & FALLOC_FL_KEEP_SIZE) == 0)
    record ("extend\t%lu\t%ld\n", inode (fd), (long) (offset + length));
  after (&call);
  return result;
}

EXPORT int
fallocate (int   fd,
           int   mode,
           off_t offset,
           off_t length)
{
  return allocate (fd, mode, offset, length);
}

EXPORT int
fallocate64 (int     fd,
             int     mode,
             off64_t offset,
             off64_t length)
{
  return allocate (fd, mode, offset, length);
}

EXPORT int
posix_fallocate (int   fd,
                 off_t offset,
                 off_t length)
{
  int code = errno;
  int result = allocate (fd, 0, offset, length) == 0 ? 0 : errno;
  errno = code;
  return result;
}

EXPORT int
posix_fallocate64 (int     fd,
                   off64_t offset,
                   off64_t length)
{
  return posix_fallocate (fd, offset, length);
}

static void *
map (void  *address,
     size_t length,
     int    protection,
     int    flags,
     int    fd,
     off_t  offset)
{
  char path[PATH_MAX] = "";
  if (fd >= 0)
    name_path (fd, NULL, path);
  Call  call = before ("mmap", false, path);
  void *result = call.fails ? MAP_FAILED : (void *) syscall (SYS_mmap, address, length, protection, flags, fd, offset);
  after (&call);
  return result;
}

EXPORT void *
mmap (void  *address,
      size_t length,
      int    protection,
      int    flags,
      int    fd,
      off_t  offset)
{
  return map (address, length, protection, flags, fd, offset);
}

EXPORT void *
mmap64 (void   *address,
        size_t  length,
        int     protection,
        int     flags,
        int     fd,
        off64_t offset)
{
  return map (address, length, protection, flags, fd, offset);
}

EXPORT int
flock (int fd,
       int operation)
{
  const char *how = getenv ("MAQ_FAULT_FLOCK");
  if (how == NULL)
    return REAL (flock) (fd, operation);
  errno = ENOLCK;
  return strcmp (how, "lies") == 0 ? 0 : -1;
}

static bool
clock_is_wrong_yet (const char *wrong)
{
  const char     *from = strchr (wrong, '@');
  struct timespec now;

  if (from == NULL)
    return true;
  REAL (clock_gettime) (CLOCK_MONOTONIC, &now);
  return now.tv_sec - started.tv_sec + (now.tv_nsec - started.tv_nsec) / 1e9 >= strtod (from + 1, NULL);
}

EXPORT int
clock_gettime (clockid_t        clock,
               struct timespec *when)
{
  const char *wrong = getenv ("MAQ_FAULT_CLOCK");
  int         result = REAL (clock_gettime) (clock, when);
  if (wrong != NULL && result == 0 && clock == CLOCK_REALTIME && clock_is_wrong_yet (wrong))
    when->tv_sec += strtol (wrong, NULL, 10);
  return result;
}

EXPORT time_t
time (time_t *seconds)
{
  struct timespec now;
  clock_gettime (CLOCK_REALTIME, &now);
  if (seconds != NULL)
    *seconds = now.tv_sec;
  return now.tv_sec;
}

// Names

static int
rename_at (int          from_folder,
           const char  *from,
           int          to_folder,
           const char  *to,
           unsigned int flags)
{
  char one[PATH_MAX], two[PATH_MAX];
  name_path (from_folder, from, one);
  name_path (to_folder, to, two);
  Call call = before ("rename", false, concerns_us (one) ? one : two);
  int  result = call.fails ? -1 : REAL (renameat2) (from_folder, from, to_folder, to, flags);
  if (call.counted && result == 0)
    record ("%s\t%s\t%s\n", (flags & RENAME_EXCHANGE) != 0 ? "exchange" : "rename", one, two);
  after (&call);
  return result;
}

EXPORT int
rename (const char *from,
        const char *to)
{
  return rename_at (AT_FDCWD, from, AT_FDCWD, to, 0);
}

EXPORT int
renameat (int         from_folder,
          const char *from,
          int         to_folder,
          const char *to)
{
  return rename_at (from_folder, from, to_folder, to, 0);
}

EXPORT int
renameat2 (int          from_folder,
           const char  *from,
           int          to_folder,
           const char  *to,
           unsigned int flags)
{
  return rename_at (from_folder, from, to_folder, to, flags);
}

EXPORT int
linkat (int         from_folder,
        const char *from,
        int         to_folder,
        const char *to,
        int         flags)
{
  char one[PATH_MAX], two[PATH_MAX];
  name_path (from_folder, from, one);
  name_path (to_folder, to, two);
  Call call = before ("link", false, two);
  int  result = call.fails ? -1 : REAL (linkat) (from_folder, from, to_folder, to, flags);
  if (call.counted && result == 0)
    record ("link\t%s\t%s\n", one, two);
  after (&call);
  return result;
}

EXPORT int
link (const char *from,
      const char *to)
{
  return linkat (AT_FDCWD, from, AT_FDCWD, to, 0);
}

EXPORT int
symlinkat (const char *target,
           int         folder,
           const char *name)
{
  char path[PATH_MAX];
  name_path (folder, name, path);
  Call call = before ("symlink", false, path);
  int  result = call.fails ? -1 : REAL (symlinkat) (target, folder, name);
  if (call.counted && result == 0)
    record ("symlink\t%s\t%s\n", target, path);
  after (&call);
  return result;
}

EXPORT int
symlink (const char *target,
         const char *path)
{
  return symlinkat (target, AT_FDCWD, path);
}

EXPORT int
mkdirat (int         folder,
         const char *name,
         mode_t      mode)
{
  char path[PATH_MAX];
  name_path (folder, name, path);
  Call call = before ("mkdir", false, path);
  int  result = call.fails ? -1 : REAL (mkdirat) (folder, name, mode);
  if (call.counted && result == 0)
    record ("mkdir\t%s\n", path);
  after (&call);
  return result;
}

EXPORT int
mkdir (const char *path,
       mode_t      mode)
{
  return mkdirat (AT_FDCWD, path, mode);
}

EXPORT int
unlinkat (int         folder,
          const char *name,
          int         flags)
{
  char path[PATH_MAX];
  name_path (folder, name, path);
  Call call = before ("unlink", false, path);
  int  result = call.fails ? -1 : REAL (unlinkat) (folder, name, flags);
  if (call.counted && result == 0)
    record ("unlink\t%s\n", path);
  after (&call);
  return result;
}

EXPORT int
unlink (const char *path)
{
  return unlinkat (AT_FDCWD, path, 0);
}

EXPORT int
rmdir (const char *path)
{
  return unlinkat (AT_FDCWD, path, AT_REMOVEDIR);
}

// How much room there is said to be

static int
tell_room (int             result,
           struct statvfs *info)
{
  const char *room = getenv ("MAQ_FAULT_ROOM");

  if (room != NULL && result == 0)
    info->f_bavail = info->f_bfree = info->f_blocks = strtoull (room, NULL, 10) / info->f_frsize;
  return result;
}

EXPORT int
statvfs (const char     *path,
         struct statvfs *info)
{
  return tell_room (REAL (statvfs) (path, info), info);
}

EXPORT int
statvfs64 (const char       *path,
           struct statvfs64 *info)
{
  return tell_room (REAL (statvfs) (path, (struct statvfs *) info), (struct statvfs *) info);
}
