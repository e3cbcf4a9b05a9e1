/*
 * Linked into bench_engine: the linker sends the engine's two calls into the log here, which are
 * timed and printed at the end. They store tokens too, which any register would have to, so what
 * the log adds is at most this.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/sys/clock.h"
#include "issuer/register/register.h"

static double spent;

static void print_spent(void)
{
    (void)printf("log %.4f s\n", spent);
}

__attribute__((constructor)) static void begin(void)
{
    (void)atexit(print_spent);
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker names them */
enum rc __real_register_log_append(struct reg *r, struct reg_log_entry *e, struct diag *d);
enum rc __wrap_register_log_append(struct reg *r, struct reg_log_entry *e, struct diag *d);
enum rc __wrap_register_log_append(struct reg *r, struct reg_log_entry *e, struct diag *d)
{
    const double start = clock_elapsed();
    const enum rc rc = __real_register_log_append(r, e, d);
    spent += clock_elapsed() - start;
    return rc;
}

enum rc __real_register_log_settle(struct reg *r, uint64_t index, enum log_kind kind,
                                   struct span data, struct diag *d);
enum rc __wrap_register_log_settle(struct reg *r, uint64_t index, enum log_kind kind,
                                   struct span data, struct diag *d);
enum rc __wrap_register_log_settle(struct reg *r, uint64_t index, enum log_kind kind,
                                   struct span data, struct diag *d)
{
    const double start = clock_elapsed();
    const enum rc rc = __real_register_log_settle(r, index, kind, data, d);
    spent += clock_elapsed() - start;
    return rc;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
