"""What the resolver knows of the Java library: names of ``java.lang``, and what its generic types hand on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from graph.evaluate import Arguments, Evaluator, Place
from graph.flow import ABSTRACT, CALL, DEFINITION, FUNCTION, FUNCTION_SCOPE, MEMBER, NAME, NEW, Expression, FileFlow
from graph.languages.jvm import ARRAY
from graph.values import (
    ANYTHING,
    CLASS_OBJECT,
    CONTAINER,
    EXTERNAL_INSTANCE,
    EXTERNAL_OBJECT,
    FUNCTION_OBJECT,
    NOTHING,
    Value,
    Values,
    container,
    union,
)

JAVA_LANG = frozenset(
    str.split("""
    AbstractMethodError Appendable ArithmeticException ArrayIndexOutOfBoundsException ArrayStoreException AssertionError AutoCloseable
    Boolean Byte CharSequence Character Class ClassCastException ClassLoader ClassNotFoundException CloneNotSupportedException
    Cloneable Comparable Deprecated Double Enum Error Exception ExceptionInInitializerError Float FunctionalInterface
    IllegalAccessError IllegalAccessException IllegalArgumentException IllegalMonitorStateException IllegalStateException
    IncompatibleClassChangeError IndexOutOfBoundsException InheritableThreadLocal InstantiationError InstantiationException Integer
    InternalError InterruptedException Iterable LinkageError Long Math Module NegativeArraySizeException NoClassDefFoundError
    NoSuchFieldError NoSuchFieldException NoSuchMethodError NoSuchMethodException NullPointerException Number NumberFormatException
    Object OutOfMemoryError Override Package Process ProcessBuilder ProcessHandle Readable Record ReflectiveOperationException
    Runnable Runtime RuntimeException RuntimePermission SafeVarargs SecurityException SecurityManager Short StackOverflowError
    StackTraceElement StackWalker StrictMath String StringBuffer StringBuilder StringIndexOutOfBoundsException SuppressWarnings System
    Thread ThreadDeath ThreadGroup ThreadLocal Throwable TypeNotPresentException UnsatisfiedLinkError UnsupportedClassVersionError
    UnsupportedOperationException VerifyError VirtualMachineError Void
