#include "meter-sim/scenario_verdict.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

namespace fairfeed {
namespace {

constexpr std::size_t kMostNamed = 4;
const std::string kNotInStatus = "not in the status";

std::string counted(std::int64_t count, const char* what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string names_text(const std::set<MeterId>& names) {
    std::string text;
    std::size_t count = 0;
    for (const MeterId& name : names) {
        if (++count > kMostNamed)
            return text + " and " + std::to_string(names.size() - kMostNamed) + " more";
        text += (text.empty() ? "" : ", ") + name.str();
    }
    return text.empty() ? "none" : text;
}

std::string about(const ScenarioExpectation& expectation) {
    return expectation.of_all ? "all meters" : names_text(expectation.meters);
}

std::string status_of_nodes(const std::vector<NodeFacts>& nodes) {
    std::string text;
    for (const NodeFacts& each : nodes)
        text += (text.empty() ? "status of " : ", ") + each.node;
    return text;
}

// The keys of a member of a status; nullopt: it has no such member.
std::optional<std::set<std::string>> keys_of(const Json& status, std::string_view member) {
    const Json::Object* entries = status.at(member).as_object();
    if (entries == nullptr) return std::nullopt;
    std::set<std::string> keys;
    for (const auto& [key, value] : *entries)
        keys.insert(key);
    return keys;
}

// How often a node has counted this meter since the scenario began; nullopt: it does not count.
std::optional<std::int64_t> counted_since(const NodeFacts& node, std::string_view member,
                                          const MeterId& meter) {
    if (node.now.at(member).as_object() == nullptr) return std::nullopt;
    const std::int64_t* now = node.now.at(member).at(meter.str()).as_int();
    const std::int64_t* before = node.before.at(member).at(meter.str()).as_int();
    return (now != nullptr ? *now : 0) - (before != nullptr ? *before : 0);
}

class Judge {
  public:
    Judge(const ScenarioWitness& witness, const std::vector<NodeFacts>& nodes)
        : witness_(witness), nodes_(nodes) {}

    ScenarioRow row(const ScenarioExpectation& expectation) const {
        switch (expectation.fact) {
            case ScenarioFact::settled:
                return at_least(expectation, "settled", "window", &MeterOutcome::settled);
            case ScenarioFact::shares:
                return at_least(expectation, "shares", "settlement", &MeterOutcome::shares);
            case ScenarioFact::estimated:
                return exactly(expectation, "estimated", &MeterOutcome::estimated);
            case ScenarioFact::trued_up:
                return exactly(expectation, "trued_up", &MeterOutcome::trued_up);
            case ScenarioFact::curtailed:
                return curtailed(expectation);
            case ScenarioFact::seal_broken:
                return nodes_.empty() ? seals_by_meters(expectation) : seals_by_nodes(expectation);
            case ScenarioFact::over_certified:
                return over_certified(expectation);
            case ScenarioFact::node_alarms:
                return alarms(expectation);
        }
        return {};
    }

  private:
    ScenarioRow at_least(const ScenarioExpectation& expectation, const char* what, const char* unit,
                         std::int64_t MeterOutcome::*count) const {
        ScenarioRow row{what, about(expectation), "at least " + counted(expectation.count, unit),
                        "",   "shares",           true};
        std::optional<std::pair<std::int64_t, MeterId>> least;
        for (const MeterId& meter : expectation.meters) {
            const std::int64_t seen = witness_.outcome(meter).*count;
            if (!least || seen < least->first) least = {seen, meter};
        }
        if (!least) return row;
        row.met = least->first >= expectation.count;
        row.seen = counted(least->first, unit);
        if (!row.met && expectation.meters.size() > 1) row.seen += " (" + least->second.str() + ")";
        return row;
    }

    ScenarioRow exactly(const ScenarioExpectation& expectation, const char* what,
                        std::int64_t MeterOutcome::*count) const {
        ScenarioRow row{what,
                        about(expectation),
                        counted(expectation.count, "window"),
                        counted(expectation.count, "window"),
                        nodes_.empty() ? "receipts and shares" : status_of_nodes(nodes_),
                        true};
        for (const MeterId& meter : expectation.meters) {
            if (nodes_.empty())
                note(row, expectation.count, witness_.outcome(meter).*count, meter.str());
            for (const NodeFacts& node : nodes_)
                note(row, expectation.count, counted_since(node, what, meter),
                     meter.str() + " at " + node.node);
        }
        return row;
    }
    static void note(ScenarioRow& row, std::int64_t expected, std::optional<std::int64_t> seen,
                     const std::string& where) {
        if (!row.met || seen == expected) return;
        row.met = false;
        row.seen = (seen ? counted(*seen, "window") : kNotInStatus) + " (" + where + ")";
    }

    ScenarioRow curtailed(const ScenarioExpectation& expectation) const {
        const bool wanted = expectation.count != 0;
        const auto words = [](bool limits) { return limits ? "limits them" : "limits none"; };
        ScenarioRow row{"shares", about(expectation), words(wanted), words(wanted), "shares", true};
        for (const MeterId& meter : expectation.meters) {
            if (witness_.outcome(meter).curtailed == wanted) continue;
            row.met = false;
            row.seen = meter.str() + (wanted ? " is not limited" : " is limited");
            break;
        }
        return row;
    }

    ScenarioRow seals_by_meters(const ScenarioExpectation& expectation) const {
        std::set<MeterId> broken;
        for (const MeterId& meter : witness_.meters())
            if (witness_.outcome(meter).seal_broken) broken.insert(meter);
        return {"seal_broken",      "the alarms", names_text(expectation.meters),
                names_text(broken), "receipts",   broken == expectation.meters};
    }

    // Meters that this member of a node's status lists, and did not list before.
    static std::optional<std::set<MeterId>> newly_listed(const NodeFacts& node,
                                                         std::string_view member) {
        const auto now = keys_of(node.now, member);
        if (!now) return std::nullopt;
        const auto before = keys_of(node.before, member).value_or(std::set<std::string>());
        std::set<MeterId> meters;
        for (const std::string& key : *now)
            if (const auto meter = MeterId::parse(key); meter && !before.contains(key))
                meters.insert(*meter);
        return meters;
    }

    ScenarioRow seals_by_nodes(const ScenarioExpectation& expectation) const {
        ScenarioRow row = alarm_row("seal_broken", expectation);
        for (const NodeFacts& node : nodes_) {
            const auto seen = newly_listed(node, "tampered");
            if (!row.met || seen == expectation.meters) continue;
            row.met = false;
            row.seen = (seen ? names_text(*seen) : kNotInStatus) + " (" + node.node + ")";
        }
        return row;
    }

    // A node knows it of the clusters whose keys it holds, so all nodes together must know it.
    ScenarioRow over_certified(const ScenarioExpectation& expectation) const {
        ScenarioRow row = alarm_row("over_certified", expectation);
        std::set<MeterId> all;
        for (const NodeFacts& node : nodes_) {
            const auto seen = newly_listed(node, "over_certified");
            if (seen) all.insert(seen->begin(), seen->end());
            row.met = row.met && seen.has_value();
            if (!seen) row.seen = kNotInStatus + " (" + node.node + ")";
        }
        if (!row.met || all == expectation.meters) return row;
        row.met = false;
        row.seen = names_text(all);
        return row;
    }

    ScenarioRow alarm_row(const char* what, const ScenarioExpectation& expectation) const {
        const std::string wanted = names_text(expectation.meters);
        return {what, "the alarms", wanted, wanted, status_of_nodes(nodes_), !nodes_.empty()};
    }

    ScenarioRow alarms(const ScenarioExpectation& expectation) const {
        const std::string wanted = counted(expectation.count, "alarm");
        ScenarioRow row{"alarms",       "each node", wanted, wanted, status_of_nodes(nodes_),
                        !nodes_.empty()};
        for (const NodeFacts& node : nodes_) {
            const Json::Array* alarms = node.now.at("alarms").as_array();
            const auto count = alarms != nullptr ? static_cast<std::int64_t>(alarms->size()) : -1;
            if (count == expectation.count) continue;
            row.met = false;
            row.seen =
                (count < 0 ? kNotInStatus : counted(count, "alarm")) + " (" + node.node + ")";
            if (count > 0 && alarms->front().as_text() != nullptr)
                row.seen += ": " + *alarms->front().as_text();
            break;
        }
        return row;
    }

    const ScenarioWitness& witness_;
    const std::vector<NodeFacts>& nodes_;
};

using Columns = std::array<std::string, 6>;

Columns columns_of(const ScenarioRow& row) {
    return {row.what, row.about, row.expected, row.seen, row.met ? "met" : "NOT MET", row.source};
}

}  // namespace

std::vector<ScenarioRow> judge(const Scenario& scenario, const ScenarioWitness& witness,
                               const std::vector<NodeFacts>& nodes) {
    const Judge judge(witness, nodes);
    std::vector<ScenarioRow> rows;
    for (const ScenarioExpectation& expectation : scenario.expectations)
        rows.push_back(judge.row(expectation));
    return rows;
}

bool all_met(const std::vector<ScenarioRow>& rows) {
    return std::all_of(rows.begin(), rows.end(), [](const ScenarioRow& row) { return row.met; });
}

std::vector<std::string> table_of(const std::vector<ScenarioRow>& rows) {
    std::vector<Columns> lines{{"what", "of", "expected", "seen", "", "known from"}};
    for (const ScenarioRow& row : rows)
        lines.push_back(columns_of(row));
    std::array<std::size_t, 6> widths{};
    for (const Columns& line : lines)
        for (std::size_t i = 0; i < line.size(); ++i)
            widths.at(i) = std::max(widths.at(i), line.at(i).size());
    std::vector<std::string> table;
    for (const Columns& line : lines) {
        std::string& text = table.emplace_back();
        for (std::size_t i = 0; i < line.size(); ++i)
            text += line.at(i) + std::string(widths.at(i) - line.at(i).size() + 2, ' ');
        text.erase(text.find_last_not_of(' ') + 1);
    }
    return table;
}

Json to_json(const std::vector<ScenarioRow>& rows) {
    Json out = Json::array();
    for (const ScenarioRow& row : rows)
        out.push(Json::object()
                     .set("what", row.what)
                     .set("of", row.about)
                     .set("expected", row.expected)
                     .set("seen", row.seen)
                     .set("known_from", row.source)
                     .set("met", row.met));
    return out;
}

}  // namespace fairfeed
