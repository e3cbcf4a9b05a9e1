#include "verifier/daemon/helper.h"

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

#include "core/sys/file.h"
#include "core/sys/log.h"

#define STOP_MS 3000

struct helper {
    char path[PATH_LEN];
    char *words[HELPER_WORDS_MAX + 1]; /* owned */
    pid_t pid;                         /* 0: not running */
    time_t began_s;
};

static enum rc find_program(const char *name, char ret[PATH_LEN], struct diag *d)
{
    char own[PATH_LEN];
    const ssize_t n = readlink("/proc/self/exe", own, sizeof own - 1);
    if (n <= 0)
        return diag_set(d, RC_IO, DIAG_NO_OFFSET, "/proc/self/exe: %s", strerror(errno));
    own[n] = '\0';
    *strrchr(own, '/') = '\0';
    const enum rc rc = path_join(own, name, ret, d);
    if (rc == RC_OK && access(ret, X_OK) != 0)
        return diag_set(d, RC_NOT_FOUND, DIAG_NO_OFFSET, "'%.150s' is not there", ret);
    return rc;
}

/* Between fork and exec: calls that are safe after fork in a process with threads, no others. */
__attribute__((noreturn)) static void become(const struct helper *h, pid_t parent)
{
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
        _exit(127);
    const int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        _exit(127);
    (void)execv(h->path, h->words);
    _exit(127);
}

static void start(struct helper *h)
{
    const pid_t parent = getpid();
    const pid_t pid = fork();
    if (pid == 0)
        become(h, parent);
    h->pid = pid > 0 ? pid : 0;
    h->began_s = time(NULL);
    struct log_line l = log_begin(LEVEL_INFO, "helper_started");
    log_word(&l, "helper", h->words[0]);
    log_number(&l, "pid", pid);
    log_end(&l);
}

static void helper_free(struct helper *h)
{
    for (size_t i = 0; i < HELPER_WORDS_MAX; i++)
        free(h->words[i]);
    free(h);
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

enum rc helper_start(const char *const words[], struct helper **ret, struct diag *d)
{
    struct helper *const h = calloc(1, sizeof *h);
    if (!h)
        return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "a helper");
    enum rc rc = find_program(words[0], h->path, d);
    if (rc == RC_OK)
        rc = copy_words(words, h, d);
    if (rc != RC_OK) {
        helper_free(h);
        return rc;
    }
    start(h);
    *ret = h;
    return RC_OK;
}

void helper_tend(struct helper *h)
{
    int status;
    if (h->pid > 0 && waitpid(h->pid, &status, WNOHANG) != h->pid)
        return;
    if (h->pid > 0) {
        struct log_line l = log_begin(LEVEL_ERROR, "helper_ended");
        log_word(&l, "helper", h->words[0]);
        log_end(&l);
        h->pid = 0;
    }
    if (time(NULL) != h->began_s)
        start(h);
}

void helper_stop(struct helper *h)
{
    if (!h)
        return;
    const struct timespec tick = { .tv_nsec = 5000000 };
    if (h->pid > 0)
        (void)kill(h->pid, SIGTERM);
    for (int ms = 0; h->pid > 0 && waitpid(h->pid, NULL, WNOHANG) == 0; ms += 5) {
        if (ms >= STOP_MS)
            (void)kill(h->pid, SIGKILL);
        (void)nanosleep(&tick, NULL);
    }
    helper_free(h);
}
