"""What the resolver knows of the .NET library: which namespace has a type, and what its generic types hand on."""

from __future__ import annotations

from graph.evaluate import Arguments, Evaluator, Place
from graph.languages.jvm import ARRAY
from graph.values import ANYTHING, CONTAINER, EXTERNAL_INSTANCE, NOTHING, SITE, Value, Values, container, union

KEYWORDS = {
    "bool": "Boolean", "byte": "Byte", "sbyte": "SByte", "char": "Char", "decimal": "Decimal", "double": "Double", "float": "Single",
    "int": "Int32", "uint": "UInt32", "nint": "IntPtr", "nuint": "UIntPtr", "long": "Int64", "ulong": "UInt64", "short": "Int16",
    "ushort": "UInt16", "object": "Object", "string": "String", "Type": "Type",
}  # fmt: skip
"""Keywords for types of ``System``."""

NAMESPACES = {
    "System": """
        Action Activator AggregateException AppContext AppDomain ArgumentException ArgumentNullException
        ArgumentOutOfRangeException ArithmeticException Array ArraySegment ArrayTypeMismatchException AsyncCallback Attribute
        AttributeTargets AttributeUsageAttribute BitConverter Boolean Buffer Byte CLSCompliantAttribute Char CharEnumerator
        Console ConsoleColor DBNull DataMisalignedException ConsoleKey ConsoleKeyInfo Convert DateOnly DateTime DateTimeKind
        DateTimeOffset DayOfWeek Decimal Delegate DivideByZeroException Double Enum Environment EventArgs EventHandler Exception
        FlagsAttribute FormatException FormattableString Func GC Guid HashCode IAsyncDisposable IAsyncResult ICloneable
        IComparable IConvertible ICustomFormatter IDisposable IEquatable IFormatProvider IFormattable IObservable IObserver
        IProgress IServiceProvider ISpanFormattable Index IndexOutOfRangeException Int128 Int16 Int32 Int64 IntPtr
        InvalidCastException InvalidOperationException Lazy LocalDataStoreSlot MarshalByRefObject Math MathF MemberAccessException
        Memory MemoryExtensions MethodAccessException MissingFieldException MissingMemberException MissingMethodException
        MulticastDelegate NonSerializedAttribute NotImplementedException NotSupportedException NullReferenceException Nullable
        Object ObjectDisposedException ObsoleteAttribute OperatingSystem OperationCanceledException OutOfMemoryException
        OverflowException ParamArrayAttribute PlatformID PlatformNotSupportedException Predicate Progress Random Range
        RankException ReadOnlyMemory ReadOnlySpan ResolveEventArgs RuntimeMethodHandle RuntimeTypeHandle SByte
        SerializableAttribute Single Span StackOverflowException String StringComparer StringComparison StringSplitOptions
        SystemException ThreadStaticAttribute TimeOnly TimeSpan TimeZoneInfo TimeoutException Tuple Type TypeCode
        TypeInitializationException TypeLoadException UInt16 UInt32 UInt64 UIntPtr UnauthorizedAccessException
        UnhandledExceptionEventArgs Uri UriBuilder UriFormatException UriKind ValueTuple ValueType Version Void WeakReference Half
        Comparison Converter
    """,
    "System.Collections": """
        ArrayList BitArray Comparer DictionaryEntry Hashtable ICollection IComparer IDictionary IDictionaryEnumerator IEnumerable
        IEnumerator IEqualityComparer IList IStructuralComparable IStructuralEquatable Queue SortedList Stack
        StructuralComparisons
    """,
    "System.Collections.Generic": """
        Comparer Dictionary EqualityComparer HashSet IAsyncEnumerable IAsyncEnumerator ICollection IComparer IDictionary
        IEnumerable IEnumerator IEqualityComparer IList IReadOnlyCollection IReadOnlyDictionary IReadOnlyList IReadOnlySet ISet
        KeyNotFoundException KeyValuePair LinkedList LinkedListNode List PriorityQueue Queue ReferenceEqualityComparer
        SortedDictionary SortedList SortedSet Stack CollectionExtensions
    """,
    "System.Collections.Concurrent": """
        BlockingCollection ConcurrentBag ConcurrentDictionary ConcurrentQueue ConcurrentStack IProducerConsumerCollection
        OrderablePartitioner Partitioner
    """,
    "System.Linq": """
        Enumerable IGrouping ILookup IOrderedEnumerable IOrderedQueryable IQueryProvider IQueryable Lookup ParallelEnumerable
        Queryable
    """,
    "System.IO": """
        BinaryReader BinaryWriter BufferedStream Directory DirectoryInfo DirectoryNotFoundException DriveInfo EndOfStreamException
        File FileAccess FileAttributes FileInfo FileLoadException FileMode FileNotFoundException FileOptions FileShare FileStream
        FileSystemInfo FileSystemWatcher IOException InvalidDataException MemoryStream Path PathTooLongException SearchOption
        SeekOrigin Stream StreamReader StreamWriter StringReader StringWriter TextReader TextWriter UnmanagedMemoryStream
    """,
    "System.Text": """
        ASCIIEncoding CompositeFormat Decoder Encoder Encoding NormalizationForm Rune StringBuilder UTF32Encoding UTF8Encoding
        UnicodeEncoding EncoderFallback DecoderFallback
    """,
    "System.Text.RegularExpressions": """
        Capture CaptureCollection Group GroupCollection Match MatchCollection MatchEvaluator Regex RegexOptions
    """,
    "System.Threading": """
        AsyncLocal AutoResetEvent CancellationToken CancellationTokenRegistration CancellationTokenSource CountdownEvent
        EventWaitHandle ExecutionContext Interlocked LazyInitializer LazyThreadSafetyMode ManualResetEvent ManualResetEventSlim
        Monitor Mutex ReaderWriterLockSlim Semaphore SemaphoreSlim SpinLock SpinWait SynchronizationContext Thread ThreadLocal
        ThreadPool ThreadState Timeout Timer Volatile WaitHandle
    """,
    "System.Threading.Tasks": """
        Parallel ParallelOptions Task TaskCanceledException TaskCompletionSource TaskContinuationOptions TaskCreationOptions
        TaskExtensions TaskFactory TaskScheduler TaskStatus ValueTask
    """,
    "System.Reflection": """
        Assembly AssemblyName BindingFlags Binder ConstructorInfo CustomAttributeExtensions DefaultMemberAttribute EventInfo
        FieldInfo IntrospectionExtensions MemberInfo MemberTypes MethodBase MethodInfo MethodAttributes Missing Module
        ParameterInfo ParameterModifier PropertyInfo RuntimeReflectionExtensions TargetInvocationException TypeInfo TypeAttributes
        AssemblyTitleAttribute AssemblyVersionAttribute
    """,
    "System.Reflection.Emit": """
        AssemblyBuilder AssemblyBuilderAccess ConstructorBuilder DynamicMethod EnumBuilder FieldBuilder ILGenerator Label
        LocalBuilder MethodBuilder ModuleBuilder OpCode OpCodes ParameterBuilder PropertyBuilder TypeBuilder
    """,
    "System.Diagnostics": """
        Activity ActivitySource ConditionalAttribute Debug DebuggerDisplayAttribute DebuggerBrowsableAttribute
        DebuggerBrowsableState DebuggerHiddenAttribute DebuggerNonUserCodeAttribute DebuggerStepThroughAttribute
        DebuggerTypeProxyAttribute Debugger FileVersionInfo Process ProcessStartInfo StackFrame StackTrace
        StackTraceHiddenAttribute Stopwatch Trace TraceListener UnreachableException
    """,
    "System.Diagnostics.CodeAnalysis": """
        AllowNullAttribute DisallowNullAttribute DoesNotReturnAttribute DoesNotReturnIfAttribute
        DynamicallyAccessedMembersAttribute DynamicallyAccessedMemberTypes ExcludeFromCodeCoverageAttribute MaybeNullAttribute
        MaybeNullWhenAttribute MemberNotNullAttribute NotNullAttribute NotNullIfNotNullAttribute NotNullWhenAttribute
        RequiresUnreferencedCodeAttribute SuppressMessageAttribute UnconditionalSuppressMessageAttribute
    """,
    "System.Globalization": """
        Calendar CompareInfo CompareOptions CultureInfo DateTimeFormatInfo DateTimeStyles NumberFormatInfo NumberStyles RegionInfo
        TextInfo UnicodeCategory
    """,
    "System.Runtime.CompilerServices": """
        AsyncMethodBuilderAttribute CallerArgumentExpressionAttribute CallerFilePathAttribute CallerLineNumberAttribute
        CallerMemberNameAttribute CompilerGeneratedAttribute ConditionalWeakTable ConfiguredTaskAwaitable DynamicAttribute
        EnumeratorCancellationAttribute ExtensionAttribute ITuple InternalsVisibleToAttribute IsExternalInit MethodImplAttribute
        MethodImplOptions ModuleInitializerAttribute RuntimeHelpers SkipLocalsInitAttribute StructuralComparisons
        TupleElementNamesAttribute TypeForwardedToAttribute Unsafe
    """,
    "System.Runtime.InteropServices": """
        CallingConvention CharSet CollectionsMarshal ComVisibleAttribute DllImportAttribute ExternalException FieldOffsetAttribute
        GCHandle GCHandleType InAttribute LayoutKind Marshal MarshalAsAttribute MemoryMarshal OSPlatform OutAttribute
        RuntimeInformation SafeHandle StructLayoutAttribute UnmanagedType
    """,
    "System.ComponentModel": """
        BrowsableAttribute Component DefaultValueAttribute DescriptionAttribute EditorBrowsableAttribute EditorBrowsableState
        INotifyPropertyChanged PropertyChangedEventArgs PropertyChangedEventHandler TypeConverter TypeDescriptor
    """,
    "System.Data": """
        CommandBehavior CommandType ConnectionState DataColumn DataException DataRow DataSet DataTable DbType IDataParameter
        IDataParameterCollection IDataReader IDataRecord IDbCommand IDbConnection IDbDataParameter IDbTransaction IsolationLevel
        ParameterDirection DBConcurrencyException DataRowView
    """,
    "System.Data.Common": """
        DbCommand DbConnection DbConnectionStringBuilder DbDataAdapter DbDataReader DbDataSource DbException DbParameter
        DbParameterCollection DbProviderFactory DbTransaction DbColumn
    """,
    "System.Buffers": """
        ArrayBufferWriter ArrayPool BuffersExtensions IBufferWriter IMemoryOwner MemoryHandle MemoryManager MemoryPool
        OperationStatus ReadOnlySequence ReadOnlySequenceSegment SequencePosition SequenceReader
    """,
    "System.Buffers.Binary": "BinaryPrimitives",
    "System.Net": """
        Cookie CookieContainer Dns EndPoint HttpStatusCode IPAddress IPEndPoint IPHostEntry NetworkCredential WebClient
        WebException WebUtility
    """,
    "System.Net.Http": """
        DelegatingHandler HttpClient HttpClientHandler HttpContent HttpMessageHandler HttpMethod HttpRequestException
        HttpRequestMessage HttpResponseMessage StringContent
    """,
    "Xunit": """
        Assert ClassDataAttribute CollectionAttribute CollectionDefinitionAttribute FactAttribute IAsyncLifetime IClassFixture
        ICollectionFixture InlineDataAttribute MemberDataAttribute Record Skip SkippableFactAttribute TheoryAttribute TheoryData
        TraitAttribute
    """,
    "Xunit.Abstractions": "ITestOutputHelper",
}  # fmt: skip
"""By namespace: types that are used often. A name that is in none of these may be of any other namespace the file uses."""
TYPES = {namespace: frozenset(names.split()) for namespace, names in NAMESPACES.items()}
IMPLICIT = (
    "System",
    "System.Collections.Generic",
    "System.IO",
    "System.Linq",
    "System.Net.Http",
    "System.Threading",
    "System.Threading.Tasks",
)
"""Namespaces that an SDK uses for all files of a project that does not say otherwise."""
OBJECT_METHODS = frozenset({"Equals", "GetHashCode", "GetType", "ToString", "MemberwiseClone", "ReferenceEquals", "Finalize"})

