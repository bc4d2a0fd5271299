#include "meter-sim/imports/home_names.h"

#include <algorithm>
#include <map>
#include <optional>

#include "meter-sim/imports/import_table.h"

namespace fairfeed::imports {

namespace {

constexpr std::size_t kMostCharacters = 20;

std::string stem_of(const std::string& file) {
    const std::size_t slash = file.rfind('/');
    const std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
    const std::size_t dot = name.rfind('.');
    return dot == std::string::npos || dot == 0 ? name : name.substr(0, dot);
}

class Grouping {
  public:
    Grouping(std::vector<NamedFile>& files, ImportErrors& errors)
        : files_(files), errors_(errors) {}

    std::vector<HomeSeries> group() {
        std::vector<std::vector<std::optional<Home>>> found(files_.size());
        for (std::size_t i = 0; i < files_.size(); ++i)
            for (const ReadSeries& series : files_[i].read.series)
                found[i].push_back(home_of(i, series));
        for (std::size_t i = 0; i < files_.size(); ++i)
            for (std::size_t k = 0; k < found[i].size(); ++k)
                if (found[i][k]) add(*found[i][k], i, std::move(files_[i].read.series[k]));
        std::vector<HomeSeries> homes;
        std::set<std::string> taken;
        for (const std::string& key : order_) {
            HomeSeries& home = homes_.at(key);
            // The number of a meter or of a connection is personal, so it does not become a name.
            const bool is_number = home.label.find_first_of("0123456789") == 0 ||
                                   home.label.find('/') != std::string::npos;
            home.id =
                home_id(is_number ? "h" + std::to_string(homes.size() + 1) : home.label, taken);
            homes.push_back(std::move(home));
        }
        return homes;
    }

  private:
    struct Home {
        std::string key;
        std::string label;
    };

    [[nodiscard]] bool is_generation_alone(const NamedFile& file) const {
        return std::all_of(
            file.read.series.begin(), file.read.series.end(),
            [](const ReadSeries& each) { return each.channel == Channel::generation; });
    }

    std::optional<Home> home_of(std::size_t index, const ReadSeries& series) {
        const NamedFile& file = files_[index];
        if (!file.home.empty()) {
            for (const ReadSeries& other : file.read.series)
                if (!other.home.empty() && !series.home.empty() && other.home != series.home) {
                    tell_once(index, "has several meters, so '" + file.home +
                                         "=' cannot name them all: leave it out");
                    return std::nullopt;
                }
            return Home{"=" + file.home, file.home};
        }
        if (is_generation_alone(file)) return home_of_generation(index);
        if (!series.home.empty()) return Home{"#" + series.home, series.home};
        return Home{"@" + file.name, stem_of(file.name)};
    }

    std::optional<Home> home_of_generation(std::size_t index) {
        std::map<std::string, std::string> others;
        for (std::size_t i = 0; i < files_.size(); ++i) {
            if (is_generation_alone(files_[i])) continue;
            for (const ReadSeries& series : files_[i].read.series)
                if (const auto home = home_of(i, series)) others[home->key] = home->label;
        }
        if (others.size() == 1) return Home{others.begin()->first, others.begin()->second};
        tell_once(index, others.empty()
                             ? "holds generation alone: give the home's meter as well, its import "
                               "and export or its load"
                             : "holds generation alone: say whose it is, as NAME=" +
                                   files_[index].name + " beside NAME=<file of the meter>");
        return std::nullopt;
    }

    void tell_once(std::size_t index, const std::string& what) {
        if (told_.insert(index).second) errors_.add(files_[index].name + ": " + what);
    }

    void add(const Home& home, std::size_t index, ReadSeries series) {
        for (ReadValue& value : series.values)
            value.place.file = index;
        const auto [found, is_new] = homes_.try_emplace(home.key, HomeSeries{home.label, {}, {}});
        if (is_new) order_.push_back(home.key);
        for (SeriesOfHome& each : found->second.series) {
            if (each.series.channel != series.channel || each.series.name != series.name ||
                each.series.figure != series.figure || each.series.values.empty())
                continue;
            join(each, index, std::move(series));
            return;
        }
        found->second.series.push_back({index, {index}, std::move(series)});
    }

    // The earlier file first, whatever the order on the command line.
    static void join(SeriesOfHome& each, std::size_t index, ReadSeries series) {
        auto& values = each.series.values;
        if (std::find(each.files.begin(), each.files.end(), index) == each.files.end())
            each.files.push_back(index);
        const auto least = [](const std::vector<ReadValue>& of) {
            return std::min_element(
                       of.begin(), of.end(),
                       [](const auto& a, const auto& b) { return a.at.local_s < b.at.local_s; })
                ->at.local_s;
        };
        if (series.values.empty()) return;
        if (least(series.values) < least(values)) std::swap(series.values, values);
        values.insert(values.end(), series.values.begin(), series.values.end());
    }

    std::vector<NamedFile>& files_;
    ImportErrors& errors_;
    std::map<std::string, HomeSeries> homes_;  // by key
    std::vector<std::string> order_;
    std::set<std::size_t> told_;
};

}  // namespace

std::vector<HomeSeries> group_by_home(std::vector<NamedFile>& files, ImportErrors& errors) {
    return Grouping(files, errors).group();
}

std::string home_id(std::string_view label, std::set<std::string>& taken) {
    std::string plain;
    for (const char c : lower_case(label)) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (is_plain) plain.push_back(c);
        if (!is_plain && !plain.empty() && plain.back() != '-') plain.push_back('-');
    }
    if (plain.empty() || !(plain[0] >= 'a' && plain[0] <= 'z')) plain.insert(0, "h");
    plain.resize(std::min(plain.size(), kMostCharacters));
    while (plain.ends_with('-'))
        plain.pop_back();
    std::string id = plain;
    for (int number = 2; taken.contains(id); ++number)
        id = plain + "-" + std::to_string(number);
    taken.insert(id);
    return id;
}

}  // namespace fairfeed::imports
