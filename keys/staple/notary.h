/*
 * Where the summary of an employer's list is signed. Whoever asks vouches for what it says; here
 * stand its form, its time and the key's own dates. Threads: any.
 */
#pragma once

#include <stdbool.h>

#include "core/base/buf.h"

/* For ipc_server_options.answer; arg is a struct mint. False: nothing is signed. */
bool notary_answer(void *arg, struct span question, struct buf *to, int *ret_fd);
