// `edge-node backup`: copies a node's ledger into a new file, while the node runs or not, and then
// verifies the whole copy: hashes, ids, parents, index. Never copies the inbox or the safety
// record, because an old one is worse than none (R23). main.cc owns the command line.
#pragma once

#include <filesystem>
#include <iosfwd>

namespace fairfeed {

struct BackupOptions {
    std::filesystem::path data;  // the node's data directory
    std::filesystem::path to;    // a new file
};

// 0: done. 1: the ledger is damaged or the disk failed; no file is left. 2: wrong paths.
[[nodiscard]] int run_backup(const BackupOptions& options, std::ostream& out, std::ostream& err);

}  // namespace fairfeed
