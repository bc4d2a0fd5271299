#include <algorithm>

#include "core/base/check.h"
#include "core/state/next_block.h"
#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/reading_codec.h"
#include "core/wire/transaction_codec.h"
#include "tests/support/test_network.h"

namespace fairfeed::test {

namespace {

HeldReadings readings_in(const Block& block, const Settlement& settlement, const KeyRing& keys) {
    HeldReadings found;
    for (const Transaction& transaction : block.transactions) {
        const auto* reading = std::get_if<SignedReading>(&transaction.content);
        if (!reading || reading->header.cluster != settlement.cluster) continue;
        const auto body = open_with(keys, *reading);
        CHECK(body);
        found[reading->header.window].insert({reading->header.meter, {*reading, *body}});
    }
    return found;
}

}  // namespace

Profile flat_profile(const ChainState& state, QuarterHour quarter) {
    const auto seconds = state.genesis.parameters.window_seconds;
    return Profile(static_cast<std::size_t>(seconds / kSecondsPerQuarter), quarter);
}

ReadingBody body_from(const Registers& start, Profile profile) {
    ReadingBody body;
    body.end = start;
    for (const QuarterHour& quarter : profile) {
        body.end.import_wh += quarter.import_wh;
        body.end.export_wh += quarter.export_wh;
        body.end.generation_wh += quarter.generation_wh;
        body.peak_generation_w = std::max(body.peak_generation_w, quarter.generation_wh * 4);
        body.peak_demand_w = std::max(body.peak_demand_w, quarter.import_wh * 4);
    }
    body.profile = std::move(profile);
    body.voltage_mv = 230'000;
    body.frequency_mhz = 50'000;
    body.power_factor_milli = 1000;
    return body;
}

TestMeter::TestMeter(const TestNetwork& network, MeterId meter, ClusterId cluster)
    : network_(network),
      meter_(std::move(meter)),
      cluster_(std::move(cluster)),
      random_(network.random()) {}

OpenedReading TestMeter::read(Window window, Profile profile,
                              std::optional<std::int64_t> available_wh) {
    ReadingBody body = body_from(registers_, std::move(profile));
    body.available_wh = available_wh;
    registers_ = body.end;
    return read_body(window, body);
}

void TestMeter::advance(const Profile& profile) {
    registers_ = body_from(registers_, profile).end;
}

OpenedReading TestMeter::read_body(Window window, const ReadingBody& body) {
    ReadingHeader header;
    header.network = network_.network();
    header.meter = meter_;
    header.cluster = cluster_;
    header.key_epoch = epoch_;
    header.window = window;
    header.sequence = ++sequence_;
    header.previous = previous_;
    header.salt = random_fixed<Salt>(random_);
    OpenedReading out{
        make_reading(header, body, network_.data_key(meter_, epoch_), network_.key(meter_)), body};
    previous_ = out.reading.id;
    return out;
}

Witness endorse(const TestNetwork& network, const Settlement& settlement, const Digest& batch,
                const NodeId& member) {
    const Endorsement said{settlement.cluster, settlement.window, settlement.version, batch};
    return {member,
            network.key(member).sign(endorsement_to_be_signed(said, member, network.network()))};
}

Transaction certify(const TestNetwork& network, const ChainState& state,
                    const Settlement& settlement, std::size_t endorsers) {
    Transaction batch = make_batch(settlement, network.network(), network.key(settlement.proposer));
    const CommitteeAllocation* committee =
        state.committee_of(settlement.cluster, settlement.window);
    CHECK(committee);
    if (endorsers == 0) endorsers = state.quorum_of(settlement.cluster, settlement.window);
    std::vector<NodeId> members(
        committee->members.begin(),
        committee->members.begin() + static_cast<std::ptrdiff_t>(endorsers));
    std::sort(members.begin(), members.end());
    for (const NodeId& member : members) {
        batch.endorsements.push_back(endorse(network, settlement, batch.id, member));
    }
    return batch;
}

Block make_block(const ChainState& state, std::vector<Transaction> transactions,
                 const std::optional<QuorumCertificate>& parent_certificate, std::int64_t time_ms) {
    const NodeId& proposer = state.validators[(state.height + 1) % state.validators.size()];
    if (time_ms == 0) time_ms = earliest_block_time_ms(state, transactions);
    return next_block(state, proposer, std::move(transactions), parent_certificate, time_ms);
}

QuorumCertificate make_certificate(const TestNetwork& network, const ChainState& state,
                                   const BlockHeader& header, std::size_t voters, Round round) {
    QuorumCertificate certificate;
    certificate.content = {VoteType::precommit, header.height, round, block_id(header)};
    if (voters == 0) voters = quorum(state.validators.size());
    std::vector<NodeId> nodes(state.validators.begin(),
                              state.validators.begin() + static_cast<std::ptrdiff_t>(voters));
    std::sort(nodes.begin(), nodes.end());
    for (const NodeId& node : nodes) {
        const Bytes said = vote_to_be_signed(certificate.content, node, network.network());
        certificate.witnesses.push_back({node, network.key(node).sign(said)});
    }
    return certificate;
}

TestChain::TestChain(const TestNetwork& network)
    : network_(network),
      state_(network.initial_state()),
      keys_(network.key_ring(state_, network.dgmd())) {
    for (const auto& [id, record] : state_.clusters)
        accounts_.emplace(id, ClusterAccounts(id));
}

const ClusterAccounts& TestChain::accounts(const ClusterId& cluster) const {
    return accounts_.at(cluster);
}

TestMeter& TestChain::meter(const MeterId& meter) {
    const auto& cluster = state_.meters.at(meter).registration.cluster;
    return meters_.try_emplace(meter, network_, meter, cluster).first->second;
}

OpenedReadings TestChain::read_all(const ClusterId& cluster, Window window,
                                   std::int64_t generation_wh) {
    OpenedReadings readings;
    for (const MeterId& id : state_.meters_of(cluster, window)) {
        const bool prosumer = state_.capacity_w(id, window) > 0;
        const QuarterHour quarter = prosumer ? QuarterHour{0, generation_wh * 4 / 5, generation_wh}
                                             : QuarterHour{150, 0, 0};
        readings.insert({id, meter(id).read(window, flat_profile(state_, quarter))});
    }
    return readings;
}

Settlement TestChain::settle(const ClusterId& cluster, Window window,
                             const OpenedReadings& readings) const {
    return settle_held(cluster, window, {{window, readings}});
}

Settlement TestChain::settle_held(const ClusterId& cluster, Window window,
                                  const HeldReadings& held) const {
    const ClusterAccounts& accounts = accounts_.at(cluster);
    const auto draft = accounts.draft(state_, window, held);
    CHECK(draft);
    const NodeId& parent = state_.committee_of(cluster, window)->members.front();
    auto settlement = accounts.seal(state_, window, *draft, parent, 0, 0, keys_, network_.random());
    CHECK(settlement);
    return std::move(*settlement);
}

std::vector<Transaction> TestChain::group(const Settlement& settlement,
                                          const OpenedReadings& readings) const {
    return group_held(settlement, {{settlement.window, readings}});
}

std::vector<Transaction> TestChain::group_held(const Settlement& settlement,
                                               const HeldReadings& held) const {
    std::vector<Transaction> transactions;
    for (const ListedReading& listed : listed_readings(settlement)) {
        const OpenedReading& opened = held.at(listed.window).at(listed.meter);
        transactions.push_back(make_reading_transaction(opened.reading));
    }
    transactions.push_back(certify(network_, state_, settlement));
    return transactions;
}

Block TestChain::next_block(std::vector<Transaction> transactions, std::int64_t time_ms) const {
    return make_block(state_, std::move(transactions), certificate_, time_ms);
}

Result<void, ExecutionFault> TestChain::append(const Block& block) {
    const ChainState before = state_;
    ChainState after = state_;
    PlainSignatureChecker signatures;
    const auto executed = execute_block(after, block, signatures);
    if (!executed) return executed;
    state_ = std::move(after);
    keys_.learn(state_, network_.dgmd(), agreement_key(network_.dgmd().str()));
    certificate_ = make_certificate(network_, before, block.header);
    blocks_.push_back({block, *certificate_});
    move_books(block, before);
    return {};
}

void TestChain::move_books(const Block& block, const ChainState& before) {
    for (const auto& [id, cluster] : state_.clusters)
        accounts_.try_emplace(id, id);
    std::vector<OpenedSettlement> opened;
    for (const Transaction& transaction : block.transactions) {
        const auto* settlement = std::get_if<Settlement>(&transaction.content);
        if (!settlement) continue;
        ClusterAccounts& accounts = accounts_.at(settlement->cluster);
        const auto readings = readings_in(block, *settlement, keys_);
        CHECK(accounts.commit(state_, *settlement, readings, block.header.time_ms, keys_));
        opened.push_back({settlement->cluster, settlement->window, accounts.last_lines()});
    }
    invariants_.observe(before, block, state_, opened);
}

void TestChain::run_window(const std::vector<ClusterId>& clusters, Window window,
                           std::int64_t generation_wh) {
    std::vector<Transaction> transactions;
    for (const ClusterId& cluster : clusters) {
        const auto readings = read_all(cluster, window, generation_wh);
        const auto added = group(settle(cluster, window, readings), readings);
        transactions.insert(transactions.end(), added.begin(), added.end());
    }
    CHECK(append(next_block(std::move(transactions))));
}

}  // namespace fairfeed::test
