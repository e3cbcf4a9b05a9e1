/*
 * Runs a command, its output thrown away, and prints what it took: wall seconds, processor seconds,
 * peak memory in kilobytes, exit status, and in kilobytes the most memory of no file's that was
 * seen, ten milliseconds apart. Small itself, for a child's peak begins with its parent's.
 *
 *   spawn COMMAND…
 */
#define _GNU_SOURCE /* syscall() */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAMPLE_MS 10

static double elapsed(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void become(char *argv[])
{
    const int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0 && dup2(nowhere, STDERR_FILENO) >= 0)
        (void)execvp(argv[0], argv);
    _exit(127);
}

/* 0: it has ended. */
static long anonymous_kb(pid_t pid)
{
    char path[64], line[128];
    long kb = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *const f = fopen(path, "r");
    while (f && kb == 0 && fgets(line, sizeof line, f))
        (void)sscanf(line, "RssAnon: %ld", &kb);
    if (f)
        (void)fclose(f);
    return kb;
}

static long watch_until_end(pid_t pid)
{
    struct pollfd p = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
    long most = 0;
    while (p.fd >= 0 && poll(&p, 1, SAMPLE_MS) == 0) {
        const long now = anonymous_kb(pid);
        most = now > most ? now : most;
    }
    (void)close(p.fd);
    return most;
}

int main(int argc, char *argv[])
{
    if (argc < 2)
        return 2;
    struct rusage used;
    int status;
    const double start = elapsed();
    const pid_t pid = fork();
    if (pid == 0)
        become(argv + 1);
    const long anonymous = pid > 0 ? watch_until_end(pid) : 0;
    if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
        return 1;
    const double took = elapsed() - start;
    (void)printf("%.6f %.6f %ld %d %ld\n", took, seconds(used.ru_utime) + seconds(used.ru_stime),
                 used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 256, anonymous);
    return 0;
}
