/* Functions of Python's math module on C's doubles: the same numbers and the same errors, without a Python call.

   mypyc itself has sin, cos, tan, exp, log, sqrt, pow, copysign and a few more; `c_functions.py` tells it of these. Each
   follows CPython's Modules/mathmodule.c. This file is put in front of the C that mypyc writes (gcc, clang: -include;
   MSVC: /FI). A function that the C in question does not call costs nothing. */

#ifndef MICROGRAND_C_FUNCTIONS_H
#define MICROGRAND_C_FUNCTIONS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#ifdef _MSC_VER /* calls, and nothing the compiler makes up: see COMPILER_ARGUMENTS in c_functions.py */
#pragma function(acos, asin, atan, atan2, cos, cosh, exp, log, log10, pow, sin, sinh, tan, tanh)
#endif

#define ELEMENTARY_ERROR (-113.0) /* mypyc then asks PyErr_Occurred */

/* Not in line: an error is rare, and the code that raises it would only be in the way. */
#if defined(__GNUC__)
__attribute__((unused, noinline, cold))
#endif
static double elementary_failed(int overflow)
{
    PyErr_SetString(overflow ? PyExc_OverflowError : PyExc_ValueError, overflow ? "math range error" : "math domain error");
    return ELEMENTARY_ERROR;
}

/* math_1 of CPython: a NaN that no NaN made is a domain error, an infinity that no infinity made an overflow or a pole. */
#define ELEMENTARY(name, can_overflow)                                \
    static inline double elementary_##name(double x)                  \
    {                                                                 \
        double r = name(x);                                           \
        if (isfinite(r) || isnan(x) || (isinf(r) && isinf(x)))        \
            return r;                                                 \
        return elementary_failed(can_overflow && isinf(r));           \
    }

ELEMENTARY(acos, 0)
ELEMENTARY(acosh, 0)
ELEMENTARY(asin, 0)
ELEMENTARY(asinh, 0)
ELEMENTARY(atan, 0)
ELEMENTARY(atanh, 0)
ELEMENTARY(cbrt, 0)
ELEMENTARY(cosh, 1)
ELEMENTARY(expm1, 1)
ELEMENTARY(log2, 0)
ELEMENTARY(log10, 0)
ELEMENTARY(sinh, 1)
ELEMENTARY(tanh, 0)

/* math_1a of CPython: these never fail; erfc may underflow, which is no error. */
static inline double elementary_erf(double x) { return erf(x); }
static inline double elementary_erfc(double x) { return erfc(x); }

/* m_log1p: some C libraries lose the sign of zero. */
static inline double elementary_log1p(double x)
{
    double r;
    if (x == 0.0)
        return x;
    r = log1p(x);
    if (isfinite(r) || isnan(x) || (isinf(r) && isinf(x)))
        return r;
    return elementary_failed(0);
}

/* m_atan2: some C libraries differ from C99 at infinities and zeros. */
static inline double elementary_atan2(double y, double x)
{
    const double pi = 3.141592653589793238462643383279502884197;
    if (isnan(x) || isnan(y))
        return Py_NAN;
    if (isinf(y)) {
        if (isinf(x))
            return copysign(copysign(1.0, x) == 1.0 ? 0.25 * pi : 0.75 * pi, y);
        return copysign(0.5 * pi, y);
    }
    if (isinf(x) || y == 0.0)
        return copysign(copysign(1.0, x) == 1.0 ? 0.0 : pi, y);
    return atan2(y, x);
}

/* math_fmod. */
static inline double elementary_fmod(double x, double y)
{
    double r;
    if (isinf(y) && isfinite(x))
        return x;
    r = fmod(x, y);
    return isnan(r) && !isnan(x) && !isnan(y) ? elementary_failed(0) : r;
}

/* math_frexp, in two: C has no pairs. */
static inline double elementary_frexp_mantissa(double x)
{
    int exponent;
    return isfinite(x) && x != 0.0 ? frexp(x, &exponent) : x;
}

static inline int64_t elementary_frexp_exponent(double x)
{
    int exponent = 0;
    if (isfinite(x) && x != 0.0)
        frexp(x, &exponent);
    return exponent;
}

/* math_ldexp. */
static inline double elementary_ldexp(double x, int64_t exponent)
{
    double r;
    if (x == 0.0 || !isfinite(x))
        return x;
    if (exponent > INT_MAX)
        return elementary_failed(1);
    if (exponent < INT_MIN)
        return copysign(0.0, x);
    r = ldexp(x, (int)exponent);
    return isinf(r) ? elementary_failed(1) : r;
}

