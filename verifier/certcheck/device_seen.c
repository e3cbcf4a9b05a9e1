#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/sys/clock.h"
#include "verifier/certcheck/device_opening.h"
#include "verifier/certcheck/memory.h"

/* The own clock is written at most this often: each time costs an fsync. */
#define REMEMBER_EVERY_S 3600

static int64_t latest_signed(const struct bundle *b)
{
    const int64_t bundle = bundle_times(b).issued, trust = bundle_trust(b)->issued;
    return bundle > trust ? bundle : trust;
}

/* What is signed ahead of us is not remembered: it would make every right clock look set back. */
static bool worth_remembering(const struct opening *o)
{
    const struct evidence *const e = &o->dev->evidence;
    return !o->borrowed_clock && e->refused == PROBLEM_NONE &&
           latest_signed(o->dev->bundle) <= e->now + CLOCK_SKEW_S;
}

static void compare(struct opening *o, const struct seen *seen)
{
    struct evidence *const e = &o->dev->evidence;
    if (!seen->known)
        return;
    if (bundle_times(o->dev->bundle).sequence < seen->sequence ||
        bundle_trust(o->dev->bundle)->sequence < seen->trust_sequence)
        e->refused = PROBLEM_BUNDLE_ROLLBACK;
    else if (!o->borrowed_clock && e->now < seen->signed_s - CLOCK_SKEW_S)
        e->refused = PROBLEM_CLOCK_SET_BACK;
}

static bool same_roots(const struct root_set *a, const struct root_set *b)
{
    uint8_t id_a[SHA256_LEN], id_b[SHA256_LEN];
    return root_set_id(a, id_a, NULL) == RC_OK && root_set_id(b, id_b, NULL) == RC_OK &&
           memcmp(id_a, id_b, SHA256_LEN) == 0;
}

static bool is_news(const struct seen *old, const struct seen *new)
{
    return !old->known || new->sequence != old->sequence ||
           new->trust_sequence != old->trust_sequence || new->signed_s != old->signed_s ||
           !same_roots(&new->roots, &old->roots) || new->clock_s - old->clock_s >= REMEMBER_EVERY_S;
}

static struct seen now_seen(const struct opening *o, const struct seen *old)
{
    const struct trust_list *const trust = bundle_trust(o->dev->bundle);
    const int64_t signed_s = latest_signed(o->dev->bundle), now = o->dev->evidence.now;
    return (struct seen){
        .known = true,
        .roots = trust->roots,
        .sequence = bundle_times(o->dev->bundle).sequence,
        .trust_sequence = trust->sequence,
        .signed_s = signed_s > old->signed_s ? signed_s : old->signed_s,
        .clock_s = now > old->clock_s ? now : old->clock_s,
    };
}

static enum rc write_seen(struct opening *o, const struct seen *old, struct diag *d)
{
    const struct seen new = now_seen(o, old);
    if (!is_news(old, &new))
        return RC_OK;
    return seen_write(o->state, bundle_trust(o->dev->bundle)->deployment, &new, d);
}

/* Somebody else may have pinned since we looked: the same deployment, or another. */
static enum rc write_pin(struct opening *o, struct diag *d)
{
    const uint8_t *const ours = bundle_trust(o->dev->bundle)->deployment;
    uint8_t pinned[DEPLOYMENT_LEN];
    bool known;
    enum rc rc = pinned_read(o->state, &known, pinned, d);
    if (rc == RC_OK && known)
        return memcmp(pinned, ours, DEPLOYMENT_LEN) == 0 ? RC_OK : opening_unknown_issuer(o);
    if (rc == RC_OK)
        rc = pinned_write(o->state, ours, d);
    if (rc == RC_OK)
        opening_note(o, PROBLEM_PINNED);
    return rc;
}

static enum rc read_seen(struct opening *o, struct seen *ret)
{
    struct diag d = DIAG_INIT;
    const enum rc rc = seen_read(o->state, bundle_trust(o->dev->bundle)->deployment, ret, &d);
    return rc == RC_OK ? RC_OK : opening_broken(o, PROBLEM_NONE, rc, &d);
}

