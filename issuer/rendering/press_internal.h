/* What the press's own files share. */
#pragma once

#include "core/cert/directory.h"
#include "issuer/rendering/press.h"

struct press {
    const struct home *home;
    struct pdf_font_set *fonts;
    struct pdf_layout *layout;
    struct buf directory_bytes;
    struct directory directory;
    struct sha256_stream *begun;          /* over the layout's fixed bytes */
    char deployment[TRUST_HOST_LEN + 20]; /* its name on the page: host and the first of its id */
    bool chinese;                         /* the layout's language */
};
