#include "edge-node/commands/backup.h"

#include <ostream>

#include "core/io/set_aside.h"
#include "core/ledger/ledger_audit.h"
#include "edge-node/commands/opened_ledger.h"

namespace fairfeed {
namespace {

struct Copied {
    Height height = 0;
    Digest tip;
};

Result<Copied, IoError> check_chain(const Ledger& ledger, const std::filesystem::path& file) {
    const auto first = ledger.block(0);
    if (!first) return unexpected(first.error());
    if (!*first) return unexpected(IoError{"block 0 of the ledger is missing", true});
    if (auto indexed = ledger.examine_index((*first)->block); !indexed)
        return unexpected(indexed.error());
    Copied out{ledger.height(), block_id((*first)->block.header)};
    for (Height height = 1; height <= out.height; ++height) {
        const auto block = ledger.block(height);
        if (!block) return unexpected(block.error());
        const Digest id = *block ? block_id((*block)->block.header) : Digest();
        if (auto sound = ledger.examine(height, id, out.tip); !sound)
            return unexpected(sound.error());
        out.tip = id;
    }
    if (auto whole = audit_ledger(file); !whole) return unexpected(whole.error());
    return out;
}

Result<Copied, IoError> copy_and_check(const std::filesystem::path& from,
                                       const std::filesystem::path& to) {
    const auto network = Ledger::network_of(from);
    if (!network) return unexpected(network.error());
    const auto ledger = Ledger::open_read_only(from, *network);
    if (!ledger) return unexpected(ledger.error());
    if (auto done = ledger->back_up_to(to); !done) return unexpected(done.error());
    const auto copy = Ledger::open_read_only(to, *network);
    if (!copy) return unexpected(copy.error());
    return check_chain(*copy, to);
}

}  // namespace

int run_backup(const BackupOptions& options, std::ostream& out, std::ostream& err) {
    const std::filesystem::path from = options.data / "ledger.db";
    std::error_code ignored;
    if (!std::filesystem::exists(from, ignored))
        return report_input_errors({from.string() + ": there is no such ledger"}, err);
    if (std::filesystem::exists(options.to, ignored))
        return report_input_errors(
            {options.to.string() + " is there already and is not overwritten: name another file"},
            err);
    // The copy gets its final name after it has been verified.
    const std::filesystem::path part = options.to.string() + ".part";
    auto done = remove_database(part);
    Result<Copied, IoError> copied = Copied{};
    if (done) copied = copy_and_check(from, part);
    if (done && copied) done = keep_closed_database(part);
    if (done && copied) done = put_in_place(part, options.to);
    if (!done || !copied) {
        err << "no backup was made: " << (done ? copied.error() : done.error()).message << '\n';
        (void)remove_database(part);
        return kExitFault;
    }
    out << options.to.string() << ": " << copied->height << " blocks, tip "
        << to_hex(copied->tip.view())
        << "\nIts hashes, links and index hold; `edge-node verify` recomputes everything.\n";
    return kExitOk;
}

}  // namespace fairfeed
