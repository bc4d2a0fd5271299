#include "tests/unit/ledger/told_chain.h"

#include <algorithm>
#include <array>

#include "core/accounts/handover.h"
#include "core/contract/settlement.h"
#include "core/state/authority_rules.h"
#include "core/state/handover_rules.h"
#include "core/state/office_rules.h"
#include "core/wire/handover_codec.h"

namespace fairfeed::test {
namespace {

// Generation over a window, in tenths of the best quarter hour.
constexpr std::array<std::int64_t, 16> kSun = {0, 0, 1, 3, 5, 7, 9, 10, 10, 9, 7, 5, 3, 1, 0, 0};

}  // namespace

HeldReadings held_of(std::initializer_list<OpenedReading> readings) {
    HeldReadings out;
    for (const OpenedReading& each : readings)
        out[each.reading.header.window].insert({each.reading.header.meter, each});
    return out;
}

ToldChain::ToldChain(TestNetworkOptions options) : stored_(std::move(options)) {}

OpenedReading ToldChain::measure(const MeterId& meter, Window window, const Day& day) {
    const ClusterId& cluster = state().meters.at(meter).registration.cluster;
    const ClosingState* closing = chain().accounts(cluster).closing(meter);
    const ShareSchedule shares =
        in_quarters(closing ? closing->shares : ShareSchedule{},
                    state().factors_of(cluster, window), state().grid().start_s(window));
    const std::int64_t capacity_w = state().capacity_w(meter, window);
    const auto quarters =
        static_cast<std::size_t>(state().grid().window_seconds() / kSecondsPerQuarter);
    Profile profile;
    std::int64_t could_wh = 0;
    for (std::size_t i = 0; i < quarters; ++i) {
        const auto at_s =
            state().grid().start_s(window) + static_cast<std::int64_t>(i) * kSecondsPerQuarter;
        const auto cap_wh = quarter_cap_wh(binding_share_w(shares, capacity_w, at_s), i);
        std::int64_t generation_wh = day.noon_wh * kSun[i * kSun.size() / quarters] / 10;
        could_wh += generation_wh;
        if (day.obeys)
            generation_wh = std::min(generation_wh, allowed_generation_wh(cap_wh, day.load_wh));
        const std::int64_t surplus_wh = generation_wh - day.load_wh;
        profile.push_back({std::max<std::int64_t>(0, -surplus_wh),
                           std::max<std::int64_t>(0, surplus_wh), generation_wh});
    }
    TestMeter& keeper = chain().meter(meter);
    ReadingBody body = body_from(keeper.registers(), std::move(profile));
    if (day.obeys) body.available_wh = could_wh + day.boast_wh;
    body.flags = day.flags;
    keeper.advance(body.profile);
    return keeper.read_body(window, body);
}

void ToldChain::add(const std::string& title, std::vector<Transaction> transactions,
                    std::int64_t time_ms) {
    const auto done = chain().append(chain().next_block(std::move(transactions), time_ms));
    CHECK(done);
    titles_.push_back(title);
}

void ToldChain::settle(const std::string& title, const ClusterId& cluster, Window window,
                       const HeldReadings& held, const How& how) {
    const ClusterAccounts& accounts = chain().accounts(cluster);
    const auto draft = accounts.draft(state(), window, held);
    CHECK(draft);
    const NodeId proposer = state().committee_of(cluster, window)->members.at(how.slot);
    const auto settlement = accounts.seal(state(), window, *draft, proposer, how.version, how.slot,
                                          chain().keys(), stored_.network().random());
    CHECK(settlement);
    std::vector<Transaction> transactions = how.before;
    const auto group = chain().group_held(*settlement, held);
    transactions.insert(transactions.end(), group.begin(), group.end());
    add(title, std::move(transactions), how.time_ms);
}

void ToldChain::say(const std::string& title, const std::vector<TransactionContent>& contents,
                    std::int64_t time_ms, std::vector<Transaction> before) {
    ChainState next = state();
    for (const TransactionContent& content : contents) {
        before.push_back(stored_.network().from_dgmd(next, content));
        ++next.dgmd_sequence;
        if (const auto* change = std::get_if<OfficeChange>(&content))
            apply_office(next, change->office);
        if (const auto* change = std::get_if<DgmdKeyChange>(&content))
            apply_dgmd_keys(next, change->keys);
    }
    add(title, std::move(before), time_ms);
}

void ToldChain::hand_over(const std::string& title, const std::vector<NodeId>& senders) {
    std::vector<Transaction> handovers;
    for (const NodeId& sender : senders) {
        const Settlement& last = last_settlement();
        const auto handover =
            write_handover(state(), last, sender, newcomers(state(), last.cluster), chain().keys(),
                           stored_.network().random());
        CHECK(handover);
        handovers.push_back(make_handover(*handover, sender, stored_.network().network(),
                                          stored_.network().key(sender)));
    }
    add(title, std::move(handovers));
}

const Settlement& ToldChain::last_settlement() {
    const Settlement* last = nullptr;
    for (const Transaction& each : blocks().back().block.transactions)
        if (const auto* found = std::get_if<Settlement>(&each.content)) last = found;
    CHECK(last != nullptr);
    return *last;
}

std::int64_t ToldChain::time_in(Window window, std::int64_t after_s) {
    return state().grid().real_ms(state().grid().start_s(window) + after_s);
}

}  // namespace fairfeed::test
