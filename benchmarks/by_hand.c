/* The derivatives that `calls.py` measures, as one writes them by hand: value returned, derivatives written to `out`.
   A Jacobian is written row after row, and 0 is returned. */

#include <math.h>

enum { SAMPLES = 60, FEATURES = 30, CLASSES = 2 };

double features[SAMPLES][FEATURES];
int classes[SAMPLES];

double repeated(double (*f)(const double *, double *), const double *x, double *out, long count) {
    double total = 0.0;
    for (long k = 0; k < count; k++) total += f(x, out);
    return total;
}

static double rosenbrock(const double *x, double *out, int n) {
    double total = 0.0;
    out[0] = 0.0;
    for (int k = 0; k + 1 < n; k++) {
        double d = x[k + 1] - x[k] * x[k], e = 1.0 - x[k];
        total += 100.0 * d * d + e * e;
        out[k] -= 400.0 * d * x[k] + 2.0 * e;
        out[k + 1] = 200.0 * d;
    }
    return total;
}

double rosenbrock_2(const double *x, double *out) { return rosenbrock(x, out, 2); }
double rosenbrock_10(const double *x, double *out) { return rosenbrock(x, out, 10); }
double rosenbrock_100(const double *x, double *out) { return rosenbrock(x, out, 100); }

static double normal(double x) { return 0.5 * (1.0 + erf(x * 0.7071067811865476)); }

double option(const double *x, double *out) {
    double spot = x[0], strike = x[1], years = x[2], interest = x[3], volatility = x[4];
    double root = sqrt(years), deviation = volatility * root;
    double d1 = (log(spot / strike) + (interest + 0.5 * volatility * volatility) * years) / deviation;
    double paid = strike * exp(-interest * years), n1 = normal(d1), n2 = normal(d1 - deviation);
    double vega = spot * 0.3989422804014327 * exp(-0.5 * d1 * d1) * root;
    out[0] = n1;
    out[1] = -paid / strike * n2;
    out[2] = 0.5 * vega * volatility / years + interest * paid * n2;
    out[3] = years * paid * n2;
    out[4] = vega;
    return spot * n1 - paid * n2;
}

/* s·u/(1 - e^(-u/10)) and its derivative in u. */
static double rate(double s, double u, double *slope) {
    double e = exp(-u / 10.0), rest = 1.0 - e;
    *slope = s * (rest - u * e / 10.0) / (rest * rest);
    return s * u / rest;
}

double neuron(const double *y, double *out) {
    double v = y[0], m = y[1], h = y[2], n = y[3], dm, dn;
    double am = rate(0.1, v + 40.0, &dm), bm = 4.0 * exp(-(v + 65.0) / 18.0);
    double ah = 0.07 * exp(-(v + 65.0) / 20.0), e = exp(-(v + 35.0) / 10.0), bh = 1.0 / (1.0 + e);
    double an = rate(0.01, v + 55.0, &dn), bn = 0.125 * exp(-(v + 65.0) / 80.0);
    out[0] = -120.0 * m * m * m * h - 36.0 * n * n * n * n - 0.3;
    out[1] = -360.0 * m * m * h * (v - 50.0);
    out[2] = -120.0 * m * m * m * (v - 50.0);
    out[3] = -144.0 * n * n * n * (v + 77.0);
    out[4] = dm * (1.0 - m) + bm * m / 18.0;
    out[5] = -am - bm;
    out[6] = out[7] = 0.0;
    out[8] = -ah / 20.0 * (1.0 - h) - bh * bh * e / 10.0 * h;
    out[9] = out[11] = 0.0;
    out[10] = -ah - bh;
    out[12] = dn * (1.0 - n) + bn * n / 80.0;
    out[13] = out[14] = 0.0;
    out[15] = -an - bn;
    return 0.0;
}

double softmax(const double *theta, double *out) {
    double total = 0.0;
    for (int k = 0; k < CLASSES * FEATURES; k++) out[k] = 0.0;
    for (int i = 0; i < SAMPLES; i++) {
        const double *x = features[i];
        double e[CLASSES], sum = 0.0;
        for (int k = 0; k < CLASSES; k++) {
            double score = 0.0;
            for (int j = 0; j < FEATURES; j++) score += theta[k * FEATURES + j] * x[j];
            sum += e[k] = exp(score);
        }
        total -= log(e[classes[i]] / sum);
        for (int k = 0; k < CLASSES; k++) {
            double delta = e[k] / sum - (k == classes[i]);
            for (int j = 0; j < FEATURES; j++) out[k * FEATURES + j] += delta * x[j];
        }
    }
    return total;
}
