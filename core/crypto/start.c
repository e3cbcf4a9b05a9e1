#include "core/crypto/start.h"

#include <openssl/crypto.h>

void crypto_start_bare(void)
{
    /* It can fail for want of memory alone; then the first use tries again, and says so. */
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
                                  OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
                              NULL);
}
