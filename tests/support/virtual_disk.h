// The disk after a power cut: synced content is there; of the rest, all, nothing, a torn part or
// any subset. Built from the operations that tests/support/disk_recording recorded. Knows files and
// not what a node keeps in them; ModelDisk is the reverse. Uses the real disk only to read a start
// and to lay out a result. Names of files are durable only once their directory is synced. Tests
// only; single-threaded.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"

namespace fairfeed::test {

// Paths are relative to the watched root; the root itself is "".
struct DiskImage {
    std::map<std::string, Bytes> files;
    std::set<std::string> directories;

    [[nodiscard]] static DiskImage read(const std::filesystem::path& root);
    // Replaces the content of `root`.
    void lay_out(const std::filesystem::path& root) const;
    [[nodiscard]] std::uint64_t fingerprint() const;
};

// A file keeps its number over a rename.
using FileNumber = std::uint32_t;
constexpr FileNumber kNoFile = 0;
constexpr FileNumber kDirectory = UINT32_MAX;

struct DiskOperation {
    enum class Kind : std::uint8_t {
        write,       // bytes at offset
        truncate,    // to length `offset`
        sync,        // the contents of `file`
        rename,      // every name in `names` now leads to its number; kNoFile: to nothing
        sync_names,  // those in the directory `names[0].first`
    };
    Kind kind = Kind::write;
    FileNumber file = kNoFile;
    std::uint64_t offset = 0;
    Bytes bytes;
    std::vector<std::pair<std::string, FileNumber>> names;
};

// The fate of everything that was not synced.
enum class Cut : std::uint8_t {
    kept,       // a killed process: the system still writes everything
    lost,       // nothing of it
    torn,       // all of it, but only half of the last write
    reordered,  // a random subset; some writes of it in part, by sectors
};
[[nodiscard]] std::string_view to_string(Cut cut);

class VirtualDisk {
  public:
    // Everything in `start` is durable. Its files are numbered from 1 in the order of their names.
    explicit VirtualDisk(const DiskImage& start);
    // `operation` outlives the disk.
    void perform(const DiskOperation& operation);
    [[nodiscard]] DiskImage after(Cut cut, std::uint64_t seed) const;
    [[nodiscard]] bool all_durable() const { return pending_.empty(); }

  private:
    struct Content {
        std::map<std::string, FileNumber> names;
        std::map<FileNumber, Bytes> files;
        void apply(const DiskOperation& operation, std::size_t from, std::size_t to);
        void apply(const DiskOperation& operation) { apply(operation, 0, operation.bytes.size()); }
    };
    void make_durable(const DiskOperation& sync);

    Content durable_;
    std::vector<const DiskOperation*> pending_;
};

}  // namespace fairfeed::test
