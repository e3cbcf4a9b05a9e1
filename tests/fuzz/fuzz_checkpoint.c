/* Any bytes as a checkpoint: a body that is read is the only one that says so. */
#include <stdio.h>
#include <stdlib.h>

#include "core/cert/tlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* By a key that has never signed anything. */
static void must_not_be_believed(struct span note)
{
    static const struct public_numbers numbers = {
        .alg = ALG_EDDSA,
        .x = { 0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe,
               0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
               0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a } /* RFC 8032 7.1 */
    };
    static struct pubkey *key;
    struct checkpoint c;
    struct diag d = DIAG_INIT;
    if (!key && pubkey_new(&numbers, &key, NULL) != RC_OK)
        abort();
    if (checkpoint_check(note, "log.example/sitecert", key, &c, &d) == RC_OK || d.code == RC_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct checkpoint c;
    must_not_be_believed(span_of(data, size));
    if (checkpoint_parse(span_of(data, size), &c, NULL) != RC_OK)
        return 0;

    char origin[CHECKPOINT_MAX + 1];
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    (void)snprintf(origin, sizeof origin, "%.*s", (int)c.origin.len, (const char *)c.origin.ptr);
    checkpoint_body_put(&again, origin, c.size, &c.root);
    if (!span_equal(buf_span(&again), c.body))
        abort();
    return 0;
}
