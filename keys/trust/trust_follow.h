/*
 * What one trust list may make of the one before it, whoever has signed it: rules that no single
 * list shows (docs/formats.md, "Trust list"). For those who sign, and those who watch. Pure.
 */
#pragma once

#include "keys/trust/trust_list.h"

/*
 * RC_REFUSED  d names the rule: another deployment, a sequence that is not the next, a time that
 *             runs back; a key that vanished, or has another use, name, first moment, scope, or a
 *             later last moment; a cut-off that vanished or changed; a new key that may be used
 *             before the list that announces it
 */
MUST_CHECK enum rc trust_list_follows(const struct trust_list *old, const struct trust_list *new,
                                      struct diag *d);

/* The key of list with the public numbers of `key`; NULL: none. */
const struct trusted_key *trust_list_same(const struct trust_list *list,
                                          const struct trusted_key *key);

/*
 * What was signed stays with its key: of a log of `size` leaves no index goes to another key, but
 * by a cut-off. RC_REFUSED
 */
MUST_CHECK enum rc trust_list_keeps_signed(const struct trust_list *old,
                                           const struct trust_list *new, uint64_t size,
                                           struct diag *d);
