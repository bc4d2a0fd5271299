#include "tests/support/test_network.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/crypto/digest.h"
#include "core/wire/chain_codec.h"
#include "core/wire/consensus_codec.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/office_codec.h"
#include "core/wire/reading_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed::test {

namespace {

const NodeId kDgmd("dgmd");
const ClusterId kNoCluster;

bool is_prosumer(std::size_t meter) {
    return meter % 2 == 1;
}

// Fills in options that depend on others.
TestNetworkOptions completed(TestNetworkOptions options) {
    if (options.clusters == 0) options.clusters = options.nodes;
    if (options.clusters_with_meters == 0) options.clusters_with_meters = options.clusters;
    CHECK(options.nodes > 0 && options.clusters <= options.nodes);
    CHECK(options.clusters_with_meters <= options.clusters);
    CHECK(options.members > 0 && options.members <= kMaxNeighbours + 1);
    return options;
}

std::vector<NodeId> committee_from(std::size_t parent, const TestNetworkOptions& options) {
    std::vector<NodeId> members;
    for (std::size_t i = 0; i < std::min(options.nodes, options.members); ++i) {
        members.push_back(TestNetwork::node((parent - 1 + i) % options.nodes + 1));
    }
    return members;
}

KeyGrant make_grant(const Digest& network, const MeterId& meter, KeyEpoch epoch,
                    std::vector<NodeId> recipients, Window effective) {
    std::sort(recipients.begin(), recipients.end());
    KeyGrant grant{0, meter, epoch, {}, effective};
    const SymmetricKey key = data_key(meter.str() + "/" + std::to_string(epoch));
    for (const NodeId& recipient : recipients) {
        const auto wrapped = wrap_key(agreement_key(recipient.str()).public_key(), key,
                                      key_grant_context(network, meter, epoch, recipient));
        CHECK(wrapped);
        grant.entries.push_back({recipient, *wrapped});
    }
    return grant;
}

TransactionContent with_sequence(TransactionContent content, std::uint64_t sequence) {
    std::visit(
        [sequence](auto& said) {
            if constexpr (requires { said.sequence; }) said.sequence = sequence;
        },
        content);
    return content;
}

// Writes block 0, one transaction after the other.
class Founding {
  public:
    explicit Founding(const TestNetworkOptions& options) : options_(options) {
        genesis_.parameters = options.parameters;
        genesis_.genesis_node = TestNetwork::node(1);
        genesis_.genesis_node_key = signing_key("node-1").public_key();
        genesis_.dgmd = kDgmd;
        genesis_.dgmd_key = signing_key(kDgmd.str()).public_key();
        genesis_.dgmd_agreement_key = agreement_key(kDgmd.str()).public_key();
        std::vector<std::string> officers;
        for (std::size_t i = 1; i <= options.officers; ++i)
            officers.push_back(TestNetwork::officer(i).str());
        genesis_.office = TestNetwork::office(options.threshold, officers);
        network_ = network_id(genesis_);
        transactions_.push_back(make_genesis(genesis_, signing_key("node-1")));
    }

    LoadedGenesis build() {
        for (std::size_t i = 1; i <= options_.nodes; ++i)
            add_node(i);
        for (std::size_t i = 1; i <= options_.clusters; ++i)
            add_cluster(i);
        for (std::size_t i = 1; i <= options_.clusters_with_meters; ++i) {
            for (std::size_t j = 1; j <= options_.meters_per_cluster; ++j)
                add_meter(i, j);
        }
        add(TariffNotice{0, options_.tariff, 0});
        return sealed();
    }

  private:
    void add(const TransactionContent& content) {
        transactions_.push_back(make_notice(with_sequence(content, ++sequence_), 0, kDgmd, network_,
                                            signing_key(kDgmd.str())));
    }

    void add_node(std::size_t index) {
        const NodeId node = TestNetwork::node(index);
        const Location place{static_cast<std::int32_t>(index) * 100, 0};
        add(NodeRegistration{0, node, signing_key(node.str()).public_key(),
                             agreement_key(node.str()).public_key(), place});
    }

    void add_cluster(std::size_t index) {
        const Location place{static_cast<std::int32_t>(index) * 100, 10};
        add(CommitteeAllocation{0, TestNetwork::cluster(index), place,
                                committee_from(index, options_), 1, 0});
    }

