/*
 * Published files as answers that are ready, so that what is asked for often costs neither opening
 * nor reading: those of up to SHELF_SMALL bytes in memory, larger ones by their descriptor. Whether
 * a file is still the same is looked at when a second has passed. Names share a fixed number of
 * places: the later one stays. Threads: any.
 */
#pragma once

#include <sys/stat.h>

#include "core/http/server.h"

#define SHELF_SMALL    65536u /* bytes */
#define SHELF_PLACES   128u
#define SHELF_NAME_MAX 264u /* bytes of a name below the folder */
#define ETAG_LEN       64u

struct shelf;
struct shelf *shelf_new(void);    /* NULL: out of memory */
void shelf_free(struct shelf *s); /* NULL is fine */

enum shelf_found {
    SHELF_UNKNOWN = 0, /* nobody has asked, or it is another file by now */
    SHELF_ABSENT,      /* there is no such file */
    SHELF_FOUND,
};
struct shelved {
    struct http_kept *kept; /* the caller's to answer with, or to put */
    char etag[ETAG_LEN];
};
/* folder: descriptor; name: fit to be opened below it. ret: when found. */
enum shelf_found shelf_find(struct shelf *s, int folder, const char *name, struct shelved *ret);

/* Takes one hold of kept over. kept, st and etag NULL: there is no such file. */
void shelf_keep(struct shelf *s, const char *name, struct http_kept *kept, const struct stat *st,
                const char *etag);
