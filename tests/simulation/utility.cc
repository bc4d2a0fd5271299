// DGMD: registers and revokes the newcomer, gives clusters to other committees, certifies other
// capacities, sets tariffs. DGMD sends one thing at a time, through the broker of a running node,
// and repeats it until the chain has it.
#include "core/wire/message_codec.h"
#include "tests/simulation/pricing.h"
#include "tests/simulation/simulation.h"

namespace fairfeed::simulation {
namespace {

std::string in_full(const TransactionContent& content) {
    std::string words;
    if (const auto* grant = std::get_if<KeyGrant>(&content)) {
        words = " of " + grant->meter.str() + ", epoch " + std::to_string(grant->epoch) +
                ", from window " + std::to_string(grant->effective) + " on:";
        for (const KeyGrantEntry& entry : grant->entries)
            words += ' ' + entry.recipient.str();
    } else if (const auto* committee = std::get_if<CommitteeAllocation>(&content)) {
        words = " of " + committee->cluster.str() + ", epoch " + std::to_string(committee->epoch) +
                ", from window " + std::to_string(committee->effective) + " on:";
        for (const NodeId& member : committee->members)
            words += ' ' + member.str();
    }
    return words;
}

}  // namespace

// An honest node whose broker delivers DGMD's messages to the others.
Simulation::Host* Simulation::spokesman() {
    std::vector<Host*> up;
    for (Host& host : hosts_) {
        const bool founder = !plan_.is_newcomer(host.node) && plan_.is_honest(host.node);
        if (founder && host.program && host.connected) up.push_back(&host);
    }
    return up.empty() ? nullptr : up[dice_.index(up.size())];
}

std::optional<TransactionContent> Simulation::newcomer_wish(const ChainState& state) const {
    if (!plan_.newcomer || now_ms_ < plan_.newcomer->registered_ms) return std::nullopt;
    const NodeId& id = scenery_.nodes[plan_.nodes];
    const auto* known = state.nodes.find(id);
    if (known == nullptr) {
        return NodeRegistration{0,
                                id,
                                scenery_.network.key(id).public_key(),
                                test::agreement_key(id.str()).public_key(),
                                {}};
    }
    const auto& revoked_ms = plan_.newcomer->revoked_ms;
    const bool leaves = revoked_ms && !known->revoked_from;
    if (leaves && now_ms_ >= *revoked_ms && !state.validator_change) return NodeRevocation{0, id};
    return std::nullopt;
}

// The first certificate that is due and not on the chain, effective as soon as permitted.
std::optional<TransactionContent> Simulation::capacity_wish(const ChainState& state) const {
    for (const CapacityNotice& notice : plan_.capacities) {
        if (now_ms_ < notice.at_ms) continue;
        const MeterId& id = scenery_.meters[notice.meter];
        const auto& dated = state.meters.at(id).capacity_w;
        if (dated.size() > 1) continue;
        const std::int64_t epoch_ms = state.genesis.parameters.real_epoch_ms;
        const auto running = state.grid().window_at(epoch_ms + now_ms_);
        return CapacityCertificate{0, id, notice.capacity_w, running.value_or(0) + 2};
    }
    return std::nullopt;
}

// The tariff of the new week, then the one that takes its place, as long as the week has not begun.
std::optional<TransactionContent> Simulation::tariff_wish(const ChainState& state) const {
    const Pricing& pricing = plan_.pricing;
    const std::size_t last = pricing.new_week == 0 ? 1 : pricing.is_corrected ? 3 : 2;
    const std::size_t known = state.tariffs.size();
    const GridClock grid = state.grid();
    const auto running = grid.window_at(state.genesis.parameters.real_epoch_ms + now_ms_);
    if (known >= last || running.value_or(0) >= pricing.new_week) return std::nullopt;
    return TariffNotice{0, drawn_tariff(pricing, grid.start_s(0), grid.window_seconds(), known),
                        pricing.new_week};
}

std::vector<TransactionContent> Simulation::wishes_of_utility(const ChainState& state) {
    if (auto wish = tariff_wish(state)) return {std::move(*wish)};
    if (auto wish = newcomer_wish(state)) return {std::move(*wish)};
    if (auto wishes = committee_wishes(state); !wishes.empty()) return wishes;
    if (auto wish = capacity_wish(state)) return {std::move(*wish)};
    return {};
}

// Without further settlements no block brings the last change into force; but a transaction once
// sent waits in some pool.
bool Simulation::is_last_word_in(const ChainState& state) const {
    if (plan_.office != OfficeBehaviour::honest && !is_calm()) return false;
    if (!plan_.capacities.empty() && now_ms_ < plan_.capacities.back().at_ms) return false;
    if (!is_last_committee_in(state)) return false;
    if (!plan_.newcomer) return true;
    if (!state.nodes.contains(scenery_.nodes[plan_.nodes])) return false;
    const auto& revoked_ms = plan_.newcomer->revoked_ms;
    if (!revoked_ms) return true;
    if (now_ms_ >= *revoked_ms && !state.validator_change) return true;
    const bool is_gone = state.nodes.at(scenery_.nodes[plan_.nodes]).revoked_from.has_value();
    return is_all_settled(nullptr) && (is_gone || !revocation_said_);
}

void Simulation::follow_utility() {
    constexpr std::int64_t kSayAgainMs = 500;
    if (Host* host = spokesman()) {
        const ChainState& state = host->program->state();
        std::vector<Transaction> said = handovers_of_utility(*host);
        std::uint64_t further = 0;
        for (TransactionContent& wish : wishes_of_utility(state)) {
            const bool revokes = std::holds_alternative<NodeRevocation>(wish);
            revocation_said_ = revocation_said_ || revokes;
            said.push_back(scenery_.network.from_dgmd(state, std::move(wish), further++));
        }
        for (const Transaction& transaction : said) {
            const std::string kind(to_string(transaction.kind));
            count(kind == "REVOKE" ? "validator revoked" : "DGMD says " + kind);
            note([&] { return "DGMD says " + kind + in_full(transaction.content); });
        }
        const Topic topic{state.genesis.parameters.name, name(*host), Channel::tx};
        for (Transaction& wrong : mischief(state, said))
            publish(*host, {topic, encode_bundle({{std::move(wrong)}})});
        if (!said.empty()) {
            publish(*host, {topic, encode_bundle({said})});
        } else if (is_last_word_in(state)) {
            utility_done_ = true;
            return at(now_ms_, What::check, 0);
        }
    }
    at(now_ms_ + kSayAgainMs, What::utility, 0);
}

}  // namespace fairfeed::simulation
