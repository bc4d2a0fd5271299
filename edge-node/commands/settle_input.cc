#include "edge-node/commands/settle_input.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/base/units.h"
#include "core/contract/availability.h"

namespace fairfeed {

namespace {

constexpr std::int64_t kMost = kMaxClusterWattHours;
constexpr std::array<std::string_view, 3> kSums = {"import_wh", "export_wh", "generation_wh"};

std::string refusal(SettlementReason reason, const std::string& detail) {
    return std::string(to_string(reason)) + ": " + detail;
}

// One figure of the file; no value: missing or refused.
struct Figure {
    std::string_view key;
    std::optional<std::int64_t> value;
};

Figure optional_figure(const YamlView& view, std::string_view key, std::int64_t limit) {
    const auto value = view.optional_int(key, INT64_MIN, INT64_MAX);
    if (!value || (*value >= 0 && *value <= limit)) return {key, value};
    const std::string shown = std::string(key) + " is " + std::to_string(*value);
    if (*value < 0) {
        view.fail(key, refusal(SettlementReason::negative, shown));
    } else {
        view.fail(key, refusal(SettlementReason::overflow,
                               shown + ", the limit is " + std::to_string(limit)));
    }
    return {key, std::nullopt};
}

Figure required_figure(const YamlView& view, std::string_view key, std::int64_t limit) {
    if (view.has(key)) return optional_figure(view, key, limit);
    (void)view.require_int(key, 0, limit);  // reports that it is missing
    return {key, std::nullopt};
}

std::int64_t figure(const YamlView& view, std::string_view key, std::int64_t limit) {
    return required_figure(view, key, limit).value.value_or(0);
}

std::int64_t read_window_seconds(const YamlView& root) {
    constexpr std::string_view kKey = "window_seconds";
    const std::int64_t seconds = figure(root, kKey, kMaxWindowSeconds);
    if (seconds % kSecondsPerQuarter != 0) {
        root.fail(kKey, refusal(SettlementReason::window_not_whole_quarters,
                                std::to_string(seconds) + " s is not a multiple of 900 s"));
    }
    return seconds;
}

Tariff read_tariff(const YamlView& root) {
    const YamlView view = root.require_map("tariff");
    return {figure(view, "import_micro_per_kwh", INT64_MAX),
            figure(view, "export_micro_per_kwh", INT64_MAX)};
}

// A part above its whole is refused at the part's place.
void refuse_excess(const YamlView& view, SettlementReason reason, const Figure& part,
                   const Figure& whole) {
    if (!part.value || !whole.value || *part.value <= *whole.value) return;
    view.fail(
        part.key,
        refusal(reason, std::string(part.key) + " is " + std::to_string(*part.value) + ", " +
                            std::string(whole.key) + " only " + std::to_string(*whole.value)));
}

// What a meter has beside its energy.
struct MeterFrame {
    MeterId meter;
    std::int64_t capacity_w = 0;
    Figure available;
    Figure share;
};

MeterFrame read_frame(const YamlView& view) {
    MeterFrame frame;
    frame.available = optional_figure(view, "available_wh", kMost);
    frame.share = optional_figure(view, "share_in_force_w", kMaxClusterWatts);
    frame.meter = view.require_name<MeterId>("id");
    frame.capacity_w = figure(view, "capacity_w", kMaxClusterWatts);
    return frame;
}

// Sums: the window is one long quarter hour.
MeterTotals read_sums(const YamlView& view, const MeterFrame& frame, std::int64_t window_seconds) {
    const Figure exported = required_figure(view, "export_wh", kMost);
    const Figure generation = required_figure(view, "generation_wh", kMost);
    refuse_excess(view, SettlementReason::export_above_generation, exported, generation);
    refuse_excess(view, SettlementReason::generation_above_available, generation, frame.available);
    MeterTotals meter;
    meter.meter = frame.meter;
    meter.capacity_w = frame.capacity_w;
    meter.import_wh = figure(view, "import_wh", kMost);
    meter.export_wh = exported.value.value_or(0);
    meter.generation_wh = generation.value.value_or(0);
    const std::int64_t share_w =
        std::min(meter.capacity_w, frame.share.value.value_or(meter.capacity_w));
    const auto through_window_wh = [window_seconds](std::int64_t power_w) {
        return static_cast<std::int64_t>(Int128{power_w} * window_seconds / kSecondsPerHour);
    };
    const std::int64_t cap_wh = through_window_wh(share_w);
    const std::int64_t load_wh = meter.import_wh + meter.generation_wh - meter.export_wh;
    meter.credited_wh = credited_export_wh(cap_wh, load_wh, meter.export_wh);
    const bool is_curtailed =
        share_w < meter.capacity_w &&
        stands_at_cap(cap_wh, {meter.import_wh, meter.export_wh, meter.generation_wh});
    const std::int64_t room_wh =
        is_curtailed ? through_window_wh(meter.capacity_w) - meter.generation_wh : 0;
    meter.available_wh = counted_available_wh(
        meter.generation_wh, std::max(room_wh, std::int64_t{0}), frame.available.value);
    return meter;
}

// nullopt after an error.
std::optional<QuarterHour> read_quarter(const YamlView& view) {
    const auto figures = view.as_list();
    if (!figures) return std::nullopt;
    if (figures->size() != kSums.size()) {
        view.fail("a quarter hour is [import_wh, export_wh, generation_wh], three numbers, not " +
                  std::to_string(figures->size()));
        return std::nullopt;
    }
    QuarterHour quarter;
    quarter.import_wh = (*figures)[0].as_int(0, kMost);
    quarter.export_wh = (*figures)[1].as_int(0, kMost);
    quarter.generation_wh = (*figures)[2].as_int(0, kMost);
    if (quarter.export_wh <= quarter.generation_wh) return quarter;
    view.fail(refusal(SettlementReason::export_above_generation,
                      "export_wh is " + std::to_string(quarter.export_wh) +
                          ", generation_wh only " + std::to_string(quarter.generation_wh)));
    return std::nullopt;
}

// Empty after an error.
Profile read_profile(const YamlView& view, std::int64_t window_seconds) {
    for (const std::string_view sum : kSums)
        if (view.has(sum))
            view.fail(sum, "'" + std::string(sum) +
                               "' and 'quarters' say the same thing twice: "
                               "write one of them");
    const auto quarters = view.require_list("quarters");
    const std::int64_t wanted = window_seconds / kSecondsPerQuarter;
    if (wanted > 0 && std::cmp_not_equal(quarters.size(), wanted)) {
        view.fail("quarters", refusal(SettlementReason::profile_length,
                                      "a window of " + std::to_string(window_seconds) + " s has " +
                                          std::to_string(wanted) + " quarter hours, and here are " +
                                          std::to_string(quarters.size())));
        return {};
    }
    Profile profile;
    Int128 most = 0;
    for (const YamlView& each : quarters) {
        const auto quarter = read_quarter(each);
        profile.push_back(quarter.value_or(QuarterHour{}));
        most += std::max(profile.back().import_wh, profile.back().generation_wh);
    }
    if (most <= kMost) return profile;
    view.fail("quarters",
              refusal(SettlementReason::overflow,
                      "the quarter hours add up to more than " + std::to_string(kMost)));
    return {};
}

// Quarter hours, under one share for the whole window.
MeterTotals totals_of(const YamlView& view, const MeterFrame& frame, const Profile& profile,
                      ObservedMeter& observed) {
    ShareSchedule shares;
    if (frame.share.value) shares.push_back({*frame.share.value, 0});
    observed = {frame.meter, frame.capacity_w,
                quarter_energies(profile, shares, frame.capacity_w, 0, frame.available.value)};
    const WindowEnergy energy =
        window_energy(profile, shares, frame.capacity_w, 0, frame.available.value);
    if (frame.available.value && *frame.available.value < energy.generation_wh)
        view.fail("available_wh",
                  refusal(SettlementReason::generation_above_available,
                          "the quarter hours generate " + std::to_string(energy.generation_wh) +
                              ", available_wh is only " + std::to_string(*frame.available.value)));
    MeterTotals meter;
    meter.meter = frame.meter;
    meter.capacity_w = frame.capacity_w;
    meter.import_wh = energy.import_wh;
    meter.export_wh = energy.export_wh;
    meter.generation_wh = energy.generation_wh;
    meter.available_wh = energy.available_wh;
    meter.credited_wh = energy.credited_wh;
    return meter;
}

// One run over the file's meters.
class MeterReader {
  public:
    MeterReader(std::int64_t window_seconds, ShareResolution resolution)
        : window_seconds_(window_seconds), resolution_(resolution) {}

