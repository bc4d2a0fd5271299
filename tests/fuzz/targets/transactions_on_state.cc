#include "core/wire/message_codec.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/little_state.h"
#include "tests/fuzz/properties.h"
#include "tests/support/selected.h"

namespace fairfeed::fuzz {
namespace {

// The same records, entered anew and in the opposite order.
template <class Id, class Record>
RecordTree<Id, Record> rebuilt(const RecordTree<Id, Record>& records) {
    std::vector<Id> ids;
    for (const auto& [id, record] : records)
        ids.push_back(id);
    RecordTree<Id, Record> out;
    for (auto id = ids.rbegin(); id != ids.rend(); ++id)
        out.edit(*id) = records.at(*id);
    return out;
}

ChainState rebuilt(ChainState state) {
    state.nodes = rebuilt(state.nodes);
    state.meters = rebuilt(state.meters);
    state.clusters = rebuilt(state.clusters);
    return state;
}

// Execution is deterministic and keeps the invariants. The app hash depends on the records, not on
// the edits that led to them.
void judge(const std::vector<Transaction>& transactions, std::int64_t time_ms,
           SignatureChecker& signatures) {
    const ChainState& before = little_state().state;
    ChainState after = before;
    const auto done = execute_transactions(after, transactions, 1, time_ms, signatures);
    if (!done) {
        const auto at = done.error().transaction;
        CHECK(!to_string(done.error().reason).empty() && (!at || *at < transactions.size()));
        return;
    }
    ++accepted_inputs;
    ChainState again = before;
    CHECK(execute_transactions(again, transactions, 1, time_ms, signatures).has_value());
    CHECK(app_hash(after) == app_hash(again) && app_hash(after) != app_hash(before));
    CHECK(app_hash(after) == app_hash(rebuilt(after)));
    InvariantMonitor monitor;
    Block block;
    block.header.height = 1;
    block.transactions = transactions;
    monitor.observe(before, block, after, {});
    for (const InvariantReport& report : monitor.reports())
        CHECK(report.name == "chain_is_linked" || report.explanation.empty());
}

void select(const std::vector<Transaction>& waiting, std::int64_t time_ms,
            SignatureChecker& signatures) {
    ChainState state = little_state().state;
    const auto chosen = test::selected_of(state, waiting, time_ms, signatures);
    CHECK(chosen.size() <= waiting.size());
    if (chosen.empty()) return;
    CHECK(execute_transactions(state, chosen, 1, time_ms, signatures).has_value());
}

}  // namespace
}  // namespace fairfeed::fuzz

// [how] bundle: transactions on a fixed state; `how` says whether signatures are checked.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const fuzz::LittleState& little = fuzz::little_state();
    fuzz::Input input({data, size});
    const std::uint8_t how = input.byte();
    const auto bundle = decode_bundle(input.rest(), little.network.network());
    if (!bundle) return 0;
    PlainSignatureChecker plain;
    fuzz::TrustingChecker trusting;
    SignatureChecker& signatures =
        (how & 1U) != 0 ? static_cast<SignatureChecker&>(plain) : trusting;
    const std::int64_t time_ms = (how & 2U) != 0 ? little.state.tip_time_ms + 1 : little.time_ms;
    CHECK(earliest_block_time_ms(little.state, bundle->transactions) > little.state.tip_time_ms);
    fuzz::judge(bundle->transactions, time_ms, signatures);
    fuzz::select(bundle->transactions, time_ms, signatures);
    return 0;
}
