/* Kills its process with SIGKILL at the N-th system call that changes or locks a file.
 *
 * For LD_PRELOAD. The program arms it with crash_at(n, torn); crash_count()
 * tells how many such calls there were since. The process dies before the
 * call is made or, if `torn` and the call is a write, after half of it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static long count, fatal;
static int tears;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void crash_at(long n, int torn)
{
    count = 0;
    fatal = n;
    tears = torn;
}

long crash_count(void)
{
    return count;
}

static int is_fatal(void)
{
    return __sync_add_and_fetch(&count, 1) == fatal;
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static void step(void)
{
    if (is_fatal())
        die();
}

ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset)
{
    if (is_fatal()) {
        if (tears)
            REAL(pwrite64)(file, data, length / 2, offset);
        die();
    }
    return REAL(pwrite64)(file, data, length, offset);
}

ssize_t pwrite(int file, const void *data, size_t length, off_t offset)
{
    return pwrite64(file, data, length, offset);
}

ssize_t write(int file, const void *data, size_t length)
{
    if (is_fatal()) {
        if (tears)
            REAL(write)(file, data, length / 2);
        die();
    }
    return REAL(write)(file, data, length);
}

int ftruncate64(int file, off64_t length)
{
    step();
    return REAL(ftruncate64)(file, length);
}

int fsync(int file)
{
    step();
    return 0;
}

int fdatasync(int file)
{
    step();
    return 0;
}

int flock(int file, int operation)
{
    step();
    return REAL(flock)(file, operation);
}

int unlink(const char *path)
{
    step();
    return REAL(unlink)(path);
}

int rename(const char *from, const char *to)
{
    step();
    return REAL(rename)(from, to);
}

int link(const char *from, const char *to)
{
    step();
    return REAL(link)(from, to);
}

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
    step();
    return REAL(linkat)(from_directory, from, to_directory, to, flags);
}

int rmdir(const char *path)
{
    step();
    return REAL(rmdir)(path);
}

int mkdir(const char *path, mode_t mode)
{
    step();
    return REAL(mkdir)(path, mode);
}

int mkfifo(const char *path, mode_t mode)
{
    step();
    return REAL(mkfifo)(path, mode);
}

static int controlled(int file, int command, void *argument)
{
    int (*real)(int, int, ...) = REAL(fcntl);
    if (command == F_SETLK || command == F_SETLKW)
        step();
    return real(file, command, argument);
}

int fcntl(int file, int command, ...)
{
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return controlled(file, command, argument);
}

int fcntl64(int file, int command, ...)
{
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    return controlled(file, command, argument);
}

static int opened(const char *path, int flags, mode_t mode)
{
    int (*real)(const char *, int, ...) = REAL(open64);
    if (flags & O_CREAT)
        step();
    return real(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opened(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return opened(path, flags, mode);
}
