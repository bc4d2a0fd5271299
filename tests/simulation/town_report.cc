#include "tests/simulation/town_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace fairfeed::simulation {
namespace {

constexpr std::size_t kNameColumns = 45;
constexpr std::size_t kFigureColumns = 11;

std::string_view word_of(RowBound bound) {
    switch (bound) {
        case RowBound::equal:
            return "equal";
        case RowBound::at_most:
            return "at most";
        case RowBound::at_least:
            return "at least";
    }
    return {};
}

std::string left(std::string_view text, std::size_t columns) {
    return std::string(text) + std::string(columns - std::min(columns, text.size()), ' ');
}

std::string right(const std::string& text, std::size_t columns) {
    return std::string(columns - std::min(columns, text.size()), ' ') + text;
}

std::string ratio_text(double ratio) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.3f", ratio);
    return text;
}

std::string duration_text(std::int64_t ms) {
    if (ms < 60'000) return town_figure(static_cast<double>(ms) / 1000) + " s";
    const std::int64_t seconds = (ms + 500) / 1000;
    return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
}

std::string line_of(const TownRow& row, std::size_t note) {
    std::string line = left(row.kind.name, kNameColumns) +
                       right(town_figure(row.page), kFigureColumns) +
                       right(town_figure(row.counted), kFigureColumns) +
                       right(ratio_text(row.ratio()), kFigureColumns);
    if (note > 0) line += "  (" + std::to_string(note) + ')';
    if (!row.agrees()) line += "  DIFFERS";
    return line + '\n';
}

// The number of the row's explanation among the notes, which takes it in; 0: it has none.
std::size_t note_of(const TownRow& row, std::vector<std::string_view>& notes) {
    if (row.kind.why.empty()) return 0;
    auto known = std::find(notes.begin(), notes.end(), row.kind.why);
    if (known == notes.end()) known = notes.insert(known, row.kind.why);
    return static_cast<std::size_t>(known - notes.begin()) + 1;
}

std::string of_all(std::uint64_t some, std::uint64_t all) {
    return town_figure(static_cast<double>(some)) + " of " + town_figure(static_cast<double>(all));
}

// The messages and bytes that the page does not compute, beside all.
std::string others_text(const TownPlan& plan, const TownTally& tally) {
    const double nodes = static_cast<double>(plan.all_clusters()) * plan.windows;
    const double bytes = static_cast<double>(tally.other_bytes) / nodes;
    return "Not computed on the page, but in \"bytes in all\": " +
           town_figure(static_cast<double>(tally.other_messages) / nodes) +
           " messages of REQUEST, ANSWER and OBJECTION, and votes said again, " +
           town_figure(bytes) + " bytes (" +
           town_figure(bytes / counted_needs(plan, tally).bytes * 100) + " %).\n";
}

std::string verdict_text(const TownRun& run, const std::vector<TownRow>& rows) {
    std::string text;
    for (const std::string& fault : run.faults)
        text += "FAILED: " + fault + '\n';
    const auto differing =
        std::count_if(rows.begin(), rows.end(), [](const TownRow& row) { return !row.agrees(); });
    const auto bounds = std::count_if(rows.begin(), rows.end(), [](const TownRow& row) {
        return row.kind.bound != RowBound::equal;
    });
    if (differing > 0) {
        return text + std::to_string(differing) + " of " + std::to_string(rows.size()) +
               " rows differ by more than 10 %, or by more than a bound allows.\n";
    }
    return text + std::to_string(rows.size() - static_cast<std::size_t>(bounds)) +
           " rows agree within 10 %, and the other " + std::to_string(bounds) +
           " keep their bounds.\n";
}

Json row_json(const TownRow& row) {
    Json out = Json::object();
    out.set("name", row.kind.name);
    out.set("page", std::llround(row.page)).set("counted", std::llround(row.counted));
    out.set("ratio_permille", std::llround(row.ratio() * 1000));
    out.set("bound", word_of(row.kind.bound)).set("agrees", row.agrees());
    if (!row.kind.why.empty()) out.set("why", row.kind.why);
    return out;
}

}  // namespace

bool is_sound(const TownRun& run, const std::vector<TownRow>& rows) {
    return run.faults.empty() &&
           std::all_of(rows.begin(), rows.end(), [](const TownRow& row) { return row.agrees(); });
}

