/* Records, in their order, what processes do to the files of one directory.
 *
 * For LD_PRELOAD. RECORD_DIRECTORY names the directory (absolute, without
 * symbolic links) and RECORD_LOG the log, which all recorded processes share.
 * Side files that hold no data (-shm, -turn, -live and pipes) are passed over.
 * Nothing is really synced: a sync is an entry in the log, and replay.py says
 * what it means.
 *
 * What the recorder does not understand ends the process with a message, so
 * that no write escapes it unseen.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define DESCRIPTORS 4096
enum kind { OTHER, DATA, DIRECTORY };

struct entry {
    uint64_t operation, inode, offset, length;
};

static const char *directory;
static size_t directory_length;
static int log_file = -1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned char kinds[DESCRIPTORS];
static uint64_t inodes[DESCRIPTORS];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void give_up(const char *what)
{
    dprintf(2, "record.c: %s on a recorded file is not understood\n", what);
    _exit(97);
}

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("RECORD_LOG");
    directory = getenv("RECORD_DIRECTORY");
    if (!path || !directory)
        return;
    directory_length = strlen(directory);
    log_file = REAL(open)(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_file < 0)
        give_up("opening the log");
}

static void enter(void)
{
    pthread_mutex_lock(&mutex);
    flock(log_file, LOCK_EX);
}

static void leave(void)
{
    flock(log_file, LOCK_UN);
    pthread_mutex_unlock(&mutex);
}

static void note(char operation, uint64_t inode, uint64_t offset, const void *data, size_t length)
{
    struct entry entry = {(unsigned char)operation, inode, offset, length};
    struct iovec parts[] = {{&entry, sizeof entry}, {(void *)data, data ? length : 0}};
    ssize_t size = sizeof entry + parts[1].iov_len;
    if (writev(log_file, parts, 2) != size)
        give_up("writing the log");
}

static int ends_with(const char *name, const char *end)
{
    size_t length = strlen(name), tail = strlen(end);
    return length >= tail && !strcmp(name + length - tail, end);
}

/* The name within the directory, "" for the directory itself, NULL for what is elsewhere. */
static const char *name_of(const char *path)
{
    if (log_file < 0 || strncmp(path, directory, directory_length))
        return NULL;
    path += directory_length;
    if (!*path)
        return path;
    if (*path++ != '/' || strchr(path, '/') || ends_with(path, "-shm") ||
        ends_with(path, "-turn") || ends_with(path, "-live") || ends_with(path, "-bells"))
        return NULL;
    return path;
}

static int opened(int at, const char *path, int flags, mode_t mode)
{
    int (*real)(int, const char *, int, ...) = REAL(openat);
    const char *name = name_of(path);
    struct stat before, after;
    int file, existed;
    if (!name)
        return real(at, path, flags, mode);
    enter();
    existed = !stat(path, &before);
    file = real(at, path, flags, mode);
    if (file >= DESCRIPTORS)
        give_up("a high descriptor");
    if (file >= 0) {
        fstat(file, &after);
        kinds[file] = *name ? DATA : DIRECTORY;
        inodes[file] = after.st_ino;
        if (*name && !existed)
            note('C', after.st_ino, 0, name, strlen(name));
        else if (*name && (flags & O_TRUNC))
            note('T', after.st_ino, 0, NULL, 0);
    }
    leave();
    return file;
}

#define MODE(flags, mode)                                                                          \
    mode_t mode = 0;                                                                               \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                         \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode = va_arg(rest, mode_t);                                                               \
        va_end(rest);                                                                              \
    }

int open(const char *path, int flags, ...)
{
    MODE(flags, mode)
    return opened(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    MODE(flags, mode)
    return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

int openat(int at, const char *path, int flags, ...)
{
    MODE(flags, mode)
    return opened(at, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...)
{
    MODE(flags, mode)
    return opened(at, path, flags | O_LARGEFILE, mode);
}

static int is(int file, enum kind kind)
{
    return log_file >= 0 && file >= 0 && file < DESCRIPTORS && kinds[file] == kind;
}

int close(int file)
{
    if (file >= 0 && file < DESCRIPTORS)
        kinds[file] = OTHER;
    return REAL(close)(file);
}

static ssize_t written(int file, const void *data, size_t length, off_t offset)
{
    ssize_t done;
    enter();
    done = REAL(pwrite64)(file, data, length, offset);
    if (done > 0)
        note('W', inodes[file], offset, data, done);
    leave();
    return done;
}

ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset)
{
    return is(file, DATA) ? written(file, data, length, offset)
                          : REAL(pwrite64)(file, data, length, offset);
}

ssize_t pwrite(int file, const void *data, size_t length, off_t offset)
{
    return pwrite64(file, data, length, offset);
}

ssize_t write(int file, const void *data, size_t length)
{
    if (is(file, DATA))
        give_up("write");
    return REAL(write)(file, data, length);
}

void *mmap64(void *address, size_t length, int protection, int flags, int file, off64_t offset)
{
    if (is(file, DATA) && (protection & PROT_WRITE) && (flags & MAP_SHARED))
        give_up("mmap");
    return REAL(mmap64)(address, length, protection, flags, file, offset);
}

static int truncated(int file, off_t length)
{
    int failed;
    if (!is(file, DATA))
        return REAL(ftruncate64)(file, length);
    enter();
    failed = REAL(ftruncate64)(file, length);
    if (!failed)
        note('T', inodes[file], length, NULL, 0);
    leave();
    return failed;
}

int ftruncate64(int file, off64_t length)
{
    return truncated(file, length);
}

int ftruncate(int file, off_t length)
{
    return truncated(file, length);
}

static int synced(int file)
{
    enter();
    note(is(file, DIRECTORY) ? 'D' : 'S', inodes[file], 0, NULL, 0);
    leave();
    return 0;
}

int fsync(int file)
{
    return is(file, DATA) || is(file, DIRECTORY) ? synced(file) : REAL(fsync)(file);
}

int fdatasync(int file)
{
    return is(file, DATA) || is(file, DIRECTORY) ? synced(file) : REAL(fdatasync)(file);
}

int unlink(const char *path)
{
    const char *name = name_of(path);
    int failed;
    if (!name || !*name)
        return REAL(unlink)(path);
    enter();
    failed = REAL(unlink)(path);
    if (!failed)
        note('U', 0, 0, name, strlen(name));
    leave();
    return failed;
}

int rename(const char *from, const char *to)
{
    if (name_of(from) || name_of(to))
        give_up("rename");
    return REAL(rename)(from, to);
}

/* For the recorded program: what it knows to be stored from here on. */
void record_mark(const char *text)
{
    enter();
    note('M', 0, 0, text, strlen(text));
    leave();
}
