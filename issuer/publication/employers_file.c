#include "issuer/publication/employers_file.h"

#include "issuer/employers/employers_change.h"
#include "issuer/publication/lookup_file.h"

#define FILE_MODE 0640u

/* Also when there is none: what a list once allowed must not outlive it. */
enum rc employers_publish(const struct home *h, const char *folder, struct diag *d)
{
    char path[PATH_LEN];
    ON_EXIT(employers_free) struct employers all = { 0 };
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    enum rc rc = beside_path(folder, ".employers", path, d);
    if (rc == RC_OK)
        rc = employers_of_home(h->path, &all, d);
    if (rc == RC_OK)
        rc = employers_put(&all, true, &text, d);
    return rc == RC_OK ? file_replace(path, buf_span(&text), FILE_MODE, d) : rc;
}
