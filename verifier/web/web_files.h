/*
 * The page's scripts as they are served, embedded by the build: those of this folder and the two
 * packages of npm (docs/page.md). Read-only, static.
 */
#pragma once

#include "core/base/span.h"

struct web_file {
    const char *name;          /* "app.js": no folder */
    const char *etag;          /* quoted */
    struct span bytes, packed; /* packed: by gzip */
};

/* The service worker's name: it is served beside the pages, so that it may keep them all. */
#define WEB_WORKER "sw.js"

const struct web_file *web_file_at(size_t i);           /* NULL: past the last */
const struct web_file *web_file_find(struct span name); /* NULL: there is none */