_SAME = frozenset([
    "Where",
    "OrderBy",
    "OrderByDescending",
    "ThenBy",
    "ThenByDescending",
    "Skip",
    "SkipWhile",
    "SkipLast",
    "Take",
    "TakeWhile",
    "TakeLast",
    "Distinct",
    "DistinctBy",
    "Reverse",
    "Concat",
    "Union",
    "Intersect",
    "Except",
    "Append",
    "Prepend",
    "DefaultIfEmpty",
    "AsEnumerable",
    "AsQueryable",
    "AsParallel",
    "AsReadOnly",
])
_COPIES = {"ToList": "System.Collections.Generic.List", "ToArray": ARRAY, "ToHashSet": "System.Collections.Generic.HashSet"}
_ELEMENT = frozenset([
    "First",
    "FirstOrDefault",
    "Last",
    "LastOrDefault",
    "Single",
    "SingleOrDefault",
    "ElementAt",
    "ElementAtOrDefault",
    "Pop",
    "Peek",
    "Dequeue",
    "Find",
    "FindLast",
    "Max",
    "Min",
    "MaxBy",
    "MinBy",
    "Aggregate",
    "Invoke",
])
_PLAIN = {"Any": "Boolean", "All": "Boolean", "Contains": "Boolean", "ContainsKey": "Boolean", "Count": "Int32", "IndexOf": "Int32",
          "TryGetValue": "Boolean", "Remove": "Boolean", "Exists": "Boolean", "SequenceEqual": "Boolean", "ToString": "String"}  # fmt: skip
