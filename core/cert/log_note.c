#include "core/cert/log_note.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static enum rc check_by(const struct trust_list *trust, struct span note, const char *origin,
                        struct checkpoint *ret)
{
    enum rc rc = RC_BAD_SIGNATURE;
    for (size_t i = 0; rc == RC_BAD_SIGNATURE && i < trust->key_count; i++) {
        if (trust->keys[i].use == USE_LOG)
            rc = checkpoint_check(note, origin, trust->keys[i].key, ret, NULL);
    }
    return rc;
}

enum rc log_note_check(struct span note, const struct trust_list *trust, struct checkpoint *ret,
                       uint64_t *ret_end, struct diag *d)
{
    assert(trust && ret && ret_end);

    struct checkpoint c;
    char origin[sizeof trust->log_origin];
    enum rc rc = checkpoint_parse(note, &c, d);
    if (rc != RC_OK)
        return rc;
    if (!trust_list_log_end(trust, c.origin, ret_end))
        return diag_set(d, RC_REFUSED, DIAG_NO_OFFSET, "the checkpoint is of another log");
    memcpy(origin, c.origin.ptr, c.origin.len);
    origin[c.origin.len] = '\0';
    rc = check_by(trust, note, origin, ret);
    return rc == RC_OK
               ? rc
               : diag_set(d, rc, DIAG_NO_OFFSET, "the checkpoint is not signed by the log's key");
}

void log_folder_name(size_t n, char ret[LOG_FOLDER_LEN])
{
    if (n <= 1)
        (void)snprintf(ret, LOG_FOLDER_LEN, "log");
    else
        (void)snprintf(ret, LOG_FOLDER_LEN, "log-%zu", n);
}