/* What is written is compared once more with what is there, for only now is nobody else writing:
 * an older bundle beside a newer one must not be what is remembered. */
static enum rc remember(struct opening *o)
{
    ON_EXIT(fd_close_at) int lock = -1;
    struct seen seen;
    struct diag d = DIAG_INIT;
    enum rc rc = memory_lock(o->state, &lock, &d);
    if (rc != RC_OK) {
        opening_note(o, PROBLEM_MEMORY);
        return RC_OK;
    }
    rc = read_seen(o, &seen);
    if (rc != RC_OK)
        return rc;
    compare(o, &seen);
    if (!worth_remembering(o))
        return RC_OK;
    rc = write_seen(o, &seen, &d);
    if (rc == RC_OK && o->to_pin)
        rc = write_pin(o, &d);
    if (rc == RC_BAD_SIGNATURE)
        return rc;
    if (rc != RC_OK)
        opening_note(o, PROBLEM_MEMORY);
    return RC_OK;
}

enum rc opening_use_memory(struct opening *o)
{
    struct seen seen = { 0 };
    if (o->has_state) {
        const enum rc rc = read_seen(o, &seen);
        if (rc != RC_OK)
            return rc;
    }
    compare(o, &seen);
    if (!worth_remembering(o))
        return RC_OK;
    if (!o->has_state) {
        opening_note(o, PROBLEM_MEMORY);
        return RC_OK;
    }
    const struct seen new = now_seen(o, &seen);
    return is_news(&seen, &new) || o->to_pin ? remember(o) : RC_OK;
}

/* --- another bundle --- */

/* As if bundle had been opened: device_open()'s questions are then asked of it. other  gets a copy
 * of dev, which nobody closes. */
static enum rc put_in_place(struct opening *o, const struct device *dev, struct bundle *bundle,
                            struct device *other)
{
    uint8_t pinned[DEPLOYMENT_LEN];
    bool known;
    *other = *dev;
    other->bundle = bundle;
    other->note_count = 0;
    other->evidence.bundle = bundle;
    other->evidence.trust = bundle_trust(bundle);
    other->evidence.refused = PROBLEM_NONE;
    o->dev = other;
    o->borrowed_clock = o->choices->at.given || getenv(CLOCK_VARIABLE);
    return opening_find_state(o, &known, pinned);
}

enum rc device_accepts(const struct device_choices *choices, const struct say *say,
                       const struct device *dev, struct bundle *bundle, struct diag *d)
{
    assert(choices && say && dev && bundle);

    struct device other;
    struct seen seen = { 0 };
    struct opening o = { .choices = choices, .say = say };
    enum rc rc = put_in_place(&o, dev, bundle, &other);
    if (rc == RC_OK && o.has_state)
        rc = read_seen(&o, &seen);
    if (rc != RC_OK)
        return diag_set(d, rc, DIAG_NO_OFFSET, "what is remembered here cannot be read");
    compare(&o, &seen);
    if (other.evidence.refused == PROBLEM_BUNDLE_ROLLBACK)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "it leads to a bundle that is older than what this device has seen");
    if (other.evidence.refused != PROBLEM_NONE)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the clock was set back");
    if (latest_signed(bundle) > other.evidence.now + CLOCK_SKEW_S)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "it is signed more than a day ahead of this clock");
    return RC_OK;
}

bool device_remember(const struct device_choices *choices, const struct say *say,
                     const struct device *dev, struct bundle *bundle)
{
    assert(choices && say && dev && bundle);

    struct device other;
    struct opening o = { .choices = choices, .say = say };
    if (put_in_place(&o, dev, bundle, &other) != RC_OK)
        return false;
    if (!worth_remembering(&o))
        return true;
    return o.has_state && remember(&o) == RC_OK && other.note_count == 0;
}
