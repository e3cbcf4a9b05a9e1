#include "verifier/certcheck/crew.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CPUS_MAX 8192 /* bits of a mask: more than a kernel is built for */

struct crew {
    void (*work)(void *ctx, unsigned member, uint32_t piece);
    void *ctx;
    uint32_t pieces;
    atomic_uint_least32_t next;
};

struct member {
    struct crew *crew;
    unsigned number;
    pthread_t thread;
};

unsigned crew_size(void)
{
    /* By the kernel's own call: a second thread on one processor would only push the first aside.
     */
    unsigned long mask[CPUS_MAX / (8 * sizeof(unsigned long))] = { 0 };
    const long len = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    unsigned allowed = 0;
    for (size_t i = 0; len > 0 && i < sizeof mask / sizeof mask[0]; i++)
        allowed += (unsigned)__builtin_popcountl(mask[i]);
    if (allowed == 0)
        return 1;
    return allowed < CREW_MAX ? allowed : CREW_MAX;
}

static void *serve(void *arg)
{
    const struct member *const me = arg;
    struct crew *const crew = me->crew;
    for (;;) {
        const uint32_t piece = atomic_fetch_add(&crew->next, 1);
        if (piece >= crew->pieces)
            return NULL;
        crew->work(crew->ctx, me->number, piece);
    }
}

void crew_run(unsigned members, uint32_t pieces,
              void (*work)(void *ctx, unsigned member, uint32_t piece), void *ctx)
{
    assert(members >= 1 && members <= CREW_MAX && work);
    assert(pieces <= UINT32_MAX - CREW_MAX); /* each member counts once past the end */

    struct crew crew = { .work = work, .ctx = ctx, .pieces = pieces };
    struct member all[CREW_MAX];
    unsigned started = 1;
    for (; started < members && started < pieces; started++) {
        all[started] = (struct member){ .crew = &crew, .number = started };
        if (pthread_create(&all[started].thread, NULL, serve, &all[started]) != 0)
            break;
    }
    all[0] = (struct member){ .crew = &crew };
    (void)serve(&all[0]);
    for (unsigned i = 1; i < started; i++)
        (void)pthread_join(all[i].thread, NULL);
}
