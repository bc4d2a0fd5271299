#include "meter-sim/scenario_file.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/recordings/csv_table.h"
#include "meter-sim/scenario_text.h"

namespace fairfeed {
namespace {

constexpr std::int64_t kMostDelayMs = 600'000;
constexpr std::int64_t kMostClockS = 366 * kSecondsPerDay;
constexpr std::int64_t kMostPvW = 1'000'000'000;
constexpr std::int64_t kMostCount = 1'000'000'000;
constexpr int kPercentPlaces = 4;  // a percent has 10 000 ppm
constexpr int kKilowattPlaces = 3;

constexpr std::string_view kTimes =
    "write HH:MM, or 'day 2 HH:MM', after the scenario's first midnight";
constexpr std::string_view kSpans = "write 3h, 90min, 45s, 2d or 1h30min";

std::string in_quotes(std::string_view text) {
    return "'" + std::string(text) + "'";
}

template <class Id>
std::string some_of(const std::set<Id>& ids) {
    constexpr std::size_t kMostNamed = 5;
    std::string text;
    std::size_t count = 0;
    for (const Id& id : ids) {
        if (++count > kMostNamed) return text + ", ...";
        text += (text.empty() ? "" : ", ") + id.str();
    }
    return text;
}

// A list of known names; absent: all.
template <class Id>
std::set<Id> read_names(const YamlView& map, std::string_view key, const std::set<Id>& known,
                        std::string_view whose) {
    if (!map.has(key)) return known;
    std::set<Id> names;
    for (const YamlView& item : map.require_list(key)) {
        const std::string text = item.as_text();
        if (text.empty()) continue;
        const auto name = Id::parse(text);
        if (name && known.contains(*name)) {
            names.insert(*name);
        } else {
            item.fail(in_quotes(text) + " is not among the " + std::string(whose) +
                      " of this configuration: " + some_of(known));
        }
    }
    return names;
}

std::optional<std::int64_t> percent_ppm(const YamlView& map, std::string_view key) {
    const auto text = map.optional_text(key);
    if (!text) return std::nullopt;
    const auto ppm = parse_decimal(*text, kPercentPlaces, kPpm, false);
    if (ppm) return *ppm;
    map.fail(key, in_quotes(key) + ": " + in_quotes(*text) + " " + ppm.error() +
                      "; write a percentage from 0 to 100, such as 2.5");
    return std::nullopt;
}

class Reader {
  public:
    explicit Reader(const ScenarioCast& cast) : cast_(cast) {}

    Scenario read(const YamlView& root) {
        Scenario scenario;
        scenario.name = root.require_text("scenario");
        scenario.ends_s = time(root, "ends").value_or(0);
        scenario.patience_s = span(root, "patience").value_or(cast_.window_seconds);
        for (const YamlView& entry : root.require_list("timeline"))
            scenario.events.push_back(event(entry, scenario.ends_s));
        const std::vector<YamlView> expected = root.require_list("expect");
        for (const YamlView& entry : expected)
            expect(entry, scenario.expectations);
        if (root.has("expect") && expected.empty())
            root.fail("expect", "'expect' says nothing: name at least one expectation");
        return scenario;
    }

  private:
    std::optional<std::int64_t> time(const YamlView& map, std::string_view key) {
        const std::string text = map.require_text(key);
        if (text.empty()) return std::nullopt;
        const auto seconds = scenario_time(text);
        if (!seconds)
            map.fail(key, in_quotes(key) + ": " + in_quotes(text) +
                              " is no time: " + std::string(kTimes));
        return seconds;
    }
    std::optional<std::int64_t> span(const YamlView& map, std::string_view key) {
        const auto text = map.optional_text(key);
        if (!text) return std::nullopt;
        const auto seconds = scenario_span(*text);
        if (!seconds)
            map.fail(key, in_quotes(key) + ": " + in_quotes(*text) +
                              " is no span: " + std::string(kSpans));
        return seconds;
    }

    std::set<MeterId> meters(const YamlView& map) {
        return read_names(map, "meters", cast_.meters, "meters");
    }
    ScenarioLines lines(const YamlView& map) {
        return {meters(map), read_names(map, "nodes", cast_.nodes, "nodes")};
    }
    // "of 3 meters", "of m-101", "of all meters".
    std::string of(const std::set<MeterId>& named) const {
        if (named == cast_.meters) return " of all meters";
        return " of " + some_of(named);
    }

