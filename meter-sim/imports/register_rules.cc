#include "meter-sim/imports/register_rules.h"

#include <algorithm>
#include <optional>

#include "core/base/units.h"

namespace fairfeed::imports {

namespace {

constexpr std::int64_t kUwhPerKwh = 1'000'000'000;
constexpr std::int64_t kUwhPerWh = 1'000'000;
constexpr std::int64_t kLeastDigits = 10'000;      // registers of 4 digits of kWh
constexpr std::int64_t kMostDigits = 100'000'000;  // and of 8
constexpr std::size_t kFalseFigures = 3;

std::int64_t figure_of(const PlacedValue& value) {
    return *value.value->value;
}

class Register {
  public:
    Register(const std::vector<PlacedValue>& values, std::int64_t most_w, ImportErrors& errors)
        : most_w_(most_w) {
        for (const PlacedValue& value : values) {
            if (!values_.empty() && values_.back().at_s == value.at_s) {
                if (figure_of(values_.back()) != figure_of(value))
                    errors.add(value.value->place,
                               "a second figure of the register for the time of " +
                                   errors.text_of(values_.back().value->place) + ", " +
                                   kwh_text(figure_of(value)) + " and not " +
                                   kwh_text(figure_of(values_.back())) +
                                   ": remove one of the two rows");
                ++out_.repeated;
                continue;
            }
            values_.push_back(value);
        }
    }

    RegisterReading read() {
        std::vector<std::int64_t> times;
        for (const PlacedValue& value : values_)
            times.push_back(value.at_s);
        out_.step_s = usual_step(times);
        std::size_t last = 0;
        for (std::size_t i = 1; i < values_.size(); ++i)
            if (follow(last, i)) last = i;
        return std::move(out_);
    }

  private:
    [[nodiscard]] bool is_possible(std::size_t from, std::size_t to, std::int64_t uwh) const {
        return uwh >= 0 && uwh <= most_uwh(most_w_, values_[to].at_s - values_[from].at_s);
    }
    [[nodiscard]] std::int64_t rise(std::size_t from, std::size_t to) const {
        return figure_of(values_[to]) - figure_of(values_[from]);
    }

    void add(std::size_t from, std::size_t to, std::int64_t uwh) {
        const PlacedValue& end = values_[to];
        const std::int64_t length_s = end.at_s - values_[from].at_s;
        out_.intervals.push_back({values_[from].at_s, end.at_s, uwh, end.value->estimated,
                                  length_s > std::max(out_.step_s, kSecondsPerQuarter),
                                  end.value->place});
    }

    [[nodiscard]] std::optional<std::int64_t> rollover(std::size_t from, std::size_t to) const {
        for (std::int64_t kwh = kLeastDigits; kwh <= kMostDigits; kwh *= 10) {
            const std::int64_t end = kwh * kUwhPerKwh;
            if (figure_of(values_[from]) >= end) continue;
            const std::int64_t uwh = rise(from, to) + end;
            return is_possible(from, to, uwh) ? std::optional(uwh) : std::nullopt;
        }
        return std::nullopt;
    }

    // Whether a later figure continues from the one before this one.
    [[nodiscard]] bool is_false(std::size_t from, std::size_t at) const {
        const bool fell = rise(from, at) < 0;
        for (std::size_t i = at + 1; i < values_.size(); ++i) {
            const bool is_near = fell ? values_[i].at_s - values_[from].at_s <= kSecondsPerDay
                                      : i - at <= kFalseFigures;
            if (!is_near) return false;
            // What an exchanged meter counts never comes near the old figure.
            if (is_possible(from, i, rise(from, i))) return true;
        }
        return false;
    }

    // True if the next figure continues from this one, false if this one is left out.
    bool follow(std::size_t from, std::size_t to) {
        const std::int64_t uwh = rise(from, to);
        if (is_possible(from, to, uwh)) {
            add(from, to, uwh);
            return true;
        }
        const std::string figures =
            kwh_text(figure_of(values_[from])) + " to " + kwh_text(figure_of(values_[to]));
        const auto around = uwh < 0 ? rollover(from, to) : std::nullopt;
        if (around) {
            add(from, to, *around);
            note(to, std::string() + "the register rolled over, from " + figures + ": " +
                         kwh_text(*around));
            return true;
        }
        if (is_false(from, to)) {
            note(to, std::string() + "false figure left out, from " + figures +
                         ": later figures continue from the first");
            return false;
        }
        note(to, std::string() + "the register " + (uwh < 0 ? "fell" : "jumped") + " from " +
                     figures +
                     (uwh < 0 ? ", as if the meter was exchanged"
                              : ", more than " + std::to_string(most_w_ / 1000) + " kW") +
                     ": the energy is unknown");
        return true;
    }

    void note(std::size_t at, std::string text) {
        out_.events.push_back({values_[at].value->place, std::move(text)});
    }

    std::vector<PlacedValue> values_;
    std::int64_t most_w_;
    RegisterReading out_;
};

}  // namespace

RegisterReading read_register(const std::vector<PlacedValue>& values, std::int64_t most_w,
                              ImportErrors& errors) {
    return Register(values, most_w, errors).read();
}

std::int64_t most_uwh(std::int64_t most_w, std::int64_t seconds) {
    return narrow(Int128{most_w} * kUwhPerWh * seconds / kSecondsPerHour).value_or(INT64_MAX);
}

std::string kwh_text(std::int64_t uwh) {
    const std::int64_t wh = uwh / kUwhPerWh;
    std::string rest = std::to_string(wh % 1000);
    rest.insert(0, 3 - rest.size(), '0');
    return std::to_string(wh / 1000) + "." + rest + " kWh";
}

}  // namespace fairfeed::imports
