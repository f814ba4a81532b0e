// CUDA kernels for operations that candle lacks. The Rust function that launches a kernel documents its formula.
//
// The code is C without templates, so that tests/model/cuda_kernels.rs can compile it for the CPU and compare results.
// All loops are grid-stride loops, so any number of threads is valid.

#ifdef __CUDACC__
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#define KERNEL extern "C" __global__ void
#define DEVICE __device__ __forceinline__
#define SHARED __shared__
#else
#define KERNEL void
#define DEVICE static inline
#define SHARED static
#endif

typedef unsigned int u32;

#define EACH(i, n) for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < (n); i += (size_t)blockDim.x * gridDim.x)

// Same as `lowbias32`, `Dropout::draw` and `Dropout::factor` in src/model/rng.rs.
DEVICE u32 mix32(u32 x) {
    x ^= x >> 16;
    x *= 0x21f0aaadu;
    x ^= x >> 15;
    x *= 0x735a2d97u;
    return x ^ (x >> 15);
}

typedef struct {
    u32 key0;
    u32 key1;
    u32 threshold;
    float scale;
} Dropout;

DEVICE float factor(Dropout d, u32 row, u32 column) {
    u32 draw = mix32((mix32(row ^ d.key0) + column * 0x9e3779b9u) ^ d.key1);
    return draw < d.threshold ? 0.0f : d.scale;
}

KERNEL drop_rows(const float *x, float *y, size_t n, u32 width, u32 first_row, Dropout d) {
    EACH(i, n) y[i] = x[i] * factor(d, first_row + (u32)(i / width), (u32)(i % width));
}

// x: [sentences, heads, longest, longest]. offsets[sentence] is the first row of a sentence.
KERNEL drop_attention(const float *x, float *y, const u32 *offsets, size_t n, u32 heads, u32 longest, u32 first_row,
                      Dropout d) {
    EACH(i, n) {
        u32 key = (u32)(i % longest);
        size_t rest = i / longest;
        u32 query = (u32)(rest % longest);
        rest /= longest;
        u32 head = (u32)(rest % heads);
        size_t sentence = rest / heads;
        u32 begin = offsets[sentence];
        u32 length = offsets[sentence + 1] - begin;
        int there = query < length && key < length;
        y[i] = there ? x[i] * factor(d, first_row + begin + query, (head << 16) | key) : 0.0f;
    }
}

DEVICE float gelu_slope(float x) {
    float cdf = 0.5f * (1.0f + erff(x * 0.70710678f));
    return cdf + x * 0.39894228f * expf(-0.5f * x * x);
}

KERNEL gelu_backward_f32(const float *x, const float *dy, float *dx, size_t n) {
    EACH(i, n) dx[i] = dy[i] * gelu_slope(x[i]);
}

#ifdef __CUDACC__
KERNEL gelu_backward_f16(const __half *x, const __half *dy, __half *dx, size_t n) {
    EACH(i, n) dx[i] = __float2half(__half2float(dy[i]) * gelu_slope(__half2float(x[i])));
}

KERNEL gelu_backward_bf16(const __nv_bfloat16 *x, const __nv_bfloat16 *dy, __nv_bfloat16 *dx, size_t n) {
    EACH(i, n) dx[i] = __float2bfloat16(__bfloat162float(dy[i]) * gelu_slope(__bfloat162float(x[i])));
}
#endif

// Writes the partial sum of squares of each block to out[block], summed in a fixed order. The block size is a power of
// two and at most 256.
KERNEL square_sums(const float *g, float *out, size_t n) {
    SHARED float sums[256];
    float sum = 0.0f;
    EACH(i, n) sum += g[i] * g[i];
    sums[threadIdx.x] = sum;
    for (u32 half = blockDim.x / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.x < half) sums[threadIdx.x] += sums[threadIdx.x + half];
    }
    if (threadIdx.x == 0) out[blockIdx.x] = sums[0];
}

typedef struct {
    float max_norm;
    float inverse_loss_scale;
    float beta1;
    float beta2;
    float keep;
    float step;
    float inverse_root;
    float epsilon;
} Update;

// norm: norm of the whole gradient, including the loss scale. A norm that is not finite leaves all arrays unchanged.
KERNEL adamw(float *w, const float *g, float *m, float *v, const float *norm, size_t n, Update u) {
    float length = *norm * u.inverse_loss_scale;
    if (!isfinite(length)) return;
    float clip = u.max_norm / (length + 1e-6f);
    float by = u.inverse_loss_scale * (clip < 1.0f ? clip : 1.0f);
    EACH(i, n) {
        float gradient = g[i] * by;
        float first = m[i] * u.beta1 + (1.0f - u.beta1) * gradient;
        float second = v[i] * u.beta2 + (1.0f - u.beta2) * gradient * gradient;
        m[i] = first;
        v[i] = second;
        w[i] = w[i] * u.keep - u.step * first / (sqrtf(second) * u.inverse_root + u.epsilon);
    }
}
