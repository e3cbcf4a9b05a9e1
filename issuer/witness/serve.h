/* A witness over HTTP (C2SP tlog-witness): POST /add-checkpoint, until SIGTERM. */
#pragma once

#include "core/base/rc.h"

/*
 * Prints one line "listening ADDRESS" when it answers.
 *
 * folder  of cosigner_make()
 * listen  "ADDR:PORT" or "unix:PATH"; a socket that systemd hands over is taken instead
 */
MUST_CHECK enum rc witness_serve(const char *folder, const char *listen, struct diag *d);
