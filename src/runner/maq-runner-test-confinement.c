// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-test-confinement.h"

#include "maq-runner-confine.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char *home;
static int   before; // a socket from before the confinement

static char *
in_home (const char *name)
{
  return g_build_filename (home, name, NULL);
}

static gboolean
can_open (const char *path,
          int         flags)
{
  g_autofd int fd = open (path, flags | O_CLOEXEC, 0600);

  return fd >= 0;
}

static gboolean
can_make_socket (int domain,
                 int type)
{
  g_autofd int fd = socket (domain, type, 0);

  return fd >= 0;
}

static gboolean
try_tcp (void)
{
  return can_make_socket (AF_INET, SOCK_STREAM);
}

static gboolean
try_tcp6 (void)
{
  return can_make_socket (AF_INET6, SOCK_STREAM);
}

static gboolean
try_udp (void)
{
  return can_make_socket (AF_INET, SOCK_DGRAM);
}

static gboolean
try_unix (void)
{
  return can_make_socket (AF_UNIX, SOCK_STREAM);
}

static gboolean
try_netlink (void)
{
  return can_make_socket (AF_NETLINK, SOCK_RAW);
}

static gboolean
try_connect (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (9), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  return connect (before, (struct sockaddr *) &address, sizeof address) == 0 || errno == ECONNREFUSED;
}

static gboolean
try_bind (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  return bind (before, (struct sockaddr *) &address, sizeof address) == 0;
}

static gboolean
try_read_key (void)
{
  g_autofree char *path = in_home (".ssh/id_test");

  return can_open (path, O_RDONLY);
}

static gboolean
try_list_home (void)
{
  return can_open (home, O_RDONLY | O_DIRECTORY);
}

static gboolean
try_read_passwords (void)
{
  return can_open ("/etc/passwd", O_RDONLY);
}

static gboolean
try_write_home (void)
{
  g_autofree char *path = in_home ("made-by-runner");

  return can_open (path, O_WRONLY | O_CREAT);
}

static gboolean
try_write_tmp (void)
{
  g_autofree char *path = g_strdup_printf ("/tmp/maquette-runner-%d", (int) getpid ());

  return can_open (path, O_WRONLY | O_CREAT);
}

static gboolean
try_write_shm (void)
{
  g_autofree char *path = g_strdup_printf ("/dev/shm/maquette-runner-%d", (int) getpid ());

  return can_open (path, O_WRONLY | O_CREAT);
}

static gboolean
try_change_key (void)
{
  g_autofree char *path = in_home (".ssh/id_test");

  return can_open (path, O_WRONLY | O_TRUNC) || truncate (path, 0) == 0 || chmod (path, 0777) == 0;
}

static gboolean
try_move_key (void)
{
  g_autofree char *from = in_home (".ssh/id_test");
  g_autofree char *to = in_home ("moved");

  return rename (from, to) == 0 || link (from, to) == 0 || symlink (from, to) == 0 || unlink (from) == 0;
}

static gboolean
try_make_folder (void)
{
  g_autofree char *path = in_home ("folder");

  return mkdir (path, 0700) == 0;
}

static gboolean
try_exec (void)
{
  execl ("/bin/true", "true", NULL);
  return FALSE;
}

static gboolean
try_exec_memory (void)
{
  int fd = memfd_create ("x", 0);

  fexecve (fd, (char *[]) { "x", NULL }, (char *[]) { NULL });
  return errno != EPERM && errno != EACCES;
}

static gboolean
try_fork (void)
{
  pid_t pid = fork ();

  if (pid == 0)
    _exit (0);
  if (pid > 0)
    waitpid (pid, NULL, 0);
  return pid > 0;
}

static gboolean
try_clone3 (void)
{
  guint64 arguments[11] = { 0, 0, 0, 0, SIGCHLD };
  pid_t   pid = syscall (SYS_clone3, arguments, sizeof arguments);

  if (pid == 0)
    _exit (0);
  return pid > 0;
}

static gboolean
try_user_namespace (void)
{
  return unshare (CLONE_NEWUSER) == 0;
}

static gboolean
try_trace_parent (void)
{
  return ptrace (PTRACE_ATTACH, getppid (), NULL, NULL) == 0;
}

static gboolean
try_signal_parent (void)
{
  return kill (getppid (), 0) == 0;
}

static gboolean
try_read_parent (void)
{
  char             byte;
  struct iovec     local = { &byte, 1 }, remote = { (void *) in_home, 1 };
  g_autofree char *path = g_strdup_printf ("/proc/%d/environ", (int) getppid ());

  return process_vm_readv (getppid (), &local, 1, &remote, 1, 0) > 0 || can_open (path, O_RDONLY);
}

static gboolean
try_limit_parent (void)
{
  return syscall (SYS_prlimit64, getppid (), 7, NULL, NULL) == 0;
}

static gboolean
try_mount (void)
{
  return mount ("none", home, "tmpfs", 0, NULL) == 0;
}

