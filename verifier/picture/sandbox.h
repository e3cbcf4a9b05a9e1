/* After this the process can compute, read and write what is open, and end: nothing else. Linux. */
#pragma once

#include "core/base/rc.h"

/*
 * No new file descriptors (so no files and no network), no core file, bounded memory and processor
 * time, and a system-call filter where the kernel has one. What is open stays open.
 * RC_REFUSED  a limit could not be set
 */
MUST_CHECK enum rc sandbox_enter(struct diag *d);
