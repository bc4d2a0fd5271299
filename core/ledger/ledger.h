// Blocks on disk, in one SQLite file per node. A block, its certificate and its local commit time
// enter in one transaction, durable when commit() returns. The file stores the block's canonical
// bytes; the state is recomputed from them. It also stores hashes of the written bytes, so a block
// that was changed later is never returned. One writer; readers open the file read-only. Errors
// with `damage`: the file is not what was written (see ledger_salvage.h).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/sqlite.h"
#include "core/model/message.h"
#include "core/wire/genesis_file_codec.h"

namespace fairfeed {

// A block and the time at which it became durable on this node: the node's real time, which no hash
// of the chain covers.
struct DatedBlock {
    CommittedBlock committed;
    std::int64_t committed_at_ms = 0;
};

class Ledger {
  public:
    // Creates the file with block 0 if it is missing; refuses a ledger of another network.
    [[nodiscard]] static Result<Ledger, IoError> open(const std::filesystem::path& file,
                                                      const LoadedGenesis& genesis);
    // For verify and show: never writes.
    [[nodiscard]] static Result<Ledger, IoError> open_read_only(
        const std::filesystem::path& file, const Digest& network,
        DatabaseMark mark = DatabaseMark::fits);
    Ledger(Ledger&&) noexcept;
    Ledger& operator=(Ledger&&) noexcept;
    ~Ledger();

    // committed_at_ms: this node's real time, which no hash covers.
    [[nodiscard]] Result<void, IoError> commit(const Block& block,
                                               const QuorumCertificate& certificate,
                                               std::int64_t committed_at_ms);
    [[nodiscard]] Height height() const;  // of the tip; 0: genesis only
    // nullopt: no block of this height. A block that differs from what was committed is an IoError
    // that names the height.
    [[nodiscard]] Result<std::optional<CommittedBlock>, IoError> block(Height height) const;
    // The certificate stored with the block of this height; none for block 0.
    [[nodiscard]] Result<std::optional<QuorumCertificate>, IoError> certificate(
        Height height) const;
    [[nodiscard]] Result<std::optional<std::int64_t>, IoError> committed_at_ms(Height height) const;
    // Height of the block that contains this transaction.
    [[nodiscard]] Result<std::optional<Height>, IoError> find_transaction(const Digest& id) const;

    // The ids of the blocks from 0 to `last`, as the index has them, without reading the blocks.
    [[nodiscard]] Result<std::vector<Digest>, IoError> ids(Height last) const;

    // Several blocks in one transaction.
    [[nodiscard]] Result<void, IoError> commit_all(const std::vector<DatedBlock>& blocks);
    // The scrub's check of one block above genesis: stored bytes, hashes, id, transactions' root,
    // parent, certificate's content, and the index in both directions. `id` and `parent` are those
    // of the certified chain.
    [[nodiscard]] Result<void, IoError> examine(Height height, const Digest& id,
                                                const Digest& parent) const;
    // Checks the index in both directions: it finds every transaction of the block at its place,
    // and no others.
    [[nodiscard]] Result<void, IoError> examine_index(const Block& block) const;
    // Whether this block encodes to exactly the bytes that were committed at its height.
    [[nodiscard]] Result<bool, IoError> wrote(const Block& block) const;
    // Writes a block of 1..height() again, whole, with its index, replacing the stored one. Its
    // commit time is kept if it can still be read, else it is now.
    [[nodiscard]] Result<void, IoError> mend(const CommittedBlock& committed,
                                             std::int64_t mended_at_ms);
    // A consistent copy in a new file, also during writes; for `edge-node backup`.
    [[nodiscard]] Result<void, IoError> back_up_to(const std::filesystem::path& file) const;
    // The network id that the file states; open_read_only() needs it.
    [[nodiscard]] static Result<Digest, IoError> network_of(const std::filesystem::path& file);

  private:
    struct Store;
    explicit Ledger(std::unique_ptr<Store> store);
    std::unique_ptr<Store> store_;
};

}  // namespace fairfeed
