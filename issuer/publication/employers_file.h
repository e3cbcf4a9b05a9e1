/* Which employers may check lists, for endpoints alone: DIR.employers beside the published folder
 * and not in it, the active ones of the home's list. */
#pragma once

#include "issuer/register/register.h"

MUST_CHECK enum rc employers_publish(const struct home *h, const char *folder, struct diag *d);
