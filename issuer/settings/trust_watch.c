#include "issuer/settings/trust_watch.h"

#include <assert.h>

bool trust_is_due(const struct trust_watch *w, const struct file_identity *there, int64_t now_ms)
{
    assert(w && there);

    if (!file_is_seen(there) || file_identity_equal(there, &w->taken))
        return false;
    return !file_identity_equal(there, &w->failed) || now_ms - w->failed_ms >= TRUST_RETRY_MS;
}

void trust_is_taken(struct trust_watch *w, const struct file_identity *there)
{
    assert(w && there);

    w->taken = *there;
    trust_forgive(w);
}

bool trust_has_failed(struct trust_watch *w, const struct file_identity *there, int64_t now_ms)
{
    assert(w && there);

    const bool first = !file_is_seen(there) || !file_identity_equal(there, &w->failed);
    w->failed = *there;
    w->failed_ms = now_ms;
    return first;
}

void trust_forgive(struct trust_watch *w)
{
    assert(w);

    w->failed = (struct file_identity){ .node = 0 };
}
