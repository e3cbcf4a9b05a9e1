/* Other programs of ours. Threads: any. */
#pragma once

#include "core/sys/file.h"

/*
 * The program of that name in the folder of our own executable.
 * RC_NOT_FOUND  it is not there, or may not be run
 */
MUST_CHECK enum rc program_beside(const char *name, char ret[PATH_LEN], struct diag *d);
/*
 * Runs it until it ends; its standard streams are ours.
 * words  its name, its arguments, NULL
 * ret    its exit status; 128 and the signal that ended it
 * RC_NOT_FOUND as program_beside(); RC_IO: it cannot be started
 */
MUST_CHECK enum rc program_run(const char *const words[], int *ret, struct diag *d);
