/* Functions and properties that look like those of the source and run what they were compiled to, without a detour.

   Each object here has two sides: `shown`, a function or property of an outline, and `compiled`, what mypyc made of it.
   Whatever is asked of the object is the shown one's: name, signature, docstring, source, class. So inspect and pydoc
   take it for that. A call whose number of arguments fits goes to the compiled one; any other goes to the shown one,
   which Python refuses in its own words, or calls. A function in Python would cost 20 to 60 ns at each call. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    PyObject *shown;
    PyObject *compiled;
    PyObject *doc; /* help() asks for it past `shown_attribute` */
    vectorcallfunc call, compiled_call;
    Py_ssize_t least, most; /* how many arguments a call of the compiled function has */
    int is_settable;
    PyObject *weak; /* references to a function; to a property Python allows none */
} Shown;

static PyObject *function_call(Shown *self, PyObject *const *args, size_t nargs, PyObject *names)
{
    Py_ssize_t count = PyVectorcall_NARGS(nargs);
    if (names == NULL && self->least <= count && count <= self->most)
        return self->compiled_call(self->compiled, args, nargs, NULL);
    return PyObject_Vectorcall(self->shown, args, nargs, names);
}

/* The same of a method of a compiled class, without the detour through its descriptor. */
static PyObject *method_call(Shown *self, PyObject *const *args, size_t nargs, PyObject *names)
{
    PyMethodDescrObject *method = (PyMethodDescrObject *)self->compiled;
    Py_ssize_t count = PyVectorcall_NARGS(nargs);
    if (names == NULL && self->least <= count && count <= self->most && PyObject_TypeCheck(args[0], PyDescr_TYPE(method)))
        return ((_PyCFunctionFastWithKeywords)(void (*)(void))method->d_method->ml_meth)(args[0], args + 1, count - 1, NULL);
    return function_call(self, args, nargs, names);
}

/* How many arguments the function takes by position, where it needs no others. A generator is left to Python. */
static int count_arguments(Shown *self)
{
    PyCodeObject *code = (PyCodeObject *)PyFunction_GET_CODE(self->shown);
    PyObject *defaults = PyFunction_GET_DEFAULTS(self->shown), *named = PyFunction_GET_KW_DEFAULTS(self->shown);
    int needs_named = code->co_kwonlyargcount > (named == NULL ? 0 : PyDict_GET_SIZE(named));
    self->least = code->co_argcount - (defaults == NULL ? 0 : PyTuple_GET_SIZE(defaults));
    self->call = (vectorcallfunc)function_call;
    if (Py_IS_TYPE(self->compiled, &PyMethodDescr_Type) && self->least > 0 &&
        ((PyMethodDescrObject *)self->compiled)->d_method->ml_flags == (METH_FASTCALL | METH_KEYWORDS))
        self->call = (vectorcallfunc)method_call;
    self->compiled_call = PyVectorcall_Function(self->compiled);
    self->most = code->co_flags & CO_VARARGS ? PY_SSIZE_T_MAX : code->co_argcount;
    if (needs_named || code->co_flags & CO_GENERATOR || self->compiled_call == NULL)
        self->most = -1;
    return 0;
}

static int look_for_setter(Shown *self)
{
    PyTypeObject *kind = Py_TYPE(self->compiled);
    PyObject *setter;
    if (kind->tp_descr_get == NULL || kind->tp_descr_set == NULL) {
        PyErr_Format(PyExc_TypeError, "a property is compiled to what can be read and set; got one of type %s", kind->tp_name);
        return -1;
    }
    setter = PyObject_GetAttrString(self->shown, "fset");
    self->is_settable = setter != NULL && setter != Py_None;
    Py_XDECREF(setter);
    return setter == NULL ? -1 : 0;
}

