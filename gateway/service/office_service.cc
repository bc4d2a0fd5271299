#include "gateway/service/office_service.h"

#include "core/base/check.h"
#include "core/io/file.h"
#include "core/state/app_hash.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kDraftDays = 14;  // grid days until a draft expires

std::vector<NodeId> nodes_of(const GatewayConfig& config) {
    std::vector<NodeId> nodes;
    for (const NodeBroker& broker : config.nodes)
        nodes.push_back(broker.node);
    return nodes;
}

}  // namespace

OfficeService::OfficeService(const GatewayConfig& config, const Setup& setup, OfficeCopy copy)
    : dgmd_(setup.genesis.content.dgmd),
      signers_(setup.signers),
      drafts_(config.drafts),
      outbox_(config.ledger),
      copy_(std::move(copy)) {}

Result<std::unique_ptr<OfficeService>, OfficeFault> OfficeService::open(
    const GatewayConfig& config, const Setup& setup, TablesAtStart tables,
    const OfficeCopy::Progress& progress, std::int64_t real_ms) {
    auto service = open_once(config, setup, tables, progress, real_ms);
    if (service || !service.error().damage) return service;
    auto repaired = OfficeCopy::salvage(config, setup.genesis, service.error().reason, real_ms);
    if (!repaired) return unexpected(repaired.error());
    service = open_once(config, setup, tables, progress, real_ms);
    if (service) (*service)->copy_.note(std::move(*repaired));
    return service;
}

Result<std::unique_ptr<OfficeService>, OfficeFault> OfficeService::open_once(
    const GatewayConfig& config, const Setup& setup, TablesAtStart tables,
    const OfficeCopy::Progress& progress, std::int64_t real_ms) {
    auto copy = OfficeCopy::open(config, setup.genesis, tables, real_ms);
    if (!copy) return unexpected(copy.error());
    std::unique_ptr<OfficeService> service(new OfficeService(config, setup, std::move(*copy)));
    const Genesis& genesis = setup.genesis.content;
    const SigningKey& signer = service->signers_.first();
    const auto key = VerifyKey::from_point(signer.public_key());
    CHECK(key.has_value());
    SnapshotKeys keys{{setup.genesis.network, genesis.dgmd}, *key, setup.agreement};
    OfficeCopy::Replay replay{setup.genesis,
                              [&]() -> Follower& {
                                  return service->follower_.emplace(Follower::Setup{
                                      genesis.dgmd, setup.signers, service->checker_,
                                      Keyholder{genesis.dgmd, setup.agreement, setup.others},
                                      nodes_of(config), genesis.parameters});
                              },
                              std::nullopt, progress};
    if (tables == TablesAtStart::as_they_are) replay.keys = keys;
    auto tip = service->copy_.play(replay);
    if (!tip) return unexpected(tip.error());
    service->follower_->start(std::move(tip->state));
    service->snapshots_.emplace(service->copy_.snapshots(), std::move(keys.owner), signer,
                                setup.agreement.public_key(), std::move(tip->report));
    return service;
}

void OfficeService::take_snapshot() {
    if (!knows_all_again()) return;
    const ChainState& state = follower_->state();
    // The gateway does not scrub its ledger, so it keeps no sum of its blocks' ids.
    snapshots_->take({state.height, Digest{}, encode_state(state), books()});
}

void OfficeService::keep_snapshot() {
    const ChainState& state = follower_->state();
    snapshots_->look(state.height);
    if (!copy_.is_stalled() && snapshots_->is_due(state.meters.size())) take_snapshot();
}

// While the database fails, nothing is followed: nodes keep the blocks longer than memory lasts.
Result<std::vector<AskNode>, OfficeFault> OfficeService::step(const FollowerEvent& event,
                                                              Instant now) {
    std::vector<AskNode> requests;
    if (copy_.is_stalled() && now.steady_ms >= database_at_ms_) {
        copy_.try_database();
        database_at_ms_ = now.steady_ms + kDatabaseEveryMs;
    }
    if (copy_.is_stalled() && !std::holds_alternative<NodeLineChanged>(event)) return requests;
    for (FollowerEffect& effect : follower_->step(event, now)) {
        if (auto* request = std::get_if<AskNode>(&effect)) {
            requests.push_back(std::move(*request));
            continue;
        }
        const auto& append = std::get<AppendBlock>(effect);
        if (auto done = copy_.append(append, now.real_ms); !done) return unexpected(done.error());
        snapshots_->on_block(append.committed->block.transactions.size());
    }
    if (copy_.is_stalled()) database_at_ms_ = now.steady_ms + kDatabaseEveryMs;
    deauthorise(now);
    keep_snapshot();
    return requests;
}

void OfficeService::deauthorise(Instant now) {
    for (CapacityExceeded& excess : copy_.take_grounds())
        excesses_.add(std::move(excess));
    if (excesses_.open() == 0) return;
    const ChainState& state = follower_->state();
    const SigningKey* key = signers_.in_force(state);
    if (key == nullptr) return;  // an alarm of the status
    const GridClock grid = state.grid();
    const Window running = grid.window_at(now.real_ms).value_or(0);
    const std::int64_t days = kDraftDays * kSecondsPerDay / grid.window_seconds();
    const auto outcome =
        excesses_.act({state, running, static_cast<Window>(running + days), dgmd_, *key});
    for (const Transaction& notice : outcome.submit) {
        if (const auto put = outbox_.put(notice); !put)
            copy_.note("a deauthorisation by policy is not submitted: " + put.error().message);
    }
    for (const auto& [excess, draft] : outcome.drafts)
        if (!write_draft(excess, draft)) lacks_draft_ = true;
    if (knows_all_again()) copy_.note_drafted(state.height);
}

bool OfficeService::write_draft(const CapacityExceeded& excess, const Draft& draft) {
    const auto file = drafts_ / ("deauthorise-" + excess.meter.str() + "-" +
                                 std::to_string(excess.windows.back().window) + ".draft");
    // After a crash a ground may be found again: officers may have signed or withdrawn the file.
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) return true;
    auto written = make_directories(drafts_);
    if (written) written = write_file_atomically(file, encode_draft(draft));
    if (!written)
        copy_.note("the draft to deauthorise " + excess.meter.str() +
                   " is not written: " + written.error().message);
    return written.has_value();
}

std::vector<EndingKey> OfficeService::ending_keys(Instant now) const {
    const auto running = state().grid().window_at(now.real_ms);
    if (!running) return {};
    return fairfeed::ending_keys(state(), *running, kKeyWarningDays);
}

std::optional<std::int64_t> OfficeService::next_deadline_ms() const {
    return copy_.is_stalled() ? database_at_ms_ : follower_->next_deadline_ms();
}

}  // namespace fairfeed
