#include "tests/simulation/totals.h"

#include <algorithm>

#include "tests/simulation/fast_hash.h"

namespace fairfeed::simulation {
namespace {

template <class List>
Json list_of(const List& list) {
    Json out = Json::array();
    for (const auto& item : list)
        out.push(static_cast<std::int64_t>(item));
    return out;
}

template <class Table>
Json table_of(const Table& table) {
    Json out = Json::object();
    for (const auto& [name, value] : table)
        out.set(name, static_cast<std::int64_t>(value));
    return out;
}

template <class Item>
void read_list(const Json& json, std::vector<Item>& out) {
    for (const Json& item : *json.as_array())
        out.push_back(static_cast<Item>(*item.as_int()));
}

template <class Value>
void read_table(const Json& json, std::map<std::string, Value>& out) {
    for (const auto& [name, value] : *json.as_object())
        out[name] = static_cast<Value>(*value.as_int());
}

// "fork: node-2 committed .." -> "fork": the kind of a loss without places and names.
std::string kind_of(const std::string& loss) {
    for (const std::string_view kind :
         {"fork", "no progress", "settled twice", "another state", "another share",
          "without a block", "an idle network", "diverged", "cannot replay",
          "was settled as something else"}) {
        if (loss.find(kind) != std::string::npos) return std::string(kind);
    }
    return "other: " + loss;
}

}  // namespace

void Loss::add(const Loss& other) {
    runs += other.runs;
    first_seed = std::min(first_seed, other.first_seed);
    halted += other.halted;
}

void Totals::add(std::uint64_t seed, const Outcome& outcome) {
    ++seeds;
    if (!outcome.fault.empty()) failed.push_back(seed);
    if (!outcome.lost.empty()) {
        losses[kind_of(outcome.lost)].add({1, seed, outcome.halted > 0 ? 1U : 0U});
    }
    recovery_ms.push_back(outcome.recovery_ms);
    digest += mixed(seed, outcome.digest);
    sums["virtual_ms"] += outcome.virtual_ms;
    sums["steps"] += static_cast<std::int64_t>(outcome.steps);
    sums["messages"] += static_cast<std::int64_t>(outcome.messages);
    sums["blocks"] += static_cast<std::int64_t>(outcome.height);
    sums["receipted"] += static_cast<std::int64_t>(outcome.readings.receipted);
    sums["final"] += static_cast<std::int64_t>(outcome.readings.final_readings);
    sums["late"] += static_cast<std::int64_t>(outcome.readings.late);
    sums["trued_up"] += static_cast<std::int64_t>(outcome.readings.trued_up);
    sums["estimated_late"] += static_cast<std::int64_t>(outcome.readings.estimated);
    sums["voided"] += static_cast<std::int64_t>(outcome.readings.voided);
    sums["open"] += static_cast<std::int64_t>(outcome.readings.open);
    longest_wait_ms = std::max(longest_wait_ms, outcome.longest_wait_ms);
    for (const auto& [kind, times] : outcome.faults)
        faults[kind] += times;
}

void Totals::merge(const Totals& other) {
    seeds += other.seeds;
    failed.insert(failed.end(), other.failed.begin(), other.failed.end());
    std::sort(failed.begin(), failed.end());
    recovery_ms.insert(recovery_ms.end(), other.recovery_ms.begin(), other.recovery_ms.end());
    digest += other.digest;
    for (const auto& [name, value] : other.sums)
        sums[name] += value;
    for (const auto& [kind, times] : other.faults)
        faults[kind] += times;
    for (const auto& [kind, loss] : other.losses)
        losses[kind].add(loss);
    longest_wait_ms = std::max(longest_wait_ms, other.longest_wait_ms);
}

std::int64_t Totals::recovery(std::size_t percent) const {
    if (recovery_ms.empty()) return 0;
    std::vector<std::int64_t> sorted = recovery_ms;
    std::sort(sorted.begin(), sorted.end());
    return sorted[(sorted.size() - 1) * percent / 100];
}

std::uint64_t Totals::faults_injected() const {
    std::uint64_t sum = 0;
    for (const auto& [kind, times] : faults)
        sum += times;
    return sum;
}

Json losses_of(const Totals& totals) {
    Json out = Json::object();
    for (const auto& [kind, loss] : totals.losses) {
        Json one = Json::object();
        one.set("runs", loss.runs).set("first_seed", loss.first_seed).set("halted", loss.halted);
        out.set(kind, std::move(one));
    }
    return out;
}

std::string to_line(const Totals& totals) {
    Json out = Json::object();
    out.set("seeds", totals.seeds).set("failed", list_of(totals.failed));
    out.set("recovery_ms", list_of(totals.recovery_ms));
    out.set("digest", std::to_string(totals.digest)).set("sums", table_of(totals.sums));
    out.set("faults", table_of(totals.faults)).set("losses", losses_of(totals));
    out.set("longest_wait_ms", totals.longest_wait_ms);
    return out.dump();
}

Totals from_line(const std::string& line) {
    const auto json = Json::parse(line);
    CHECK(json.has_value());
    Totals totals;
    totals.seeds = static_cast<std::uint64_t>(*json->at("seeds").as_int());
    read_list(json->at("failed"), totals.failed);
    read_list(json->at("recovery_ms"), totals.recovery_ms);
    totals.digest = std::stoull(*json->at("digest").as_text());
    read_table(json->at("sums"), totals.sums);
    read_table(json->at("faults"), totals.faults);
    for (const auto& [kind, loss] : *json->at("losses").as_object()) {
        const auto number = [&loss = loss](std::string_view name) {
            return static_cast<std::uint64_t>(*loss.at(name).as_int());
        };
        totals.losses[kind] = {number("runs"), number("first_seed"), number("halted")};
    }
    totals.longest_wait_ms = *json->at("longest_wait_ms").as_int();
    return totals;
}

}  // namespace fairfeed::simulation