""")
)
PACKAGES = {
    "java.util": frozenset(str.split("""
        AbstractCollection AbstractList AbstractMap AbstractSet ArrayDeque ArrayList Arrays Base64 BitSet Calendar Collection
        Collections Comparator ConcurrentModificationException Currency Date Deque EnumMap EnumSet Enumeration EventListener
        EventObject Formatter HashMap HashSet Hashtable IdentityHashMap Iterator LinkedHashMap LinkedHashSet LinkedList List
        ListIterator Locale Map MissingResourceException NavigableMap NavigableSet NoSuchElementException Objects Optional
        OptionalDouble OptionalInt OptionalLong PriorityQueue Properties Queue Random RandomAccess ResourceBundle Scanner
        ServiceLoader Set SortedMap SortedSet Spliterator Spliterators Stack StringJoiner StringTokenizer TimeZone Timer TimerTask
        TreeMap TreeSet UUID Vector WeakHashMap
    """)),
    "java.io": frozenset(str.split("""
        BufferedInputStream BufferedOutputStream BufferedReader BufferedWriter ByteArrayInputStream ByteArrayOutputStream Closeable
        DataInput DataInputStream DataOutput DataOutputStream EOFException Externalizable File FileInputStream FileNotFoundException
        FileOutputStream FileReader FileWriter Flushable IOException InputStream InputStreamReader InvalidObjectException
        NotSerializableException ObjectInput ObjectInputStream ObjectOutput ObjectOutputStream ObjectStreamException OutputStream
        OutputStreamWriter PrintStream PrintWriter RandomAccessFile Reader Serializable StringReader StringWriter UncheckedIOException
        UnsupportedEncodingException Writer
    """)),
    "java.lang.reflect": frozenset(str.split("""
        AccessibleObject AnnotatedElement Array Constructor Executable Field GenericArrayType InvocationHandler
        InvocationTargetException Member Method Modifier Parameter ParameterizedType Proxy Type TypeVariable WildcardType
    """)),
}  # fmt: skip
"""Types of packages that are often imported whole: needed where two packages are, to tell which one has a name."""
FUNCTIONS = {
    "kotlin.test": frozenset(
        str.split("""
        assertEquals assertNotEquals assertTrue assertFalse assertNull assertNotNull assertSame assertNotSame assertFails
        assertFailsWith assertIs assertIsNot assertContains assertContentEquals assertNotContains fail expect Test Ignore BeforeTest
        AfterTest
    """)
    ),
}
"""Functions of packages that are often imported whole."""
FIRST_PARTS = frozenset({"java", "javax", "jakarta", "org", "com", "net", "io", "kotlin", "kotlinx", "scala", "android", "androidx"})
OBJECT_METHODS = frozenset({"equals", "hashCode", "toString", "getClass", "notify", "notifyAll", "wait", "clone", "finalize"})

_ONE_METHOD = {
    "Runnable": "run", "Callable": "call", "Comparable": "compareTo", "Supplier": "get", "Iterable": "iterator forEach spliterator",
    "Iterator": "hasNext next remove forEachRemaining", "Consumer": "accept andThen", "BiConsumer": "accept andThen",
    "Function": "apply andThen compose identity", "BiFunction": "apply andThen", "Predicate": "test and or negate not isEqual",
    "UnaryOperator": "apply andThen compose identity", "BinaryOperator": "apply andThen minBy maxBy", "AutoCloseable": "close",
    "Closeable": "close", "Serializable": "", "Cloneable": "", "RandomAccess": "", "Annotation": "annotationType",
    "InvocationHandler": "invoke", "Enum": "name ordinal compareTo getDeclaringClass values valueOf describeConstable",
    "Comparator": "compare reversed thenComparing thenComparingInt thenComparingLong thenComparingDouble nullsFirst nullsLast comparing",
    "Object": "", "Any": "", "AnyRef": "", "AnyVal": "", "Equals": "canEqual",
    "Product": "productArity productElement productPrefix productIterator canEqual productElementName",
}  # fmt: skip


def harmless(supertype: Value) -> bool:
    """Say whether all methods of a foreign supertype are known here, so that it can hide no other name."""
    return supertype[0] == EXTERNAL_OBJECT and supertype[2] in _ONE_METHOD


def lacks(supertype: Value, name: str) -> bool:
    """Say whether a foreign supertype is known to have no method of a name."""
    return harmless(supertype) and name not in _ONE_METHOD[supertype[2]].split()


# Functions without a name.

_FUNCTION_TYPES = frozenset({"Function", "BiFunction", "ToIntFunction", "ToLongFunction", "ToDoubleFunction", "Predicate", "BiPredicate"})


def calls_with_functions(flow: FileFlow) -> dict[int, tuple[Place, Expression, int]]:
    """Return, for each function without a name that is an argument, where the call stands, the call, and which argument it is."""
    found: dict[int, tuple[Place, Expression, int]] = {}
    for root in flow.roots:
        if root.expression is None:
            continue
        place: Place = ("", root.scope, root.expression[1], root.branch)
        for each in _calls(root.expression):
            for at, (_, given) in enumerate(each[3]):
                if given[0] == FUNCTION:
                    found[given[2]] = (place, each, at)
    return found


def _calls(expression: Expression) -> Iterator[Expression]:
    waiting = [expression]
    while waiting:
        each = waiting.pop()
        if each[0] in {CALL, NEW}:
            yield each
            waiting += [given for _, given in each[3]]
        for part in each[2:]:
            if not isinstance(part, tuple) or not part:
                continue
            inner = cast("Expression", part)
            if isinstance(inner[0], int):
                waiting.append(inner)
            elif each[0] not in {CALL, NEW}:
                waiting += [cast("Expression", one) for one in inner if isinstance(one, tuple) and one]


def abstract_methods(evaluator: Evaluator, instance: Value) -> list[Value]:
    """Return the only abstract method of an interface, or nothing."""
    found: list[Value] = []
    for each in evaluator.lineage(instance[1], instance[2]):
        if each[0] != CLASS_OBJECT:
            continue
        flow, at = evaluator.flow(each[1]), int(each[2])
        for bindings in flow.scopes[at].names.values():
            found += [
                (FUNCTION_OBJECT, each[1], binding.target, None)
                for binding in bindings
                if binding.kind == DEFINITION
                and flow.scopes[binding.target].kind == FUNCTION_SCOPE
                and flow.scopes[binding.target].flags & ABSTRACT
            ]
    return found if len(found) == 1 else []


def _simple(holder: Value) -> str:
    return str(holder[1]).rpartition(".")[2]


def parameter_of(type_: Value, index: int) -> Values:
    """Return what a functional type of the library gives its parameter at a position."""
    name, parts = _simple(type_), type_[2]
    if name in {"UnaryOperator", "BinaryOperator", "Comparator"}:
        return parts[0] if parts else NOTHING
    if name in {"Function", "BiFunction", "Function1", "Function2", "Function3", "Function0"}:
        parts = parts[:-1]
    elif name not in {*_FUNCTION_TYPES, "Consumer", "BiConsumer", "ObjIntConsumer"}:
        return NOTHING
    elif name.startswith("To"):
        parts = parts[:1]
    return parts[index] if index < len(parts) else NOTHING


_MAPS = frozenset(
    str.split("""
    Map HashMap LinkedHashMap TreeMap ConcurrentHashMap ConcurrentMap SortedMap NavigableMap EnumMap WeakHashMap IdentityHashMap
    AbstractMap MutableMap Hashtable ConcurrentSkipListMap
