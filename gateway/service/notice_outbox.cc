#include "gateway/service/notice_outbox.h"

#include <unistd.h>

#include <algorithm>

#include "core/io/file.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {
namespace {

constexpr std::string_view kSuffix = ".notice";
constexpr mode_t kOwner = 0700;

// `fault`: why the directory cannot be read; not set where there is none yet.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& directory,
                                            std::error_code& fault) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (std::filesystem::directory_iterator each(directory, error), end; !error && each != end;
         each.increment(error))
        if (each->path().extension() == kSuffix) files.push_back(each->path());
    if (error && error != std::errc::no_such_file_or_directory) fault = error;
    std::sort(files.begin(), files.end());
    return files;
}

// Why the notice waits no longer; empty: it does.
std::string end_of(const Transaction& notice, const LoadedGenesis& genesis, const Ledger& ledger,
                   Instant now) {
    const auto height = ledger.find_transaction(notice.id);
    if (height && *height) return "block " + std::to_string(**height) + " has it";
    const GridClock grid(genesis.content.parameters);
    if (grid.end_real_ms(notice.valid_until) > now.real_ms) return "";
    return "it expired when window " + std::to_string(notice.valid_until) + " ended";
}

}  // namespace

NoticeOutbox::NoticeOutbox(const std::filesystem::path& ledger)
    : directory_(ledger.parent_path() / "notices") {}

Result<void, IoError> NoticeOutbox::put(const Transaction& notice) const {
    if (auto made = make_directories(directory_, kOwner); !made) return made;
    return write_file_atomically(directory_ / (to_hex(notice.id.view()) + std::string(kSuffix)),
                                 encode_transaction(notice), 0600);
}

NoticeOutbox::Look NoticeOutbox::look(const LoadedGenesis& genesis, const Ledger& ledger,
                                      Instant now) {
    Look out;
    std::error_code fault;
    for (const std::filesystem::path& file : files_in(directory_, fault))
        look_at(file, genesis, ledger, now, out);
    if (fault) {
        out.faults.push_back(directory_.string() + ": cannot be read (" + fault.message() +
                             "): give it to the account of the service");
    }
    return out;
}

void NoticeOutbox::look_at(const std::filesystem::path& file, const LoadedGenesis& genesis,
                           const Ledger& ledger, Instant now, Look& out) {
    const auto bytes = read_file(file);
    auto notice = bytes ? decode_transaction(*bytes, genesis.network)
                        : Result<Transaction, Reject>(unexpected(Reject::malformed));
    if (!notice) {
        out.faults.push_back(file.string() + ": holds no notice of this network: remove it");
        return;
    }
    if (const std::string why = end_of(*notice, genesis, ledger, now); !why.empty()) {
        ::unlink(file.c_str());
        again_at_ms_.erase(file);
        out.ended.push_back("notice " + to_hex(notice->id.view()) + ": " + why);
        return;
    }
    ++out.waiting;
    const auto [due, fresh] = again_at_ms_.try_emplace(file, now.steady_ms);
    if (now.steady_ms < due->second) return;
    due->second = now.steady_ms + kAgainMs;
    out.publish.push_back(std::move(*notice));
}

}  // namespace fairfeed
