/* How other platforms number our states: safety-manager certificates, the worker real-name
 * platform. Pure. */
#pragma once

#include "core/cert/state.h"

enum platform { PLATFORM_MOHURD = 0, PLATFORM_SAFETY_MANAGER, PLATFORM_WORKER };
#define PLATFORM_COUNT 3
const char *platform_name(enum platform p);
/* NULL: that platform has no code for it. */
const char *platform_state_code(enum platform p, enum state s);