""")
)
_TO_ONE = frozenset({"reduce", "max", "min", "sort", "sorted"})


def given_to(holder: Value, method: str, index: int) -> Values:
    """Return what a method of a generic type of the library gives to the function it is passed."""
    parts = holder[2]
    if not parts:
        return NOTHING
    if _simple(holder) in _MAPS:
        if method == "computeIfAbsent":
            return parts[0]
        if method == "merge":
            return parts[-1]
        return parts[index] if index < len(parts) else NOTHING
    return parts[-1] if index == 0 or method in _TO_ONE else NOTHING


FUNCTIONAL_METHODS = frozenset(
    str.split("""
    run call get accept apply test compare applyAsInt applyAsLong applyAsDouble getAsInt getAsLong getAsDouble getAsBoolean
""")
)
"""The abstract methods of the library's functional interfaces."""

# What calls yield.

_TO_ELEMENT = frozenset(
    str.split("""
    get getFirst getLast getOrDefault remove removeFirst removeLast next previous poll pollFirst pollLast peek peekFirst peekLast pop
    element first last take orElse orElseGet orElseThrow call join lower floor ceiling higher elementAt firstElement lastElement set
    nextElement getNow newInstance cast apply
""")
)
_SAME = frozenset(
    str.split("""
    filter sorted distinct limit skip peek parallel sequential unordered onClose takeWhile dropWhile subList headSet tailSet or and
    negate reversed descendingSet headMap tailMap subMap thenComparing clone asPredicate
""")
)
_ONE_OF = {"findFirst": "Optional", "findAny": "Optional", "max": "Optional", "min": "Optional", "reduce": "Optional"}
_VIEWS = {
    "stream": "java.util.stream.Stream", "parallelStream": "java.util.stream.Stream", "iterator": "java.util.Iterator",
    "listIterator": "java.util.ListIterator", "descendingIterator": "java.util.Iterator", "toList": "java.util.List",
    "elements": "java.util.Enumeration",
}  # fmt: skip
_COLLECTORS = {
    "toList": "java.util.List",
    "toSet": "java.util.Set",
    "toUnmodifiableList": "java.util.List",
    "toUnmodifiableSet": "java.util.Set",
}
_PLAIN = {
    "size": "int", "isEmpty": "boolean", "contains": "boolean", "containsKey": "boolean", "containsValue": "boolean", "indexOf": "int",
    "lastIndexOf": "int", "hasNext": "boolean", "isPresent": "boolean", "add": "boolean", "addAll": "boolean", "removeAll": "boolean",
    "removeIf": "boolean", "count": "long", "anyMatch": "boolean", "allMatch": "boolean", "noneMatch": "boolean", "test": "boolean",
    "hashCode": "int", "equals": "boolean", "toString": "String", "getName": "String", "getSimpleName": "String", "compare": "int",
    "length": "int", "hasNextInt": "boolean", "hasMoreElements": "boolean", "isInstance": "boolean", "isArray": "boolean",
}  # fmt: skip


def plain(name: str) -> Values:
    """Return an instance of a type of ``java.lang``, or of a primitive type."""
    return frozenset({(EXTERNAL_INSTANCE, "java.lang", name)})


def method_of(evaluator: Evaluator, holder: Value, name: str, place: Place, arguments: Arguments) -> Values:
    """Return what a method of a generic type of the library yields."""
    parts: tuple[Values, ...] = holder[2]
    if not parts:
        return ANYTHING
    if holder[1] == ARRAY:
        return frozenset({holder}) if name == "clone" else plain("int") if name == "length" else ANYTHING
    kind, element = _simple(holder), parts[-1]
    if kind in _MAPS and name in {"keySet", "values", "entrySet", "navigableKeySet"}:
        return _map_view(name, parts)
    if kind == "Entry" and name in {"getKey", "getValue"}:
        return parts[0] if name == "getKey" else element
    if name in {"put", "putIfAbsent", "computeIfAbsent", "compute", "computeIfPresent", "merge"} and kind in _MAPS:
        return element
    if name in _PLAIN:
        return plain(_PLAIN[name])
    if name in {"map", "flatMap", "mapToObj", "thenApply", "thenCompose"}:
        made = union(evaluator.called(each, place, ()) for _, given in arguments[:1] for each in evaluator.value(place, given))
        inner = union(each[2][-1] if each[0] == CONTAINER and each[2] else ANYTHING for each in made)
        return frozenset({container(holder[1], inner if name in {"flatMap", "thenCompose"} else made)})
    if name == "collect":
        return _collected(element, arguments)
    if name in _VIEWS:
        return frozenset({container(_VIEWS[name], element)})
    if name in _ONE_OF and kind == "Stream":
        return frozenset({container("java.util.Optional", element)}) if len(arguments) < 2 else element
    if name in _SAME:
        return frozenset({holder})
    return element if name in _TO_ELEMENT and kind not in {"Stream", "Predicate", "Consumer", "Comparator"} else ANYTHING


