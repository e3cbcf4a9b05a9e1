#include "verifier/picture/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define MEMORY_MAX   ((rlim_t)1 << 30) /* bytes: zbar holds a few copies of 64 megapixels */
#define CPU_SECONDS  20
#define COUNT(array) (sizeof(array) / sizeof *(array))

#if defined __x86_64__
#define THIS_ARCH AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define THIS_ARCH AUDIT_ARCH_AARCH64
#endif

#if defined __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

static enum rc set_limits(struct diag *d)
{
    static const struct {
        int what; /* a sanitizer's shadow alone is larger than any sensible bound */
        rlim_t value;
    } limits[] = {
#ifndef SANITIZED
        { RLIMIT_AS, MEMORY_MAX },
#endif
        { RLIMIT_CPU, CPU_SECONDS }, { RLIMIT_CORE, 0 }, { RLIMIT_NOFILE, 0 }, { RLIMIT_NPROC, 0 },
    };
    for (size_t i = 0; i < COUNT(limits); i++) {
        const struct rlimit both = { limits[i].value, limits[i].value };
        if (setrlimit((__rlimit_resource_t)limits[i].what, &both) != 0)
            return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "limit %d cannot be set: %s",
                            limits[i].what, strerror(errno));
    }
    return RC_OK;
}

#if defined THIS_ARCH && !defined SANITIZED
/* What a process needs that computes, reads its input, writes its answer and ends. */
static const unsigned allowed[] = {
    SYS_read,         SYS_write,  SYS_writev,     SYS_mmap,   SYS_munmap,        SYS_mremap,
    SYS_mprotect,     SYS_brk,    SYS_madvise,    SYS_futex,  SYS_exit,          SYS_exit_group,
    SYS_close,        SYS_fstat,  SYS_newfstatat, SYS_lseek,  SYS_rt_sigreturn,  SYS_rt_sigprocmask,
    SYS_rt_sigaction, SYS_gettid, SYS_getpid,     SYS_tgkill, SYS_clock_gettime, SYS_getrandom,
};

static void put(struct sock_filter *to, size_t *at, unsigned code, unsigned k, unsigned jt,
                unsigned jf)
{
    to[(*at)++] =
        (struct sock_filter){ (unsigned short)code, (unsigned char)jt, (unsigned char)jf, k };
}

static void filter_calls(void)
{
    struct sock_filter program[COUNT(allowed) + 6];
    size_t n = 0;
    put(program, &n, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
    put(program, &n, BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCH, 1, 0);
    put(program, &n, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS, 0, 0);
    put(program, &n, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
    for (size_t i = 0; i < COUNT(allowed); i++)
        put(program, &n, BPF_JMP | BPF_JEQ | BPF_K, allowed[i], (unsigned)(COUNT(allowed) - i), 0);
    put(program, &n, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM, 0, 0);
    put(program, &n, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, 0, 0);

    /* A kernel without filters leaves us the limits, which already keep files and network away. */
    const struct sock_fprog filter = { .len = (unsigned short)n, .filter = program };
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
        (void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
}
#else
static void filter_calls(void)
{
}
#endif

enum rc sandbox_enter(struct diag *d)
{
    const enum rc rc = set_limits(d);
    if (rc == RC_OK)
        filter_calls();
    return rc;
}
