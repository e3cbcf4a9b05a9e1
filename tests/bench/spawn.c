/*
 * Runs a command, its output thrown away, and prints what it took: wall seconds, processor seconds,
 * peak memory in kilobytes, exit status. Small itself, for a child's peak begins with its parent's.
 *
 *   spawn COMMAND…
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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
    if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
        return 1;
    const double took = elapsed() - start;
    (void)printf("%.6f %.6f %ld %d\n", took, seconds(used.ru_utime) + seconds(used.ru_stime),
                 used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 256);
    return 0;
}
