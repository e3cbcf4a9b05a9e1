/*
 * Rewrites a device's memory as if it had seen something signed at another time, or a trust list
 * of another sequence.
 * Usage: seen_ahead FILE UNIX-SECONDS TRUST-SEQUENCE
 */
#include <stdlib.h>

#include "core/cose/cbor.h"
#include "core/sys/file.h"

static bool rewrite(struct span old, uint64_t signed_s, uint64_t trust, struct buf *to)
{
    struct cbor_reader c = cbor_reader_over(old, NULL);
    uint64_t cells, form, sequence, was_trust, was, clock_s;
    struct span roots;
    if (!cbor_array(&c, "seen", 6, &cells) || !cbor_uint(&c, "form", 2, &form) ||
        !cbor_skip(&c, "roots", &roots) || !cbor_uint(&c, "sequence", UINT64_MAX, &sequence) ||
        !cbor_uint(&c, "trust sequence", UINT64_MAX, &was_trust) ||
        !cbor_uint(&c, "signed", UINT64_MAX, &was) || !cbor_uint(&c, "clock", UINT64_MAX, &clock_s))
        return false;
    cbor_put_array(to, cells);
    cbor_put_uint(to, form);
    buf_put_span(to, roots);
    cbor_put_uint(to, sequence);
    cbor_put_uint(to, trust);
    cbor_put_uint(to, signed_s);
    cbor_put_uint(to, clock_s);
    return buf_ok(to);
}

int main(int argc, char *argv[])
{
    ON_EXIT(buf_free_at) struct buf old = { 0 }, new = { 0 };
    return argc == 4 && file_read(argv[1], 8192, &old, NULL) == RC_OK &&
                   rewrite(buf_span(&old), strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10),
                           &new) &&
                   file_replace(argv[1], buf_span(&new), 0600, NULL) == RC_OK
               ? 0
               : 1;
}
