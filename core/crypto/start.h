/* How OpenSSL is set up in a process; without a call it sets itself up at its first use. */
#pragma once

/*
 * For programs that only check signatures: its own algorithms, no openssl.cnf, no tables of old
 * names. What such a program answers then depends on no file of the machine, and it starts in a
 * third of the time. To be called before anything else of core/crypto, before threads.
 */
void crypto_start_bare(void);
