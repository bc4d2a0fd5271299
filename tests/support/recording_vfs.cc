// The SQLite shim: a VFS over the system's own that tells the recording of every write, truncation,
// sync and deletion of a watched file, and makes it fail on demand. Locks, shared memory and reads
// are the system's. As SQLite's own VFS does, it syncs the directory with the first sync of a new
// journal or log. The shared-memory file is not recorded: it is rebuilt after a power cut.
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <string>

#include "core/base/check.h"
#include "tests/support/disk_recording.h"

namespace fairfeed::test {
namespace {

struct Watched {
    std::string path;
    bool names_unsynced = false;
};

// SQLite allocates this struct with the system's file right behind it.
struct ShimFile {
    sqlite3_file base;
    Watched* watched;  // null: not a file of the recording
};

constexpr int kShimSize = (sizeof(ShimFile) + 15) / 16 * 16;

sqlite3_vfs* system_vfs = nullptr;

sqlite3_file* real(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kShimSize);
}

Watched* watched(sqlite3_file* file) {
    return reinterpret_cast<ShimFile*>(file)->watched;
}

DiskRecording* recording_of(sqlite3_file* file) {
    return watched(file) == nullptr ? nullptr : DiskRecording::of(watched(file)->path);
}

int code_of(int error, int otherwise) {
    if (error == 0) return SQLITE_OK;
    return error == ENOSPC ? SQLITE_FULL : otherwise;
}

std::string directory_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

int close_file(sqlite3_file* file) {
    delete watched(file);
    return real(file)->pMethods->xClose(real(file));
}
int read_file(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
    return real(file)->pMethods->xRead(real(file), data, size, offset);
}
int write_file(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    if (DiskRecording* recording = recording_of(file)) {
        const ByteView bytes(static_cast<const std::uint8_t*>(data),
                             static_cast<std::size_t>(size));
        const int error =
            recording->write(watched(file)->path, static_cast<std::uint64_t>(offset), bytes);
        if (error != 0) return code_of(error, SQLITE_IOERR_WRITE);
    }
    return real(file)->pMethods->xWrite(real(file), data, size, offset);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
    if (DiskRecording* recording = recording_of(file)) {
        const int error =
            recording->truncate(watched(file)->path, static_cast<std::uint64_t>(size));
        if (error != 0) return code_of(error, SQLITE_IOERR_TRUNCATE);
    }
    return real(file)->pMethods->xTruncate(real(file), size);
}
int sync_file(sqlite3_file* file, int) {
    DiskRecording* recording = recording_of(file);
    if (recording == nullptr) return SQLITE_OK;
    Watched& about = *watched(file);
    if (const int error = recording->sync(about.path)) return code_of(error, SQLITE_IOERR_FSYNC);
    if (!about.names_unsynced) return SQLITE_OK;
    about.names_unsynced = false;
    return code_of(recording->sync_names(directory_of(about.path)), SQLITE_IOERR_DIR_FSYNC);
}
int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
    return real(file)->pMethods->xFileSize(real(file), size);
}
int lock_file(sqlite3_file* file, int level) {
    return real(file)->pMethods->xLock(real(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
    return real(file)->pMethods->xUnlock(real(file), level);
}
int check_lock(sqlite3_file* file, int* held) {
    return real(file)->pMethods->xCheckReservedLock(real(file), held);
}
// A preallocating hint would write without being recorded.
int control_file(sqlite3_file* file, int what, void* argument) {
    if (what == SQLITE_FCNTL_SIZE_HINT) return SQLITE_OK;
    return real(file)->pMethods->xFileControl(real(file), what, argument);
}
int sector_size(sqlite3_file* file) {
    return real(file)->pMethods->xSectorSize(real(file));
}
int characteristics(sqlite3_file* file) {
    return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
int map_shared(sqlite3_file* file, int region, int size, int extend, void volatile** memory) {
    return real(file)->pMethods->xShmMap(real(file), region, size, extend, memory);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void fence_shared(sqlite3_file* file) {
    real(file)->pMethods->xShmBarrier(real(file));
}
int unmap_shared(sqlite3_file* file, int remove) {
    return real(file)->pMethods->xShmUnmap(real(file), remove);
}

// Version 2: without memory mapping of contents.
constexpr sqlite3_io_methods kMethods{.iVersion = 2,
                                      .xClose = close_file,
                                      .xRead = read_file,
                                      .xWrite = write_file,
                                      .xTruncate = truncate_file,
                                      .xSync = sync_file,
                                      .xFileSize = size_of_file,
                                      .xLock = lock_file,
                                      .xUnlock = unlock_file,
                                      .xCheckReservedLock = check_lock,
                                      .xFileControl = control_file,
                                      .xSectorSize = sector_size,
                                      .xDeviceCharacteristics = characteristics,
                                      .xShmMap = map_shared,
                                      .xShmLock = lock_shared,
                                      .xShmBarrier = fence_shared,
                                      .xShmUnmap = unmap_shared,
                                      .xFetch = nullptr,
                                      .xUnfetch = nullptr};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto* shim = new (file) ShimFile{};
    const std::string path = name == nullptr ? std::string() : std::string(name);
    DiskRecording* recording = DiskRecording::of(path);
    const bool creates = (flags & SQLITE_OPEN_CREATE) != 0;
    if (recording != nullptr && creates && ::access(name, F_OK) != 0) {
        if (const int error = recording->create(path, false)) return code_of(error, SQLITE_IOERR);
    }
    const int code = system_vfs->xOpen(system_vfs, name, real(file), flags, out_flags);
    if (real(file)->pMethods == nullptr) return code;
    shim->base.pMethods = &kMethods;
    constexpr int kJournals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;
    if (recording != nullptr)
        shim->watched = new Watched{path, creates && (flags & kJournals) != 0};
    return code;
}

int remove_file(sqlite3_vfs*, const char* name, int sync_directory) {
    DiskRecording* recording = DiskRecording::of(name);
    const bool there = ::access(name, F_OK) == 0;
    if (recording != nullptr && there) {
        if (const int error = recording->remove(name)) return code_of(error, SQLITE_IOERR_DELETE);
    }
    const int code = system_vfs->xDelete(system_vfs, name, 0);
    if (code != SQLITE_OK || recording == nullptr || (sync_directory & 1) == 0) return code;
    return code_of(recording->sync_names(directory_of(name)), SQLITE_IOERR_DIR_FSYNC);
}

}  // namespace

void install_recording_vfs() {
    static sqlite3_vfs vfs;
    if (system_vfs != nullptr) return;
    system_vfs = sqlite3_vfs_find(nullptr);
    CHECK(system_vfs != nullptr);
    vfs = *system_vfs;
    vfs.zName = "recording";
    vfs.szOsFile = kShimSize + system_vfs->szOsFile;
    vfs.xOpen = open_file;
    vfs.xDelete = remove_file;
    CHECK(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK);
}

}  // namespace fairfeed::test
