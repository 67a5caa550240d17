/* What becomes of arguments that do not fit, where compiled code is not called through an outline.

   The class shows the methods of its outline, which Python calls in the ordinary way. The arguments fit these as little,
   and Python says so as it does of any function. `outlines.py` writes these calls into the C that mypyc makes. */

#ifndef MICROGRAND_REFUSALS_H
#define MICROGRAND_REFUSALS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* The method that the class shows; NULL, with the error that has been raised, where it shows the compiled one. */
#if defined(__GNUC__)
__attribute__((unused, noinline, cold))
#endif
static PyObject *shown_method(PyObject *self, const char *name)
{
    PyObject *method, *type, *error, *trace;
    PyErr_Fetch(&type, &error, &trace);
    method = PyObject_GetAttrString(self, name);
    if (method != NULL && PyMethod_Check(method)) {
        Py_XDECREF(type);
        Py_XDECREF(error);
        Py_XDECREF(trace);
        return method;
    }
    Py_XDECREF(method);
    PyErr_Restore(type, error, trace);
    return NULL;
}

static inline PyObject *refused_init(PyObject *self, PyObject *args, PyObject *kw)
{
    PyObject *result = NULL, *method = shown_method(self, "__init__");
    if (method != NULL)
        result = PyObject_Call(method, args, kw);
    Py_XDECREF(method);
    return result;
}

static inline PyObject *refused_call(PyObject *self, PyObject *const *args, size_t nargs, PyObject *kwnames)
{
    PyObject *result = NULL, *method = shown_method(self, "__call__");
    if (method != NULL)
        result = PyObject_Vectorcall(method, args, nargs, kwnames);
    Py_XDECREF(method);
    return result;
}

/* pow(value, other, modulus): the third argument is one too many. */
static inline PyObject *refused_power(PyObject *self, PyObject *other, PyObject *modulus)
{
    PyErr_SetString(PyExc_TypeError, "pow() of a Value takes no third argument");
    PyObject *result = NULL, *method = shown_method(self, "__pow__");
    if (method != NULL)
        result = PyObject_CallFunctionObjArgs(method, other, modulus, NULL);
    Py_XDECREF(method);
    return result;
}

#endif