    ScenarioEvent event(const YamlView& entry, std::int64_t ends_s) {
        ScenarioEvent event;
        event.from_s = time(entry, "at").value_or(0);
        if (event.from_s >= ends_s && ends_s > 0)
            entry.fail("at", "'at' is not before 'ends', so nobody would see it");
        const auto lasts_s = span(entry, "for");
        if (lasts_s) event.until_s = event.from_s + *lasts_s;
        if (entry.has("until")) {
            if (lasts_s) entry.fail("until", "write one of 'for' and 'until'");
            event.until_s = time(entry, "until").value_or(INT64_MAX);
            if (event.until_s <= event.from_s) entry.fail("until", "'until' is not after 'at'");
        }
        read_what(entry, event);
        return event;
    }

    void read_what(const YamlView& entry, ScenarioEvent& event) {
        constexpr std::array<std::string_view, 6> kKinds = {"outage", "node_off", "link",
                                                            "tamper", "pv",       "clock"};
        const auto is_there = [&](std::string_view kind) { return entry.has(kind); };
        if (std::count_if(kKinds.begin(), kKinds.end(), is_there) != 1)
            return entry.fail(
                "an entry of 'timeline' has exactly one of outage, node_off, link, tamper, pv, "
                "clock");
        const bool lasts = event.until_s != INT64_MAX;
        if (entry.has("outage")) {
            ScenarioLines cut = lines(entry.require_map("outage"));
            event.words = "outage" + of(cut.meters);
            if (cut.nodes != cast_.nodes) event.words += " to " + some_of(cut.nodes);
            event.what = scenario_event::Outage{std::move(cut)};
        } else if (entry.has("node_off")) {
            const YamlView map = entry.require_map("node_off");
            if (!map.has("nodes")) map.fail("'node_off' names its 'nodes'");
            ScenarioLines cut{cast_.meters, read_names(map, "nodes", cast_.nodes, "nodes")};
            event.words = "no meter reaches " + some_of(cut.nodes);
            event.what = scenario_event::Outage{std::move(cut)};
        } else if (entry.has("link")) {
            read_link(entry.require_map("link"), event);
        } else if (entry.has("clock")) {
            read_clock(entry.require_map("clock"), event);
        } else if (lasts) {
            entry.fail(entry.has("for") ? "for" : "until",
                       "a meter stays opened and panels stay: leave 'for' and 'until' out");
        } else if (entry.has("tamper")) {
            const YamlView map = entry.require_map("tamper");
            if (!map.has("meters")) map.fail("'tamper' names its 'meters'");
            event.what = scenario_event::Tampering{meters(map)};
            event.words =
                "the seal breaks" + of(std::get<scenario_event::Tampering>(event.what).meters);
        } else {
            read_pv(entry.require_map("pv"), event);
        }
    }

    void read_link(const YamlView& map, ScenarioEvent& event) {
        scenario_event::LinkFault fault = read_link_keys(map);
        fault.lines = lines(map);
        const bool says = map.has("delay_ms") || map.has("jitter_ms") || map.has("loss_percent") ||
                          map.has("duplicate_percent");
        if (!says)
            map.fail(
                "'link' has at least one of delay_ms, jitter_ms, loss_percent, "
                "duplicate_percent");
        event.words = "radio" + of(fault.lines.meters) + ":";
        for (const char* key : {"delay_ms", "jitter_ms", "loss_percent", "duplicate_percent"})
            if (const auto value = map.optional_text(key))
                event.words += std::string(" ") + key + " " + *value;
        event.what = std::move(fault);
    }

    void read_clock(const YamlView& map, ScenarioEvent& event) {
        if (!map.has("meters")) map.fail("'clock' names its 'meters'");
        scenario_event::WrongClock wrong{meters(map),
                                         map.require_int("wrong_s", -kMostClockS, kMostClockS)};
        event.words =
            "clock" + of(wrong.meters) + " wrong by " + std::to_string(wrong.ahead_s) + " s";
        event.what = std::move(wrong);
    }

    void read_pv(const YamlView& map, ScenarioEvent& event) {
        if (!map.has("meters")) map.fail("'pv' names its 'meters'");
        scenario_event::AddedPv pv{meters(map), 0};
        const std::string text = map.require_text("kw");
        const auto watts = parse_decimal(text, kKilowattPlaces, kMostPvW, false);
        if (watts) pv.watts = *watts;
        if (!watts && !text.empty())
            map.fail("kw", "'kw': " + in_quotes(text) + " " + watts.error() +
                               "; write the panels' power in kW, such as 2.5");
        event.words = text + " kW of panels more" + of(pv.meters);
        event.what = std::move(pv);
    }

