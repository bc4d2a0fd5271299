// Approved notices that wait until a block holds them: a directory beside the ledger, a file for
// each. `gateway submit` puts them there while the service runs, because an identity has one
// connection to a broker, and the service has it. The service publishes them on the gateway's own
// broker, again and again, until its ledger has them or they expire. Nodes judge them; whoever can
// write here can do no more than submit. One thread for each side.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/io/io_error.h"
#include "core/ledger/ledger.h"
#include "core/model/transaction.h"

namespace fairfeed {

class NoticeOutbox {
  public:
    static constexpr std::int64_t kAgainMs = 5000;

    explicit NoticeOutbox(const std::filesystem::path& ledger);

    // Durable on return.
    [[nodiscard]] Result<void, IoError> put(const Transaction& notice) const;

    struct Look {
        std::vector<Transaction> publish;  // now
        std::vector<std::string> ended;    // files that went, and why, a sentence each
        std::vector<std::string> faults;   // files that are no notices, and how to mend that
        std::size_t waiting = 0;           // notices that no block has
    };
    // Call about once a second.
    [[nodiscard]] Look look(const LoadedGenesis& genesis, const Ledger& ledger, Instant now);

  private:
    void look_at(const std::filesystem::path& file, const LoadedGenesis& genesis,
                 const Ledger& ledger, Instant now, Look& out);

    std::filesystem::path directory_;
    std::map<std::filesystem::path, std::int64_t> again_at_ms_;  // steady
};

}  // namespace fairfeed
