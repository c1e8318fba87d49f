// SPDX-License-Identifier: GPL-3.0-or-later
// Copyright 2026 The Maquette developers
#include "maq-runner-test-confinement.h"

#include "maq-runner-confine.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/keyctl.h>
#include <linux/sockios.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static char *home;
static int   before, before_udp, before_pair[2]; // sockets from before the confinement

// Whether the filter answered, and not the kernel's own checks behind it.
static gboolean
is_refused (void)
{
  return errno == ENOSYS || errno == EPERM;
}

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
try_raw (void)
{
  return can_make_socket (AF_INET, SOCK_RAW) || can_make_socket (AF_PACKET, SOCK_RAW);
}

static gboolean
try_vsock (void)
{
  return can_make_socket (AF_VSOCK, SOCK_STREAM);
}

static gboolean
try_socket_pair (void)
{
  int pair[2];

  return socketpair (AF_UNIX, SOCK_DGRAM, 0, pair) == 0;
}

static gboolean
try_every_socket (void)
{
  for (int family = 0; family < 64; family++)
    if (can_make_socket (family, SOCK_STREAM) || can_make_socket (family, SOCK_DGRAM) || can_make_socket (family, SOCK_SEQPACKET))
      return TRUE;
  return FALSE;
}

static gboolean
try_send (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (53), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };

  return connect (before_udp, (struct sockaddr *) &address, sizeof address) == 0;
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
try_write_weights (void)
{
  return can_open ("/proc/self/fd/4", O_RDWR) || can_open ("/proc/self/fd/4", O_WRONLY) || ftruncate (4, 0) == 0;
}