    void expect(const YamlView& entry, std::vector<ScenarioExpectation>& out) {
        constexpr std::array<std::string_view, 5> kKinds = {"settled", "estimated", "trued_up",
                                                            "shares", "alarms"};
        const auto is_there = [&](std::string_view kind) { return entry.has(kind); };
        if (std::count_if(kKinds.begin(), kKinds.end(), is_there) != 1)
            return entry.fail(
                "an entry of 'expect' has exactly one of settled, estimated, trued_up, shares, "
                "alarms");
        constexpr std::array kOfWindows = {std::pair("settled", ScenarioFact::settled),
                                           std::pair("estimated", ScenarioFact::estimated),
                                           std::pair("trued_up", ScenarioFact::trued_up)};
        for (const auto& [key, fact] : kOfWindows) {
            if (!entry.has(key)) continue;
            const YamlView map = entry.require_map(key);
            out.push_back(of_meters(map, fact, map.require_int("windows", 0, kMostCount)));
        }
        if (entry.has("shares")) expect_shares(entry.require_map("shares"), out);
        if (entry.has("alarms")) expect_alarms(entry.require_map("alarms"), out);
    }
    ScenarioExpectation of_meters(const YamlView& map, ScenarioFact fact, std::int64_t count) {
        auto named = meters(map);
        const bool all = named == cast_.meters;
        return {fact, std::move(named), all, count};
    }
    void expect_shares(const YamlView& map, std::vector<ScenarioExpectation>& out) {
        const auto count = map.optional_int("settlements", 0, kMostCount);
        const auto curtailed = map.optional_bool("curtailed");
        if (!count && !map.has("curtailed"))
            map.fail("'shares' has 'settlements' or 'curtailed' or both");
        if (count) out.push_back(of_meters(map, ScenarioFact::shares, *count));
        if (curtailed) out.push_back(of_meters(map, ScenarioFact::curtailed, *curtailed ? 1 : 0));
    }
    void expect_alarms(const YamlView& map, std::vector<ScenarioExpectation>& out) {
        const std::size_t before = out.size();
        if (map.has("seal_broken"))
            out.push_back({ScenarioFact::seal_broken,
                           read_names(map, "seal_broken", cast_.meters, "meters"), false, 0});
        if (map.has("over_certified"))
            out.push_back({ScenarioFact::over_certified,
                           read_names(map, "over_certified", cast_.meters, "meters"), false, 0});
        if (const auto count = map.optional_int("of_nodes", 0, kMostCount))
            out.push_back({ScenarioFact::node_alarms, {}, false, *count});
        if (out.size() == before && !map.has("of_nodes"))
            map.fail("'alarms' has at least one of seal_broken, over_certified, of_nodes");
        for (const char* key : {"over_certified", "of_nodes"})
            if (map.has(key) && !cast_.has_status)
                map.fail(key, in_quotes(key) +
                                  " is known to nodes only: name the status file of one with "
                                  "--status FILE (docs/operations.md)");
    }

    const ScenarioCast& cast_;
};

}  // namespace

scenario_event::LinkFault read_link_keys(const YamlView& map) {
    scenario_event::LinkFault fault;
    fault.delay_ms = map.optional_int("delay_ms", 0, kMostDelayMs);
    fault.jitter_ms = map.optional_int("jitter_ms", 0, kMostDelayMs);
    fault.loss_ppm = percent_ppm(map, "loss_percent");
    fault.duplicate_ppm = percent_ppm(map, "duplicate_percent");
    return fault;
}

LinkConditions replaced(LinkConditions before, const scenario_event::LinkFault& fault) {
    before.delay_ms = fault.delay_ms.value_or(before.delay_ms);
    before.jitter_ms = fault.jitter_ms.value_or(before.jitter_ms);
    before.loss_ppm = fault.loss_ppm.value_or(before.loss_ppm);
    before.duplicate_ppm = fault.duplicate_ppm.value_or(before.duplicate_ppm);
    return before;
}

Result<Scenario, std::vector<std::string>> load_scenario(const std::filesystem::path& file,
                                                         const ScenarioCast& cast) {
    const auto document = YamlDocument::load(file);
    if (!document) return unexpected(document.error());
    Reader reader(cast);
    Scenario scenario = reader.read(document->root());
    if (auto errors = document->finish(); !errors.empty()) return unexpected(std::move(errors));
    return scenario;
}

}  // namespace fairfeed
