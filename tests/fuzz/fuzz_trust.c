/*
 * Any bytes in: a trust list that is read by its own roots has no other payload than it has. What
 * has no good signature is refused, so the corpus carries lists signed by published test keys.
 */
#include <stdlib.h>

#include "keys/trust/trust_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(struct span bytes, const struct trust_list *list)
{
    struct cose_sign m;
    struct trust_file file;
    struct buf payload = { 0 };
    /* After a rotation the roots of the list behind it have signed, and those of its own need not.
     */
    if (trust_file_split(bytes, &file, NULL) != RC_OK ||
        cose_sign_parse(file.lists[0], &m, NULL) != RC_OK ||
        (file.count == 1 && m.count < list->roots.threshold))
        abort();
    trust_list_payload_put(&payload, list);
    if (!buf_ok(&payload) || !span_equal(buf_span(&payload), m.payload))
        abort();
    buf_free(&payload);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct span bytes = span_of(data, size);
    struct trust_list *list = NULL;
    struct diag d = DIAG_INIT;
    const enum rc rc = trust_list_read(bytes, NULL, &list, &d);
    if ((rc == RC_OK) != (list != NULL) || (rc != RC_OK && d.code != rc))
        abort();
    if (list)
        write_again(bytes, list);
    trust_list_free(list);
    return 0;
}
