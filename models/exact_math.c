// SPDX-License-Identifier: GPL-3.0-or-later
/* exact_math.c - exp, log and the normal quantile from + - x / and sqrt alone.
 *
 * Every operation is one that IEEE 754 rounds correctly, written out in a fixed order, so that the
 * results are the same on every processor and compiler (-ffp-contract=off). The polynomials are
 * plain Taylor series on a reduced range, long enough for the truncation to vanish below half a
 * unit in the last place; they are summed pairwise, which is quick and keeps the order fixed.
 * sqrt() is the one function of libm here: IEEE 754 has it rounded correctly. */
#include "models/exact_math.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* ln 2 in two parts: the first has 21 zero bits at its end, so that a product with an exponent is
 * exact. */
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33
#define LOG2_E 0x1.71547652b82fep+0

static double from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t to_bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* e^x = 2^k e^r with |r| <= ln 2 / 2; e^r by its series to the 13th power (rest < 4e-18). */
double mx_exp(double x)
{
    assert(x >= -700.0 && x <= 700.0);
    const double scaled = x * LOG2_E;
    const int64_t k = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    const double r = (x - (double)k * LN2_HIGH) - (double)k * LN2_LOW;
    const double r2 = r * r;
    const double r4 = r2 * r2;
    const double a = 1.0 / 2 + r * (1.0 / 6) + r2 * (1.0 / 24 + r * (1.0 / 120));
    const double b = 1.0 / 720 + r * (1.0 / 5040) + r2 * (1.0 / 40320 + r * (1.0 / 362880));
    const double c =
        1.0 / 3628800 + r * (1.0 / 39916800) + r2 * (1.0 / 479001600 + r * (1.0 / 6227020800.0));
    const double tail = r2 * (a + r4 * (b + r4 * c));
    const double power = from_bits((uint64_t)(k + 1023) << 52);
    return (1.0 + (r + tail)) * power;
}

/* x = 2^k m with m in [sqrt(1/2), sqrt(2)); ln m = 2 artanh(s) with s = (m - 1) / (m + 1),
 * |s| <= 0.1716, by its series to s^23 (rest < 1e-18 of the first term). */
double mx_log(double x)
{
    const uint64_t bits = to_bits(x);
    const uint64_t sqrt_half = UINT64_C(0x3fe6a09e667f3bcd);
    const int64_t k = (int64_t)((bits - sqrt_half) >> 52) - (bits < sqrt_half ? 4096 : 0);
    const double m = from_bits(bits - ((uint64_t)k << 52));
    assert(x >= 0x1p-1022 && x <= 0x1.fffffffffffffp+1023);

    const double s = (m - 1.0) / (m + 1.0);
    const double z = s * s;
    const double z2 = z * z;
    const double z4 = z2 * z2;
    const double a = 2.0 / 3 + z * (2.0 / 5) + z2 * (2.0 / 7 + z * (2.0 / 9));
    const double b = 2.0 / 11 + z * (2.0 / 13) + z2 * (2.0 / 15 + z * (2.0 / 17));
    const double c = 2.0 / 19 + z * (2.0 / 21) + z2 * (2.0 / 23);
    const double tail = s * z * (a + z4 * (b + z4 * c));
    const double e = (double)k;
    return e * LN2_HIGH + (2.0 * s + (tail + e * LN2_LOW));
}

#define LANES 4
typedef double lanes_double __attribute__((vector_size(8 * LANES)));
typedef uint64_t lanes_word __attribute__((vector_size(8 * LANES)));

/* Below 2^52 a whole number added to this one's bits is a double that much larger: a conversion
 * that processors without one for vectors can do. */
#define WHOLE 0x1.8p+52
#define EXPONENT_BIAS 1100U /* makes k positive */

