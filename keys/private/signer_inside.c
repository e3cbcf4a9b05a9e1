/* signer_open() without a process of its own: for tests. Nothing is remembered. */
#include <assert.h>
#include <string.h>

#include "core/sys/file.h"
#include "keys/private/order_check.h"
#include "keys/private/signing.h"

enum rc signer_open(const char *home, const struct trust_list *trust, struct signer **ret,
                    struct diag *d)
{
    assert(home && trust && ret);

    char folder[PATH_LEN];
    const enum rc rc = path_join(home, "keys", folder, d);
    return rc == RC_OK ? signer_load(folder, trust, NULL, ret, d) : rc;
}

enum rc signer_order_alone(struct signer *s, struct span kid, uint32_t action, int64_t now_s,
                           bool *ret, struct diag *d)
{
    assert(s && kid.len == KID_LEN && ret);
    (void)action;
    (void)now_s;
    (void)d;
    *ret = true;
    return RC_OK;
}

enum rc signer_order(struct signer *s, struct span first, struct span second, int64_t now_s,
                     struct diag *d)
{
    struct order_checked checked;
    return order_check(s->trust, first, second, now_s, &checked, d);
}

enum rc signer_place(struct signer *s, const struct placed_order *orders, size_t count,
                     struct diag *d)
{
    assert(s && (orders || count == 0));
    (void)d;
    return RC_OK;
}

enum rc signer_status(struct signer *s, struct signer_status *ret, struct diag *d)
{
    (void)d;
    *ret = (struct signer_status){ .trust_sequence = s->trust->sequence };
    memcpy(ret->deployment, s->trust->deployment, DEPLOYMENT_LEN);
    return RC_OK;
}

bool signer_is_there(struct signer *s)
{
    return s != NULL;
}
