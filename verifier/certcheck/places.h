/* Where things lie on an inspector's device (XDG Base Directory Specification 0.8). */
#pragma once

#include <stdbool.h>

#include "core/sys/file.h"

/* $XDG_DATA_HOME/sitecert/bundle.scb, else ~/.local/share/…; false: neither variable is set. */
bool place_of_bundle(char ret[PATH_LEN]);

/* $XDG_STATE_HOME/sitecert, else ~/.local/state/sitecert; false: neither variable is set. */
bool place_of_state(char ret[PATH_LEN]);

/* Makes this folder and those above it that are missing, mode 0700. */
MUST_CHECK enum rc folders_make(const char *path, struct diag *d);