std::string headline_of(const TownPlan& plan) {
    const auto figure = [](std::size_t value) { return town_figure(static_cast<double>(value)); };
    return "A town of " + figure(plan.all_clusters()) + " clusters with " + figure(plan.meters) +
           " meters each, in " + figure(plan.chains()) +
           (plan.chains() == 1 ? " chain of " : " chains of ") + figure(plan.clusters_of_chain()) +
           " nodes; " + figure(plan.windows) + (plan.windows == 1 ? " window" : " windows") +
           " of " + std::to_string(plan.window_s()) + " s\n";
}

std::string town_text(const TownPlan& plan, const TownRun& run, const std::vector<TownRow>& rows,
                      const TownCost& cost) {
    std::string text = left("one node, one window", kNameColumns) + right("page", kFigureColumns) +
                       right("counted", kFigureColumns) + right("ratio", kFigureColumns) + '\n';
    std::vector<std::string_view> notes;
    for (const TownRow& row : rows)
        text += line_of(row, note_of(row, notes));
    text += '\n';
    for (std::size_t note = 0; note < notes.size(); ++note)
        text += '(' + std::to_string(note + 1) + ") " + std::string(notes[note]) + '\n';
    text += others_text(plan, run.tally) + '\n';
    const std::uint64_t settlements = plan.all_clusters() * plan.windows;
    text += of_all(run.tally.readings, settlements * plan.meters) + " readings settled, in " +
            of_all(run.tally.settlements, settlements) + " settlements and " +
            town_figure(static_cast<double>(run.tally.blocks)) + " blocks, the last " +
            town_figure(static_cast<double>(run.tally.last_block_ms) / 1000 /
                        static_cast<double>(plan.chains())) +
            " s after its window's end; " + town_figure(static_cast<double>(run.tally.steps)) +
            " steps of nodes in " + duration_text(cost.wall_ms) + ", " +
            duration_text(cost.cpu_ms) + " of CPU, " + std::to_string(cost.memory_kib / 1024) +
            " MB in the largest process\n";
    return text + verdict_text(run, rows);
}

Json town_json(const TownPlan& plan, const TownRun& run, const std::vector<TownRow>& rows,
               const TownCost& cost) {
    Json counts = Json::object();
    for (const auto& [name, count] : town_counts())
        counts.set(name, run.tally.*count);
    Json table = Json::array();
    for (const TownRow& row : rows)
        table.push(row_json(row));
    Json faults = Json::array();
    for (const std::string& fault : run.faults)
        faults.push(fault);
    Json out = Json::object();
    out.set("clusters", plan.all_clusters()).set("meters_of_a_cluster", plan.meters);
    out.set("chains", plan.chains()).set("nodes_of_a_chain", plan.clusters_of_chain());
    out.set("windows", plan.windows).set("window_s", plan.window_s()).set("seed", plan.seed);
    out.set("ok", is_sound(run, rows)).set("faults", std::move(faults));
    out.set("rows", std::move(table)).set("counts", std::move(counts));
    out.set("elapsed_ms", cost.wall_ms).set("cpu_ms", cost.cpu_ms);
    out.set("memory_kib", cost.memory_kib);
    return out;
}

std::optional<KeptTown> town_from(const Json& json) {
    bool whole = true;
    const auto number = [&](const Json& of, std::string_view name) {
        const std::int64_t* value = of.at(name).as_int();
        whole = whole && value != nullptr && *value >= 0;
        return value == nullptr ? 0 : *value;
    };
    KeptTown kept;
    kept.plan.clusters = static_cast<std::size_t>(number(json, "clusters"));
    kept.plan.meters = static_cast<std::size_t>(number(json, "meters_of_a_cluster"));
    kept.plan.most_nodes = static_cast<std::size_t>(number(json, "nodes_of_a_chain"));
    kept.plan.windows = static_cast<Window>(number(json, "windows"));
    kept.plan.seed = static_cast<std::uint64_t>(number(json, "seed"));
    const std::int64_t window_s = number(json, "window_s");
    for (const auto& [name, count] : town_counts())
        kept.run.tally.*count = static_cast<std::uint64_t>(number(json.at("counts"), name));
    kept.cost = {number(json, "elapsed_ms"), number(json, "cpu_ms"), number(json, "memory_kib")};
    const Json::Array* faults = json.at("faults").as_array();
    const bool has_size = kept.plan.clusters > 0 && kept.plan.meters > 0 &&
                          kept.plan.most_nodes > 0 && kept.plan.windows > 0 && window_s > 0;
    if (!whole || !has_size || faults == nullptr) return std::nullopt;
    kept.plan.speed = kTownWindowS / window_s;
    for (const Json& fault : *faults)
        kept.run.faults.push_back(fault.as_text() == nullptr ? "?" : *fault.as_text());
    return kept;
}

}  // namespace fairfeed::simulation
