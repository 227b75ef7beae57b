/* Preloaded into the program: a disk whose fsync waits or fails for as long as a file says so, and that goes before a name is changed. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_set(const char *what)
{
    char path[4096];
    const char *folder = getenv("TROUBLE_DISK_FOLDER");
    return folder && snprintf(path, sizeof path, "%s/%s", folder, what) < (int)sizeof path && access(path, F_OK) == 0;
}

static void tell_waiting(void)
{
    char path[4096];
    int file;
    snprintf(path, sizeof path, "%s/waiting", getenv("TROUBLE_DISK_FOLDER"));
    file = open(path, O_CREAT | O_WRONLY, 0600);
    if (file >= 0)
        close(file);
}

/* Takes one of as many as a file says are left; -1 where there is no such file. */
static long take_one(const char *what)
{
    char path[4096], text[16];
    long length, left;
    const char *folder = getenv("TROUBLE_DISK_FOLDER");
    int file;
    if (!folder || snprintf(path, sizeof path, "%s/%s", folder, what) >= (int)sizeof path || (file = open(path, O_RDWR)) < 0)
        return -1;
    length = read(file, text, sizeof text - 1);
    text[length > 0 ? length : 0] = 0;
    left = atol(text);
    length = snprintf(text, sizeof text, "%ld  ", left - 1);
    if (left > 0 && pwrite(file, text, length, 0) != length)
        abort();
    close(file);
    return left;
}

static int trouble(void)
{
    while (take_one("syncs") == 0) {
        tell_waiting();
        usleep(1000);
    }
    if (is_set("slow")) {
        tell_waiting();
        while (is_set("slow"))
            usleep(1000);
    }
    if (is_set("broken")) {
        errno = EIO;
        return 1;
    }
    return 0;
}

int fsync(int file)
{
    return trouble() ? -1 : (int)syscall(SYS_fsync, file);
}

int fdatasync(int file)
{
    return trouble() ? -1 : (int)syscall(SYS_fdatasync, file);
}

/* The database's names alone: what lies beside it under a name of its own is worth nothing yet. */
static void before_name(const char *name)
{
    if (strstr(name, "chat.db") && !strstr(name, ".partial") && take_one("names") == 0)
        kill(getpid(), SIGKILL);
}

int rename(const char *from, const char *to)
{
    before_name(to);
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int link(const char *from, const char *to)
{
    before_name(to);
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *name)
{
    before_name(name);
    return (int)syscall(SYS_unlinkat, AT_FDCWD, name, 0);
}
