/*
 * Preloaded into a program: its n-th allocation or write fails, once, as it would without memory or
 * room. Allocations of libcrypto are left alone: OpenSSL 3.0 crashes when it has no memory to set
 * itself up, and nobody above it can help that. FAIL_NTH is "malloc N" or "write N", N from 1;
 * FAIL_COUNT names a file that gets how many of them there were when the program ends by itself.
 */
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

/* The C library's own names; NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
 */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static uintptr_t crypto_from, crypto_to;
static long nth;       /* 0: none fails */
static bool of_writes; /* else of allocations */
static atomic_long seen;

static int find_crypto(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    (void)arg;
    if (!strstr(info->dlpi_name, "/libcrypto."))
        return 0;
    crypto_from = info->dlpi_addr;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const uintptr_t end =
            info->dlpi_addr + info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type == PT_LOAD && end > crypto_to)
            crypto_to = end;
    }
    return 1;
}

__attribute__((constructor)) static void begin(void)
{
    (void)dl_iterate_phdr(find_crypto, NULL);
    const char *const what = getenv("FAIL_NTH");
    const char *const number = what ? strchr(what, ' ') : NULL;
    of_writes = what && strncmp(what, "write ", 6) == 0;
    nth = number ? strtol(number, NULL, 10) : 0;
    atomic_store(&seen, 0);
}

__attribute__((destructor)) static void end(void)
{
    const char *const path = getenv("FAIL_COUNT");
    const long count = atomic_load(&seen);
    FILE *const f = path ? fopen(path, "w") : NULL;
    if (f) {
        (void)fprintf(f, "%ld\n", count);
        (void)fclose(f);
    }
}

static bool fails_now(bool write)
{
    return nth > 0 && of_writes == write && atomic_fetch_add(&seen, 1) + 1 == nth;
}

/* from: the address that the allocation returns to */
static bool allocation_fails(const void *from)
{
    const uintptr_t at = (uintptr_t)from;
    return (at < crypto_from || at >= crypto_to) && fails_now(false);
}

static void *no_memory(void)
{
    errno = ENOMEM;
    return NULL;
}

void *malloc(size_t size)
{
    return allocation_fails(__builtin_return_address(0)) ? no_memory() : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return allocation_fails(__builtin_return_address(0)) ? no_memory() : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return allocation_fails(__builtin_return_address(0)) ? no_memory() : __libc_realloc(old, size);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    if (fails_now(true)) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_write, fd, bytes, len);
}
