"""Names of the C standard library and of POSIX, by the header that declares them."""

from __future__ import annotations

_HEADERS = {
    "stdio.h": """
        printf fprintf sprintf snprintf vprintf vfprintf vsprintf vsnprintf scanf fscanf sscanf fopen freopen fdopen fclose fflush
        fread fwrite fgets fputs fgetc fputc getc putc getchar putchar puts ungetc fseek ftell rewind feof ferror clearerr perror
        remove rename tmpfile setvbuf setbuf fileno FILE stdin stdout stderr EOF BUFSIZ SEEK_SET SEEK_CUR SEEK_END
    """,
    "stdlib.h": """
        malloc calloc realloc free abort exit atexit _Exit getenv setenv unsetenv system atoi atol atoll atof strtol strtoul
        strtoll strtoull strtod qsort bsearch abs labs rand srand mkstemp mkdtemp EXIT_SUCCESS EXIT_FAILURE
    """,
    "string.h": """
        memcpy memmove memset memcmp memchr strcpy strncpy strcat strncat strcmp strncmp strchr strrchr strstr strlen strspn
        strcspn strpbrk strtok strtok_r strerror strerror_r strdup strndup strnlen strcoll memmem
    """,
    "strings.h": "strcasecmp strncasecmp bzero",
    "ctype.h": "isalpha isdigit isalnum isspace isupper islower isxdigit isprint ispunct iscntrl isgraph toupper tolower",
    "math.h": "sqrt pow floor ceil fabs sin cos tan log log10 log2 exp round lround fmod isnan isinf INFINITY NAN",
    "assert.h": "assert static_assert",
    "errno.h": """
        errno ENOMEM EINVAL EAGAIN EINTR ENOENT EACCES EEXIST EIO EBADF EPERM EPIPE ERANGE ENOSYS EWOULDBLOCK EINPROGRESS
        ECONNREFUSED ECONNRESET ETIMEDOUT ENOTSUP EBUSY ENOTDIR EISDIR ENOTSOCK EMFILE ENFILE EADDRINUSE
    """,
    "stddef.h": "size_t ptrdiff_t NULL offsetof max_align_t",
    "stdint.h": """
        int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t intmax_t uintmax_t INT32_MAX
        INT64_MAX UINT32_MAX UINT64_MAX SIZE_MAX UINT8_MAX UINT16_MAX
    """,
    "limits.h": "INT_MAX INT_MIN UINT_MAX LONG_MAX LONG_MIN ULONG_MAX CHAR_BIT PATH_MAX",
    "stdarg.h": "va_list va_start va_end va_arg va_copy",
    "stdbool.h": "bool true false",
    "time.h": """
        time time_t clock clock_t gmtime localtime gmtime_r localtime_r mktime strftime difftime nanosleep clock_gettime
        CLOCK_MONOTONIC CLOCK_REALTIME
    """,
    "sys/time.h": "gettimeofday",
    "signal.h": """
        signal sigaction sigemptyset sigaddset sigfillset sigprocmask kill raise SIGINT SIGTERM SIGPIPE SIGCHLD SIG_IGN SIG_DFL
        sigset_t
    """,
    "unistd.h": """
        read write close open lseek fork execvp execve pipe dup dup2 getpid getppid getuid geteuid getgid getegid usleep sleep
        unlink rmdir access isatty getcwd chdir ftruncate fsync sysconf _exit readlink symlink gethostname ssize_t STDIN_FILENO
        STDOUT_FILENO STDERR_FILENO
    """,
    "fcntl.h": "fcntl O_RDONLY O_WRONLY O_RDWR O_CREAT O_TRUNC O_EXCL O_NONBLOCK O_CLOEXEC F_GETFL F_SETFL F_GETFD F_SETFD FD_CLOEXEC",
    "sys/stat.h": "fstat lstat mkdir chmod fchmod umask S_ISREG S_ISDIR S_ISLNK S_ISSOCK",
    "sys/socket.h": """
        socket bind listen accept connect send recv sendto recvfrom sendmsg recvmsg setsockopt getsockopt getsockname getpeername
        shutdown socketpair socklen_t AF_INET AF_INET6 AF_UNIX AF_UNSPEC SOCK_STREAM SOCK_DGRAM SOL_SOCKET SO_ERROR SO_REUSEADDR
    """,
    "arpa/inet.h": "htons ntohs htonl ntohl inet_ntop inet_pton inet_addr",
    "netdb.h": "getaddrinfo freeaddrinfo gai_strerror gethostbyname getnameinfo getservbyname",
    "pthread.h": """
        pthread_create pthread_join pthread_detach pthread_self pthread_mutex_init pthread_mutex_lock pthread_mutex_unlock
        pthread_mutex_trylock pthread_mutex_destroy pthread_cond_init pthread_cond_wait pthread_cond_signal pthread_cond_broadcast
        pthread_cond_timedwait pthread_cond_destroy pthread_once pthread_t pthread_mutex_t pthread_cond_t pthread_key_create
        pthread_getspecific pthread_setspecific
    """,
    "sys/mman.h": "mmap munmap mprotect MAP_FAILED",
    "poll.h": "poll POLLIN POLLOUT POLLERR POLLHUP",
    "dlfcn.h": "dlopen dlsym dlclose dlerror",
}  # fmt: skip
HEADER_OF = {name: header for header, names in _HEADERS.items() for name in names.split()}
