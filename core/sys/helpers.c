#include "core/sys/helpers.h"

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

struct helper {
    char path[PATH_LEN];
    char *words[HELPER_WORDS_MAX + 1]; /* owned; the last is NULL */
    pid_t pid;                         /* 0: not running */
    int64_t began_ms, due_ms;
    int64_t pause_ms;
    uint32_t restarts;
};

struct helpers {
    size_t count;
    struct helper of[HELPERS_MAX];
};

/* --- one process --- */

/* Between fork and exec: calls that are safe after fork in a process with threads, no others. */
__attribute__((noreturn)) static void become(const struct helper *h, pid_t parent)
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
    (void)execv(h->path, h->words);
    _exit(127);
}

static void say_event(enum log_level level, const char *event, const struct helper *h)
{
    struct log_line l = log_begin(level, event);
    log_word(&l, "helper", h->words[0]);
    log_number(&l, "pid", h->pid);
    log_end(&l);
}

static void start_one(struct helper *h, int64_t now_ms)
{
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0)
        become(h, parent);
    if (pid < 0) {
        h->due_ms = now_ms + h->pause_ms;
        say_event(LEVEL_ERROR, "helper_not_started", h);
        return;
    }
    h->pid = pid;
    h->began_ms = now_ms;
    say_event(LEVEL_INFO, "helper_started", h);
}

static void note_end(struct helper *h, int status, int64_t now_ms)
{
    if (now_ms - h->began_ms >= HELPER_STEADY_MS)
        h->pause_ms = HELPER_PAUSE_MIN_MS;

    struct log_line l = log_begin(LEVEL_ERROR, "helper_ended");
    log_word(&l, "helper", h->words[0]);
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

enum rc helpers_new(struct helpers **ret, struct diag *d)
{
    assert(ret);

    struct helpers *const h = calloc(1, sizeof *h);
    if (!h)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "helpers");
    *ret = h;
    return RC_OK;
}

static void forget(struct helper *h)
{
    for (size_t i = 0; i < HELPER_WORDS_MAX; i++)
        free(h->words[i]);
    *h = (struct helper){ .pid = 0 };
}

static enum rc copy_words(const char *const words[], struct helper *h, struct diag *d)
{
    for (size_t i = 0; words[i]; i++) {
        assert(i < HELPER_WORDS_MAX);
        h->words[i] = strdup(words[i]);
        if (!h->words[i])
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a helper");
    }
    return RC_OK;
}

enum rc helpers_add(struct helpers *h, const char *const words[], struct diag *d)
{
    assert(h && words && words[0] && h->count < HELPERS_MAX);

    struct helper *const one = &h->of[h->count];
    one->pause_ms = HELPER_PAUSE_MIN_MS;
    enum rc rc = program_beside(words[0], one->path, d);
    if (rc == RC_OK)
        rc = copy_words(words, one, d);
    if (rc != RC_OK) {
        forget(one);
        return rc;
    }
    h->count++;
    return RC_OK;
}

void helpers_tend(struct helpers *h, int64_t now_ms)
{
    for (size_t i = 0; i < h->count; i++) {
        struct helper *const one = &h->of[i];
        int status;
        if (one->pid > 0 && waitpid(one->pid, &status, WNOHANG) == one->pid)
            note_end(one, status, now_ms);
        if (one->pid == 0 && now_ms >= one->due_ms)
            start_one(one, now_ms);
    }
}

int helpers_wait_ms(const struct helpers *h, int64_t now_ms)
{
    int64_t least = -1;
    for (size_t i = 0; i < h->count; i++) {
        if (h->of[i].pid > 0)
            continue;
        const int64_t left = h->of[i].due_ms > now_ms ? h->of[i].due_ms - now_ms : 0;
        if (least < 0 || left < least)
            least = left;
    }
    return (int)least;
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

static void stop_one(struct helper *h, uint32_t grace_ms)
{
    if (h->pid == 0)
        return;
    (void)kill(h->pid, SIGTERM);
    if (!wait_for(h->pid, grace_ms)) {
        say_event(LEVEL_WARN, "helper_killed", h);
        (void)kill(h->pid, SIGKILL);
        (void)waitpid(h->pid, NULL, 0);
    }
    h->pid = 0;
}

void helpers_stop(struct helpers *h, uint32_t grace_ms)
{
    if (!h)
        return;
    for (size_t i = h->count; i-- > 0;)
        stop_one(&h->of[i], grace_ms);
    for (size_t i = 0; i < h->count; i++)
        forget(&h->of[i]);
    free(h);
}

struct helper_count helpers_count(const struct helpers *h, size_t i)
{
    assert(i < h->count);
    return (struct helper_count){ .pid = h->of[i].pid, .restarts = h->of[i].restarts };
}