    void read(const YamlView& view) {
        const MeterFrame frame = read_frame(view);
        refuse_name(view, frame.meter);
        if (view.has("quarters")) {
            const Profile profile = read_profile(view, window_seconds_);
            input_.observed.emplace_back();
            input_.window.meters.push_back(totals_of(view, frame, profile, input_.observed.back()));
            return;
        }
        if (resolution_ == ShareResolution::quarter)
            view.fail(
                "missing key 'quarters': --resolution quarter needs [import_wh, export_wh, "
                "generation_wh] of each quarter hour");
        input_.window.meters.push_back(read_sums(view, frame, window_seconds_));
    }
    [[nodiscard]] SettleInput take() {
        const auto by_id = [](const auto& a, const auto& b) { return a.meter < b.meter; };
        std::sort(input_.window.meters.begin(), input_.window.meters.end(), by_id);
        std::sort(input_.observed.begin(), input_.observed.end(), by_id);
        return std::move(input_);
    }

  private:
    void refuse_name(const YamlView& view, const MeterId& meter) const {
        const auto& known = input_.window.meters;
        const auto same = [&](const MeterTotals& other) { return other.meter == meter; };
        if (!meter.empty() && std::any_of(known.begin(), known.end(), same))
            view.fail("id", refusal(SettlementReason::duplicate_meter, meter.str()));
        if (meter.str() == kGridAccount)
            view.fail("id", refusal(SettlementReason::reserved_name,
                                    "the account 'grid' is the cluster's other side"));
    }

    std::int64_t window_seconds_;
    ShareResolution resolution_;
    SettleInput input_;
};

}  // namespace

Result<SettleInput, YamlErrors> read_settle_input(const SettleOptions& options) {
    const auto document = YamlDocument::load(options.input);
    if (!document) return unexpected(document.error());
    const std::int64_t window_seconds = read_window_seconds(document->root());
    const Tariff tariff = read_tariff(document->root());
    MeterReader reader(window_seconds, options.resolution);
    for (const YamlView& view : document->root().require_list("meters"))
        reader.read(view);
    YamlErrors errors = document->finish();
    if (!errors.empty()) return unexpected(std::move(errors));
    SettleInput input = reader.take();
    input.window.rule = options.rule.value_or(ShareRule::paper);
    input.window.window_seconds = window_seconds;
    input.window.tariff = tariff;
    return input;
}

}  // namespace fairfeed
