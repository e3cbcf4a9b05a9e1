#include "issuer/daemon/helpers.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/sys/log.h"
#include "core/sys/program.h"

static const char *const names[HELPER_COUNT] = { "sitecert-signer", "sitecert-core",
                                                 "sitecert-reader" };

struct helper {
    char path[PATH_LEN];
    pid_t pid; /* 0: not running */
    int64_t began_ms, due_ms;
    int64_t pause_ms;
    uint32_t restarts;
};

struct helpers {
    const char *home;
    struct helper of[HELPER_COUNT];
};

const char *helper_name(size_t i)
{
    assert(i < HELPER_COUNT);
    return names[i];
}

/* --- one process --- */

/* Between fork and exec: calls that are safe after fork in a process with threads, no others. */
__attribute__((noreturn)) static void become(const struct helper *h, const char *name,
                                             const char *home, pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(127);

    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_DFL);

    /* Standard output is ours alone: one line says that we listen. */
    const int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        _exit(127);

    const char *const argv[] = { name, "--home", home, NULL };
    union {
        const char *const *in;
        char *const *out;
    } args = { .in = argv };
    (void)execv(h->path, args.out);
    _exit(127);
}

static void say_event(enum log_level level, const char *event, const struct helper *h,
                      const char *name)
{
    struct log_line l = log_begin(level, event);
    log_word(&l, "helper", name);
    log_number(&l, "pid", h->pid);
    log_end(&l);
}

static void start_one(struct helpers *all, size_t i, int64_t now_ms)
{
    struct helper *const h = &all->of[i];
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0)
        become(h, names[i], all->home, parent);
    if (pid < 0) {
        h->due_ms = now_ms + h->pause_ms;
        say_event(LEVEL_ERROR, "helper_not_started", h, names[i]);
        return;
    }
    h->pid = pid;
    h->began_ms = now_ms;
    say_event(LEVEL_INFO, "helper_started", h, names[i]);
}

static void note_end(struct helper *h, const char *name, int status, int64_t now_ms)
{
    if (now_ms - h->began_ms >= HELPER_STEADY_MS)
        h->pause_ms = HELPER_PAUSE_MIN_MS;

    struct log_line l = log_begin(LEVEL_ERROR, "helper_ended");
    log_word(&l, "helper", name);
    log_number(&l, "pid", h->pid);
    log_number(&l, WIFSIGNALED(status) ? "signal" : "status",
               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    log_number(&l, "again_in_ms", h->pause_ms);
    log_end(&l);

    h->pid = 0;
    h->restarts++;
    h->due_ms = now_ms + h->pause_ms;
    h->pause_ms *= 2;
    if (h->pause_ms > HELPER_PAUSE_MAX_MS)
        h->pause_ms = HELPER_PAUSE_MAX_MS;
}

/* --- all of them --- */

enum rc helpers_check(struct diag *d)
{
    char path[PATH_LEN];
    enum rc rc = RC_OK;
    for (size_t i = 0; rc == RC_OK && i < HELPER_COUNT; i++)
        rc = program_beside(names[i], path, d);
    return rc;
}

enum rc helpers_start(const char *home, int64_t now_ms, struct helpers **ret, struct diag *d)
{
    assert(home && ret);

    struct helpers *const h = calloc(1, sizeof *h);
    if (!h)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "helpers");
    h->home = home;
    for (size_t i = 0; i < HELPER_COUNT; i++) {
        h->of[i].pause_ms = HELPER_PAUSE_MIN_MS;
        const enum rc rc = program_beside(names[i], h->of[i].path, d);
        if (rc != RC_OK) {
            free(h);
            return rc;
        }
    }
    for (size_t i = 0; i < HELPER_COUNT; i++)
        start_one(h, i, now_ms);
    *ret = h;
    return RC_OK;
}

void helpers_tend(struct helpers *h, int64_t now_ms)
{
    for (size_t i = 0; i < HELPER_COUNT; i++) {
        struct helper *const one = &h->of[i];
        int status;
        if (one->pid > 0 && waitpid(one->pid, &status, WNOHANG) == one->pid)
            note_end(one, names[i], status, now_ms);
        if (one->pid == 0 && now_ms >= one->due_ms)
            start_one(h, i, now_ms);
    }
}

int helpers_wait_ms(const struct helpers *h, int64_t now_ms)
{
    int64_t least = -1;
    for (size_t i = 0; i < HELPER_COUNT; i++) {
        if (h->of[i].pid > 0)
            continue;
        const int64_t left = h->of[i].due_ms > now_ms ? h->of[i].due_ms - now_ms : 0;
        if (least < 0 || left < least)
            least = left;
    }
    return (int)least;
}

void helpers_signal(struct helpers *h, int signal)
{
    for (size_t i = 0; i < HELPER_COUNT; i++) {
        if (h->of[i].pid > 0)
            (void)kill(h->of[i].pid, signal);
    }
}

static bool wait_for(pid_t pid, uint32_t ms)
{
    const struct timespec tick = { .tv_nsec = 5000000 };
    for (uint32_t waited = 0;; waited += 5) {
        if (waitpid(pid, NULL, WNOHANG) != 0)
            return true;
        if (waited >= ms)
            return false;
        (void)nanosleep(&tick, NULL);
    }
}

static void stop_one(struct helper *h, const char *name, uint32_t grace_ms)
{
    if (h->pid == 0)
        return;
    (void)kill(h->pid, SIGTERM);
    if (!wait_for(h->pid, grace_ms)) {
        say_event(LEVEL_WARN, "helper_killed", h, name);
        (void)kill(h->pid, SIGKILL);
        (void)waitpid(h->pid, NULL, 0);
    }
    h->pid = 0;
}

void helpers_stop(struct helpers *h, uint32_t grace_ms)
{
    if (!h)
        return;
    for (size_t i = HELPER_COUNT; i-- > 0;)
        stop_one(&h->of[i], names[i], grace_ms);
    free(h);
}

struct helper_count helpers_count(const struct helpers *h, size_t i)
{
    assert(i < HELPER_COUNT);
    return (struct helper_count){ .pid = h->of[i].pid, .restarts = h->of[i].restarts };
}
