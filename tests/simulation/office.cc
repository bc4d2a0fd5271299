// An office that misbehaves while faults happen: one that says things late, twice, out of order and
// against each other; a thief with the gateway and one officer's key, who may decide nothing; and
// captors of the threshold, who may take capacities and disconnect homes, and touch neither
// readings nor settled windows.
#include "core/wire/office_codec.h"
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

// The thief signs as DGMD and as officer-2, in every way that comes to mind.
std::vector<Transaction> Simulation::stolen_notices(const ChainState& state) {
    const test::TestNetwork& network = scenery_.network;
    const NodeId stolen("officer-2"), another("officer-3");
    const TransactionContent wanted =
        office_dice_.chance(300)
            ? TransactionContent(OfficeChange{0, test::TestNetwork::office(1, {"officer-2"})})
            : decree_of_captors(state);
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
