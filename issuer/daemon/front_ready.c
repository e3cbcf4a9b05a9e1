#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "issuer/daemon/front.h"

#define STATUS_MS 2000u

enum part { PART_CORE, PART_READER, PART_SIGNER, PART_REGISTER, PART_DISK, PART_CLOCK };
static const char *const names[FRONT_PARTS] = { "core",     "reader", "signer",
                                                "register", "disk",   "clock" };

/* Which part a reason of core is about; every other is its own. */
static const struct reason_part {
    const char *reason;
    enum part part;
} reason_parts[] = {
    { "signer_gone", PART_SIGNER },     { "signer_refuses", PART_SIGNER },
    { "hsm_gone", PART_SIGNER },        { "register_busy", PART_REGISTER },
    { "register_full", PART_REGISTER }, { "disk_full", PART_DISK },
    { "mirror_failed", PART_DISK },     { "clock_behind", PART_CLOCK },
};

static enum part part_of(const char *reason)
{
    for (size_t i = 0; i < sizeof reason_parts / sizeof reason_parts[0]; i++) {
        if (strcmp(reason, reason_parts[i].reason) == 0)
            return reason_parts[i].part;
    }
    return PART_CORE;
}

static void set_unready(struct front_part *part, const char *reason)
{
    part->ready = false;
    (void)snprintf(part->reason, sizeof part->reason, "%s", reason);
}

static void ask_core(struct front *f, struct front_part parts[FRONT_PARTS], struct status *ret)
{
    static const enum part hidden[] = { PART_SIGNER, PART_REGISTER, PART_DISK, PART_CLOCK };
    struct diag d = DIAG_INIT;
    if (link_status(f->core, STATUS_MS, ret, &d) != RC_OK) {
        *ret = (struct status){ 0 };
        set_unready(&parts[PART_CORE], "core_gone");
        for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
            set_unready(&parts[hidden[i]], "unknown");
        return;
    }
    if (!ret->ready)
        set_unready(&parts[part_of(ret->reason)], ret->reason);
}

/* What the reader counts goes beside what the core does. */
static void ask_reader(struct front *f, struct front_part *part, struct status *ret)
{
    struct status s = { 0 };
    struct diag d = DIAG_INIT;
    if (link_status(f->reader, STATUS_MS, &s, &d) != RC_OK)
        set_unready(part, "reader_gone");
    else if (!s.ready)
        set_unready(part, s.reason);
    ret->holder_answered = s.holder_answered;
    ret->holder_no_match = s.holder_no_match;
    ret->holder_closed = s.holder_closed;
}

bool front_parts(struct front *f, struct front_part ret[FRONT_PARTS], struct status *ret_core)
{
    struct front_part parts[FRONT_PARTS];
    struct status core = { 0 };
    for (size_t i = 0; i < FRONT_PARTS; i++)
        parts[i] = (struct front_part){ .name = names[i], .ready = true };
    ask_core(f, parts, &core);
    ask_reader(f, &parts[PART_READER], &core);

    bool ready = true;
    for (size_t i = 0; i < FRONT_PARTS; i++)
        ready = ready && parts[i].ready;
    if (ret)
        memcpy(ret, parts, sizeof parts);
    if (ret_core)
        *ret_core = core;
    return ready;
}
