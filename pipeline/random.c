#include <facet/random.h>

#include <math.h>

// Philox4x32-10: J. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 5.
void facet_random_block(uint64_t seed, uint32_t a, uint32_t b, uint32_t c, uint32_t out[4]) {
    uint32_t x0 = a, x1 = b, x2 = c, x3 = 0;
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * x0, p1 = (uint64_t)0xCD9E8D57u * x2;
        uint32_t y0 = (uint32_t)(p1 >> 32) ^ x1 ^ k0, y2 = (uint32_t)(p0 >> 32) ^ x3 ^ k1;
        x0 = y0, x1 = (uint32_t)p1, x2 = y2, x3 = (uint32_t)p0;
        k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
    out[0] = x0, out[1] = x1, out[2] = x2, out[3] = x3;
}

uint64_t facet_random_u64(uint64_t seed, uint32_t a, uint32_t b, uint32_t c) {
    uint32_t r[4];
    facet_random_block(seed, a, b, c, r);
    return (uint64_t)r[1] << 32 | r[0];
}

double facet_random_uniform(uint64_t seed, uint32_t a, uint32_t b, uint32_t c) {
    return (double)(facet_random_u64(seed, a, b, c) >> 11) * 0x1p-53;
}

// Box and Muller (1958); 1 - u keeps the logarithm finite.
double facet_random_normal(uint64_t seed, uint32_t a, uint32_t b, uint32_t c) {
    uint32_t r[4];
    facet_random_block(seed, a, b, c, r);
    double u = (double)(((uint64_t)r[1] << 32 | r[0]) >> 11) * 0x1p-53;
    double v = (double)(((uint64_t)r[3] << 32 | r[2]) >> 11) * 0x1p-53;
    return sqrt(-2.0 * log(1.0 - u)) * cos(6.283185307179586 * v);
}

uint64_t facet_random_seed(uint64_t seed, const char *purpose) {
    uint64_t h = 0xcbf29ce484222325u; // FNV-1a, then one Philox block to mix
    for (const char *p = purpose; *p; p++) h = (h ^ (unsigned char)*p) * 0x100000001b3u;
    return facet_random_u64(seed, (uint32_t)h, (uint32_t)(h >> 32), 0);
}

void facet_random_permutation(uint64_t seed, uint32_t a, int64_t n, int64_t *order) {
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t i = n - 1; i > 0; i--) {
        uint64_t r = facet_random_u64(seed, a, (uint32_t)i, (uint32_t)(i >> 32));
        int64_t j = (int64_t)(((unsigned __int128)r * (uint64_t)(i + 1)) >> 64);
        int64_t t = order[i];
        order[i] = order[j], order[j] = t;
    }
}
