#include "verifier/certcheck/guard.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/cert/verdict.h"

/* What a signal handler may print has to be ready before. */
struct message {
    char text[200];
    size_t len;
};
static struct message messages[2]; /* nothing was printed; some batches were */
static volatile sig_atomic_t printed;

static void tell_and_end(int signal_number)
{
    (void)signal_number;
    const struct message *const m = &messages[printed];
    if (write(STDERR_FILENO, m->text, m->len) < 0)
        _exit(VERDICT_EXIT_INTERNAL);
    _exit(VERDICT_EXIT_INTERNAL);
}

static void prepare(struct message *m, const struct say *say, const char *zh, const char *en)
{
    (void)snprintf(m->text, sizeof m->text, "%s: %s\n", say->program, pick(say, zh, en));
    m->len = strlen(m->text);
}

void guard_mapped_files(const struct say *say)
{
    prepare(&messages[0], say, "数据包文件在读取时被改短，未作任何判断",
            "the bundle's file became shorter while it was read; nothing was judged");
    prepare(&messages[1], say, "数据包文件在读取时被改短，已输出的判断有效，其余未作判断",
            "the bundle's file became shorter while it was read; what was printed holds, the rest "
            "was not judged");

    struct sigaction action = { .sa_handler = tell_and_end };
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGBUS, &action, NULL);
}

void guard_some_printed(void)
{
    printed = 1;
}
