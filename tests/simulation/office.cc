// An office that misbehaves while faults happen: one that says things late, twice, out of order and
// against each other; a thief with the gateway and one officer's key, who may decide nothing; a
// thief with a gateway that a policy trusts, who may take one capacity, until its keys are
// replaced; and captors of the threshold, who may take capacities, disconnect homes and replace
// keys, and touch neither readings nor settled windows.
#include "core/state/authority_rules.h"
#include "core/wire/office_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/simulation/simulation.h"

namespace fairfeed::simulation {
namespace {

constexpr std::size_t kRemembered = 50;

// Expired on arrival, once window 0 is over.
constexpr Window kLongAgo = 0;

}  // namespace

std::vector<Transaction> Simulation::mischief(const ChainState& state,
                                              const std::vector<Transaction>& said) {
    if (plan_.office == OfficeBehaviour::honest || is_calm()) return {};
    count(to_string(plan_.office));
    switch (plan_.office) {
        case OfficeBehaviour::clumsy:
            return clumsy_notices(state, said);
        case OfficeBehaviour::robbed:
            return stolen_notices(state);
        case OfficeBehaviour::entrusted:
            return trusted_notices(state);
        case OfficeBehaviour::captured:
            return {
                scenery_.network.from_dgmd(state, decree_of_captors(state), office_dice_.index(2))};
        case OfficeBehaviour::honest:
            break;
    }
    return {};
}

// The same sequence with another capacity, the next sequence before it, an old notice again, and
// one that expired.
std::vector<Transaction> Simulation::clumsy_notices(const ChainState& state,
                                                    const std::vector<Transaction>& said) {
    const auto capacity = [&](std::uint64_t further, Window valid_until) {
        const MeterId& meter = scenery_.meters[office_dice_.index(scenery_.meters.size())];
        const auto running =
            state.grid().window_at(state.genesis.parameters.real_epoch_ms + now_ms_);
        const CapacityCertificate content{
            0, meter, 1000 + 10 * static_cast<std::int64_t>(office_dice_.index(400)),
            running.value_or(0) + 2};
        std::vector<NodeId> approving;
        for (std::size_t i = 0; i < state.office.office.threshold; ++i)
            approving.push_back(state.office.office.officers[i].name);
        return scenery_.network.approved(
            scenery_.network.draft(state, content, valid_until, further), approving);
    };
    std::vector<Transaction> out = said;  // twice
    if (office_dice_.chance(300)) out.push_back(capacity(1 + office_dice_.index(3), 1000));
    if (office_dice_.chance(300)) out.push_back(capacity(0, 1000));
    if (state.tip_time_ms > state.grid().end_real_ms(kLongAgo))
        out.push_back(capacity(0, kLongAgo));
    if (!notices_said_.empty())
        out.push_back(notices_said_[office_dice_.index(notices_said_.size())]);
    for (const Transaction& each : said)
        if (notices_said_.size() < kRemembered) notices_said_.push_back(each);
    return out;
}

// What somebody wants who may decide.
TransactionContent Simulation::decree_of_captors(const ChainState& state) {
    const auto running = state.grid().window_at(state.genesis.parameters.real_epoch_ms + now_ms_);
    const Window effective = running.value_or(0) + 1 + static_cast<Window>(office_dice_.index(2));
    const MeterId& meter = scenery_.meters[office_dice_.index(scenery_.meters.size())];
    if (office_dice_.chance(200)) {
        const auto other = "officer-" + std::to_string(4 + office_dice_.index(5));
        return OfficeChange{0, test::TestNetwork::office(2, {"officer-2", "officer-3", other})};
    }
    const auto fresh = next_keys(state);
    if (fresh && office_dice_.chance(100)) return DgmdKeyChange{0, *fresh};
    if (office_dice_.chance(100)) return WatchPolicy{0, {110, 115, 1, 3}, kMaxPerWeek};
    if (office_dice_.chance(250)) {
        return MeterCommand{
            0, meter, MeterOrder::disconnect, CommandReason::tampering, effective, effective + 3};
    }
    if (!state.meters.at(meter).deauthorised)
        return Deauthorisation{0, meter, DeauthorisationReason::over_capacity, effective};
    Digest certificate = state.tip;
    certificate.bytes[0] = static_cast<std::uint8_t>(office_dice_.index(256));
    return CapacityCertificate{0, meter, 3000 + static_cast<std::int64_t>(office_dice_.index(3000)),
                               effective, certificate};
}

// Keys that DGMD never had; nullopt: it had all that the network knows.
std::optional<DgmdKeys> Simulation::next_keys(const ChainState& state) {
    for (const char* name : {"dgmd-2", "dgmd-3"}) {
        const DgmdKeys keys = test::TestNetwork::dgmd_keys(name);
        if (!is_dgmds(state, keys.signing)) return keys;
    }
    return std::nullopt;
}

// The officers trust the gateway of one machine, and its thief; later they give it other keys.
std::vector<Transaction> Simulation::trusted_notices(const ChainState& state) {
    const test::TestNetwork& network = scenery_.network;
    if (!state.policy) return {network.from_dgmd(state, WatchPolicy{0, {110, 115, 1, 3}, 1})};
    const bool is_stolen = state.dgmd.retired.empty();
    if (is_stolen && office_dice_.chance(60))
        return {network.from_dgmd(state, DgmdKeyChange{0, *next_keys(state)})};
    const MeterId& meter = scenery_.meters[office_dice_.index(scenery_.meters.size())];
    const ClusterRecord& cluster = state.clusters.at(state.meters.at(meter).registration.cluster);
    const auto running = state.grid().window_at(state.genesis.parameters.real_epoch_ms + now_ms_);
    // Most of what the thief says is wrong in one way or another.
    const Window last = cluster.last_window.value_or(0);
    Deauthorisation taken{state.dgmd_sequence + 1,
                          meter,
                          DeauthorisationReason::over_capacity,
                          running.value_or(0) + 1 + static_cast<Window>(office_dice_.index(3)),
                          {last},
                          state.policy->policy.sequence};
    if (office_dice_.chance(300)) taken.evidence = {last + 1};
    if (office_dice_.chance(200)) taken.evidence = {last, last + 1};
    if (office_dice_.chance(200)) *taken.policy += 1;
    return {make_notice(taken, running.value_or(0) + 9, network.dgmd(), network.network(),
                        test::signing_key("dgmd"))};
}

// A meter of the thief's own in somebody's place, whose account closes with any registers.
TransactionContent Simulation::false_permit(const ChainState& state) {
    const MeterId& old = scenery_.meters[office_dice_.index(scenery_.meters.size())];
    const auto running = state.grid().window_at(state.genesis.parameters.real_epoch_ms + now_ms_);
    MeterRegistration meter = state.meters.at(old).registration;
    meter.meter = MeterId("meter-of-a-thief");
    meter.signing_key = test::signing_key("meter-of-a-thief").public_key();
    meter.effective = running.value_or(0) + 2;
    meter.permit = WorkPermit{old, {office_dice_.below(1'000'000), 0, 0}, meter.effective};
    return meter;
}

// The thief signs as DGMD and as officer-2, in every way that comes to mind.
std::vector<Transaction> Simulation::stolen_notices(const ChainState& state) {
    const test::TestNetwork& network = scenery_.network;
    const NodeId stolen("officer-2"), another("officer-3");
    TransactionContent wanted = decree_of_captors(state);
    if (office_dice_.chance(300))
        wanted = OfficeChange{0, test::TestNetwork::office(1, {"officer-2"})};
    else if (office_dice_.chance(300))
        wanted = false_permit(state);
    const Transaction draft = network.draft(state, wanted);
    std::vector<Transaction> out{draft, network.approved(draft, {stolen}),
                                 network.approved(draft, {stolen, stolen}),
                                 network.approved(draft, {network.dgmd(), stolen})};
    Transaction renamed = network.approved(draft, {stolen, stolen});
    renamed.endorsements[1].node = another;
    out.push_back(std::move(renamed));
    return out;
}

}  // namespace fairfeed::simulation
