#include <algorithm>

#include "core/accounts/key_grants.h"
#include "core/ledger/replay.h"
#include "core/proof/proof.h"
#include "core/proof/proof_parts.h"
#include "core/proof/proof_registry.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/reading_codec.h"
#include "core/wire/settlement_line_codec.h"

namespace fairfeed {
namespace {

Unexpected<ProofRefusal> refuse(std::string explanation) {
    return unexpected(ProofRefusal{std::move(explanation)});
}

// The results of a walk along the ledger for one meter and window.
struct Walk {
    const Keyholder& holder;
    const MeterId& meter;
    Window window = 0;
    KeyRing keys;
    ClusterId cluster;
    std::optional<CommittedBlock> found;
    std::size_t settlement = 0;  // its index in `found`
    Digest reading;              // the reading by which `found` settles or trues up the window
    bool is_settled = false;     // the window is settled, with a line of the meter or without
    bool has_line = false;
    std::vector<RegistryEvidence> registry;
    ChainState state;  // the state after `found`

    void see(const ReplayStep& step);
    void look_for_settlement(const ReplayStep& step);
};

void Walk::see(const ReplayStep& step) {
    if (found) return;
    const CommittedBlock& committed = step.committed;
    collect_registry(registry, committed);
    if (grants_keys(committed.block)) keys.learn(step.after, holder);
    look_for_settlement(step);
}

void Walk::look_for_settlement(const ReplayStep& step) {
    const auto* known = step.after.meters.find(meter);
    if (known == nullptr) return;
    cluster = known->registration.cluster;
    const auto& transactions = step.committed.block.transactions;
    for (std::size_t i = 0; i < transactions.size(); ++i) {
        const auto* candidate = std::get_if<Settlement>(&transactions[i].content);
        if (candidate == nullptr || candidate->cluster != cluster) continue;
        const auto listed = listed_readings(*candidate);
        const auto mine = std::find_if(listed.begin(), listed.end(), [&](const auto& each) {
            return each.meter == meter && each.window == window;
        });
        if (candidate->window == window) {
            is_settled = true;
            has_line = std::any_of(candidate->entries.begin(), candidate->entries.end(),
                                   [&](const auto& each) { return each.meter == meter; });
        }
        if (mine == listed.end()) continue;
        reading = mine->reading;
        found = step.committed;
        settlement = i;
        state = step.after;
    }
}

// The last change of its kind that is effective in the window.
template <class Content, class Matches>
const Content* last_of(const std::vector<RegistryEvidence>& registry, Window window,
                       Matches matches) {
    const Content* last = nullptr;
    for (const RegistryEvidence& evidence : registry) {
        const auto* content = std::get_if<Content>(&evidence.included.transaction.content);
        if (content != nullptr && content->effective <= window && matches(*content)) last = content;
    }
    return last;
}

std::vector<RegistryEvidence> needed_evidence(const Walk& walk) {
    const auto& transactions = walk.found->block.transactions;
    const Window settled = std::get<Settlement>(transactions[walk.settlement].content).window;
    const auto* tariff =
        last_of<TariffNotice>(walk.registry, settled, [](const auto&) { return true; });
    const auto line = lineage(walk.state, walk.meter);
    const auto mine = [&](const auto& notice) { return line.contains(notice.meter); };
    const auto* capacity = last_of<CapacityCertificate>(walk.registry, settled, mine);
    const auto* withdrawn = last_of<Deauthorisation>(walk.registry, settled, mine);
    RegistrySubjects subjects{.meters = {walk.meter}, .clusters = {walk.cluster}, .sequences = {}};
    if (tariff != nullptr) subjects.sequences.insert(tariff->sequence);
    // The later one says what is in force.
    std::uint64_t of_capacity = capacity != nullptr ? capacity->sequence : 0;
    if (withdrawn != nullptr) of_capacity = std::max(of_capacity, withdrawn->sequence);
    if (of_capacity > 0) subjects.sequences.insert(of_capacity);
    return needed_registry(walk.registry, subjects, walk.state);
}

std::string names_of(const std::vector<NodeId>& nodes) {
    std::string names;
    for (const NodeId& node : nodes)
        names += (names.empty() ? "" : ", ") + node.str();
    return names;
}

std::string what(const Walk& walk) {
    return "meter " + walk.meter.str() + ", window " + std::to_string(walk.window);
}

Result<Proof, ProofRefusal> assemble(const Walk& walk) {
    const Block& block = walk.found->block;
    const auto& settlement = std::get<Settlement>(block.transactions[walk.settlement].content);
    const auto entry =
        std::find_if(settlement.entries.begin(), settlement.entries.end(),
                     [&](const SettlementEntry& each) { return each.meter == walk.meter; });
    CHECK(entry != settlement.entries.end());  // it lists the meter's reading
    const auto reading =
        std::find_if(block.transactions.begin(), block.transactions.end(),
                     [&](const Transaction& each) { return each.id == walk.reading; });
    CHECK(reading != block.transactions.end());  // the block was executed
    const auto& header = std::get<SignedReading>(reading->content).header;
    const SealedLine& line =
        settlement.lines[static_cast<std::size_t>(entry - settlement.entries.begin())];
    const SymmetricKey* of_reading = walk.keys.find(walk.meter, header.key_epoch);
    const SymmetricKey* of_line = walk.keys.find(walk.meter, line.key_epoch);
    const auto* committee = walk.state.committee_of(walk.cluster, settlement.window);
    CHECK(committee != nullptr);
    if (of_reading == nullptr || of_line == nullptr)
        return refuse(
            what(walk) + ": " + walk.holder.node.str() + " holds no data key of key epoch " +
            std::to_string(of_reading == nullptr ? header.key_epoch : line.key_epoch) +
            ", under which it is sealed; who settled it does: " + names_of(committee->members));
    const auto late =
        std::find_if(settlement.late.begin(), settlement.late.end(),
                     [&](const ListedReading& each) { return each.reading == walk.reading; });
    const auto at = static_cast<std::size_t>(entry - settlement.entries.begin());
    std::vector<std::size_t> late_at;
    if (late != settlement.late.end())
        late_at.push_back(static_cast<std::size_t>(late - settlement.late.begin()));
    IncludedTransaction included = include(block, walk.settlement);
    SettlementExcerpt excerpt = cut_out(included.transaction, at, late_at);
    included.transaction = std::move(excerpt.transaction);
    return Proof{
        .network = walk.state.network,
        .header = block.header,
        .certificate = walk.found->certificate,
        .reading = include(block, static_cast<std::size_t>(reading - block.transactions.begin())),
        .settlement = std::move(included),
        .rows = std::move(excerpt.rows),
        .reading_key = reading_key(header, *of_reading),
        .line_key = line_key(settlement, line, *of_line),
        .committee = committee_class(committee->members.size()),
        .registry = needed_evidence(walk)};
}

}  // namespace

Result<Proof, ProofRefusal> make_proof(const Ledger& ledger, const LoadedGenesis& genesis,
                                       const Keyholder& holder, const MeterId& meter,
                                       Window window) {
    Walk walk{.holder = holder,
              .meter = meter,
              .window = window,
              .keys = {},
              .cluster = {},
              .found = {},
              .settlement = 0,
              .reading = {},
              .registry = {},
              .state = {}};
    const auto end = replay(ledger, genesis, {.trust_signatures = true, .keep_before = false},
                            [&](const ReplayStep& step) -> Result<void, ReplayFault> {
                                walk.see(step);
                                return {};
                            });
    if (!end)
        return refuse("the ledger is not sound at height " + std::to_string(end.error().height) +
                      ": " + end.error().explanation);
    if (!end->meters.contains(meter))
        return refuse("meter " + meter.str() + " is not registered on this network");
    if (!walk.found && walk.is_settled)
        return refuse(what(walk) + (walk.has_line ? " was settled from an estimate, and no late "
                                                    "reading trued it up: there is no reading to "
                                                    "prove"
                                                  : ": its settlement has no line for this meter"));
    if (!walk.found)
        return refuse(what(walk) + " is not settled in this ledger (height " +
                      std::to_string(ledger.height()) + ")");
    return assemble(walk);
}

}  // namespace fairfeed