LINQ = (
    _SAME
    | _COPIES.keys()
    | _ELEMENT - {"Pop", "Peek", "Dequeue", "Find", "FindLast", "Invoke"}
    | frozenset([
        "Any",
        "All",
        "Contains",
        "Count",
        "Select",
        "SelectMany",
        "GroupBy",
        "Join",
        "Zip",
        "Cast",
        "OfType",
        "ToDictionary",
        "ToLookup",
        "Sum",
        "Average",
        "SequenceEqual",
        "LongCount",
    ])
)
_OWN = frozenset(["Reverse", "Contains", "ToArray", "AsReadOnly", "Concat", "Find", "FindLast", "Count", "ToString"])
_ENUMERABLE = "System.Collections.Generic.IEnumerable"


def symbol_of(holder: Value, name: str) -> tuple[str, str]:
    """Return namespace and symbol of a member of a generic type, an array, or one of LINQ's methods."""
    if holder[0] == CONTAINER and holder[1] == "Awaitable":
        return "System.Threading.Tasks", f"Task.{name}"
    own = holder[0] == CONTAINER and holder[1] == "System.Collections.Generic.List" and name in _OWN
    if name in LINQ and not own:
        return "System.Linq", f"Enumerable.{name}"
    if holder[0] != CONTAINER or holder[1] == ARRAY:
        return "System", f"Array.{name}"
    namespace, _, title = holder[1].rpartition(".")
    return namespace, f"{title}.{name}"


