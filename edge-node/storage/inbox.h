// What a node must keep until a block contains it: readings it receipted, batches and endorsements
// it signed, blocks it voted for. One SQLite file. The runtime writes everything of a turn in one
// transaction and only then lets messages leave. A seal over all rows, written with them, detects
// changed rows; a mark beside the file detects that the file was set back to an earlier state.
// Nothing here is part of the chain.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/crypto/digest.h"
#include "core/io/row_sum.h"
#include "core/io/sequence_mark.h"
#include "core/io/sqlite.h"
#include "core/model/transaction.h"

namespace fairfeed {

// What this node endorsed: one vote per slot (committee rule 2).
struct EndorsementRow {
    Endorsement endorsement;
    Signature signature;
    Bytes batch;  // encode_transaction of the batch
};

struct InboxContents {
    std::vector<Bytes> readings;  // envelopes
    std::vector<Bytes> batches;   // own undecided batches, encode_transaction
    std::vector<EndorsementRow> endorsements;
    std::vector<Bytes> blocks;  // encode_block of blocks judged valid
    // An earlier inbox was lost, so this node's promises are unknown in windows that had ended. The
    // last such window of each cluster; with `all_in_doubt`, the windows are not determined yet.
    std::map<ClusterId, Window> doubts;
    bool all_in_doubt = false;
};

class Inbox {
  public:
    [[nodiscard]] static Result<Inbox, IoError> open(const std::filesystem::path& file);
    // Sets a damaged inbox, which no process has open, aside and replaces it with an empty one that
    // records the loss. Returns the damaged file's new name. After a power cut in between,
    // finish_replacement() must come before open().
    [[nodiscard]] static Result<std::filesystem::path, IoError> begin_anew(
        const std::filesystem::path& file, std::int64_t real_ms);
    // The readings and blocks that can still be read from a damaged inbox. Their signatures and ids
    // show whether they are genuine.
    [[nodiscard]] static InboxContents salvage(const std::filesystem::path& file);

    // Everything written between begin() and commit() becomes durable together. Write only in
    // between.
    [[nodiscard]] Result<void, IoError> begin();
    [[nodiscard]] Result<void, IoError> commit();

    [[nodiscard]] Result<void, IoError> put_reading(const SignedReading& reading,
                                                    std::int64_t received_ms);
    [[nodiscard]] Result<void, IoError> put_batch(const ClusterId& cluster, Window window,
                                                  ByteView batch);
    [[nodiscard]] Result<void, IoError> put_endorsement(const EndorsementRow& row);
    [[nodiscard]] Result<void, IoError> put_block(const Digest& id, Height height, ByteView block);

    // Replaces all doubts.
    [[nodiscard]] Result<void, IoError> put_doubts(const std::map<ClusterId, Window>& doubts);
    // After a commit: blocks up to this height are in the ledger.
    [[nodiscard]] Result<void, IoError> forget_blocks(Height height);
    // Call after a settlement. Removes batch and endorsements of the cluster up to this window,
    // readings of its windows before `keep_from`, and the named readings of later windows.
    [[nodiscard]] Result<void, IoError> forget_window(
        const ClusterId& cluster, Window window, Window keep_from,
        const std::vector<std::pair<MeterId, Window>>& readings = {});
    // Errors with `damage`: the rows are not those that were written.
    [[nodiscard]] Result<InboxContents, IoError> load();

  private:
    Inbox(Database database, SequenceMark mark, std::filesystem::path file);
    [[nodiscard]] Result<void, IoError> put_doubt(std::string_view cluster, Window window);
    [[nodiscard]] Result<void, IoError> load_doubts(InboxContents& contents, RowSum& sum);
    [[nodiscard]] Result<void, IoError> prepare();
    [[nodiscard]] Unexpected<IoError> damaged() const;

    Database database_;
    SequenceMark mark_;
    std::filesystem::path file_;
    std::uint64_t sequence_ = 0;  // of commits
    RowSum sum_{sha256};
    std::vector<Statement> statements_;
};

}  // namespace fairfeed
