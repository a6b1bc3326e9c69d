/* Compares the functions of hevc-avx2.patch with FFmpeg's C where checkasm does not: the transform
 * with every position of the last coefficient, and luma prediction with every fraction, width and
 * height, over random and extreme samples. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libavutil/cpu.h"
#include "libavutil/mem_internal.h"
#include "libavcodec/hevc/dsp.h"

enum { STRIDE = 128, ROWS = 96, ORIGIN = 8 * STRIDE + 8 };

static uint64_t seed = 1;

static uint32_t draw(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return seed >> 33;
}

static void expect(int same, const char *what, int a, int b, int c)
{
    if (!same) {
        printf("dsp: %s differs: %d %d %d\n", what, a, b, c);
        exit(1);
    }
}

/* The limit that ff_hevc_hls_residual_coding sets on the columns. */
static int column_limit(int x, int y)
{
    const int limit = x + y + 4, most = x > y ? x : y;
    if (most < 4)
        return limit < 4 ? limit : 4;
    if (most < 8)
        return limit < 8 ? limit : 8;
    if (most < 12)
        return limit < 24 ? limit : 24;
    return limit;
}

/* Fills what precedes the last coefficient in the diagonal scan of blocks of 4x4. */
static void fill(int16_t *coeffs, int last_x, int last_y, int extreme)
{
    const int last_diagonal = last_x / 4 + last_y / 4;
    memset(coeffs, 0, 32 * 32 * sizeof(*coeffs));
    for (int y = 0; y < 32; y++)
        for (int x = 0; x < 32; x++) {
            const int diagonal = x / 4 + y / 4;
            const int inner = x % 4 + y % 4, last_inner = last_x % 4 + last_y % 4;
            const int same = x / 4 == last_x / 4 && y / 4 == last_y / 4;
            if (same ? inner < last_inner || (inner == last_inner && x <= last_x)
                     : diagonal < last_diagonal || (diagonal == last_diagonal && x / 4 < last_x / 4))
                coeffs[32 * y + x] = extreme ? (draw() % 2 ? INT16_MAX : INT16_MIN) : (int16_t)draw();
        }
}

static void check_transform(const HEVCDSPContext *plain, const HEVCDSPContext *fast, int depth)
{
    DECLARE_ALIGNED(32, int16_t, one)[32 * 32];
    DECLARE_ALIGNED(32, int16_t, other)[32 * 32];
    for (int y = 0; y < 32; y++)
        for (int x = 0; x < 32; x++)
            for (int round = 0; round < 8 && (x || y); round++) {
                fill(one, x, y, round % 2);
                memcpy(other, one, sizeof(one));
                plain->idct[3](one, 32);
                fast->idct[3](other, column_limit(x, y));
                expect(!memcmp(one, other, sizeof(one)), "the transform", depth, x, y);
            }
}

static void check_prediction(const HEVCDSPContext *plain, const HEVCDSPContext *fast)
{
    static const int places[] = { 5, 7, 8, 9 }, widths[] = { 16, 32, 48, 64 };
    static uint8_t src[STRIDE * ROWS], dst[2][STRIDE * 64];
    static DECLARE_ALIGNED(32, int16_t, wide)[2][64 * 64];
    static DECLARE_ALIGNED(32, int16_t, second)[64 * 64];

    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < STRIDE * ROWS; i++)
            src[i] = round % 2 ? (draw() % 2) * 255 : draw();
        for (int i = 0; i < 64 * 64; i++) // of 14 bits, as a prediction of 8 bits is
            second[i] = (int)(draw() % 22440) - 6120;
        for (int at = 0; at < 4; at++)
            for (int height = 4; height <= 64; height += 4)
                for (int mx = 1; mx < 4; mx++)
                    for (int my = 1; my < 4; my++) {
                        const int width = widths[at], place = places[at];
                        memset(dst, 0, sizeof(dst));
                        memset(wide, 0, sizeof(wide));
                        plain->put_hevc_qpel[place][1][1](wide[0], src + ORIGIN, STRIDE, height, mx, my, width);
                        fast->put_hevc_qpel[place][1][1](wide[1], src + ORIGIN, STRIDE, height, mx, my, width);
                        expect(!memcmp(wide[0], wide[1], sizeof(wide[0])), "prediction", width, mx, my);
                        plain->put_hevc_qpel_uni[place][1][1](dst[0], STRIDE, src + ORIGIN, STRIDE, height, mx, my, width);
                        fast->put_hevc_qpel_uni[place][1][1](dst[1], STRIDE, src + ORIGIN, STRIDE, height, mx, my, width);
                        expect(!memcmp(dst[0], dst[1], sizeof(dst[0])), "prediction from one", width, mx, my);
                        plain->put_hevc_qpel_bi[place][1][1](dst[0], STRIDE, src + ORIGIN, STRIDE, second, height, mx, my, width);
                        fast->put_hevc_qpel_bi[place][1][1](dst[1], STRIDE, src + ORIGIN, STRIDE, second, height, mx, my, width);
                        expect(!memcmp(dst[0], dst[1], sizeof(dst[0])), "prediction from two", width, mx, my);
                    }
    }
}

int main(void)
{
    for (int depth = 8; depth <= 10; depth += 2) {
        HEVCDSPContext plain, fast;
        av_force_cpu_flags(0);
        ff_hevc_dsp_init(&plain, depth);
        av_force_cpu_flags(-1);
        ff_hevc_dsp_init(&fast, depth);
        expect(plain.idct[3] != fast.idct[3], "no function", depth, 0, 0);
        check_transform(&plain, &fast, depth);
        if (depth == 8)
            check_prediction(&plain, &fast);
    }
    printf("dsp: transform and prediction are the same\n");
    return 0;
}
