#include "keys/private/answer_sign.h"

#include <assert.h>

#include "core/cose/cose.h"
#include "keys/private/statement.h"

enum rc answer_sign(const struct private_key *key, const struct trust_list *trust,
                    struct span payload, int64_t now, struct buf *to, struct diag *d)
{
    assert(key && trust && to);

    struct list_summary s;
    const struct trusted_key *const trusted = trusted_entry(trust, private_key_public(key));
    const enum rc rc = list_summary_parse(payload, &s, d);
    if (rc != RC_OK)
        return rc;
    if (s.at < now - LIST_AHEAD_S || s.at > now + LIST_AHEAD_S)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "a summary that is not of now");
    if (!trusted || trusted->use != USE_ANSWER)
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET,
                        "the trust list has no such key for answers");
    const struct statement statement = { TYP_ANSWER, payload, s.at };
    return statement_sign(&statement, key, trusted, trust, to, d);
}
