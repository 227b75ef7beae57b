/* Preloaded into the server: a disk whose fsync waits or fails for as long as a file says so. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
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

static int trouble(void)
{
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