/* math_fsum: the sum of n doubles, rounded once (Shewchuk 1997).

   The partial sums p[0], p[1], … do not overlap, and a double has bits between 2^-1074 and 2^1024: there are never more
   than 2,098. */
#if defined(__GNUC__)
__attribute__((unused))
#endif
static double elementary_fsum_of(const double *xs, Py_ssize_t n)
{
    double p[2100];
    double hi = 0.0, lo = 0.0, special = 0.0, infinite = 0.0;
    Py_ssize_t k, count = 0, i, j;
    for (k = 0; k < n; k++) {
        double x = xs[k];
        for (i = j = 0; j < count; j++) {
            double y = p[j];
            if (fabs(x) < fabs(y)) {
                double t = x;
                x = y;
                y = t;
            }
            hi = x + y;
            lo = y - (hi - x);
            if (lo != 0.0)
                p[i++] = lo;
            x = hi;
        }
        count = i;
        if (isfinite(x)) {
            if (x != 0.0)
                p[count++] = x;
            continue;
        }
        if (isfinite(xs[k])) {
            PyErr_SetString(PyExc_OverflowError, "intermediate overflow in fsum");
            return ELEMENTARY_ERROR;
        }
        if (isinf(xs[k]))
            infinite += xs[k];
        special += xs[k];
        count = 0;
    }
    if (special != 0.0) {
        if (!isnan(infinite))
            return special;
        PyErr_SetString(PyExc_ValueError, "-inf + inf in fsum");
        return ELEMENTARY_ERROR;
    }
    hi = lo = 0.0;
    if (count > 0) { /* from the top, until the sum is inexact */
        hi = p[--count];
        while (count > 0) {
            double x = hi, y = p[--count];
            hi = x + y;
            lo = y - (hi - x);
            if (lo != 0.0)
                break;
        }
        /* a half is rounded to even unless what is left says otherwise */
        if (count > 0 && ((lo < 0.0 && p[count - 1] < 0.0) || (lo > 0.0 && p[count - 1] > 0.0))) {
            double y = lo * 2.0, x = hi + y;
            if (y == x - hi)
                hi = x;
        }
    }
    return hi;
}

/* math.hypot is CPython's own algorithm and differs from version to version, so it is called as it is: with boxed floats,
   but without looking it up and without a list or tuple for them. */
#if defined(__GNUC__)
__attribute__((unused))
#endif
static double elementary_hypot_of(const double *xs, Py_ssize_t n)
{
    static PyObject *hypot_of_python = NULL;
    PyObject *few[8], **boxed = few, *outcome = NULL;
    double r = ELEMENTARY_ERROR;
    Py_ssize_t k;
    if (hypot_of_python == NULL) {
        PyObject *module = PyImport_ImportModule("math");
        if (module == NULL)
            return ELEMENTARY_ERROR;
        hypot_of_python = PyObject_GetAttrString(module, "hypot");
        Py_DECREF(module);
        if (hypot_of_python == NULL)
            return ELEMENTARY_ERROR;
    }
    if (n > 8 && (boxed = PyMem_New(PyObject *, n)) == NULL) {
        PyErr_NoMemory();
        return ELEMENTARY_ERROR;
    }
    for (k = 0; k < n && (boxed[k] = PyFloat_FromDouble(xs[k])) != NULL; k++)
        ;
    if (k == n)
        outcome = PyObject_Vectorcall(hypot_of_python, boxed, n, NULL);
    while (k > 0)
        Py_DECREF(boxed[--k]);
    if (boxed != few)
        PyMem_Free(boxed);
    if (outcome != NULL) {
        r = PyFloat_AsDouble(outcome);
        Py_DECREF(outcome);
    }
    return r;
}

static inline double elementary_hypot(double x, double y)
{
    double xs[2];
    xs[0] = x;
    xs[1] = y;
    return elementary_hypot_of(xs, 2);
}

static inline double elementary_copy(double *to, const double *from, Py_ssize_t n)
{
    memcpy(to, from, n * sizeof(double));
    return 0.0;
}

/* The value of a context variable that has a default. */
static inline PyObject *elementary_context_value(PyObject *variable)
{
    PyObject *value = NULL;
    return PyContextVar_Get(variable, NULL, &value) < 0 ? NULL : value;
}

/* Of a vec, mypyc's C array with a length; macros, for its type is declared later. */
#define elementary_exact_sum(row) elementary_fsum_of((row).items, (row).len)
#define elementary_euclidean_norm(row) elementary_hypot_of((row).items, (row).len)
#define elementary_write_at(row, start, part) elementary_copy((row).items + (start), (part).items, (part).len)

#endif
