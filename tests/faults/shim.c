/* For tests/faults.rs, loaded with LD_PRELOAD: fails or kills the program at its Nth call to the file
   system below a directory.

   FAULT_BELOW  the directory; a relative path is in it
   FAULT_NTH    the number of the call, from 1; 0 for none
   FAULT_ERROR  the error number; 0 kills the program instead
   FAULT_SHORT  if set, a write takes at most seven bytes
   FAULT_LOG    gets a line with the name of the call that was hit */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_below(const char *path) {
    const char *below = getenv("FAULT_BELOW");
    if (!below || !path) return 0;
    return path[0] != '/' || strncmp(path, below, strlen(below)) == 0;
}

static int is_fd_below(int fd) {
    char name[64], path[PATH_MAX];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length <= 0 || path[0] != '/') return 0;
    path[length] = 0;
    return is_below(path);
}

/* Whether this call, which is in the directory, fails. */
static int hit(const char *call) {
    static long seen;
    const char *nth = getenv("FAULT_NTH"), *error = getenv("FAULT_ERROR"), *log = getenv("FAULT_LOG");
    if (!nth || __atomic_add_fetch(&seen, 1, __ATOMIC_SEQ_CST) != atol(nth)) return 0;
    int fd = syscall(SYS_openat, AT_FDCWD, log ? log : "/dev/null", O_WRONLY | O_CREAT | O_APPEND, 0600);
    syscall(SYS_write, fd, call, strlen(call));
    syscall(SYS_write, fd, "\n", 1);
    syscall(SYS_close, fd);
    int number = error ? atoi(error) : EIO;
    if (number == 0) kill(getpid(), SIGKILL);
    errno = number;
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                       \
    int name(const char *path, int flags, ...) {                         \
        va_list rest;                                                    \
        va_start(rest, flags);                                           \
        mode_t mode = va_arg(rest, mode_t);                              \
        va_end(rest);                                                    \
        if (is_below(path) && hit(#name)) return -1;                     \
        return NEXT(name)(path, flags, mode);                            \
    }
OPEN(open)
OPEN(open64)

#define OPEN_AT(name)                                                    \
    int name(int at, const char *path, int flags, ...) {                 \
        va_list rest;                                                    \
        va_start(rest, flags);                                           \
        mode_t mode = va_arg(rest, mode_t);                              \
        va_end(rest);                                                    \
        if (is_below(path) && hit(#name)) return -1;                     \
        return NEXT(name)(at, path, flags, mode);                        \
    }
OPEN_AT(openat)
OPEN_AT(openat64)

ssize_t write(int fd, const void *bytes, size_t length) {
    int below = is_fd_below(fd);
    if (below && hit("write")) return -1;
    if (below && getenv("FAULT_SHORT") && length > 7) length = 7;
    return NEXT(write)(fd, bytes, length);
}

ssize_t read(int fd, void *bytes, size_t length) {
    if (is_fd_below(fd) && hit("read")) return -1;
    return NEXT(read)(fd, bytes, length);
}

#define ON_FD(type, name, parameters, arguments)                         \
    type name parameters {                                               \
        if (is_fd_below(fd) && hit(#name)) return -1;                    \
        return NEXT(name) arguments;                                     \
    }
ON_FD(ssize_t, writev, (int fd, const struct iovec *parts, int count), (fd, parts, count))
ON_FD(int, fsync, (int fd), (fd))
ON_FD(int, fdatasync, (int fd), (fd))
ON_FD(int, fchmod, (int fd, mode_t mode), (fd, mode))
ON_FD(int, fchown, (int fd, uid_t owner, gid_t group), (fd, owner, group))
ON_FD(int, ftruncate, (int fd, off_t length), (fd, length))
ON_FD(int, ftruncate64, (int fd, off64_t length), (fd, length))
ON_FD(off64_t, lseek64, (int fd, off64_t to, int from), (fd, to, from))
ON_FD(ssize_t, copy_file_range,
      (int fd, off64_t *from, int out, off64_t *to, size_t length, unsigned flags),
      (fd, from, out, to, length, flags))

#define ON_PATH(name, parameters, arguments)                             \
    int name parameters {                                                \
        if (is_below(path) && hit(#name)) return -1;                     \
        return NEXT(name) arguments;                                     \
    }
ON_PATH(rename, (const char *path, const char *to), (path, to))
ON_PATH(renameat, (int at, const char *path, int to_at, const char *to), (at, path, to_at, to))
ON_PATH(renameat2, (int at, const char *path, int to_at, const char *to, unsigned flags),
        (at, path, to_at, to, flags))
ON_PATH(link, (const char *path, const char *to), (path, to))
ON_PATH(linkat, (int at, const char *path, int to_at, const char *to, int flags),
        (at, path, to_at, to, flags))
ON_PATH(unlink, (const char *path), (path))
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode))
ON_PATH(chmod, (const char *path, mode_t mode), (path, mode))