static PyObject *make(PyTypeObject *type, PyObject *args, PyTypeObject *kind, int (*prepare)(Shown *))
{
    PyObject *shown, *compiled, *doc;
    Shown *self;
    if (!PyArg_ParseTuple(args, "O!O", kind, &shown, &compiled) || !(doc = PyObject_GetAttrString(shown, "__doc__")))
        return NULL;
    if ((self = (Shown *)type->tp_alloc(type, 0)) == NULL) {
        Py_DECREF(doc);
        return NULL;
    }
    self->shown = Py_NewRef(shown);
    self->compiled = Py_NewRef(compiled);
    self->doc = doc;
    if (prepare(self) < 0)
        Py_CLEAR(self);
    return (PyObject *)self;
}

static PyObject *function_new(PyTypeObject *type, PyObject *args, PyObject *names)
{
    return make(type, args, &PyFunction_Type, count_arguments);
}

static PyObject *property_new(PyTypeObject *type, PyObject *args, PyObject *names)
{
    return make(type, args, &PyProperty_Type, look_for_setter);
}

static void shown_dealloc(Shown *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (self->weak != NULL)
        PyObject_ClearWeakRefs((PyObject *)self);
    Py_DECREF(self->shown);
    Py_DECREF(self->compiled);
    Py_DECREF(self->doc);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *shown_attribute(Shown *self, PyObject *name) { return PyObject_GetAttr(self->shown, name); }

static int shown_set_attribute(Shown *self, PyObject *name, PyObject *value)
{
    return PyObject_SetAttr(self->shown, name, value);
}

static PyObject *shown_repr(Shown *self) { return PyObject_Repr(self->shown); }

static PyObject *function_get(PyObject *self, PyObject *object, PyObject *kind)
{
    return object == NULL || object == Py_None ? Py_NewRef(self) : PyMethod_New(self, object);
}

static PyObject *property_get(Shown *self, PyObject *object, PyObject *kind)
{
    if (object == NULL)
        return Py_NewRef(self);
    return Py_TYPE(self->compiled)->tp_descr_get(self->compiled, object, kind);
}

/* What cannot be set or deleted, the shown property refuses. */
static int property_set(Shown *self, PyObject *object, PyObject *value)
{
    PyObject *descriptor = self->is_settable && value != NULL ? self->compiled : self->shown;
    return Py_TYPE(descriptor)->tp_descr_set(descriptor, object, value);
}

static PyMemberDef function_members[] = {
    {"__doc__", T_OBJECT, offsetof(Shown, doc), READONLY, NULL},
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(Shown, call), READONLY, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Shown, weak), READONLY, NULL},
    {NULL},
};

static PyMemberDef property_members[] = {
    {"__doc__", T_OBJECT, offsetof(Shown, doc), READONLY, NULL},
    {NULL},
};

#define LOOKS_LIKE_SHOWN                                                                              \
    {Py_tp_dealloc, shown_dealloc}, {Py_tp_getattro, shown_attribute},                                \
    {Py_tp_setattro, shown_set_attribute}, {Py_tp_repr, shown_repr}

static PyType_Slot function_slots[] = {
    LOOKS_LIKE_SHOWN,
    {Py_tp_members, function_members},
    {Py_tp_new, function_new},
    {Py_tp_call, PyVectorcall_Call},
    {Py_tp_descr_get, function_get},
    {0, NULL},
};

static PyType_Slot property_slots[] = {
    LOOKS_LIKE_SHOWN,
    {Py_tp_members, property_members},
    {Py_tp_new, property_new},
    {Py_tp_descr_get, property_get},
    {Py_tp_descr_set, property_set},
    {0, NULL},
};

static PyType_Spec function_spec = {
    "microgrand.compiled.shown.Function", sizeof(Shown), 0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR, function_slots};
static PyType_Spec property_spec = {
    "microgrand.compiled.shown.Property", sizeof(Shown), 0, Py_TPFLAGS_DEFAULT, property_slots};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "shown", NULL, -1};

PyMODINIT_FUNC PyInit_shown(void)
{
    PyObject *module = PyModule_Create(&definition);
    PyObject *function = PyType_FromSpec(&function_spec), *property = PyType_FromSpec(&property_spec);
    if (module == NULL || function == NULL || property == NULL || PyModule_AddObject(module, "Function", function) < 0 ||
        PyModule_AddObject(module, "Property", property) < 0)
        return NULL;
    return module;
}