def _map_view(name: str, parts: tuple[Values, ...]) -> Values:
    if name == "values":
        return frozenset({container("java.util.Collection", parts[-1])})
    if name == "entrySet":
        return frozenset({container("java.util.Set", frozenset({container("java.util.Map.Entry", *parts)}))})
    return frozenset({container("java.util.Set", parts[0])})


def _collected(element: Values, arguments: Arguments) -> Values:
    for _, given in arguments:
        if given[0] == CALL and given[2][0] in {NAME, MEMBER} and given[2][-1] in _COLLECTORS:
            return frozenset({container(_COLLECTORS[given[2][-1]], element)})
        if given[0] == CALL and given[2][0] in {NAME, MEMBER} and given[2][-1] == "joining":
            return plain("String")
    return ANYTHING


_OF_ARGUMENTS = {
    "List.of": "java.util.List", "Set.of": "java.util.Set", "Arrays.asList": "java.util.List", "Stream.of": "java.util.stream.Stream",
    "Optional.of": "java.util.Optional", "Optional.ofNullable": "java.util.Optional", "Collections.singletonList": "java.util.List",
    "Collections.singleton": "java.util.Set", "CompletableFuture.completedFuture": "java.util.concurrent.CompletableFuture",
}  # fmt: skip
_OF_ELEMENTS = {"Arrays.stream": "java.util.stream.Stream", "List.copyOf": "java.util.List", "Set.copyOf": "java.util.Set"}
_SAME_ARGUMENT = frozenset({
    "Objects.requireNonNull", "Objects.requireNonNullElse", "Collections.unmodifiableList", "Collections.unmodifiableMap",
    "Collections.unmodifiableSet", "Collections.unmodifiableCollection", "Collections.synchronizedList", "Collections.synchronizedMap",
    "Collections.synchronizedSet", "Arrays.copyOf", "Arrays.copyOfRange",
})  # fmt: skip
_STRING = {
    "length": "int", "indexOf": "int", "lastIndexOf": "int", "compareTo": "int", "charAt": "char", "hashCode": "int", "codePointAt": "int",
    "isEmpty": "boolean", "equals": "boolean", "startsWith": "boolean", "endsWith": "boolean", "contains": "boolean", "matches": "boolean",
    "equalsIgnoreCase": "boolean", "isBlank": "boolean", "compareToIgnoreCase": "int",
    "chars": "", "codePoints": "", "lines": "", "getClass": "", "subSequence": "CharSequence",
}  # fmt: skip
_ARRAYS_OF_STRING = {"getBytes": "byte", "toCharArray": "char", "split": "String"}


def function(evaluator: Evaluator, callee: Value, place: Place, arguments: Arguments) -> Values:
    """Return what a method of the library yields, where it is one of the few that are known."""
    owner, _, name = callee[2].rpartition(".")
    if callee[1] == "java.lang" and owner == "String" and name in _ARRAYS_OF_STRING:
        return frozenset({container(ARRAY, plain(_ARRAYS_OF_STRING[name]))})
    if callee[1] == "java.lang" and owner == "String":
        return plain(_STRING.get(name, "String")) if _STRING.get(name, "String") else ANYTHING
    if callee[1] == "java.lang" and owner in {"StringBuilder", "StringBuffer"} and name in {"append", "insert", "reverse", "delete"}:
        return plain(owner)
    if name in {"toString", "hashCode", "equals"}:
        return plain({"toString": "String", "hashCode": "int"}.get(name, "boolean"))
    symbol = f"{owner}.{name}"
    if symbol in _OF_ARGUMENTS:
        values = [evaluator.value(place, given) for _, given in arguments]
        return frozenset({container(_OF_ARGUMENTS[symbol], union(values) or ANYTHING)})
    if symbol in _SAME_ARGUMENT and arguments:
        return evaluator.value(place, arguments[0][1])
    if symbol in _OF_ELEMENTS and arguments:
        held = evaluator.elements(evaluator.rules(place[0]), evaluator.value(place, arguments[0][1]))
        return frozenset({container(_OF_ELEMENTS[symbol], held)})
    return plain(_NUMBERS[symbol]) if symbol in _NUMBERS else ANYTHING


_NUMBERS = {"Integer.parseInt": "int", "Integer.valueOf": "Integer", "Long.parseLong": "long", "Long.valueOf": "Long"}