    void add_meter(std::size_t cluster, std::size_t index) {
        const MeterId meter = TestNetwork::meter(cluster, index);
        const Window effective = options_.meters_effective;
        add(MeterRegistration{0, meter, TestNetwork::cluster(cluster), "sp-" + meter.str(),
                              signing_key(meter.str()).public_key(), effective, ConnectionRating{},
                              kInstalled});
        add(CapacityCertificate{0, meter, is_prosumer(index) ? options_.capacity_w : 0, effective});
        std::vector<NodeId> recipients = committee_from(cluster, options_);
        recipients.push_back(kDgmd);
        add(make_grant(network_, meter, 1, recipients, effective));
    }

    [[nodiscard]] LoadedGenesis sealed() const {
        Block block;
        block.transactions = transactions_;
        BlockHeader& header = block.header;
        header.network = network_;
        header.time_ms = genesis_.parameters.real_epoch_ms - 1000;
        header.proposer = genesis_.genesis_node;
        header.validators = validators_hash(validators());
        header.transactions_root = transactions_root(block);
        header.transaction_count = static_cast<std::uint32_t>(transactions_.size());
        GenesisBlock genesis =
            make_genesis_block(block, network_, genesis_.genesis_node, signing_key("node-1"));
        for (std::size_t i = 1; i <= genesis_.office.threshold; ++i) {
            const NodeId officer = TestNetwork::officer(i);
            genesis.approvals.push_back(
                approve(block_id(header), officer, network_, signing_key(officer.str())));
        }
        auto loaded = decode_genesis(encode_genesis(genesis));
        CHECK(loaded);
        return std::move(*loaded);
    }

    [[nodiscard]] std::vector<NodeId> validators() const {
        std::vector<AllocationNode> nodes;
        for (std::size_t i = 1; i <= options_.nodes; ++i) {
            const bool used = i <= options_.clusters_with_meters;
            const auto meters = used ? static_cast<std::int64_t>(options_.meters_per_cluster) : 0;
            const ClusterId of = i <= options_.clusters ? TestNetwork::cluster(i) : kNoCluster;
            nodes.push_back({TestNetwork::node(i), of, {}, meters});
        }
        return validator_order(nodes);
    }

    const TestNetworkOptions& options_;
    Genesis genesis_;
    Digest network_;
    std::vector<Transaction> transactions_;
    std::uint64_t sequence_ = 0;
};

}  // namespace

const SigningKey& signing_key(std::string_view name) {
    static std::map<std::string, SigningKey, std::less<>> keys;
    const auto known = keys.find(name);
    if (known != keys.end()) return known->second;
    const Digest scalar = sha256({as_bytes("signing key of "), as_bytes(name)});
    const auto key = SigningKey::from_scalar(scalar.view());
    CHECK(key);
    return keys.emplace(std::string(name), *key).first->second;
}

const AgreementKey& agreement_key(std::string_view name) {
    static std::map<std::string, AgreementKey, std::less<>> keys;
    const auto known = keys.find(name);
    if (known != keys.end()) return known->second;
    const SigningKey& same_scalar = signing_key("agreement key of " + std::string(name));
    const auto key = AgreementKey::from_pem(same_scalar.to_pem());
    CHECK(key);
    return keys.emplace(std::string(name), *key).first->second;
}

SymmetricKey data_key(std::string_view name) {
    const Digest digest = sha256({as_bytes("data key of "), as_bytes(name)});
    return *SymmetricKey::from(digest.view().first(SymmetricKey::kSize));
}

RandomSource counting_random() {
    auto counter = std::make_shared<std::uint64_t>(0);
    return [counter](std::span<std::uint8_t> out) {
        for (std::size_t done = 0; done < out.size();) {
            const Digest next = sha256(as_bytes("random " + std::to_string(++*counter)));
            const std::size_t size = std::min(out.size() - done, Digest::kSize);
            std::copy_n(next.bytes.begin(), size, out.begin() + static_cast<std::ptrdiff_t>(done));
            done += size;
        }
    };
}

NetworkParameters TestNetworkOptions::default_parameters() {
    NetworkParameters parameters;
    parameters.name = "test";
    parameters.grid_epoch_s = 1'470'614'400;  // 2016-08-08
    parameters.real_epoch_ms = 1'470'614'400'000;
    return parameters;
}

TestNetwork::TestNetwork(TestNetworkOptions options)
    : options_(completed(std::move(options))),
      genesis_(Founding(options_).build()),
      random_(counting_random()) {}

