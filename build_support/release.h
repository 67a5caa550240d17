/* How nodes without a collector's header are released, however deep they hang together.

   This file is put in front of the C that mypyc writes (gcc, clang: -include; MSVC: /FI). There every deallocator stands
   between CPython's Py_TRASHCAN_BEGIN and Py_TRASHCAN_END. At a depth at which the C stack is in danger these put an
   object aside, in a list linked through the header in front of it that the garbage collector reads. The nodes of a
   graph are acyclic and have no such header: it would be another object's memory that is written.

   So the pair is defined anew. Depth is counted per thread and for this library alone, and an object that has to wait is
   linked through its own reference count, which is zero then and which nobody looks at. The outermost deallocator of a
   thread releases those that wait. Nested in lists, dicts or frames, whose depth CPython counts itself, at most
   NODES_DEEP deallocators of this library add to theirs. */

#ifndef MICROGRAND_RELEASE_H
#define MICROGRAND_RELEASE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#ifdef Py_GIL_DISABLED
#error "without the global interpreter lock the reference count is two fields: build the plain package"
#endif

/* Where the two words of a thread lie is looked up once, when the library is loaded, and not at every release. */
#ifdef _MSC_VER
#define PER_THREAD static __declspec(thread)
#elif defined(__GLIBC__)
#define PER_THREAD static __thread __attribute__((tls_model("initial-exec")))
#else
#define PER_THREAD static __thread
#endif

#define NODES_DEEP 24

/* The whole word of the reference count, which from CPython 3.14 on has a name of its own. */
#if PY_VERSION_HEX >= 0x030E0000 && SIZEOF_VOID_P > 4
#define REFERENCE_WORD(object) ((object)->ob_refcnt_full)
#else
#define REFERENCE_WORD(object) ((object)->ob_refcnt)
#endif

PER_THREAD int release_depth = 0;
PER_THREAD PyObject *release_waiting = NULL;

/* Whether the object may be released here and now; else it waits. */
static inline int release_begins(PyObject *object)
{
    if (release_depth < NODES_DEEP) {
        release_depth++;
        return 1;
    }
    REFERENCE_WORD(object) = (Py_ssize_t)release_waiting;
    release_waiting = object;
    return 0;
}

static inline void release_ends(void)
{
    while (release_depth == 1 && release_waiting != NULL) {
        PyObject *object = release_waiting;
        release_waiting = (PyObject *)REFERENCE_WORD(object);
        REFERENCE_WORD(object) = 0;
        Py_TYPE(object)->tp_dealloc(object);
    }
    release_depth--;
}

/* A class's deallocator also runs as part of its subclasses': only the object's own one is counted. */
#undef Py_TRASHCAN_BEGIN
#undef Py_TRASHCAN_END
#define Py_TRASHCAN_BEGIN(object, deallocator)                                                 \
    do {                                                                                       \
        int outermost = Py_TYPE(object)->tp_dealloc == (destructor)(deallocator);              \
        if (outermost && !release_begins((PyObject *)(object)))                                \
            break;
#define Py_TRASHCAN_END                                                                        \
        if (outermost)                                                                         \
            release_ends();                                                                    \
    } while (0);

#endif
