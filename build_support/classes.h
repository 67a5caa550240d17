/* Whether an object is of a class: what mypyc asks at every operator of a Value, before it looks at the operands.

   CPython's PyObject_IsInstance answers at once where the object is of that very class, and walks the ancestors of its
   class where it is not. The results of operators are of a direct subclass: this looks one step up before it asks. The
   answer is the same, for a class whose own class is `type` has no say in it. */

#ifndef MICROGRAND_CLASSES_H
#define MICROGRAND_CLASSES_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

static inline int is_instance(PyObject *object, PyObject *kind)
{
    PyTypeObject *own = Py_TYPE(object);
    if (own == (PyTypeObject *)kind)
        return 1;
    if (PyType_CheckExact(kind) && own->tp_base == (PyTypeObject *)kind)
        return 1;
    return PyObject_IsInstance(object, kind);
}

#define PyObject_IsInstance is_instance

#endif
