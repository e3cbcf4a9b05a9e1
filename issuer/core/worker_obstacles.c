/* What may be in the way of the worker, and a new trust list. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>

#include "core/sys/clock.h"
#include "core/sys/log.h"
#include "issuer/core/worker_internal.h"
#include "issuer/register/mirror.h"

#define TRUST_MS  250                  /* between two looks at the trust list */
#define SIGNER_S  1.0                  /* between two looks at the signer */
#define ROOM_MS   20                   /* between two looks at disk and register */
#define DISK_ROOM ((uint64_t)16 << 20) /* bytes: with less nothing is begun */

/* --- what may be in the way --- */

bool worker_disk_is_full(const struct worker *w)
{
    struct statvfs v;
    return statvfs(w->home.path, &v) == 0 && (uint64_t)v.f_bavail * v.f_frsize < DISK_ROOM;
}

/* A group must fit in what is left of the map. */
static bool register_is_full(struct worker *w)
{
    uint64_t used = 0, max = 0;
    if (register_peek_size(engine_register(w->engine), &used, &max, NULL) != RC_OK)
        return true;
    (void)pthread_mutex_lock(&w->lock);
    w->status.register_bytes = used;
    w->status.register_max_bytes = max;
    (void)pthread_mutex_unlock(&w->lock);
    const uint64_t room = max / 16 < (uint64_t)64 << 20 ? max / 16 : (uint64_t)64 << 20;
    return used > max - room;
}

/* The clock of the rows moves on, never back. */
static bool clock_is_behind(struct worker *w, struct diag *d)
{
    int64_t now;
    if (clock_now(w->demo, &now, d) != RC_OK || now < w->home.now)
        return true;
    w->home.now = now;
    return false;
}

/* Once sitecert.ini gives it more room, it has to be opened anew. */
bool worker_register_may_grow(struct worker *w)
{
    ON_EXIT(home_close) struct home now = { 0 };
    (void)pthread_mutex_lock(&w->lock);
    const uint64_t max = w->status.register_max_bytes;
    (void)pthread_mutex_unlock(&w->lock);
    return home_open(w->o.home, &now, NULL) == RC_OK && now.settings.register_map_bytes > max;
}

/* Rows that nobody could sign now are not begun. While rows are at work, signing them tells. */
static const char *signer_is_away(struct worker *w, struct diag *d)
{
    struct signer_status s;
    if (apply_pending(w->apply) || apply_at_work(w->apply) ||
        clock_elapsed() - w->signer_seen < SIGNER_S)
        return "";
    if (!signer_is_there(engine_signer(w->engine)))
        worker_say_reason(w, "signer_gone", NULL); /* said before we wait for it */
    const enum rc rc = signer_status(engine_signer(w->engine), &s, d);
    if (rc != RC_OK)
        return "signer_gone";
    if (s.hsm[0]) {
        (void)diag_set(d, RC_BUSY, DIAG_NO_OFFSET, "%s", s.hsm);
        return "hsm_gone";
    }
    w->signer_seen = clock_elapsed();
    return "";
}

/* No token key fits, whatever the row: they wait, in the queue and with their senders. */
static bool has_no_key(struct worker *w, struct diag *d)
{
    const char *const why = engine_no_key(w->engine);
    if (why)
        (void)diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "%s", why);
    return why != NULL;
}

/* Asked anew when there was none, and otherwise not with every batch: a row takes less. */
static const char *full(struct worker *w)
{
    const double now = clock_elapsed();
    if (now - w->room_seen < ROOM_MS / 1000.0)
        return "";
    if (worker_disk_is_full(w))
        return "disk_full";
    if (register_is_full(w))
        return "register_full";
    w->room_seen = now;
    return "";
}

const char *worker_obstacle(struct worker *w, struct diag *d)
{
    if (clock_is_behind(w, d))
        return "clock_behind";
    const char *const room = full(w);
    if (room[0])
        return room;
    const char *const signer = signer_is_away(w, d);
    if (signer[0])
        return signer;
    return has_no_key(w, d) ? WORKER_NO_KEY : "";
}

static bool begins_with(const struct diag *d, const char *words)
{
    return strncmp(d->text, words, strlen(words)) == 0;
}

const char *worker_why_not_opened(const struct worker *w, enum rc rc, const struct diag *d)
{
    if (begins_with(d, SIGNER_WORDS))
        return "signer_gone";
    if (begins_with(d, MIRROR_WORDS))
        return "mirror_failed";
    if (begins_with(d, SIGNER_HSM))
        return "hsm_gone";
    if (rc == RC_BUSY)
        return "register_busy";
    if (begins_with(d, ENGINE_CLOCK_BEHIND))
        return "clock_behind";
    if (begins_with(d, ENGINE_SIGNER_REFUSES))
        return WORKER_NO_KEY;
    if (rc == RC_FULL)
        return worker_disk_is_full(w) ? "disk_full" : "register_full";
    return "failed";
}

/* --- the trust list --- */

static struct file_identity look_at_trust(const struct worker *w)
{
    char path[PATH_LEN];
    return path_join(w->o.home, "trust.cbor", path, NULL) == RC_OK
               ? file_identify(path)
               : (struct file_identity){ .node = 0 };
}

/* A trust list came into force: the register is opened anew with it. One that cannot be read is
 * said once, and that of before stays until the next try. */
bool worker_has_new_trust(struct worker *w)
{
    const struct file_identity there = look_at_trust(w);
    const int64_t now_ms = clock_elapsed_ms();
    if (atomic_exchange(&w->forgive, false))
        trust_forgive(&w->trust);
    if (!trust_is_due(&w->trust, &there, now_ms))
        return false;

    ON_EXIT(home_close) struct home h = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = home_open(w->o.home, &h, &d);
    if (rc == RC_OK)
        trust_is_taken(&w->trust, &there);
    else if (trust_has_failed(&w->trust, &there, now_ms))
        log_failure(LEVEL_ERROR, "trust_list_not_taken", rc, &d);
    return rc == RC_OK;
}

/* Now and then, when nothing is committed. */
bool worker_trust_is_due(struct worker *w)
{
    const double now = clock_elapsed();
    if (now - w->trust_looked < TRUST_MS / 1000.0)
        return false;
    w->trust_looked = now;
    return worker_has_new_trust(w);
}

void worker_note_trust(struct worker *w)
{
    const struct file_identity there = look_at_trust(w);
    trust_is_taken(&w->trust, &there);
}

void worker_retry_trust(struct worker *w)
{
    w->forgive = true;
}
