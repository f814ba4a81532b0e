// Runs one kernel of src/model/kernels/cuda/kernels.cu on the CPU with one thread. Arguments: NAME NUMBERS...
// Standard input contains the arrays as f32, standard output the result as f32.

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
    unsigned x;
} blockIdx, threadIdx, blockDim = {1}, gridDim = {1};

#define __syncthreads()

#include "../../src/model/kernels/cuda/kernels.cu"

static float in[1 << 20];
static float out[1 << 20];

int main(int count, char **arguments) {
    const char *name = arguments[1];
    u32 number[16] = {0};
    for (int i = 2; i < count && i < 18; i++) number[i - 2] = (u32)strtoul(arguments[i], NULL, 10);
    size_t read = fread(in, sizeof(float), 1 << 20, stdin), written = 0;
    if (!strcmp(name, "drop_rows")) {
        Dropout d;
        memcpy(&d, number + 2, sizeof d);
        drop_rows(in, out, written = read, number[0], number[1], d);
    } else if (!strcmp(name, "drop_attention")) {
        // heads, longest, first_row, dropout, offsets
        Dropout d;
        memcpy(&d, number + 3, sizeof d);
        drop_attention(in, out, number + 7, written = read, number[0], number[1], number[2], d);
    } else if (!strcmp(name, "gelu_backward_f32")) {
        gelu_backward_f32(in, in + read / 2, out, written = read / 2);
    } else if (!strcmp(name, "square_sums")) {
        gridDim.x = 64;
        for (blockIdx.x = 0; blockIdx.x < 64; blockIdx.x++) square_sums(in, out, read);
        written = 64;
    } else if (!strcmp(name, "adamw")) {
        // weights, gradient, first moment, second moment, norm
        Update u;
        memcpy(&u, number, sizeof u);
        size_t n = (read - 1) / 4;
        adamw(in, in + n, in + 2 * n, in + 3 * n, in + 4 * n, n, u);
        memcpy(out, in, (written = n) * sizeof(float));
    }
    return fwrite(out, sizeof(float), written, stdout) == written ? 0 : 1;
}
