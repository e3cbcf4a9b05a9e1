/* Bytes as a file without a name, in memory: for what reads files, and to hand over. */
#pragma once

#include "core/sys/file.h"

/* An empty one; owned. RC_NOMEM */
MUST_CHECK enum rc memory_file_new(int *ret_fd, struct diag *d);
/* Replaces all that it holds; its place is the start. RC_NOMEM */
MUST_CHECK enum rc memory_file_set(int fd, struct span bytes, struct diag *d);