static gboolean
try_chroot (void)
{
  return chroot (home) == 0;
}

static gboolean
try_bpf (void)
{
  return syscall (SYS_bpf, 0, NULL, 0) >= 0 || errno != EPERM;
}

static gboolean
try_io_uring (void)
{
  char parameters[256] = { 0 };

  return syscall (SYS_io_uring_setup, 4, parameters) >= 0;
}

static gboolean
try_userfaultfd (void)
{
  return syscall (SYS_userfaultfd, 0) >= 0;
}

static gboolean
try_perf (void)
{
  char attributes[128] = { 0 };

  return syscall (SYS_perf_event_open, attributes, 0, -1, -1, 0) >= 0 || errno != EPERM;
}

static gboolean
try_keyring (void)
{
  return syscall (SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1) >= 0;
}

static gboolean
try_type_into_terminal (void)
{
  return ioctl (0, TIOCSTI, "x") == 0 || errno != EPERM;
}

static gboolean
try_shared_memory (void)
{
  return shmget (IPC_PRIVATE, 4096, IPC_CREAT | 0600) >= 0;
}

static gboolean
try_become_root (void)
{
  return setuid (0) == 0;
}

static gpointer
return_data (gpointer data)
{
  return data;
}

static gboolean
try_thread (void)
{
  return g_thread_join (g_thread_new ("test", return_data, home)) == home;
}

static gboolean
try_read_libraries (void)
{
  return can_open ("/usr/lib", O_RDONLY | O_DIRECTORY);
}

static gboolean
try_read_weights (void)
{
  char         byte;
  g_autofd int fd = open ("/proc/self/fd/4", O_RDONLY | O_CLOEXEC);

  return fd >= 0 && read (fd, &byte, 1) == 1;
}

typedef struct
{
  const char *name;
  gboolean (*attempt) (void);
} Probe;

static const Probe escapes[] = {
  { "open a TCP socket", try_tcp },
  { "open a TCP socket of IPv6", try_tcp6 },
  { "open a UDP socket", try_udp },
  { "open a Unix socket", try_unix },
  { "open a netlink socket", try_netlink },
  { "connect a socket it had", try_connect },
  { "bind a socket it had", try_bind },
  { "read ~/.ssh/id_test", try_read_key },
  { "list the home folder", try_list_home },
  { "read /etc/passwd", try_read_passwords },
  { "write a file in the home folder", try_write_home },
  { "write a file in /tmp", try_write_tmp },
  { "write a file in /dev/shm", try_write_shm },
  { "change ~/.ssh/id_test", try_change_key },
  { "move ~/.ssh/id_test", try_move_key },
  { "make a folder", try_make_folder },
  { "run a program", try_exec },
  { "run a program from memory", try_exec_memory },
  { "fork", try_fork },
  { "clone3", try_clone3 },
  { "enter a user namespace", try_user_namespace },
  { "trace its parent", try_trace_parent },
  { "signal its parent", try_signal_parent },
  { "read its parent's memory", try_read_parent },
  { "limit its parent", try_limit_parent },
  { "mount", try_mount },
  { "chroot", try_chroot },
  { "bpf", try_bpf },
  { "io_uring", try_io_uring },
  { "userfaultfd", try_userfaultfd },
  { "perf", try_perf },
  { "use the keyring", try_keyring },
  { "type into a terminal", try_type_into_terminal },
  { "make System V shared memory", try_shared_memory },
  { "become root", try_become_root },
};

static const Probe needs[] = {
  { "start a thread", try_thread },
  { "read libraries", try_read_libraries },
  { "open the weights again", try_read_weights },
};

int
maq_runner_test_confinement (const char *folder)
{
  g_autofree char     *key = g_build_filename (folder, ".ssh", "id_test", NULL);
  g_autofree char     *described = NULL;
  MaqRunnerConfinement confinement;
  int                  fd, n_wrong = 0;

  home = g_canonicalize_filename (folder, NULL);
  // Stands for a weights file: the only file outside the system that stays readable, by its own descriptor.
  fd = open ("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  before = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || dup2 (fd, 4) < 0 || !can_open (key, O_RDONLY))
    {
      g_printerr ("maquette-runner: %s must be readable before the test\n", key);
      return 2;
    }
  confinement = maq_runner_confine ((int[]) { 4 }, 1);
  described = maq_runner_confinement_describe (&confinement);
  printf ("in force: %s\n", described);
  for (gsize i = 0; i < G_N_ELEMENTS (escapes); i++)
    {
      gboolean escaped = escapes[i].attempt ();
      n_wrong += escaped;
      printf ("%s %s\n", escaped ? "ALLOWED" : "denied", escapes[i].name);
      fflush (stdout);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (needs); i++)
    {
      gboolean works = needs[i].attempt ();
      n_wrong += !works;
      printf ("%s %s\n", works ? "works" : "BROKEN", needs[i].name);
      fflush (stdout);
    }
  return n_wrong > 0;
}
