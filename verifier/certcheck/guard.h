/*
 * A mapped file that shrinks while we read it is a SIGBUS. The guard turns that into one clear line
 * on standard error and exit 9; nothing of a half-read answer has been printed by then, because
 * output is held back until every input of its batch was judged.
 */
#pragma once

#include "core/cli/say.h"

/* From here on, to the end of the process. */
void guard_mapped_files(const struct say *say);

/* Answers of a whole batch were printed: what the line says of "nothing" is no longer so. */
void guard_some_printed(void);
