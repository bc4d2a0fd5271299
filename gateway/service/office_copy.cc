#include "gateway/service/office_copy.h"

#include <algorithm>
#include <iterator>

#include "core/io/file.h"
#include "core/io/set_aside.h"
#include "core/ledger/ledger_salvage.h"
#include "gateway/readmodel/block_rows.h"

namespace fairfeed {
namespace {

Unexpected<OfficeFault> fails(std::string reason) {
    return unexpected(OfficeFault{std::move(reason)});
}

Result<std::string, IoError> salvaged(const std::filesystem::path& file,
                                      const LoadedGenesis& genesis, const std::string& reason,
                                      std::int64_t real_ms) {
    const auto salvage = salvage_ledger(file, genesis, real_ms);
    if (!salvage) return unexpected(salvage.error());
    return "the ledger was damaged (" + reason + "): it is kept as " + salvage->aside.string() +
           "; its blocks up to " + std::to_string(salvage->height) +
           " were taken over, the rest comes from the nodes";
}

Result<Ledger, IoError> open_ledger(const std::filesystem::path& file, const LoadedGenesis& genesis,
                                    std::int64_t real_ms, std::vector<std::string>& mishaps) {
    if (const auto done = finish_replacement(file); !done) return unexpected(done.error());
    auto ledger = Ledger::open(file, genesis);
    if (ledger || !ledger.error().damage) return ledger;
    auto repaired = salvaged(file, genesis, ledger.error().message, real_ms);
    if (!repaired) return unexpected(repaired.error());
    mishaps.push_back(std::move(*repaired));
    return Ledger::open(file, genesis);
}

Result<FileLock, IoError> lock_of(const GatewayConfig& config) {
    return FileLock::take(config.ledger, "the ledger '" + config.ledger.string() + "'");
}

Result<ReadModel, std::string> open_model(const DatabasePlace& place, const Digest& network,
                                          TablesAtStart tables) {
    return tables == TablesAtStart::anew ? ReadModel::make_anew(place, network)
                                         : ReadModel::open(place, network);
}

Result<void, IoError> make_room(const GatewayConfig& config) {
    for (const std::filesystem::path& file :
         {config.ledger, config.database.sqlite, config.records.sqlite}) {
        if (!file.has_parent_path()) continue;
        if (auto made = make_directories(file.parent_path(), 0700); !made) return made;
    }
    return {};
}

}  // namespace

OfficeCopy::OfficeCopy(const GatewayConfig& config, Digest network, FileLock lock, Ledger ledger,
                       ReadModel model, RecordsFollower records)
    : lock_(std::move(lock)),
      directory_(config.ledger.parent_path()),
      ledger_(std::move(ledger)),
      database_(config.database),
      network_(network),
      model_(std::move(model)),
      records_(std::move(records)) {
    if (const auto height = model_.height()) next_ = *height + 1;
}

Result<OfficeCopy, OfficeFault> OfficeCopy::open(const GatewayConfig& config,
                                                 const LoadedGenesis& genesis, TablesAtStart tables,
                                                 std::int64_t real_ms) {
    if (const auto made = make_room(config); !made) return fails(made.error().message);
    auto lock = lock_of(config);
    if (!lock) return unexpected(OfficeFault{lock.error().message, true});
    std::vector<std::string> mishaps;
    auto ledger = open_ledger(config.ledger, genesis, real_ms, mishaps);
    if (!ledger) return fails(ledger.error().message);
    auto model = open_model(config.database, genesis.network, tables);
    if (!model) return fails(model.error());
    OfficeCopy copy(
        config, genesis.network, std::move(*lock), std::move(*ledger), std::move(*model),
        RecordsFollower(config.records, PeakLimits{}, genesis.content, genesis.network));
    copy.mishaps_ = std::move(mishaps);
    return copy;
}

Result<std::string, OfficeFault> OfficeCopy::salvage(const GatewayConfig& config,
                                                     const LoadedGenesis& genesis,
                                                     const std::string& reason,
                                                     std::int64_t real_ms) {
    const auto lock = lock_of(config);
    if (!lock) return unexpected(OfficeFault{lock.error().message, true});
    auto repaired = salvaged(config.ledger, genesis, reason, real_ms);
    if (!repaired) return fails(repaired.error().message);
    return std::move(*repaired);
}

Result<void, ReplayFault> OfficeCopy::follow(Follower& follower, const ReplayStep& step) {
    const auto settlements = follower.replay(step);
    if (auto added = fold(step, settlements, follower.new_faults()); !added)
        return unexpected(ReplayFault{step.after.height, "database", std::move(added.error())});
    return {};
}

// Rows are made from what follow() finds in a block, so a database without them needs the block.
Result<void, std::string> OfficeCopy::resume(Follower& follower, const Snapshot& snapshot) {
    const std::string up_to = "end before block " + std::to_string(snapshot.height) + ", its own";
    if (next_ <= snapshot.height) return unexpected("the read model's tables " + up_to);
    if (!records_.height() || *records_.height() < snapshot.height)
        return unexpected("the office's records " + up_to);
    cbor::Reader in(snapshot.books);
    in.array_of(2);
    follower.read_books(in);
    records_.read_books(in);
    if (!in.finish()) return unexpected(std::string("its books are not readable"));
    return {};
}

Bytes OfficeCopy::books(const Follower& follower) const {
    cbor::Writer out;
    out.array(2);
    follower.write_books(out);
    records_.write_books(out);
    return out.take();
}

Result<ChainAtTip, OfficeFault> OfficeCopy::play(const Replay& replay) {
    Follower* follower = nullptr;
    const ChainBooks books{[&] {
                               follower = &replay.anew();
                               records_.begin_anew();
                           },
                           [&](const Snapshot& snapshot) { return resume(*follower, snapshot); },
                           [&](const ReplayStep& step) {
                               auto followed = follow(*follower, step);
                               if (followed) replay.progress(step.after.height, ledger_.height());
                               return followed;
                           }};
    auto tip = replay.keys ? start_at_tip(ledger_, replay.genesis, *replay.keys, snapshots(), books)
                           : start_from_genesis(ledger_, replay.genesis, books);
    if (tip) return std::move(*tip);
    const ReplayFault& fault = tip.error();
    return unexpected(OfficeFault{
        "block " + std::to_string(fault.height) + ": " + fault.reason + ": " + fault.explanation,
        false, is_damage(fault)});
}

Result<void, OfficeFault> OfficeCopy::append(const AppendBlock& block, std::int64_t real_ms) {
    const CommittedBlock& committed = *block.committed;
    if (const auto done = ledger_.commit(committed.block, committed.certificate, real_ms); !done)
        return fails(done.error().message);
    const auto added =
        fold({committed, block.before, block.after}, block.settlements, block.faults);
    if (!added) database_fault_ = added.error();
    return {};
}

// The rows stay in waiting_ after an error.
Result<void, std::string> OfficeCopy::fold(const ReplayStep& step,
                                           const std::vector<RecomputedSettlement>& settlements,
                                           const std::vector<ReplayFault>& faults) {
    const Height height = step.committed.block.header.height;
    auto grounds = records_.follow({step, settlements, faults}, step.after.tip_time_ms / 1000);
    std::move(grounds.begin(), grounds.end(), std::back_inserter(grounds_));
    if (height < next_) return {};
    waiting_.push_back({height, rows_of({step, settlements, faults})});
    next_ = height + 1;
    if (waiting_.size() > 1) return unexpected(database_fault_);
    auto added = model_.add(height, waiting_.front().rows);
    if (added) waiting_.pop_front();
    return added;
}

void OfficeCopy::try_database() {
    if (records_.is_stalled()) records_.try_database();
    if (waiting_.empty()) return;
    auto model = ReadModel::open(database_, network_);
    if (!model) {
        database_fault_ = model.error();
        return;
    }
    model_ = std::move(*model);
    database_fault_.clear();
    while (!waiting_.empty() && database_fault_.empty()) {
        // A commit whose answer was lost is in the database all the same.
        const bool is_there = model_.height() && *model_.height() >= waiting_.front().height;
        const auto added = is_there ? Result<void, std::string>()
                                    : model_.add(waiting_.front().height, waiting_.front().rows);
        if (added)
            waiting_.pop_front();
        else
            database_fault_ = added.error();
    }
}

}  // namespace fairfeed
