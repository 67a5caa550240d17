/* What C's math.h lacks, or does otherwise than Python's math. A function is printed where it is needed. */

/* The mantissa m of x = m * 2^e with 1/2 <= |m| < 1. */
static inline double frexp_mantissa(double x)
{
    int exponent = 0;
    return isfinite(x) ? frexp(x, &exponent) : x;
}

/* The exponent e of x = m * 2^e with 1/2 <= |m| < 1. */
static inline long frexp_exponent(double x)
{
    int exponent = 0;
    if (isfinite(x))
        (void)frexp(x, &exponent);
    return exponent;
}

/* What is lost when a + b is rounded. */
static inline double sum_error(double a, double b)
{
    const double sum = a + b;
    const double part = sum - a;
    return a - (sum - part) + (b - part);
}

/* The sum of n numbers, with what each rounding loses added at the end, and what is lost of that. */
static inline double exact_sum(const double xs[], int n)
{
    double sum = 0.0, lost = 0.0, lost_of_lost = 0.0;
    for (int k = 0; k < n; k++) {
        const double error = sum_error(sum, xs[k]);
        sum += xs[k];
        lost_of_lost += sum_error(lost, error);
        lost += error;
    }
    return isfinite(sum) ? sum + lost + (sum_error(sum, lost) + lost_of_lost) : sum;
}

/* The root of the sum of n squares, scaled by a power of two so that no square overflows. */
static inline double euclidean_norm(const double xs[], int n)
{
    double largest = 0.0, sum = 0.0, lost = 0.0;
    for (int k = 0; k < n; k++)
        largest = fmax(largest, fabs(xs[k]));
    if (isinf(largest))
        return INFINITY;
    const long exponent = frexp_exponent(largest);
    const double scale = scalbln(1.0, exponent < -1022 ? 1022 : -exponent);
    for (int k = 0; k < n; k++) {
        const double scaled = xs[k] * scale;
        const double square = scaled * scaled;
        lost += sum_error(sum, square) + fma(scaled, scaled, -square);
        sum += square;
    }
    return sqrt(sum + lost) / scale;
}

/* The rest of x / y rounded down, which has the sign of y. */
static inline double floor_remainder(double x, double y)
{
    const double rest = fmod(x, y);
    return rest == 0.0 ? copysign(0.0, y) : (rest < 0.0) != (y < 0.0) ? rest + y : rest;
}

/* x / y rounded down, as Python's x // y. */
static inline double floor_quotient(double x, double y)
{
    const double rest = fmod(x, y);
    const double quotient = (x - rest) / y - (rest != 0.0 && (rest < 0.0) != (y < 0.0));
    const double down = floor(quotient);
    return quotient == 0.0 ? copysign(0.0, x / y) : quotient - down > 0.5 ? down + 1.0 : down;
}

/* x / y of whole numbers, rounded down. */
static inline long whole_quotient(long x, long y)
{
    return x / y - (x % y != 0 && (x < 0) != (y < 0));
}

/* The rest of x / y of whole numbers rounded down. */
static inline long whole_remainder(long x, long y)
{
    const long rest = x % y;
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}
