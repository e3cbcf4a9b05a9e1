/*
 * Preloaded into a program and what it starts: one call of the C library that reaches the system
 * fails, or is the last that the process makes. FAULT is "PROGRAM HOW N": of which program (its
 * short name), eio, enospc, before or after (killed before, or behind the call), and which call of
 * the process, from 1. It happens once: FAULT_MARK names a file that is made then, and where it is
 * there already nothing happens. FAULT_COUNT names a file that gets how many calls there were when
 * that program ends by itself.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum how { HOW_NOT = 0, HOW_EIO, HOW_ENOSPC, HOW_BEFORE, HOW_AFTER };

static enum how how;
static long nth;
static bool counting;
static atomic_long seen;

/* ISO C has no conversion from what dlsym() gives to a function. */
#define REAL(name)                                                                                 \
    ((union {                                                                                      \
         void *found;                                                                              \
         __typeof__(&name) as;                                                                     \
     }){ dlsym(RTLD_NEXT, #name) }                                                                 \
         .as)

__attribute__((constructor)) static void begin(void)
{
    static const char *const names[] = { "", "eio", "enospc", "before", "after" };
    const char *const what = getenv("FAULT"), *const mark = getenv("FAULT_MARK");
    char program[32] = "", word[16] = "", number[24] = "";
    if (!what || sscanf(what, "%31s %15s %23s", program, word, number) != 3 ||
        strncmp(program, program_invocation_short_name, 31) != 0)
        return;
    counting = true;
    if (mark && syscall(SYS_faccessat, AT_FDCWD, mark, F_OK) == 0)
        return;
    nth = strtol(number, NULL, 10);
    for (size_t i = 1; i < sizeof names / sizeof names[0]; i++)
        how = strcmp(word, names[i]) == 0 ? (enum how)i : how;
}

__attribute__((destructor)) static void end(void)
{
    const char *const path = getenv("FAULT_COUNT");
    char text[24];
    if (!counting || !path)
        return;
    const int len = snprintf(text, sizeof text, "%ld\n", atomic_load(&seen));
    const long fd =
        syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || syscall(SYS_write, fd, text, len) != len)
        abort();
    (void)syscall(SYS_close, fd);
}

static void die(void)
{
    (void)syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
}

/* How this call is to end. */
static enum how now(void)
{
    if (!counting || atomic_fetch_add(&seen, 1) + 1 != nth || how == HOW_NOT)
        return HOW_NOT;
    const char *const mark = getenv("FAULT_MARK");
    const long fd =
        mark ? syscall(SYS_openat, AT_FDCWD, mark, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
             : -1;
    if (fd < 0)
        return HOW_NOT;
    (void)syscall(SYS_close, fd);
    if (how == HOW_BEFORE)
        die();
    return how;
}

/* The call, or its failure; killed behind it. */
#define CALL(type, failed, call)                                                                   \
    const enum how h = now();                                                                      \
    if (h == HOW_EIO || h == HOW_ENOSPC) {                                                         \
        errno = h == HOW_EIO ? EIO : ENOSPC;                                                       \
        return failed;                                                                             \
    }                                                                                              \
    type done = call;                                                                              \
    if (h == HOW_AFTER)                                                                            \
        die();                                                                                     \
    return done

#define WRAP(type, failed, name, parameters, ...)                                                  \
    type name parameters                                                                           \
    {                                                                                              \
        CALL(type, failed, REAL(name)(__VA_ARGS__));                                               \
    }

WRAP(ssize_t, -1, read, (int fd, void *to, size_t len), fd, to, len)
WRAP(ssize_t, -1, pread, (int fd, void *to, size_t len, off_t at), fd, to, len, at)
WRAP(ssize_t, -1, pread64, (int fd, void *to, size_t len, off64_t at), fd, to, len, at)
WRAP(ssize_t, -1, write, (int fd, const void *bytes, size_t len), fd, bytes, len)
WRAP(ssize_t, -1, pwrite, (int fd, const void *bytes, size_t len, off_t at), fd, bytes, len, at)
WRAP(ssize_t, -1, pwrite64, (int fd, const void *bytes, size_t len, off64_t at), fd, bytes, len, at)
WRAP(ssize_t, -1, writev, (int fd, const struct iovec *data, int count), fd, data, count)
WRAP(ssize_t, -1, send, (int fd, const void *bytes, size_t len, int flags), fd, bytes, len, flags)
WRAP(ssize_t, -1, sendmsg, (int fd, const struct msghdr *m, int flags), fd, m, flags)
WRAP(ssize_t, -1, recv, (int fd, void *to, size_t len, int flags), fd, to, len, flags)
WRAP(ssize_t, -1, recvmsg, (int fd, struct msghdr *m, int flags), fd, m, flags)
WRAP(int, -1, fsync, (int fd), fd)
WRAP(int, -1, fdatasync, (int fd), fd)
WRAP(int, -1, ftruncate, (int fd, off_t len), fd, len)
WRAP(int, -1, ftruncate64, (int fd, off64_t len), fd, len)
WRAP(int, -1, flock, (int fd, int operation), fd, operation)
WRAP(int, -1, rename, (const char *from, const char *to), from, to)
WRAP(int, -1, unlink, (const char *path), path)
WRAP(int, -1, link, (const char *from, const char *to), from, to)
WRAP(int, -1, mkdir, (const char *path, mode_t mode), path, mode)
WRAP(void *, MAP_FAILED, mmap, (void *at, size_t len, int prot, int flags, int fd, off_t offset),
     at, len, prot, flags, fd, offset)

#define OPEN(name, parameters, from)                                                               \
    int name parameters                                                                            \
    {                                                                                              \
        mode_t mode = 0;                                                                           \
        if (flags & (O_CREAT | __O_TMPFILE)) {                                                     \
            va_list list;                                                                          \
            va_start(list, flags);                                                                 \
            mode = va_arg(list, mode_t);                                                           \
            va_end(list);                                                                          \
        }                                                                                          \
        CALL(int, -1, (int)syscall(SYS_openat, from, path, flags, mode));                          \
    }

OPEN(open, (const char *path, int flags, ...), AT_FDCWD)
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD)
OPEN(openat, (int folder, const char *path, int flags, ...), folder)
OPEN(openat64, (int folder, const char *path, int flags, ...), folder)