ChainState TestNetwork::initial_state() const {
    auto state = state_from_genesis(genesis_);
    CHECK(state);
    return std::move(*state);
}

NodeId TestNetwork::node(std::size_t index) {
    return NodeId("node-" + std::to_string(index));
}

ClusterId TestNetwork::cluster(std::size_t index) {
    return ClusterId("cluster-" + std::to_string(index));
}

MeterId TestNetwork::meter(std::size_t cluster, std::size_t index) {
    return MeterId("meter-" + std::to_string(cluster) + "-" + std::to_string(index));
}

std::vector<NodeId> TestNetwork::nodes() const {
    std::vector<NodeId> all;
    for (std::size_t i = 1; i <= options_.nodes; ++i)
        all.push_back(node(i));
    return all;
}

std::vector<NodeId> TestNetwork::committee(const ClusterId& cluster) const {
    const ChainState state = initial_state();
    const CommitteeAllocation* committee = state.committee_of(cluster, 0);
    CHECK(committee);
    return committee->members;
}

std::vector<MeterId> TestNetwork::meters(const ClusterId& cluster) const {
    return initial_state().meters_of(cluster, options_.meters_effective);
}

const SigningKey& TestNetwork::key(const NodeId& node) const {
    return signing_key(node.str());
}

const SigningKey& TestNetwork::key(const MeterId& meter) const {
    return signing_key(meter.str());
}

SymmetricKey TestNetwork::data_key(const MeterId& meter, KeyEpoch epoch) const {
    return test::data_key(meter.str() + "/" + std::to_string(epoch));
}

KeyRing TestNetwork::key_ring(const ChainState& state, const NodeId& node) const {
    KeyRing keys;
    keys.learn(state, node, agreement_key(node.str()));
    return keys;
}

Transaction TestNetwork::from_dgmd(const ChainState& state, TransactionContent content,
                                   std::uint64_t further) const {
    std::vector<NodeId> approving;
    for (std::size_t i = 0; i < state.office.office.threshold; ++i)
        approving.push_back(state.office.office.officers[i].name);
    const Transaction notice = draft(state, std::move(content), kLongValid, further);
    return is_by_policy(notice) ? notice : approved(notice, approving);
}

DgmdKeys TestNetwork::dgmd_keys(std::string_view name) {
    return {signing_key(name).public_key(), agreement_key(name).public_key()};
}

const SigningKey& TestNetwork::dgmd_signer(const ChainState& state) {
    for (const char* name : {"dgmd", "dgmd-2", "dgmd-3"})
        if (signing_key(name).public_key() == state.dgmd.keys.signing) return signing_key(name);
    CHECK(false);
}

Transaction TestNetwork::draft(const ChainState& state, TransactionContent content,
                               Window valid_until, std::uint64_t further) const {
    const std::uint64_t sequence = state.dgmd_sequence + 1 + further;
    return make_notice(with_sequence(std::move(content), sequence), valid_until, kDgmd, network(),
                       dgmd_signer(state));
}

Transaction TestNetwork::approved(Transaction notice, const std::vector<NodeId>& officers) const {
    notice.endorsements.clear();
    for (const NodeId& officer : officers)
        notice.endorsements.push_back(
            approve(notice.id, officer, network(), signing_key(officer.str())));
    return notice;
}

NodeId TestNetwork::officer(std::size_t index) {
    return NodeId("officer-" + std::to_string(index));
}

Office TestNetwork::office(std::uint32_t threshold, const std::vector<std::string>& officers,
                           const std::vector<std::string>& inspectors) {
    Office out{threshold, {}, {}};
    for (const std::string& name : officers)
        out.officers.push_back({NodeId(name), signing_key(name).public_key()});
    for (const std::string& name : inspectors)
        out.inspectors.push_back({NodeId(name), signing_key(name).public_key()});
    return out;
}

KeyGrant TestNetwork::grant(const MeterId& meter, KeyEpoch epoch,
                            const std::vector<NodeId>& recipients, Window effective) const {
    return make_grant(network(), meter, epoch, recipients, effective);
}

std::vector<NodeId> nodes(std::initializer_list<std::size_t> indices) {
    std::vector<NodeId> out;
    for (const std::size_t index : indices)
        out.push_back(TestNetwork::node(index));
    return out;
}

}  // namespace fairfeed::test
