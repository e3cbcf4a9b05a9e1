#include "verifier/web/web_files.h"

const struct web_file *web_file_find(struct span name)
{
    const struct web_file *f = NULL;
    for (size_t i = 0; (f = web_file_at(i)) != NULL; i++) {
        if (span_equal(name, span_text(f->name)))
            return f;
    }
    return NULL;
}
