/* Compares the CABAC of cabac.patch with FFmpeg's portable one, over random bytes and states.
 *
 * FFmpeg has no checkasm test for these functions. This file is compiled twice: with REFERENCE it
 * wraps the portable functions of libavcodec/cabac_functions.h, without it those for x86-64. */

#define UNCHECKED_BITSTREAM_READER 1
#include "config.h"

#ifdef REFERENCE
#undef ARCH_X86
#define ARCH_X86 0
#include "libavcodec/cabac_functions.h"

int reference_bin(CABACContext *c, uint8_t *state) { return get_cabac_inline(c, state); }
int reference_bypass(CABACContext *c) { return get_cabac_bypass(c); }
int reference_sign(CABACContext *c, int val) { return get_cabac_bypass_sign(c, val); }

/* DECODE_SIGNIFICANCE of libavcodec/h264_cabac.c. */
int reference_map(CABACContext *c, int max_coeff, uint8_t *significant, uint8_t *last, int *index,
                  const uint8_t *significant_off, const uint8_t *last_off)
{
    int count = 0, i;
    for (i = 0; i < max_coeff - 1; i++)
        if (get_cabac_inline(c, significant + (significant_off ? significant_off[i] : i))) {
            index[count++] = i;
            if (get_cabac_inline(c, last + (last_off ? last_off[i] : i)))
                return count;
        }
    index[count++] = i;
    return count;
}

#else
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "libavcodec/cabac_functions.h"
#include "libavcodec/x86/h264_cabac.c"

#ifndef CABAC_IN_REGISTERS
#error "this is not a build with cabac.patch for x86-64-v3"
#endif

int reference_bin(CABACContext *c, uint8_t *state);
int reference_bypass(CABACContext *c);
int reference_sign(CABACContext *c, int val);
int reference_map(CABACContext *c, int max_coeff, uint8_t *significant, uint8_t *last, int *index,
                  const uint8_t *significant_off, const uint8_t *last_off);

enum { BYTES = 4096, CONTEXTS = 256, STREAMS = 5000 };

static uint64_t seed = 1;

static uint32_t draw(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return seed >> 33;
}

static void expect(int same, const char *what)
{
    if (!same) {
        printf("cabac: %s differs\n", what);
        exit(1);
    }
}

static int same_reader(const CABACContext *one, const CABACContext *other)
{
    return one->low == other->low && one->range == other->range && one->bytestream == other->bytestream;
}

int main(void)
{
    static const int sizes[] = { 4, 8, 15, 16, 64 };
    static uint8_t bytes[BYTES], contexts[2][CONTEXTS], offsets[64];
    uint64_t operations = 0;

    for (int stream = 0; stream < STREAMS; stream++) {
        CABACContext c[2];
        const int zeros = draw() % 4 == 0; // also streams of mostly zeros or ones
        for (int i = 0; i < BYTES; i++)
            bytes[i] = zeros && draw() % 8 ? (draw() % 2 ? 0 : 255) : draw();
        for (int i = 0; i < CONTEXTS; i++)
            contexts[0][i] = contexts[1][i] = draw() % 126;
        for (int i = 0; i < 64; i++)
            offsets[i] = draw() % 15;
        if (ff_init_cabac_decoder(&c[0], bytes + draw() % 2, BYTES - 1) < 0)
            continue;
        c[1] = c[0];

        while (c[0].bytestream - bytes < BYTES - 256) {
            const uint32_t kind = draw() % 8, at = draw() % CONTEXTS;
            operations++;
            if (kind < 4) {
                expect(reference_bin(&c[0], &contexts[0][at]) == get_cabac_inline(&c[1], &contexts[1][at]), "a bin");
            } else if (kind < 5) {
                expect(reference_bypass(&c[0]) == get_cabac_bypass(&c[1]), "a bypass bin");
            } else if (kind < 6) {
                expect(reference_sign(&c[0], at) == get_cabac_bypass_sign(&c[1], at), "a sign");
            } else {
                int index[2][65], size = sizes[draw() % 5], count[2];
                uint8_t *significant = contexts[1], *last = contexts[1] + 128;
                if (size == 64) {
                    count[0] = reference_map(&c[0], 64, contexts[0], contexts[0] + 128, index[0], offsets,
                                             ff_h264_last_coeff_flag_offset_8x8);
                    count[1] = decode_significance_8x8(&c[1], significant, index[1], last, offsets);
                } else {
                    count[0] = reference_map(&c[0], size, contexts[0], contexts[0] + 128, index[0], NULL, NULL);
                    count[1] = decode_significance(&c[1], size, significant, index[1], last - significant);
                }
                expect(count[0] == count[1] && !memcmp(index[0], index[1], count[0] * sizeof(int)), "a map");
            }
            expect(same_reader(&c[0], &c[1]), "the reader");
            expect(!memcmp(contexts[0], contexts[1], CONTEXTS), "a state");
        }
    }
    printf("cabac: %llu operations are the same\n", (unsigned long long)operations);
    return 0;
}
#endif
