/*
 * Runs while the program is built: writes the sRGB profile (IEC 61966-2-1) as an ICC 2.1 file in
 * the form of a C array on standard output. lcms2 is used here alone; nothing of it is in the
 * programs.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lcms2.h>

#define CURVE_POINTS 1024
#define PROFILE_MAX  65536
#define DATE_AT      24 /* byte offsets in the header, ICC.1:2001-04, 6.1 */
#define DATE_LEN     12
#define ID_AT        84 /* zero in version 2; lcms may fill it */
#define ID_LEN       16

static cmsToneCurve *srgb_curve(void)
{
    static uint16_t point[CURVE_POINTS];
    for (int i = 0; i < CURVE_POINTS; i++) {
        const double v = (double)i / (CURVE_POINTS - 1);
        const double linear = v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
        point[i] = (uint16_t)lround(linear * 65535);
    }
    return cmsBuildTabulatedToneCurve16(NULL, CURVE_POINTS, point);
}

static cmsHPROFILE make_profile(void)
{
    const cmsCIExyY d65 = { 0.3127, 0.3290, 1 };
    const cmsCIExyYTRIPLE primaries = { { 0.64, 0.33, 1 }, { 0.30, 0.60, 1 }, { 0.15, 0.06, 1 } };
    cmsToneCurve *const curve = srgb_curve();
    cmsToneCurve *const curves[3] = { curve, curve, curve };
    cmsHPROFILE profile = curve ? cmsCreateRGBProfile(&d65, &primaries, curves) : NULL;
    cmsFreeToneCurve(curve);
    if (profile)
        cmsSetProfileVersion(profile, 2.1);
    return profile;
}

int main(void)
{
    static uint8_t bytes[PROFILE_MAX];
    cmsUInt32Number len = sizeof bytes;
    cmsHPROFILE profile = make_profile();
    if (!profile || !cmsSaveProfileToMem(profile, bytes, &len)) {
        fputs("cannot make the sRGB profile\n", stderr);
        return 1;
    }
    cmsCloseProfile(profile);
    cmsUnregisterPlugins(); /* lcms keeps a context until then, which a leak checker would report */
    /* The same bytes whenever it is built. */
    memcpy(bytes + DATE_AT, "\x07\xD0\0\1\0\1\0\0\0\0\0\0", DATE_LEN);
    memset(bytes + ID_AT, 0, ID_LEN);

    puts("#include \"layouts/pdf_layout.h\"\n\nconst unsigned char pdf_srgb_profile[] = {");
    for (cmsUInt32Number i = 0; i < len; i++)
        printf("%u,%s", bytes[i], i % 20 == 19 ? "\n" : "");
    printf("\n};\nconst size_t pdf_srgb_profile_len = %u;\n", (unsigned)len);
    return fflush(stdout) == 0 ? 0 : 1;
}
