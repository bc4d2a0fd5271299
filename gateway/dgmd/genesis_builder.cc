#include "gateway/dgmd/genesis_builder.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/model/allocation.h"
#include "core/wire/chain_codec.h"
#include "core/wire/genesis_file_codec.h"
#include "core/wire/office_codec.h"
#include "core/wire/transaction_codec.h"

namespace fairfeed {

namespace {

constexpr KeyEpoch kFirstEpoch = 1;

std::vector<Signatory> signatories(const std::map<NodeId, SigningKey>& people) {
    std::vector<Signatory> out;
    for (const auto& [name, key] : people)
        out.push_back({name, key.public_key()});
    return out;
}

Genesis genesis_of(const LabNetwork& lab, const NetworkPlan& plan, const NetworkKeys& keys,
                   std::int64_t now_ms) {
    return {.parameters = lab.parameters_at(now_ms),
            .genesis_node = plan.genesis_node(),
            .genesis_node_key = keys.nodes.at(plan.genesis_node()).own.signing.public_key(),
            .dgmd = dgmd_id(),
            .dgmd_key = keys.dgmd.signing.public_key(),
            .dgmd_agreement_key = keys.dgmd.agreement.public_key(),
            .office = {.threshold = lab.office.threshold,
                       .officers = signatories(keys.officers),
                       .inspectors = signatories(keys.inspectors)}};
}

// Numbers and signs DGMD's transactions in order.
class Registrar {
  public:
    Registrar(const LabNetwork& lab, const NetworkPlan& plan, const NetworkKeys& keys,
              const Digest& network)
        : lab_(lab), plan_(plan), keys_(keys), network_(network) {}

    [[nodiscard]] std::vector<Transaction> register_all() {
        register_nodes();
        register_committees();
        register_meters();
        certify_capacities();
        grant_keys();
        add(TariffNotice{.tariff = lab_.tariff});
        return std::move(transactions_);
    }

  private:
    template <class Content>
    void add(Content content) {
        content.sequence = transactions_.size() + 1;
        transactions_.push_back(
            make_notice(std::move(content), 0, dgmd_id(), network_, keys_.dgmd.signing));
    }

    void register_nodes() {
        for (const LabNode& node : lab_.nodes) {
            const OfficeKeys& own = keys_.nodes.at(node.id).own;
            add(NodeRegistration{.node = node.id,
                                 .signing_key = own.signing.public_key(),
                                 .agreement_key = own.agreement.public_key(),
                                 .location = node.location});
        }
    }

    void register_committees() {
        for (const LabCluster& cluster : lab_.clusters) {
            add(CommitteeAllocation{.cluster = cluster.id,
                                    .location = cluster.location,
                                    .members = plan_.committees.at(cluster.id),
                                    .epoch = 1});
        }
    }

    void register_meters() {
        for (const LabMeter& meter : lab_.meters) {
            add(MeterRegistration{.meter = meter.id,
                                  .cluster = meter.cluster,
                                  .service_point = meter.service_point,
                                  .signing_key = keys_.meters.at(meter.id).signing.public_key(),
                                  .rating = meter.rating,
                                  .installed = meter.installed});
        }
    }

    void certify_capacities() {
        for (const LabMeter& meter : lab_.meters)
            add(CapacityCertificate{.meter = meter.id, .capacity_w = meter.capacity_w});
    }

    // Grants to every member that settles the meter's cluster, and to DGMD for billing.
    void grant_keys() {
        for (const LabMeter& meter : lab_.meters) {
            std::vector<NodeId> recipients = plan_.committees.at(meter.cluster);
            recipients.push_back(dgmd_id());
            std::sort(recipients.begin(), recipients.end());
            KeyGrant grant{.meter = meter.id, .epoch = kFirstEpoch, .entries = {}};
            for (const NodeId& recipient : recipients)
                grant.entries.push_back({recipient, wrap_for(recipient, meter.id)});
            add(std::move(grant));
        }
    }

    [[nodiscard]] WrappedKey wrap_for(const NodeId& recipient, const MeterId& meter) const {
        const AgreementKey& theirs =
            recipient == dgmd_id() ? keys_.dgmd.agreement : keys_.nodes.at(recipient).own.agreement;
        const auto wrapped = wrap_key(theirs.public_key(), keys_.meters.at(meter).data,
                                      key_grant_context(network_, meter, kFirstEpoch, recipient));
        CHECK(wrapped.has_value());
        return *wrapped;
    }

    const LabNetwork& lab_;
    const NetworkPlan& plan_;
    const NetworkKeys& keys_;
    const Digest& network_;
    std::vector<Transaction> transactions_;
};

Block block_of(std::vector<Transaction> transactions, const Digest& network,
               const NetworkPlan& plan, std::int64_t now_ms) {
    Block block;
    block.transactions = std::move(transactions);
    block.header.network = network;
    block.header.time_ms = now_ms;
    block.header.proposer = plan.genesis_node();
    block.header.validators = validators_hash(plan.validators);
    block.header.transactions_root = transactions_root(block);
    block.header.transaction_count = static_cast<std::uint32_t>(block.transactions.size());
    return block;
}

Unexpected<std::string> refused(Reject reason) {
    return unexpected("nodes would refuse this genesis: " + std::string(to_string(reason)));
}

}  // namespace

Result<FoundedNetwork, std::string> found_network(const LabNetwork& lab, const NetworkPlan& plan,
                                                  const NetworkKeys& keys, std::int64_t now_ms) {
    const Genesis genesis = genesis_of(lab, plan, keys, now_ms);
    if (const auto fault = fault_of(genesis.parameters)) return unexpected(std::string(*fault));
    if (const auto fault = fault_of(genesis.office)) return unexpected(std::string(*fault));
    const Digest network = network_id(genesis);
    const SigningKey& founder = keys.nodes.at(plan.genesis_node()).own.signing;
    std::vector<Transaction> transactions{make_genesis(genesis, founder)};
    for (Transaction& transaction : Registrar(lab, plan, keys, network).register_all())
        transactions.push_back(std::move(transaction));
    const Block block = block_of(std::move(transactions), network, plan, now_ms);
    GenesisBlock sealed = make_genesis_block(block, network, plan.genesis_node(), founder);
    for (const auto& [officer, key] : keys.officers) {
        if (sealed.approvals.size() == genesis.office.threshold) break;
        sealed.approvals.push_back(approve(block_id(block.header), officer, network, key));
    }
    Bytes file = encode_genesis(sealed);
    const auto loaded = decode_genesis(file);
    if (!loaded) return refused(loaded.error());
    auto state = state_from_genesis(*loaded);
    if (!state) return refused(state.error());
    return FoundedNetwork{std::move(file), std::move(*state)};
}

}  // namespace fairfeed