def plain(name: str) -> Values:
    """Return an instance of a type of ``System``."""
    return frozenset({(EXTERNAL_INSTANCE, "System", name)})


def method_of(evaluator: Evaluator, holder: Value, name: str, place: Place, arguments: Arguments) -> Values:
    """Return what a method of a generic type, or of LINQ on it, yields."""
    if name in _PLAIN:
        return plain(_PLAIN[name])
    if holder[0] == CONTAINER and (not holder[2] or holder[1] == "Awaitable"):
        return frozenset({holder}) if name == "ConfigureAwait" else ANYTHING
    if name in {"GetValueOrDefault", "GetOrAdd", "AddOrUpdate"} and holder[0] == CONTAINER:
        return holder[2][-1]
    if holder[0] == CONTAINER and holder[1] == "System.Func" and name == "Invoke":
        return holder[2][-1]
    element = evaluator.elements(evaluator.rules(place[0]), (holder,))
    if name in _SAME:
        return frozenset({container(_ENUMERABLE, element)})
    if name in _COPIES:
        return frozenset({container(_COPIES[name], element)})
    if name in {"Select", "SelectMany"}:
        made = union(evaluator.called(each, place, ()) for _, given in arguments[:1] for each in evaluator.value(place, given))
        inner = evaluator.elements(evaluator.rules(place[0]), made) if name == "SelectMany" else made
        return frozenset({container(_ENUMERABLE, inner or ANYTHING)})
    return element if name in _ELEMENT and not (name in {"Max", "Min", "Aggregate"} and arguments) else ANYTHING


def given_to(evaluator: Evaluator, path: str, holder: Value, method: str, index: int) -> Values:
    """Return what a method of a generic type, or of LINQ on it, gives to the function it is passed."""
    if holder[0] == SITE or (holder[0] == CONTAINER and holder[2] and holder[1] != "Awaitable"):
        if method in {"GetOrAdd", "AddOrUpdate"} and holder[0] == CONTAINER:
            return holder[2][index] if index < len(holder[2]) else NOTHING
        return evaluator.elements(evaluator.rules(path), (holder,)) if index == 0 else NOTHING
    return NOTHING


def parameter_of(type_: Value, index: int) -> Values:
    """Return what a delegate of the library gives its parameter at a position."""
    name, parts = type_[1], type_[2]
    if name == "System.Linq.Expressions.Expression" and parts:
        return union(parameter_of(each, index) if each[0] == CONTAINER else NOTHING for each in parts[0])
    if name == "System.Func":
        parts = parts[:-1]
    elif name not in {"System.Action", "System.Predicate", "System.Comparison", "System.EventHandler", "System.Converter"}:
        return NOTHING
    if name in {"System.Predicate", "System.Comparison", "System.Converter"}:
        return parts[0] if parts else NOTHING
    if name == "System.EventHandler":
        return parts[0] if index == 1 and parts else NOTHING
    return parts[index] if index < len(parts) else NOTHING