/* The operations of mx_log, in its order, on several numbers. */
void mx_log_many(double *x, size_t count)
{
    size_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        lanes_double m, e;
        lanes_word bits;
        memcpy(&bits, x + i, sizeof bits);
        const uint64_t offset = ((uint64_t)EXPONENT_BIAS << 52) - UINT64_C(0x3fe6a09e667f3bcd);
        const lanes_word k = ((bits + offset) >> 52) - EXPONENT_BIAS;
        const lanes_word m_bits = bits - (k << 52);
        const lanes_word e_bits = k + to_bits(WHOLE);
        memcpy(&m, &m_bits, sizeof m);
        memcpy(&e, &e_bits, sizeof e);
        e -= WHOLE;

        const lanes_double s = (m - 1.0) / (m + 1.0);
        const lanes_double z = s * s;
        const lanes_double z2 = z * z;
        const lanes_double z4 = z2 * z2;
        const lanes_double a = 2.0 / 3 + z * (2.0 / 5) + z2 * (2.0 / 7 + z * (2.0 / 9));
        const lanes_double b = 2.0 / 11 + z * (2.0 / 13) + z2 * (2.0 / 15 + z * (2.0 / 17));
        const lanes_double c = 2.0 / 19 + z * (2.0 / 21) + z2 * (2.0 / 23);
        const lanes_double tail = s * z * (a + z4 * (b + z4 * c));
        const lanes_double value = e * LN2_HIGH + (2.0 * s + (tail + e * LN2_LOW));
        memcpy(x + i, &value, sizeof value);
    }
    for (; i < count; i++) {
        x[i] = mx_log(x[i]);
    }
}

/* Ratio of two polynomials of degree 7 in r, coefficients from the highest power down. */
static double ratio_of_degree_7(const double top[8], const double bottom[8], double r)
{
    double above = top[0];
    double below = bottom[0];
    for (int i = 1; i < 8; i++) {
        above = above * r + top[i];
        below = below * r + bottom[i];
    }
    return above / below;
}

static const double centre_top[8] = {2.5090809287301226727e+3, 3.3430575583588128105e+4,
                                     6.7265770927008700853e+4, 4.5921953931549871457e+4,
                                     1.3731693765509461125e+4, 1.9715909503065514427e+3,
                                     1.3314166789178437745e+2, 3.3871328727963666080e+0};
static const double centre_bottom[8] = {5.2264952788528545610e+3, 2.8729085735721942674e+4,
                                        3.9307895800092710610e+4, 2.1213794301586595867e+4,
                                        5.3941960214247511077e+3, 6.8718700749205790830e+2,
                                        4.2313330701600911252e+1, 1.0};
static const double middle_top[8] = {7.74545014278341407640e-4, 2.27238449892691845833e-2,
                                     2.41780725177450611770e-1, 1.27045825245236838258e+0,
                                     3.64784832476320460504e+0, 5.76949722146069140550e+0,
                                     4.63033784615654529590e+0, 1.42343711074968357734e+0};
static const double middle_bottom[8] = {1.05075007164441684324e-9, 5.47593808499534494600e-4,
                                        1.51986665636164571966e-2, 1.48103976427480074590e-1,
                                        6.89767334985100004550e-1, 1.67638483018380384940e+0,
                                        2.05319162663775882187e+0, 1.0};
static const double tail_top[8] = {2.01033439929228813265e-7, 2.71155556874348757815e-5,
                                   1.24266094738807843860e-3, 2.65321895265761230930e-2,
                                   2.96560571828504891230e-1, 1.78482653991729133580e+0,
                                   5.46378491116411436990e+0, 6.65790464350110377720e+0};
static const double tail_bottom[8] = {2.04426310338993978564e-15, 1.42151175831644588870e-7,
                                      1.84631831751005468180e-5,  7.86869131145613259100e-4,
                                      1.48753612908506148525e-2,  1.36929880922735805310e-1,
                                      5.99832206555887937690e-1,  1.0};

double mx_normal_quantile(double u)
{
    assert(u > 0.0 && u < 1.0);
    const double q = u - 0.5;
    if (q >= -0.425 && q <= 0.425) {
        return q * ratio_of_degree_7(centre_top, centre_bottom, 0.180625 - q * q);
    }
    const double r = sqrt(-mx_log(q < 0 ? u : 1.0 - u));
    const double z = r <= 5.0 ? ratio_of_degree_7(middle_top, middle_bottom, r - 1.6)
                              : ratio_of_degree_7(tail_top, tail_bottom, r - 5.0);
    return q < 0 ? -z : z;
}