static gboolean
try_link_weights (void)
{
  g_autofree char *path = in_home ("linked");

  return linkat (AT_FDCWD, "/proc/self/fd/4", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 || linkat (4, "", AT_FDCWD, path, AT_EMPTY_PATH) == 0;
}

static gboolean
try_leave_by_weights (void)
{
  return openat (4, "../../../../../../../../etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || can_open ("/proc/self/root/etc/passwd", O_RDONLY) || can_open ("/proc/self/cwd", O_RDONLY);
}

static gboolean
try_handle (void)
{
  struct
  {
    struct file_handle handle;
    char               bytes[MAX_HANDLE_SZ];
  } place = { .handle.handle_bytes = MAX_HANDLE_SZ };
  int mount;

  return name_to_handle_at (AT_FDCWD, home, &place.handle, &mount, 0) == 0 || open_by_handle_at (4, &place.handle, O_RDONLY) >= 0;
}

static gboolean
try_openat2 (void)
{
  guint64 how[3] = { O_RDONLY };

  return syscall (SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof how) >= 0;
}

static gboolean
try_change_mode (void)
{
  return fchmod (4, 0666) == 0 || fchown (4, 0, 0) == 0 || futimens (4, NULL) == 0;
}

static gboolean
try_devices (void)
{
  static const char *const names[] = { "/dev/mem", "/dev/kmsg", "/dev/tty", "/dev/ptmx", "/dev/console", "/dev/sda", "/dev/vda", "/dev/fuse", "/dev/kvm", "/dev/net/tun" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (can_open (names[i], O_RDWR) || can_open (names[i], O_RDONLY))
      return TRUE;
  return FALSE;
}

static gboolean
try_session_bus (void)
{
  g_autofree char *path = g_strdup_printf ("/run/user/%d/bus", (int) getuid ());

  return can_open ("/run", O_RDONLY | O_DIRECTORY) || can_open (path, O_PATH) || try_unix ();
}

static gboolean
try_kernel_settings (void)
{
  return can_open ("/proc/self/oom_score_adj", O_WRONLY) || can_open ("/proc/sys/kernel/core_pattern", O_WRONLY) || can_open ("/sys/kernel/uevent_helper", O_WRONLY);
}

static gboolean
try_own_memory (void)
{
  return can_open ("/proc/self/mem", O_RDWR);
}

static gboolean
try_exec (void)
{
  execl ("/bin/true", "true", NULL);
  return !is_refused ();
}

static gboolean
try_exec_memory (void)
{
  int fd = memfd_create ("x", 0);

  syscall (SYS_execveat, fd, "", NULL, NULL, AT_EMPTY_PATH);
  return !is_refused ();
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
try_clone_namespace (void)
{
  pid_t pid = syscall (SYS_clone, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | SIGCHLD, NULL, NULL, NULL, NULL);

  if (pid == 0)
    _exit (0);
  return pid > 0;
}

static gboolean
try_join_namespace (void)
{
  return setns (4, 0) == 0 || !is_refused ();
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
try_signal_all (void)
{
  for (guint i = 0; i < 1000000; i++)
    if (kill (getppid (), 0) == 0)
      return TRUE;
  return kill (-1, 0) == 0 || syscall (SYS_tkill, getppid (), 0) == 0 || syscall (SYS_tgkill, getppid (), getppid (), 0) == 0;
}

// A pipe that tells its owner by a signal when it can be read; SIGURG is one that nobody minds.
static gboolean
try_signal_by_pipe (void)
{
  struct f_owner_ex owner = { F_OWNER_PID, getppid () };
  int               pipe_fds[2];
  gboolean          owned, chosen, armed;

  if (pipe (pipe_fds) != 0)
    return FALSE;
  owned = fcntl (pipe_fds[0], F_SETOWN, getppid ()) == 0;
  owned = fcntl (pipe_fds[0], F_SETOWN, -getpgid (getppid ())) == 0 || owned;
  owned = fcntl (pipe_fds[0], F_SETOWN_EX, &owner) == 0 || owned;
  chosen = fcntl (pipe_fds[0], F_SETSIG, SIGURG) == 0;
  armed = fcntl (pipe_fds[0], F_SETFL, O_ASYNC | O_NONBLOCK) == 0 || fcntl (pipe_fds[0], F_SETFL, O_ASYNC) == 0;
  return write (pipe_fds[1], "x", 1) != 1 || owned || chosen || armed;
}

// The same by the requests that terminals and sockets have for it.
static gboolean
try_signal_by_socket (void)
{
  int      parent = getppid (), on = 1;
  gboolean owned = ioctl (before_pair[0], FIOSETOWN, &parent) == 0 || ioctl (before_pair[0], SIOCSPGRP, &parent) == 0;
  gboolean armed = ioctl (before_pair[0], FIOASYNC, &on) == 0;

  // The kernel takes the lower half of a request only.
  owned = syscall (SYS_ioctl, before_pair[0], 1ul << 32 | FIOSETOWN, &parent) == 0 || owned;
  return write (before_pair[1], "x", 1) != 1 || owned || armed;
}

static gboolean
try_signal_by_lease (void)
{
  return fcntl (4, F_SETLEASE, F_RDLCK) == 0 || fcntl (4, F_NOTIFY, DN_ACCESS) == 0 || !is_refused ();
}

static gboolean
try_take_descriptors (void)
{
  int pidfd = syscall (SYS_pidfd_open, getppid (), 0);

  return pidfd >= 0 || syscall (SYS_pidfd_getfd, 4, 0, 0) >= 0 || !is_refused ();
}

static gboolean
try_write_parent (void)
{
  char             byte = 0;
  struct iovec     local = { &byte, 1 }, remote = { (void *) in_home, 1 };
  g_autofree char *path = g_strdup_printf ("/proc/%d/mem", (int) getppid ());

  return process_vm_writev (getppid (), &local, 1, &remote, 1, 0) > 0 || can_open (path, O_RDWR);
}

static gboolean
try_outlive_parent (void)
{
  return prctl (PR_SET_PDEATHSIG, 0, 0, 0, 0) == 0 || syscall (SYS_prctl, 1ul << 32 | PR_SET_PDEATHSIG, 0, 0, 0, 0) == 0 || prctl (PR_SET_DUMPABLE, 1, 0, 0, 0) == 0 || prctl (PR_GET_DUMPABLE, 0, 0, 0, 0) != 0;
}

static gboolean
try_raise_limits (void)
{
  struct rlimit core, most = { RLIM_INFINITY, RLIM_INFINITY };

  return getrlimit (RLIMIT_CORE, &core) != 0 || core.rlim_max != 0 || setrlimit (RLIMIT_CORE, &most) == 0 || setrlimit (RLIMIT_FSIZE, &most) == 0;
}

static gboolean
try_terabyte (void)
{
  return mmap (NULL, 1ull << 40, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
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
try_new_mount (void)
{
  return syscall (SYS_fsopen, "tmpfs", 0) >= 0 || syscall (SYS_open_tree, AT_FDCWD, home, 1) >= 0 || umount2 (home, MNT_DETACH) == 0 || syscall (SYS_pivot_root, home, home) == 0;
}

static gboolean
try_kexec (void)
{
  return syscall (SYS_kexec_load, 0, 0, NULL, 0) == 0 || !is_refused ();
}

static gboolean
try_module (void)
{
  return syscall (SYS_finit_module, 4, "", 0) == 0 || !is_refused ();
}

static sigjmp_buf no_such_table;

static void
no_such_table_cb (int number)
{
  siglongjmp (no_such_table, number);
}

// The same calls by the numbers of other tables, which a filter of one table would not see. A kernel without the older one ends who
// asks for it by a signal.
static gboolean
try_other_tables (void)
{
#if defined(__x86_64__) && !defined(__ILP32__)
  static volatile int result = -1;
  struct sigaction    before_signal, action = { .sa_handler = no_such_table_cb };

  sigaction (SIGSEGV, &action, &before_signal);
  if (sigsetjmp (no_such_table, TRUE) == 0)
    {
      int answer = 359; // socket

      __asm__ volatile ("int $0x80" : "+a"(answer) : "b"(AF_UNIX), "c"(SOCK_STREAM), "d"(0) : "memory", "r8", "r9", "r10", "r11");
      result = answer;
    }
  sigaction (SIGSEGV, &before_signal, NULL);
  return result >= 0 || syscall (0x40000000 | SYS_socket, AF_UNIX, SOCK_STREAM, 0) >= 0;
#else
  return FALSE;
#endif
}

static gboolean
try_chroot (void)
{
  return chroot (home) == 0;
}

static gboolean
try_bpf (void)
{
  return syscall (SYS_bpf, 0, NULL, 0) >= 0 || !is_refused ();
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

  return syscall (SYS_perf_event_open, attributes, 0, -1, -1, 0) >= 0 || !is_refused ();
}

static gboolean
try_keyring (void)
{
  return syscall (SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 1) >= 0;
}

static gboolean
try_type_into_terminal (void)
{
  return ioctl (0, TIOCSTI, "x") == 0 || !is_refused () || syscall (SYS_ioctl, 0, 1ul << 32 | TIOCSTI, "x") == 0 || !is_refused ();
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

static gboolean
try_stay_root (void)
{
  uid_t real, effective, saved;

  return getresuid (&real, &effective, &saved) != 0 || real == 0 || effective == 0 || saved == 0;
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
  char byte;

  return pread (4, &byte, 1, 0) == 1;
}

static gboolean
try_set_flags (void)
{
  int flags = fcntl (before_pair[0], F_GETFL);

  return flags >= 0 && fcntl (before_pair[0], F_SETFL, flags | O_NONBLOCK) == 0 && fcntl (before_pair[0], F_SETFD, FD_CLOEXEC) == 0;
}

static gboolean
try_name_thread (void)
{
  return prctl (PR_SET_NAME, "test", 0, 0, 0) == 0;
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
  { "open a raw socket", try_raw },
  { "open a socket to the host", try_vsock },
  { "make a pair of sockets", try_socket_pair },
  { "open a socket of any kind", try_every_socket },
  { "ask a name server", try_send },
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
  { "write to the weights", try_write_weights },
  { "link the weights", try_link_weights },
  { "leave by the weights", try_leave_by_weights },
  { "open by handle", try_handle },
  { "openat2", try_openat2 },
  { "change the mode of the weights", try_change_mode },
  { "open devices", try_devices },
  { "reach the session bus", try_session_bus },
  { "change the kernel's settings", try_kernel_settings },
  { "write its own memory by a file", try_own_memory },
  { "run a program", try_exec },
  { "run a program from memory", try_exec_memory },
  { "fork", try_fork },
  { "clone3", try_clone3 },
  { "enter a user namespace", try_user_namespace },
  { "clone into namespaces", try_clone_namespace },
  { "join a namespace", try_join_namespace },
  { "trace its parent", try_trace_parent },
  { "signal its parent", try_signal_parent },
  { "read its parent's memory", try_read_parent },
  { "write its parent's memory", try_write_parent },
  { "take its parent's descriptors", try_take_descriptors },
  { "limit its parent", try_limit_parent },
  { "signal everyone", try_signal_all },
  { "signal its parent by a pipe", try_signal_by_pipe },
  { "signal its parent by a socket", try_signal_by_socket },
  { "be told of others' files by signals", try_signal_by_lease },
  { "outlive its parent", try_outlive_parent },
  { "raise its limits", try_raise_limits },
  { "take a terabyte", try_terabyte },
  { "mount", try_mount },
  { "mount in new ways", try_new_mount },
  { "chroot", try_chroot },
  { "load a kernel", try_kexec },
  { "load a module", try_module },
  { "use other system call tables", try_other_tables },
  { "bpf", try_bpf },
  { "io_uring", try_io_uring },
  { "userfaultfd", try_userfaultfd },
  { "perf", try_perf },
  { "use the keyring", try_keyring },
  { "type into a terminal", try_type_into_terminal },
  { "make System V shared memory", try_shared_memory },
  { "become root", try_become_root },
  { "stay root", try_stay_root },
};

static const Probe needs[] = {
  { "start a thread", try_thread },
  { "read libraries", try_read_libraries },
  { "read the weights", try_read_weights },
  { "set a descriptor's flags", try_set_flags },
  { "name a thread", try_name_thread },
};

static guint
run_probes (const Probe *probes,
            gsize        n,
            gboolean     wanted,
            const char  *yes,
            const char  *no)
{
  guint n_wrong = 0;

  for (gsize i = 0; i < n; i++)
    {
      gboolean result = probes[i].attempt ();

      n_wrong += result != wanted;
      printf ("%s %s\n", result ? yes : no, probes[i].name);
      fflush (stdout);
    }
  return n_wrong;
}

int
maq_runner_test_confinement (const char *folder,
                             int         most_landlock,
                             gboolean    devices)
{
  g_autofree char     *key = g_build_filename (folder, ".ssh", "id_test", NULL);
  g_autofree char     *weights = g_build_filename (folder, "weights.gguf", NULL);
  g_autofree char     *described = NULL;
  MaqRunnerConfinement confinement = { 0 };
  g_autoptr (GError) error = NULL;
  int   fd;
  guint n_wrong;

  home = g_canonicalize_filename (folder, NULL);
  fd = open (weights, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || dup2 (fd, 4) < 0 || !can_open (key, O_RDONLY))
    {
      g_printerr ("maquette-runner: %s and %s must be readable before the test\n", key, weights);
      return 2;
    }
  maq_runner_confine_early (5);
  before = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  before_udp = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, before_pair) != 0)
    return 2;
  maq_runner_confine_files (&confinement, (int[]) { 4 }, 1, NULL, most_landlock);
  maq_runner_confine_calls (&confinement, devices);
  described = maq_runner_confinement_describe (&confinement);
  printf ("in force: %s\n", described);
  if (!maq_runner_confinement_check (&confinement, &error))
    printf ("BROKEN %s\n", error->message);
  n_wrong = run_probes (escapes, G_N_ELEMENTS (escapes), FALSE, "ALLOWED", "denied");
  n_wrong += run_probes (needs, G_N_ELEMENTS (needs), TRUE, "works", "BROKEN");
  return n_wrong > 0 || error != NULL;
}
