/* Other programs of ours. Threads: any. */
#pragma once

#include "core/sys/file.h"

/*
 * The program of that name in the folder of our own executable.
 * RC_NOT_FOUND  it is not there, or may not be run
 */
MUST_CHECK enum rc program_beside(const char *name, char ret[PATH_LEN], struct diag *d);
