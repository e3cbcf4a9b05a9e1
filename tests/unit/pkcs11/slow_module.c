/*
 * softhsm2, but that a function hangs as long as a file of its name stands in the folder SLOW_HSM:
 * as an HSM does whose line is cut. A PKCS#11 module; also for tests/daemon.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

static CK_FUNCTION_LIST *real, slow;

static void hang(const char *name)
{
    static const struct timespec tick = { .tv_nsec = 5000000 };
    const char *const folder = getenv("SLOW_HSM");
    char path[1100];
    (void)snprintf(path, sizeof path, "%s/%s", folder ? folder : "", name);
    while (folder && access(path, F_OK) == 0)
        (void)nanosleep(&tick, NULL);
}

static CK_RV initialize(void *args)
{
    hang("initialize");
    return real->C_Initialize(args);
}

static CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *ret)
{
    hang("look");
    return real->C_GetTokenInfo(slot, ret);
}

static CK_RV sign(CK_SESSION_HANDLE session, unsigned char *data, unsigned long len,
                  unsigned char *ret, unsigned long *ret_len)
{
    hang("sign");
    return real->C_Sign(session, data, len, ret, ret_len);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **ret)
{
    CK_RV (*get)(CK_FUNCTION_LIST * *list) = NULL;
    void *const module = dlopen(SOFTHSM2_MODULE, RTLD_NOW | RTLD_LOCAL);
    if (module)
        *(void **)(&get) = dlsym(module, "C_GetFunctionList");
    if (!get || get(&real) != CKR_OK)
        return CKR_GENERAL_ERROR;
    slow = *real;
    slow.C_Initialize = initialize;
    slow.C_GetTokenInfo = get_token_info;
    slow.C_Sign = sign;
    *ret = &slow;
    return CKR_OK;
}
