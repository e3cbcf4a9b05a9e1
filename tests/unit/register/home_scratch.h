/* A place for homes: a new folder, and the removal of all that stands in it. No cmocka here, so
 * that benches can use it too. */
#pragma once

#include <stdbool.h>

#include "core/sys/file.h"

bool scratch_make(char ret[PATH_LEN]);      /* mode 0700 under the system's place for such */
void scratch_drop(const char *folder);      /* with everything in it */
unsigned scratch_count(const char *folder); /* entries, hidden ones too */
