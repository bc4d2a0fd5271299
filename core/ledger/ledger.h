// Blocks on disk. One SQLite file per node; a block, its certificate and its local commit time
// enter in one transaction, durable when commit() returns. What is stored is the block's canonical
// bytes; the state is recomputed from them. One writer; readers open the file read-only.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/sqlite.h"
#include "core/model/message.h"
#include "core/wire/chain_codec.h"

namespace fairfeed {

class Ledger {
  public:
    // Creates the file with block 0 if it is not there; refuses a ledger of another network.
    [[nodiscard]] static Result<Ledger, IoError> open(const std::filesystem::path& file,
                                                      const LoadedGenesis& genesis);
    // For verify and show: never writes.
    [[nodiscard]] static Result<Ledger, IoError> open_read_only(const std::filesystem::path& file,
                                                                const Digest& network);
    Ledger(Ledger&&) noexcept;
    Ledger& operator=(Ledger&&) noexcept;
    ~Ledger();

    // committed_at_ms: this node's real time, outside every hash.
    [[nodiscard]] Result<void, IoError> commit(const Block& block, const Certificate& certificate,
                                               std::int64_t committed_at_ms);
    [[nodiscard]] Height height() const;  // of the tip; 0: genesis only
    // nullopt: not there. Bytes that do not decode are an IoError that names the height.
    [[nodiscard]] Result<std::optional<CommittedBlock>, IoError> block(Height height) const;
    // The certificate stored with the block of this height; none for block 0.
    [[nodiscard]] Result<std::optional<Certificate>, IoError> certificate(Height height) const;
    [[nodiscard]] Result<std::optional<std::int64_t>, IoError> committed_at_ms(Height height) const;
    // Height of the block that contains this transaction.
    [[nodiscard]] Result<std::optional<Height>, IoError> find_transaction(const Digest& id) const;

  private:
    struct Store;
    explicit Ledger(std::unique_ptr<Store> store);
    std::unique_ptr<Store> store_;
};

}  // namespace fairfeed
